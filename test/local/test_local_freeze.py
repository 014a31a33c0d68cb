"""Rows of the same reading: a fault of a sensor that trembles, none of one without noise."""

from __future__ import annotations

import random

import pytest

from astra_local.plausibility.freeze import Freeze

TICK_NS = 20_000_000
Reading = tuple[float, ...]


class Sensor:
    """Shows readings to a judge, 50 a second."""

    def __init__(self) -> None:
        self.freeze, self.stamp_ns = Freeze(0.2), 0

    def show(self, *readings: Reading, stands: bool) -> float:
        """Return the longest time for which it was said to be frozen, seconds."""
        longest_s = 0.0
        for reading in readings:
            self.stamp_ns += TICK_NS
            self.freeze.add(self.stamp_ns, reading, stands)
            longest_s = max(longest_s, self.freeze.frozen_s)
        return longest_s


def trembling(count: int) -> list[Reading]:
    rng = random.Random(1)
    return [(rng.gauss(0.0, 0.01), rng.gauss(9.81, 0.1)) for _ in range(count)]


def to_and_fro(count: int) -> list[Reading]:
    """What a sensor without noise says of a controller that corrects its course in every tick."""
    return [(0.01 * (i + 1) * (-1) ** i, 9.81) for i in range(count)]


@pytest.mark.parametrize("stands", [True, False])
@pytest.mark.parametrize("learned_standing", [True, False])
def test_a_sensor_that_trembled_is_frozen_when_it_repeats_itself(
    learned_standing: bool, stands: bool
) -> None:
    sensor = Sensor()
    assert sensor.show(*trembling(100), stands=learned_standing) == 0.0
    # The first of 26 equal readings begins the row: half a second.
    assert sensor.show(*[(0.0, 9.81)] * 26, stands=stands) == pytest.approx(0.5)
    assert sensor.show((0.1, 9.81), stands=stands) == 0.0


@pytest.mark.parametrize("first_s", [0.2, 5.0])
def test_a_sensor_without_noise_may_repeat_itself(first_s: float) -> None:
    sensor = Sensor()
    standing = [(0.0, 9.81)] * round(50 * first_s)
    assert sensor.show(*standing, stands=True) == 0.0
    for _ in range(3):
        assert sensor.show(*to_and_fro(100), stands=False) == 0.0
        assert sensor.show(*standing, *standing, stands=True) == 0.0


def test_one_freeze_while_it_stood_does_not_make_it_noiseless() -> None:
    sensor = Sensor()
    sensor.show(*trembling(100), stands=True)
    assert sensor.show(*[(0.0, 9.81)] * 26, stands=True) > 0.0
    sensor.show(*trembling(100), stands=True)
    assert sensor.show(*[(0.0, 9.81)] * 26, stands=False) > 0.0
