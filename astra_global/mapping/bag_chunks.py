"""What is compressed in bags is unpacked to the size that it names, and no further.

``rosbags`` unpacks whatever a chunk, a message or a file holds before it looks at its size: a bag
of one megabyte can hold ten gigabytes. The decompressors here stop one byte behind what is allowed.
"""

from __future__ import annotations

import bz2
from typing import IO, Any

from astra_global.mapping.bag_limits import BagLimits
from astra_global.mapping.errors import TourError

__all__ = [
    "MOST_BYTES",
    "BoundedZstd",
    "rosbag1_decompressors",
    "unpack",
    "unpack_at_most",
    "unpack_lz4",
    "unpack_zstd",
]

#: Recorders close a chunk at a few megabytes; one larger picture may make one larger.
MOST_BYTES = 512 * 2**20


def unpack(decompressor: Any, data: bytes, size: int) -> bytes:
    """Unpack a chunk.

    Args:
        decompressor: With ``decompress(data, max_length=...)``, as those of the standard library.
        data: The chunk.
        size: How many bytes it says it has.

    Raises:
        TourError: It says too many, or has another number.
    """
    if size > MOST_BYTES:
        raise TourError(
            f"a chunk of the bag says it has {size / 2**20:.0f} MiB, {MOST_BYTES / 2**20:.0f} are "
            "enough: damaged? Record it again with smaller chunks"
        )
    unpacked = bytes(decompressor.decompress(data, max_length=size + 1))
    if len(unpacked) != size:
        raise TourError("a chunk of the bag is not as long as it says: the bag is damaged")
    return unpacked


def unpack_at_most(decompressor: Any, data: bytes, limits: BagLimits) -> bytes:
    """Unpack what does not say how long it is, and count it.

    Raises:
        TourError: It is longer than the bag allows, or cut off.
    """
    most = min(MOST_BYTES, limits.most_bytes - limits.unpacked)
    unpacked = bytes(decompressor.decompress(data, max_length=most + 1))
    limits.unpack(len(unpacked))
    if not decompressor.eof:
        raise TourError("a part of the bag is cut off, or far too long: the bag is damaged")
    return unpacked


def unpack_zstd(data: bytes, size: int) -> bytes:
    """Unpack a chunk of an MCAP file."""
    return unpack(_zstd().ZstdDecompressor(), data, size)


def unpack_lz4(data: bytes, size: int) -> bytes:
    """Unpack a chunk of an MCAP file."""
    return unpack(_lz4(), data, size)


def rosbag1_decompressors(limits: BagLimits) -> dict[str, Any]:
    """Return what unpacks chunks of ROS 1, which do not say how long they are."""
    return {
        "bz2": lambda data: unpack_at_most(bz2.BZ2Decompressor(), data, limits),
        "lz4": lambda data: unpack_at_most(_lz4(), data, limits),
    }


class BoundedZstd:
    """Stands in for the module ``zstd`` where messages or whole files are unpacked."""

    def __init__(self, limits: BagLimits) -> None:
        """Keep the limits of the bag."""
        self._limits = limits

    def decompress(self, data: bytes) -> bytes:
        """Unpack a message."""
        return unpack_at_most(_zstd().ZstdDecompressor(), data, self._limits)

    def open(self, file: IO[bytes], mode: str) -> _BoundedFile:
        """Open a file for reading."""
        return _BoundedFile(_zstd().open(file, mode), self._limits)


class _BoundedFile:
    def __init__(self, file: IO[bytes], limits: BagLimits) -> None:
        self._file, self._limits = file, limits

    def __enter__(self) -> _BoundedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._limits.unpack(len(data))
        return data


def _zstd() -> Any:
    from rosbags.rosbag2 import storage_mcap

    # The module that rosbags has found: of Python itself, or its backport.
    return storage_mcap.zstd  # type: ignore[attr-defined]


def _lz4() -> Any:
    from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]

    return LZ4FrameDecompressor()
