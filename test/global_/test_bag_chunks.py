"""A chunk of a bag is unpacked to the size that it names, and no further."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rosbags.rosbag2 import storage_mcap

from astra_global.mapping import bag_chunks
from astra_global.mapping.bag_chunks import unpack_lz4, unpack_zstd
from astra_global.mapping.errors import TourError


def test_a_chunk_that_says_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = storage_mcap.zstd.compress(bytes(2 * 2**20))
    assert len(unpack_zstd(data, 2 * 2**20)) == 2 * 2**20
    monkeypatch.setattr(bag_chunks, "MOST_BYTES", 2**20)
    with pytest.raises(TourError, match="says it has 2 MiB, 1 are enough"):
        unpack_zstd(data, 2 * 2**20)


@pytest.mark.parametrize("kind", ["zstd", "lz4"])
def test_a_chunk_that_lies_is_unpacked_no_further_than_it_says(kind: str) -> None:
    lz4 = pytest.importorskip("lz4.frame")
    pack = {"zstd": storage_mcap.zstd.compress, "lz4": lz4.compress}[kind]
    unpack: Callable[[bytes, int], bytes] = {"zstd": unpack_zstd, "lz4": unpack_lz4}[kind]
    data = pack(bytes(1000))
    assert unpack(data, 1000) == bytes(1000)
    for size in (0, 10, 999, 1001):
        with pytest.raises(TourError, match="not as long as it says"):
            unpack(data, size)
