"""Which scene seeds an evaluation runs over, and what they may be used for (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from astra_core.errors import ConfigError

__all__ = ["SPLITS", "SeedRange", "parse_seeds", "split_of"]

#: Seeds of each split, half open. What lies beyond the last is nobody's.
SPLITS = {
    "train": range(50_000),
    "validation": range(50_000, 60_000),
    "test": range(60_000, 70_000),
}
_LIMIT = 2**31


@dataclass(frozen=True)
class SeedRange:
    """A half-open range of seeds of one split.

    Attributes:
        start: First seed.
        stop: The seed after the last.
        split: One of :data:`SPLITS`, or ``other``.
    """

    start: int
    stop: int
    split: str

    def __iter__(self) -> Iterator[int]:
        """Return the seeds in order."""
        return iter(range(self.start, self.stop))

    def __len__(self) -> int:
        """Return how many there are."""
        return self.stop - self.start


def parse_seeds(text: str) -> SeedRange:
    """Return the half-open range named by ``A:B``.

    Raises:
        ConfigError: It is not two whole numbers in order, is out of range, or mixes splits: a
            number over training and test seeds means nothing.
    """
    first, _, last = text.partition(":")
    try:
        start, stop = int(first), int(last)
    except ValueError as error:
        raise ConfigError(f"--seeds must be A:B with whole numbers, got {text!r}") from error
    if start < 0 or stop > _LIMIT:
        raise ConfigError(f"--seeds {text} is out of range: seeds are 0 to {_LIMIT - 1}")
    if stop <= start:
        raise ConfigError(f"--seeds {text} is empty: A must be below B")
    splits = {split_of(start), split_of(stop - 1)}
    if len(splits) > 1:
        known = ", ".join(f"{name} {seeds.start}:{seeds.stop}" for name, seeds in SPLITS.items())
        raise ConfigError(f"--seeds {text} mixes {' and '.join(sorted(splits))} seeds ({known})")
    return SeedRange(start, stop, splits.pop())


def split_of(seed: int) -> str:
    """Return the split of one seed."""
    return next((name for name, seeds in SPLITS.items() if seed in seeds), "other")
