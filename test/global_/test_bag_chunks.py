"""A chunk of a bag is unpacked to the size that it names, and no further."""

from __future__ import annotations

from pathlib import Path

import pytest
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer, storage_mcap
from rosbags.typesys import Stores, get_typestore

from astra_global.mapping import bag_chunks
from astra_global.mapping.bag_chunks import bound_chunks
from astra_global.mapping.errors import TourError

STORE = get_typestore(Stores.ROS2_JAZZY)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """A bag of a few kilobytes with one chunk of two megabytes."""
    text = STORE.types["std_msgs/msg/String"]
    writer = Writer(tmp_path / "b", version=9, storage_plugin=StoragePlugin.MCAP)
    writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
    with writer:
        topic = writer.add_connection("/words", text.__msgtype__, typestore=STORE)
        raw = STORE.serialize_cdr(text("x" * 2_000_000), text.__msgtype__)
        writer.write(topic, 1, raw)
    assert sum(path.stat().st_size for path in (tmp_path / "b").iterdir()) < 20_000
    return tmp_path / "b"


def _words(bag: Path) -> int:
    with AnyReader([bag]) as reader:
        (length,) = (len(raw) for _, _, raw in reader.messages())
    return length


def test_a_chunk_that_says_too_much_is_not_unpacked(bag: Path, monkeypatch) -> None:
    bound_chunks()
    assert _words(bag) > 2_000_000
    monkeypatch.setattr(bag_chunks, "MOST_BYTES", 2**20)
    with pytest.raises(TourError, match="says it has 2 MiB, 1 are enough"):
        _words(bag)


@pytest.mark.parametrize("kind", ["zstd", "lz4"])
def test_a_chunk_that_lies_is_unpacked_no_further_than_it_says(kind: str) -> None:
    bound_chunks()
    lz4 = pytest.importorskip("lz4.frame")
    pack = {"zstd": storage_mcap.zstd.compress, "lz4": lz4.compress}[kind]
    data = pack(bytes(1000))
    assert storage_mcap.DECOMPRESSORS[kind](data, 1000) == bytes(1000)
    for size in (0, 10, 999, 1001):
        with pytest.raises(TourError, match="not as long as it says"):
            storage_mcap.DECOMPRESSORS[kind](data, size)
