"""Compressed chunks of MCAP files, unpacked to the size that they name and no further.

``rosbags`` unpacks whatever a chunk holds before it looks at that size: a bag of one megabyte can
hold a chunk of ten gigabytes. Both decompressors here stop one byte behind what was promised.
"""

from __future__ import annotations

from typing import Any

from astra_global.mapping.errors import TourError

__all__ = ["bound_chunks", "unpack"]

#: Recorders close a chunk at a few megabytes; one larger picture may make one larger.
MOST_BYTES = 512 * 2**20


def bound_chunks() -> None:
    """Make ``rosbags`` unpack chunks by :func:`unpack`, in this process, from now on."""
    from rosbags.rosbag2 import storage_mcap

    storage_mcap.DECOMPRESSORS.update(zstd=_zstd, lz4=_lz4)


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


def _zstd(data: bytes, size: int) -> bytes:
    from rosbags.rosbag2 import storage_mcap

    # The module that rosbags has found: of Python itself, or its backport.
    return unpack(storage_mcap.zstd.ZstdDecompressor(), data, size)  # type: ignore[attr-defined]


def _lz4(data: bytes, size: int) -> bytes:
    from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]

    return unpack(LZ4FrameDecompressor(), data, size)
