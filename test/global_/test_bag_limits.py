"""A small bag cannot take the machine's memory or minutes, however it is compressed."""

from __future__ import annotations

import bz2
import io
import sqlite3
import struct
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer, storage_mcap
from rosbags.typesys import Stores, get_typestore

from astra_global.mapping.bag_chunks import rosbag1_decompressors, unpack_at_most
from astra_global.mapping.bag_database import check_database
from astra_global.mapping.bag_limits import BagLimits
from astra_global.mapping.bag_mcap import chunks_of_file
from astra_global.mapping.bag_storage import open_bag
from astra_global.mapping.errors import TourError

STORE = get_typestore(Stores.ROS2_JAZZY)
TEXT = STORE.types["std_msgs/msg/String"]
MIB = 2**20


def write_bag(
    folder: Path,
    plugin: StoragePlugin,
    mode: CompressionMode,
    texts: list[str],
    topics: int = 1,
) -> Path:
    writer = Writer(folder, version=9, storage_plugin=plugin)
    if mode != CompressionMode.NONE:
        writer.set_compression(mode, CompressionFormat.ZSTD)
    with writer:
        for number in range(topics):
            topic = writer.add_connection(f"/words{number}", TEXT.__msgtype__, typestore=STORE)
        for stamp, text in enumerate(texts):
            writer.write(topic, stamp, STORE.serialize_cdr(TEXT(text), TEXT.__msgtype__))
    return folder


def lengths(bag: Path, limits: BagLimits | None = None) -> list[int]:
    limits = limits or BagLimits.of(bag)
    with closing(open_bag(bag, limits, ("std_msgs/msg/String",))) as reader:
        limits.begin()
        return [len(reader.deserialize(raw, c.msgtype).data) for c, _, raw in reader.messages()]


STORAGES = [
    (StoragePlugin.SQLITE3, CompressionMode.NONE),
    (StoragePlugin.SQLITE3, CompressionMode.FILE),
    (StoragePlugin.SQLITE3, CompressionMode.MESSAGE),
    (StoragePlugin.MCAP, CompressionMode.NONE),
    (StoragePlugin.MCAP, CompressionMode.FILE),
    (StoragePlugin.MCAP, CompressionMode.MESSAGE),
    (StoragePlugin.MCAP, CompressionMode.STORAGE),
]


def test_the_numbers() -> None:
    limits = BagLimits(10_000_000)
    assert limits.most_bytes == 64 * MIB + 500_000_000
    assert limits.most_messages == 2_700_000
    limits.unpack(limits.most_bytes)
    with pytest.raises(TourError, match=r"takes 10\.0 MB and unpacks to more than 541 MiB"):
        limits.unpack(1)
    limits.take(limits.most_messages)
    with pytest.raises(TourError, match="more than 2700000 messages"):
        limits.take(1)
    limits.begin()
    limits.unpack(1)
    assert (limits.unpacked, limits.messages) == (1, 0)


@pytest.mark.parametrize(("plugin", "mode"), STORAGES)
def test_a_bag_of_any_kind_is_read(
    tmp_path: Path, plugin: StoragePlugin, mode: CompressionMode
) -> None:
    assert lengths(write_bag(tmp_path / "b", plugin, mode, ["a", "bb" * 1000])) == [1, 2000]


@pytest.mark.parametrize(
    ("plugin", "mode"), [kind for kind in STORAGES if kind[1] != CompressionMode.NONE]
)
def test_one_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, plugin: StoragePlugin, mode: CompressionMode
) -> None:
    bag = write_bag(tmp_path / "b", plugin, mode, ["x" * (40 * MIB)] * 3)
    assert BagLimits.of(bag).disk_bytes < MIB
    began = time.monotonic()
    with pytest.raises(TourError, match=r"unpacks to more than|far too long"):
        lengths(bag)
    assert time.monotonic() - began < 60.0  # seconds, on a loaded machine; once it was minutes


def test_millions_of_messages_in_a_small_chunk_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.mcap"
    message = struct.pack("<BQHIQQ", 5, 22, 1, 0, 1, 1)
    records = message * 400_000
    data = storage_mcap.zstd.compress(records)
    chunk = struct.pack("<QQQI", 1, 1, len(records), 0) + struct.pack("<I", 4) + b"zstd"
    chunk += struct.pack("<Q", len(data)) + data
    magic = b"\x89MCAP0\r\n"
    path.write_bytes(
        magic
        + struct.pack("<BQ", 1, 8) + bytes(8)
        + struct.pack("<BQ", 6, len(chunk)) + chunk
        + struct.pack("<BQQQI", 2, 20, 0, 0, 0) + magic
    )  # fmt: skip
    (found,) = chunks_of_file(path)
    assert (found.method, found.unpacked, found.compressed) == ("zstd", len(records), len(data))
    with pytest.raises(TourError, match=r"more than 20\d{4} messages"):
        open_bag(path, BagLimits.of(path), ())


def test_what_an_index_says_counts_wherever_it_lies(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "b", StoragePlugin.MCAP, CompressionMode.STORAGE, ["x" * MIB] * 4)
    limits = BagLimits(0)  # allows 64 MiB
    assert lengths(bag, limits) == [MIB] * 4
    (path,) = bag.glob("*.mcap")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"zstd") + 4 + 8  # of the last index: how much its chunk unpacks to
    data[at : at + 8] = struct.pack("<Q", 100 * MIB)
    path.write_bytes(data)
    with pytest.raises(TourError, match="unpacks to more than 64 MiB"):
        lengths(bag, BagLimits(0))


@pytest.mark.parametrize("kind", ["bz2", "lz4"])
def test_chunks_of_ros_1(kind: str) -> None:
    lz4 = pytest.importorskip("lz4.frame")
    pack = {"bz2": bz2.compress, "lz4": lz4.compress}[kind]
    limits = BagLimits(0)
    unpack = rosbag1_decompressors(limits)[kind]
    assert unpack(pack(bytes(1000))) == bytes(1000)
    with pytest.raises(TourError):
        unpack(pack(bytes(1000))[:-20])
    bomb = pack(bytes(40 * MIB))
    unpack(bomb)
    with pytest.raises(TourError, match="unpacks to more than 64 MiB"):
        unpack(bomb)
    limits.begin()
    assert len(unpack(bomb)) == 40 * MIB


def test_what_is_cut_off_is_said() -> None:
    packed = storage_mcap.zstd.compress(bytes(1000))
    with pytest.raises(TourError, match="cut off"):
        unpack_at_most(storage_mcap.zstd.ZstdDecompressor(), packed[:-3], BagLimits(0))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    bag = write_bag(tmp_path / "b", StoragePlugin.SQLITE3, CompressionMode.NONE, ["a"] * 50)
    (path,) = bag.glob("*.db3")
    return path


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as base:
        for statement in statements:
            base.execute(statement)
        base.commit()


def test_what_a_recorder_writes_is_taken(base: Path) -> None:
    check_database(base)


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        (
            ["DROP TABLE messages",
             "CREATE VIEW messages AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id+1"
             " FROM n) SELECT id, 1 AS topic_id, id AS timestamp, zeroblob(9999999) data FROM n"],
            "it has the view 'messages'",
        ),
        (
            ["DROP TABLE messages",
             "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id, timestamp,"
             " data AS (zeroblob(500000000)))",
             "INSERT INTO messages VALUES (1, 1, 1)"],
            "it computes the column 'data' of 'messages'",
        ),
        (["CREATE TRIGGER t AFTER INSERT ON messages BEGIN SELECT 1; END"], "it has the trigger"),
        (["CREATE VIRTUAL TABLE v USING fts5(a)"], "it has the table 'v'"),
    ],
)  # fmt: skip
def test_a_database_that_computes_is_refused(base: Path, statements: list[str], why: str) -> None:
    change(base, *statements)
    with pytest.raises(TourError, match=why):
        check_database(base)
    with pytest.raises(TourError, match=why):
        lengths(base.parent)


def test_rows_that_share_their_pages_are_refused(base: Path) -> None:
    """Of two blobs of many pages, one gets the pages of the other: as if it was twice there."""
    blob = bytes(range(256)) * 40_000
    change(base, f"INSERT INTO messages VALUES (1000, 1, 1000, x'{blob.hex()}')")
    size = base.stat().st_size
    data = bytearray(base.read_bytes())
    # Its row is a varint of the length, the id, four types, and the pages: copied over the pages of
    # a small blob it would need a B-tree of its own; the length alone is what is looked at.
    old, new = _varint(len(blob) * 2 + 12), _varint((size * 3) * 2 + 12)
    assert data.count(old) == 1 and len(old) == len(new)
    base.write_bytes(bytes(data).replace(old, new))
    with pytest.raises(TourError, match=r"more than the file|damaged"):
        check_database(base)


def _varint(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def test_a_tree_without_end_is_ended(base: Path) -> None:
    """The root of the messages becomes a page whose children are all the same page."""
    change(base, "DROP INDEX timestamp_idx", "VACUUM")
    with closing(sqlite3.connect(base)) as made:
        (page,) = made.execute("PRAGMA page_size").fetchone()
        (root,) = made.execute(
            "SELECT rootpage FROM sqlite_master WHERE name='messages'"
        ).fetchone()
    data = bytearray(base.read_bytes())
    leaf = data[(root - 1) * page : root * page]
    levels = 6
    first = len(data) // page + 1
    pages = [_interior(first + level, page) for level in range(levels - 1)]
    data[(root - 1) * page : root * page] = _interior(first, page)
    # Each level has a hundred times the one page below it; the last is the leaf.
    new = [*pages[1:], _interior(first + levels - 1, page), bytes(leaf)]
    for part in new:
        data += part
    data[28:32] = struct.pack(">I", len(data) // page)
    base.write_bytes(data)
    began = time.monotonic()
    with pytest.raises(TourError, match=r"no end|damaged|more than the file"):
        check_database(base)
    assert time.monotonic() - began < 30.0


def _interior(child: int, page: int, cells: int = 300) -> bytes:
    body = bytearray(page)
    start = page - 5 * cells
    body[:12] = struct.pack(">BHHHBI", 5, 0, cells, start, 0, child)
    for number in range(cells):
        at = start + 5 * number
        body[12 + 2 * number : 14 + 2 * number] = struct.pack(">H", at)
        body[at : at + 5] = struct.pack(">IB", child, number % 128)
    return bytes(body)


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "b.db3").write_bytes(b"no" * 1000)
    with pytest.raises(TourError, match="no SQLite file"):
        check_database(tmp_path / "b.db3")


def test_metadata_are_read_with_limits(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "b", StoragePlugin.MCAP, CompressionMode.NONE, ["a"])
    laughs = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    laughs += [f"{y}: &{y} [{', '.join([f'*{x}'] * 9)}]" for x, y in pairwise("abcdefgh")]
    (bag / "metadata.yaml").write_text("\n".join(laughs))
    with pytest.raises(TourError, match="too much YAML"):
        lengths(bag)


def test_descriptions_of_endless_topics_are_refused() -> None:
    limits = BagLimits(10_000_000)
    with pytest.raises(TourError, match="more topics than any recording has"):
        for _ in range(100_000):
            limits.read_text(10)
    assert limits.text < 3_000_000


def test_definitions_of_messages_nobody_reads_are_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rosbags.highlevel import anyreader

    bag = write_bag(tmp_path / "b", StoragePlugin.MCAP, CompressionMode.NONE, ["a"], topics=5)
    parsed: list[str] = []
    parse = anyreader.get_types_from_msg
    monkeypatch.setattr(
        anyreader, "get_types_from_msg", lambda text, name: parsed.append(name) or parse(text, name)
    )
    open_bag(bag, BagLimits.of(bag), ("sensor_msgs/msg/Image",)).close()
    assert parsed == []
    assert lengths(bag) == [1]
    assert parsed == ["std_msgs/msg/String"]  # once, and not for each of five topics


def test_a_file_is_unpacked_no_further_than_allowed() -> None:
    from astra_global.mapping.bag_chunks import BoundedZstd

    packed = storage_mcap.zstd.compress(bytes(80 * MIB))
    file = BoundedZstd(BagLimits(0)).open(io.BytesIO(packed), "rb")
    with file, pytest.raises(TourError, match="unpacks to more than 64 MiB"):
        while file.read(MIB):
            pass
