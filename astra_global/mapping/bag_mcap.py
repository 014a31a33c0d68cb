"""MCAP files of bags: what their chunks say they unpack to is added up before one is unpacked."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from astra_global.mapping.bag_limits import BagLimits

__all__ = ["Chunk", "check_chunks", "chunks_of_file"]

_MAGIC = b"\x89MCAP0\r\n"
_CHUNK = 0x06
_RECORD = struct.Struct("<BQ")
_CHUNK_HEAD = struct.Struct("<QQQII")  # start, end, unpacked size, CRC, length of the method's name
#: A file that is larger costs its owner more than it costs us.
_LARGE = 2**30
#: Up to this ratio, messages are few enough whatever they are.
_HARMLESS = 8


class Chunk(NamedTuple):
    """A compressed chunk of a file: where its data begin, and what it says of itself."""

    start: int
    compressed: int
    method: str
    unpacked: int


def chunks_of_file(path: Path) -> Iterator[Chunk]:
    """Yield the chunks of a file as they lie in it; nothing of a file that is no MCAP, or large."""
    size = path.stat().st_size
    if not len(_MAGIC) < size < _LARGE:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[: len(_MAGIC)] != _MAGIC:
            return
        at = len(_MAGIC)
        while at + _RECORD.size <= size:
            kind, length = _RECORD.unpack_from(data, at)
            at += _RECORD.size
            if kind == _CHUNK and at + _CHUNK_HEAD.size <= size:
                _, _, unpacked, _, name = _CHUNK_HEAD.unpack_from(data, at)
                start = at + _CHUNK_HEAD.size + name
                if start + 8 <= size:
                    method = data[at + _CHUNK_HEAD.size : start].decode("ascii", "replace")
                    (compressed,) = struct.unpack_from("<Q", data, start)
                    yield Chunk(start + 8, compressed, method, unpacked)
            at += length


def check_chunks(
    path: Path,
    chunks: Iterable[Chunk],
    limits: BagLimits,
    unpackers: dict[str, Callable[[bytes, int], bytes]],
) -> None:
    """Refuse chunks that unpack to too much, or to too many messages.

    Raises:
        TourError: They do, or one is damaged.
    """
    listed = []
    limits.begin()
    for chunk in chunks:
        limits.unpack(chunk.unpacked)
        listed.append(chunk)
    if limits.unpacked <= _HARMLESS * limits.disk_bytes:
        return
    # Little that becomes much may be a picture of one colour, or millions of empty messages.
    size = path.stat().st_size
    with path.open("rb") as file:
        for chunk in listed:
            unpacker = unpackers.get(chunk.method)
            if unpacker is not None and chunk.method:
                file.seek(chunk.start)
                data = file.read(min(chunk.compressed, size))
                _count(unpacker(data, chunk.unpacked), limits)


def _count(records: Any, limits: BagLimits) -> None:
    at, size, found = 0, len(records), 0
    while at + _RECORD.size <= size:
        _, length = _RECORD.unpack_from(records, at)
        at += _RECORD.size + length
        found += 1
        if found % 1000 == 0:
            limits.take(1000)
    limits.take(found % 1000)
