"""The accelerometer's jolt: what counts as lost speed, by numbers worked out by hand."""

from __future__ import annotations

import pytest

from astra_core.observation import ImuSample
from astra_local.safety.jolt import JoltMeter

STEP_S = 0.01


class Body:
    """A robot at a constant speed; its accelerometer is read once in 10 ms."""

    def __init__(self) -> None:
        self.meter, self.count = JoltMeter(), 0

    def read(self, ahead_mps2: float, speed_mps: float) -> None:
        self.count += 1
        sample = ImuSample(self.count * 10_000_000, (0.0, 0.0, 0.0), (ahead_mps2, 0.0, 9.81))
        self.meter.take((sample,), speed_mps)

    def roll(self, seconds: float, speed_mps: float = 0.5, shake_mps2: float = 0.0) -> None:
        """Shake by so much, ahead and back in turn."""
        for _ in range(round(seconds / STEP_S)):
            self.read(shake_mps2 * (-1) ** self.count, speed_mps)

    def lose(self, lost_mps: float, speed_mps: float = 0.5) -> float:
        """Lose speed within 10 ms; return what the meter tells of it."""
        self.read(-lost_mps / STEP_S, speed_mps)
        return self.meter.lost_mps(1.0 if speed_mps > 0.0 else -1.0)


def begun(speed_mps: float = 0.5) -> Body:
    """Return a robot that has come to speed before the meter was made: no jump of its wheels."""
    body = Body()
    body.meter._speed = speed_mps
    return body


@pytest.mark.parametrize(("speed_mps", "lost_mps"), [(0.5, 0.2), (-0.5, -0.2)])
def test_speed_is_lost_against_the_direction_of_driving(speed_mps: float, lost_mps: float) -> None:
    body = begun(speed_mps)
    body.roll(3.0, speed_mps)
    # The level follows by a surprise of 1 m/s2 at most, over 2 s: by 0.005 m/s2.
    assert body.lose(lost_mps, speed_mps) == pytest.approx(0.2, abs=0.001)
    assert body.meter.lost_mps(-1.0 if speed_mps > 0.0 else 1.0) == 0.0
    body.roll(0.15, speed_mps)
    assert body.meter.lost_mps(1.0 if speed_mps > 0.0 else -1.0) > 0.19
    body.roll(0.01, speed_mps)  # of 0.15 s
    assert body.meter.lost_mps(1.0 if speed_mps > 0.0 else -1.0) == 0.0


def test_the_first_second_of_rolling_tells_nothing() -> None:
    early, late = begun(), begun()
    early.roll(0.9)
    late.roll(1.1)
    assert early.lose(0.2) == 0.0
    assert late.lose(0.2) == pytest.approx(0.2, abs=0.01)


def test_a_jolt_stands_out_above_six_sigma_of_the_shaking() -> None:
    # Sixteen readings of 1 m/s2 in 10 ms each: 6 * sqrt(16) * 0.01 = 0.24 m/s.
    for lost_mps, told_mps in ((0.2, 0.0), (0.3, 0.3)):
        body = begun()
        body.roll(10.0, shake_mps2=1.0)
        assert body.lose(lost_mps) == pytest.approx(told_mps, abs=0.02)


def test_who_is_shaken_while_standing_does_not_know_how_it_shakes_while_driving() -> None:
    body = Body()
    body.roll(0.1, 0.0)  # level
    body.roll(20.0, 0.0, shake_mps2=3.0)
    body.meter._speed = 0.5  # come to speed without a jump
    body.roll(1.2, 0.5)
    assert body.lose(0.2) == pytest.approx(0.2, abs=0.01)
    # Nor has standing warmed it up.
    body = Body()
    body.roll(20.0, 0.0)
    body.meter._speed = 0.5
    body.roll(0.5, 0.5)
    assert body.lose(0.2) == 0.0


def test_bias_and_tilt_are_no_loss() -> None:
    body = begun()
    for _ in range(1000):
        body.read(-0.8, 0.5)  # up a ramp of 4.7 degrees
    assert body.meter.lost_mps(1.0) == 0.0
    body.read(-0.8 - 20.0, 0.5)
    assert body.meter.lost_mps(1.0) == pytest.approx(0.2, abs=0.01)
