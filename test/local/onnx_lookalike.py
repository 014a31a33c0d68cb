"""A depth model in an ONNX file, small enough to be written by hand.

It computes ``depth = scale x mean over the colours + offset`` of the normalised picture: a map of
the right shape, whose numbers can be worked out. ONNX files are protocol buffers; fields are named
by their numbers in ``onnx.proto3``.
"""

from __future__ import annotations

import struct
from pathlib import Path

_FLOAT = 1


def write_onnx(
    path: Path,
    *,
    scale: float,
    offset: float,
    size: tuple[int, int] | None = None,
    channels: int = 3,
) -> Path:
    """Write the model; without a size it takes any."""
    shape = [1, channels, *(size or ("height", "width"))]
    nodes = [
        _node("ReduceMean", ["image"], "gray", _field(5, _attribute_ints("axes", [1]))),
        _node("Mul", ["gray", "scale"], "scaled"),
        _node("Add", ["scaled", "offset"], "depth"),
    ]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"lookalike")
    graph += _field(5, _constant("scale", scale)) + _field(5, _constant("offset", offset))
    graph += _field(11, _value("image", shape))
    graph += _field(12, _value("depth", [1, 1, *shape[2:]]))
    # Opset 13: the axes of ReduceMean are an attribute.
    model = _number(1, 8) + _field(7, graph) + _field(8, _field(1, b"") + _number(2, 13))
    path.write_bytes(model)
    return path


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _node(kind: str, inputs: list[str], output: str, more: bytes = b"") -> bytes:
    named = b"".join(_field(1, name.encode()) for name in inputs)
    return named + _field(2, output.encode()) + _field(4, kind.encode()) + more


def _attribute_ints(name: str, values: list[int]) -> bytes:
    return _field(1, name.encode()) + b"".join(_number(8, v) for v in values) + _number(20, 7)


def _constant(name: str, value: float) -> bytes:
    return _number(2, _FLOAT) + _field(8, name.encode()) + _field(9, struct.pack("<f", value))


def _value(name: str, shape: list[int | str]) -> bytes:
    sides = b"".join(
        _field(1, _number(1, side) if isinstance(side, int) else _field(2, side.encode()))
        for side in shape
    )
    tensor = _number(1, _FLOAT) + _field(2, sides)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))
