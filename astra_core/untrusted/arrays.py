"""NumPy archives (``.npz``) with limits: what they unpack to is known before anything is unpacked.

``numpy.load`` allocates what the header of an array promises, and unpacks what the archive holds:
1.5 MB of zeros become 4.6 GiB. Here an archive may unpack to a limit, or to its own size where
that is larger, and every array must be as long as its header says.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from astra_core.errors import AstraError

__all__ = ["MOST_UNPACKED_BYTES", "parse_arrays", "read_arrays"]

MOST_UNPACKED_BYTES = 512 * 2**20
_MOST_ARRAYS = 1000
_CHUNK_BYTES = 2**24
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_arrays(
    path: Path,
    error: type[AstraError],
    *,
    names: Collection[str] | None = None,
    most_bytes: int = MOST_UNPACKED_BYTES,
) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive.

    Args:
        path: The file.
        error: What is raised.
        names: Those wanted, of which none may be missing; ``None`` returns all.
        most_bytes: An archive that unpacks to more, and to more than its own size, is refused.

    Raises:
        AstraError: As told: the file is missing, damaged, too large, or no archive of plain arrays.
    """
    try:
        if not path.is_file():
            raise error(f"cannot read {path}: missing: there is no such file")
        size = path.stat().st_size
        with path.open("rb") as file:
            return _read(file, size, str(path), error, names, most_bytes)
    except (OSError, ValueError) as wrong:
        if isinstance(wrong, error):
            raise
        raise error(f"cannot read {path}: {wrong}") from wrong


def parse_arrays(
    data: bytes,
    where: str,
    error: type[AstraError],
    *,
    names: Collection[str] | None = None,
    most_bytes: int = MOST_UNPACKED_BYTES,
) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive in memory, see :func:`read_arrays`.

    Raises:
        AstraError: As :func:`read_arrays`; the message begins with ``where``.
    """
    return _read(io.BytesIO(data), len(data), where, error, names, most_bytes)


def _read(
    file: io.IOBase,
    size: int,
    where: str,
    error: type[AstraError],
    names: Collection[str] | None,
    most_bytes: int,
) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ARRAYS:
                raise ValueError(f"{len(entries)} arrays are too many")
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > max(most_bytes, size):
                raise ValueError(
                    f"it would unpack to {unpacked / 2**20:.0f} MiB, "
                    f"{max(most_bytes, size) / 2**20:.0f} MiB are enough"
                )
            found = {entry.filename.removesuffix(".npy"): entry for entry in entries}
            wanted = list(found) if names is None else names
            missing = [name for name in wanted if name not in found]
            if missing:
                raise ValueError(f"it lacks {', '.join(missing)}")
            return {name: _array(archive, found[name]) for name in wanted}
    except Exception as wrong:
        # zipfile, zlib and NumPy raise a dozen kinds for damaged bytes.
        reason = " ".join(str(wrong).split())[:200] or type(wrong).__name__
        raise error(
            f"{where}: damaged, or not an archive of NumPy arrays: {reason}; make it again"
        ) from wrong


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    if entry.compress_type not in _METHODS:
        raise ValueError(f"{entry.filename} is compressed in another way than NumPy does it")
    with archive.open(entry) as member:
        version = npy.read_magic(member)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"{entry.filename} has version {version}")
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, is_fortran, dtype = read_header(member)
        if dtype.hasobject:
            raise ValueError(f"{entry.filename} holds Python objects: reading them may run code")
        length = math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or length != entry.file_size - member.tell():
            raise ValueError(f"{entry.filename} is not as long as its shape {shape} says")
        # Not read at once: what is asked for is what zipfile would allocate besides.
        data = np.empty(length, np.uint8)
        for start in range(0, length, _CHUNK_BYTES):
            piece = member.read(min(_CHUNK_BYTES, length - start))
            if len(piece) < min(_CHUNK_BYTES, length - start):
                raise ValueError(f"{entry.filename} is cut short")
            data[start : start + len(piece)] = np.frombuffer(piece, np.uint8)
        member.read(1)  # only at the end is its checksum compared
    return np.ndarray(shape, dtype, data.data, order="F" if is_fortran else "C")
