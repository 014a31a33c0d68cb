"""One safetensors file, to arrays and from arrays.

A file is read once into memory, and what is hashed is what is used: a mapped file could change
after its hash was compared, and ends the process when somebody cuts it short.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import WeightsError
from astra_core.weights.files import require_file
from astra_core.weights.header import (
    DTYPES,
    MAX_HEADER_BYTES,
    PREFIX_BYTES,
    TensorEntry,
    header_of,
    parse_header,
)

__all__ = ["Array", "TensorFile", "dtype_name", "read_tensor_file", "tensor_file_bytes"]

Array = NDArray[Any]
_CHUNK_BYTES = 1 << 20
_PICKLES = (".pt", ".pth", ".bin", ".ckpt", ".pkl")
_LFS_POINTER = b"version https://git-lfs"
# The dtype of each NumPy type; BF16 shares its storage with U16 and is not written.
_NAMES = {dtype: name for name, dtype in DTYPES.items() if name != "BF16"}


@dataclass(frozen=True)
class TensorFile:
    """What a file held.

    Attributes:
        tensors: Arrays by name, read-only; BF16 comes as float32, which holds it exactly.
        dtypes: How each was stored, a key of :data:`~astra_core.weights.header.DTYPES`.
        metadata: Texts about the file.
        sha256: Of the whole file, hex.
    """

    tensors: Mapping[str, Array]
    dtypes: Mapping[str, str]
    metadata: Mapping[str, str]
    sha256: str


def read_tensor_file(
    path: Path, on_read: Callable[[int], None] = lambda num_bytes: None
) -> TensorFile:
    """Read a safetensors file.

    Args:
        path: The file.
        on_read: Told the number of bytes after each piece that was read; what it raises ends the
            reading.

    Raises:
        WeightsError: It is missing, damaged, cut short, or something else than safetensors.
    """
    if path.suffix in _PICKLES:
        raise WeightsError(
            f"{path} is a pickle by its name, and reading one may run code: "
            "convert it to .safetensors on a machine where you trust it"
        )
    try:
        size = require_file(path)
        with path.open("rb") as file:
            return _read(file, size, str(path), on_read)
    except OSError as error:
        raise WeightsError(
            f"cannot read the weights {path}: {error.strerror or error}; "
            "check the path, or name others with --weights"
        ) from error


def _read(
    file: io.BufferedReader, size: int, where: str, on_read: Callable[[int], None]
) -> TensorFile:
    prefix = file.read(PREFIX_BYTES)
    num_header = int.from_bytes(prefix, "little")
    if len(prefix) < PREFIX_BYTES or num_header > min(size - PREFIX_BYTES, MAX_HEADER_BYTES):
        raise WeightsError(_what_it_is_instead(prefix + file.read(64), where))
    header = file.read(num_header)
    if not header.startswith(b"{"):
        raise WeightsError(_what_it_is_instead(prefix + header[:64], where))
    entries, metadata = parse_header(header, size - PREFIX_BYTES - num_header, where)
    digest = hashlib.sha256(prefix + header)
    on_read(PREFIX_BYTES + num_header)
    data = np.empty(size - PREFIX_BYTES - num_header, np.uint8)
    for start in range(0, len(data), _CHUNK_BYTES):
        piece = data[start : start + _CHUNK_BYTES]
        if file.readinto(piece.data) != len(piece):
            raise WeightsError(f"{where} became shorter while it was read; load it again")
        digest.update(piece.data)
        on_read(len(piece))
    tensors = {entry.name: _array(data, entry) for entry in entries}
    dtypes = {entry.name: entry.dtype for entry in entries}
    return TensorFile(tensors, dtypes, metadata, digest.hexdigest())


def _array(data: NDArray[np.uint8], entry: TensorEntry) -> Array:
    stored = data[entry.begin : entry.end].view(DTYPES[entry.dtype])
    if entry.dtype == "BF16":
        stored = (stored.astype(np.uint32) << 16).view(np.float32)
    elif entry.dtype == "BOOL":
        # Other bytes than 0 and 1 are no bool to NumPy, and behave oddly.
        stored = stored.view(np.uint8) != 0
    array = stored.reshape(entry.shape)
    array.flags.writeable = False
    return array


def _what_it_is_instead(start: bytes, where: str) -> str:
    """Say in one sentence what a file is that is not safetensors."""
    if start.startswith(_LFS_POINTER):
        return f"{where} is a pointer of Git LFS and not the weights: run `git lfs pull` there"
    if start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
        return (
            f"{where} is a pickle or an archive of one, and reading one may run code: "
            "convert it to .safetensors on a machine where you trust it"
        )
    return (
        f"{where} is cut short, or not a safetensors file: copy or download it again"
        if start
        else f"{where} is empty: copy or download it again"
    )


def dtype_name(name: str, array: Array) -> str:
    """Return how an array is stored.

    Raises:
        WeightsError: Files have no such type.
    """
    found = _NAMES.get(array.dtype.newbyteorder("<"))
    if found is None:
        raise WeightsError(
            f"tensor {name!r} of type {array.dtype} cannot be stored: "
            "make it float16, float32 or an integer first"
        )
    return found


def tensor_file_bytes(tensors: Mapping[str, Array]) -> bytes:
    """Return the bytes of a safetensors file; the same tensors give the same bytes.

    Raises:
        WeightsError: A type that files do not have, or a float that is not finite (float16 ends at
            65,504).
    """
    for name, array in tensors.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise WeightsError(
                f"tensor {name!r} holds values that are not finite as {array.dtype}: "
                "look at the training, or store it as float32"
            )
    # As the reference does: wide types first, so that every tensor is aligned.
    names = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    layout = [
        (name, dtype_name(name, tensors[name]), tensors[name].shape, tensors[name].nbytes)
        for name in names
    ]
    # transformers refuses files that do not say this; it means C order, which they all have.
    parts = [header_of(layout, {"format": "pt"})]
    for name, dtype, _, _ in layout:
        parts.append(tensors[name].astype(DTYPES[dtype], copy=False).tobytes(order="C"))
    return b"".join(parts)
