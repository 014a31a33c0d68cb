"""Opens a bag so that a small one cannot take the machine's memory or minutes.

``rosbags`` believes what a bag says of itself. Its readers are taken as they are; what they unpack,
parse and list is measured on the way, see :mod:`astra_global.mapping.bag_limits`.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from pathlib import Path
from typing import Any

from astra_core.untrusted.yaml_text import parse_yaml
from astra_global.mapping.bag_chunks import (
    BoundedZstd,
    rosbag1_decompressors,
    unpack_lz4,
    unpack_zstd,
)
from astra_global.mapping.bag_database import check_database
from astra_global.mapping.bag_limits import BagLimits
from astra_global.mapping.bag_mcap import Chunk, check_chunks, chunks_of_file
from astra_global.mapping.errors import TourError

__all__ = ["open_bag"]

_MOST_TOPICS = 20_000
#: Of the definition of a message, comments and all; a CameraInfo has ten thousand characters.
_LONGEST_DEFINITION = 40_000


def open_bag(path: Path, limits: BagLimits, kinds: Collection[str]) -> Any:
    """Return an open ``AnyReader``.

    Args:
        path: A folder with ``metadata.yaml``, or a file.
        limits: Of this bag; they count on while it is read.
        kinds: Types of messages that will be read; definitions of others are not parsed.

    Raises:
        TourError: The bag would become too much.
    """
    from rosbags.highlevel import AnyReader
    from rosbags.typesys import Stores, get_typestore

    _bind(limits)
    reader: Any = AnyReader([path], default_typestore=get_typestore(Stores.ROS2_JAZZY))
    for part in reader.readers:
        part.open = functools.partial(_open, part, part.open, frozenset(kinds))
    reader.open()
    return reader


def _open(part: Any, open_it: Any, kinds: frozenset[str]) -> None:
    open_it()
    connections = part.connections
    if len(connections) > _MOST_TOPICS:
        raise TourError(f"the bag has {len(connections)} topics: it is damaged; record it again")
    kept: set[str] = set()
    for index, item in enumerate(connections):
        # A definition takes a twentieth of a second to parse, and stands at every topic.
        if item.msgtype not in kinds or item.msgtype in kept:
            connections[index] = item._replace(msgdef=_no_definition())
        elif len(item.msgdef.data) > _LONGEST_DEFINITION:
            raise TourError(f"the definition of {item.msgtype} in the bag is too long: damaged?")
        elif item.msgdef.data:
            kept.add(item.msgtype)


def _no_definition() -> Any:
    from rosbags.interfaces import MessageDefinition, MessageDefinitionFormat

    return MessageDefinition(MessageDefinitionFormat.NONE, "")


def _bind(limits: BagLimits) -> None:
    """Make the readers of this process ask the limits of this bag, from now on."""
    from rosbags.rosbag1 import reader as reader1
    from rosbags.rosbag2 import metadata, storage_mcap
    from rosbags.rosbag2 import reader as reader2
    from rosbags.rosbag2.storage_sqlite3 import Sqlite3Reader
    from ruamel.yaml import YAML

    class LimitedYaml(YAML):
        """YAML that is read by our reader, with limits."""

        def load(self, stream: Any) -> Any:
            text = str(stream)
            limits.read_text(len(text))
            return parse_yaml(text, "what the bag says of itself", TourError)

    class CheckedDatabase(Sqlite3Reader):
        def open(self) -> None:
            check_database(Path(str(self.path)))
            super().open()

    class CheckedMcap(storage_mcap.McapReader):
        def open(self) -> None:
            path = Path(str(self.path))
            unpackers = storage_mcap.DECOMPRESSORS
            check_chunks(path, chunks_of_file(path), limits, unpackers)
            super().open()
            # These are what is read, wherever in the file the index lies.
            indexed = (
                Chunk(
                    item.chunk_start_offset + 9 + 40 + len(item.compression),
                    item.compressed_size,
                    item.compression,
                    item.uncompressed_size,
                )
                for item in self.chunks
            )
            check_chunks(path, indexed, limits, unpackers)

    storage_mcap.DECOMPRESSORS.update(zstd=unpack_zstd, lz4=unpack_lz4)
    # What a module of rosbags has imported is replaced there and nowhere else.
    vars(reader2).update(YAML=LimitedYaml, zstd=BoundedZstd(limits))
    vars(metadata).update(YAML=LimitedYaml)
    reader2.DirectoryReader.STORAGE_PLUGINS = {"mcap": CheckedMcap, "sqlite3": CheckedDatabase}
    reader2.Reader.STORAGE_PLUGINS = {
        **reader2.Reader.STORAGE_PLUGINS,
        ".mcap": CheckedMcap,
        ".db3": CheckedDatabase,
    }
    reader1.decompressors.update(rosbag1_decompressors(limits))
