"""Integer nanoseconds and float seconds. Stamps stay integers so that equality means equality."""

from __future__ import annotations

__all__ = ["NS_PER_S", "from_seconds", "to_seconds"]

NS_PER_S = 1_000_000_000


def to_seconds(stamp_ns: int) -> float:
    """Convert integer nanoseconds to seconds (float64 keeps microseconds for 285 years)."""
    return stamp_ns / NS_PER_S


def from_seconds(seconds_s: float) -> int:
    """Convert seconds to integer nanoseconds, rounded to the nearest."""
    return round(seconds_s * NS_PER_S)
