"""Stamps in nanoseconds and seconds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from astra_core.time import from_seconds, to_seconds


def test_seconds_are_rounded_to_the_nearest_nanosecond() -> None:
    # 1.001 s is a hair less in binary: cutting it off would lose a nanosecond.
    assert from_seconds(1.001) == 1_001_000_000
    assert from_seconds(-1.001) == -1_001_000_000
    assert to_seconds(20_000_000) == 0.02


@settings(deadline=None)
@given(st.integers(-(10**15), 10**15))
def test_round_trip(stamp_ns: int) -> None:
    # Exact for 11 days: a float holds 15 digits.
    assert from_seconds(to_seconds(stamp_ns)) == stamp_ns
