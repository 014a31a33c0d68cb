"""The header of a safetensors file: what lies where, checked before anything is believed.

A file is ``N`` as 8 bytes (unsigned, little endian), ``N`` bytes of JSON, and the data::

    {"__metadata__": {text: text}, name: {"dtype": "F16", "shape": [2, 3], "data_offsets": [a, b]}}

Offsets count from the end of the header. The data are little endian, in C order, and the tensors
cover them without gaps and without overlap, so that no byte of a file is unaccounted for.
Source: https://github.com/huggingface/safetensors#format. Nothing here needs that package or torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from astra_core.errors import WeightsError

__all__ = ["DTYPES", "MAX_HEADER_BYTES", "PREFIX_BYTES", "TensorEntry", "parse_header", "header_of"]

PREFIX_BYTES = 8
#: As in the reference implementation. A damaged length must not become a huge allocation.
MAX_HEADER_BYTES = 100_000_000
#: NumPy's type of each type that is read. BF16 has none: its bits are the upper half of a float32.
DTYPES: Mapping[str, np.dtype[Any]] = {
    "BOOL": np.dtype("bool"),
    "U8": np.dtype("u1"),
    "I8": np.dtype("i1"),
    "U16": np.dtype("<u2"),
    "I16": np.dtype("<i2"),
    "U32": np.dtype("<u4"),
    "I32": np.dtype("<i4"),
    "U64": np.dtype("<u8"),
    "I64": np.dtype("<i8"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}
_METADATA = "__metadata__"
# NumPy's own limit on dimensions (32 until NumPy 2).
_MAX_DIMENSIONS = 32


@dataclass(frozen=True)
class TensorEntry:
    """Where one tensor lies.

    Attributes:
        name: Of the tensor.
        dtype: A key of :data:`DTYPES`.
        shape: Any number of dimensions; none is a scalar.
        begin: First byte, counted from the end of the header.
        end: Past its last byte.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def parse_header(
    header: bytes, num_data_bytes: int, where: str
) -> tuple[list[TensorEntry], dict[str, str]]:
    """Read a header and check it against the length of the data.

    Args:
        header: The JSON, without the eight bytes before it.
        num_data_bytes: How many bytes follow the header.
        where: What error messages call the file.

    Returns:
        The tensors in the order in which they lie in the file, and the metadata.

    Raises:
        WeightsError: It is not a header, or does not fit the data.
    """
    document = _parse_json(header, where)
    metadata = document.pop(_METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise WeightsError(f"{where} has a damaged header: its metadata are not texts; {_AGAIN}")
    entries = [_parse_entry(name, value, where) for name, value in document.items()]
    entries.sort(key=lambda entry: (entry.begin, entry.end))
    position = 0
    for entry in entries:
        if entry.begin != position:
            how = "overlaps the one before" if entry.begin < position else "leaves a gap before it"
            raise WeightsError(
                f"{where} has a damaged header: tensor {entry.name!r} {how}; {_AGAIN}"
            )
        position = entry.end
    if position > num_data_bytes:
        raise WeightsError(
            f"{where} is cut short: its header promises {position} bytes of data, "
            f"{num_data_bytes} are there; {_AGAIN}"
        )
    if position < num_data_bytes:
        raise WeightsError(
            f"{where} has {num_data_bytes - position} bytes that belong to no tensor; {_AGAIN}"
        )
    return entries, metadata


def header_of(
    tensors: Iterable[tuple[str, str, tuple[int, ...], int]], metadata: Mapping[str, str]
) -> bytes:
    """Return the start of a file, the eight bytes included.

    Args:
        tensors: Name, type, shape and size in bytes, in the order in which the data will follow.
        metadata: Texts about the file.
    """
    document: dict[str, Any] = {_METADATA: dict(metadata)} if metadata else {}
    position = 0
    for name, dtype, shape, size in tensors:
        offsets = [position, position + size]
        document[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": offsets}
        position += size
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    # Spaces at its end are allowed, so that the data begin aligned.
    text += b" " * (-len(text) % PREFIX_BYTES)
    return len(text).to_bytes(PREFIX_BYTES, "little") + text


_AGAIN = "copy or download it again"


def _parse_json(header: bytes, where: str) -> dict[str, Any]:
    if not header.startswith(b"{"):
        raise WeightsError(f"{where} is not a safetensors file, or its header is damaged; {_AGAIN}")
    try:
        document = json.loads(header.decode("utf-8"), object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0][:100]
        raise WeightsError(f"{where} has a damaged header ({reason}); {_AGAIN}") from error
    assert isinstance(document, dict)  # it begins with a brace
    return document


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands there twice")
    return result


def _parse_entry(name: str, value: Any, where: str) -> TensorEntry:
    damaged = f"{where} has a damaged header: tensor {name!r}"
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise WeightsError(f"{damaged} needs dtype, shape and data_offsets; {_AGAIN}")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise WeightsError(
            f"{where}: tensor {name!r} is stored as {str(dtype)[:20]}, which is not read here; "
            f"store it as one of {', '.join(DTYPES)}"
        )
    # Empty dimensions are left out of the product: NumPy refuses what would overflow without them.
    size = math.prod(filter(None, shape)) if _are_sizes(shape) else 2**63
    if size >= 2**48 or len(shape) > _MAX_DIMENSIONS:
        raise WeightsError(f"{damaged} has no usable shape; {_AGAIN}")
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise WeightsError(f"{damaged} has no usable data_offsets; {_AGAIN}")
    begin, end = offsets
    if end - begin != math.prod(shape) * DTYPES[dtype].itemsize:
        raise WeightsError(
            f"{damaged} of shape {shape} and type {dtype} cannot lie in {end - begin} bytes; "
            f"{_AGAIN}"
        )
    return TensorEntry(name, dtype, tuple(shape), begin, end)


def _are_sizes(value: Any) -> bool:
    # A bool is an int to Python, and numbers beyond 63 bits are nobody's size.
    return isinstance(value, list) and all(
        type(item) is int and 0 <= item < 2**63 for item in value
    )
