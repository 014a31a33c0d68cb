"""How much a bag may become: in proportion to what it takes on disk.

A recording is compressed to a fifth at best, a third of what it was as a rule; megabytes that say
they are gigabytes, or millions of messages, are damaged or made to do harm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from astra_global.mapping.errors import TourError

__all__ = ["BagLimits"]

_FREE_BYTES, _MOST_RATIO = 64 * 2**20, 50
#: A message of nothing takes more than this many bytes on disk, however it is compressed.
_FREE_MESSAGES, _BYTES_PER_MESSAGE = 200_000, 4
_FREE_TEXT, _DISK_PER_TEXT = 2 * 2**20, 20
#: What any text costs besides its length.
_TEXT_COST = 100


@dataclass
class BagLimits:
    """Of one bag.

    Attributes:
        disk_bytes: What all its files take.
        unpacked: Bytes that were unpacked since the last :meth:`begin`.
        messages: Messages that came since then.
        text: Characters of YAML that were read of it.
    """

    disk_bytes: int
    unpacked: int = field(default=0)
    messages: int = field(default=0)
    text: int = field(default=0)

    @classmethod
    def of(cls, bag: Path) -> BagLimits:
        """Measure a bag: a folder of files or a file."""
        paths = bag.rglob("*") if bag.is_dir() else [bag]
        return cls(sum(path.stat().st_size for path in paths if path.is_file()))

    @property
    def most_bytes(self) -> int:
        """Return how much all of it may unpack to."""
        return _FREE_BYTES + _MOST_RATIO * self.disk_bytes

    @property
    def most_messages(self) -> int:
        """Return how many messages it may hold."""
        return _FREE_MESSAGES + self.disk_bytes // _BYTES_PER_MESSAGE

    def begin(self) -> None:
        """Begin a pass over the bag."""
        self.unpacked = self.messages = 0

    def unpack(self, count: int) -> None:
        """Count bytes that are unpacked.

        Raises:
            TourError: They are too many.
        """
        self.unpacked += count
        if self.unpacked > self.most_bytes:
            raise self.too_much(f"unpacks to more than {self.most_bytes / 2**20:.0f} MiB")

    def take(self, messages: int) -> None:
        """Count messages.

        Raises:
            TourError: They are too many.
        """
        self.messages += messages
        if self.messages > self.most_messages:
            raise self.too_much(f"has more than {self.most_messages} messages")

    def read_text(self, length: int) -> None:
        """Count characters of YAML: tens of thousands of topics take minutes to read.

        Raises:
            TourError: They are too many.
        """
        self.text += length + _TEXT_COST
        if self.text > _FREE_TEXT + self.disk_bytes // _DISK_PER_TEXT:
            raise self.too_much("describes more topics than any recording has")

    def too_much(self, what: str) -> TourError:
        """Return what is said of it."""
        return TourError(
            f"the bag takes {self.disk_bytes / 1e6:.1f} MB and {what}: it is damaged; record it "
            "again"
        )
