"""Touch without a bumper: what must not be heard, counted or kept, each by a case worked out."""

from __future__ import annotations

import pytest
from test_local_contact import Base, C, steady

from astra_core.records import Velocity

PATIENCE_S, GYRO_PATIENCE_S = C.patience_s, C.gyro_patience_s


def test_a_reading_far_too_large_hides_a_touch_no_longer_than_three_right_ones() -> None:
    base = Base()
    base.drive(1.0, steady(0.5))
    # Of the eight readings in 0.15 s the wild one counts as 1.5 m/s, the last one before the touch
    # as 0.5: their mean 0.25 is below 55 % of 0.5 seven readings after the touch.
    wild = lambda at: Velocity(20.0 if at == 0.02 else 0.0)  # noqa: E731
    at, _ = base.drive(1.0, steady(0.5), wild, lambda at: 0.0)
    assert at == pytest.approx(0.12)


def test_told_to_brake_hard_is_no_jolt_while_the_wheels_tell_late() -> None:
    base = Base()
    base.drive(2.0, steady(0.6))
    # 0.45 m/s in 0.15 s: more than 60 % of what the wheels say for 0.2 s.
    braking = lambda at: Velocity(max(0.6 - 3.0 * at, 0.15))  # noqa: E731
    late = lambda at: Velocity(max(0.6 - 3.0 * max(at - 0.2, 0.0), 0.15))  # noqa: E731
    body = lambda at: braking(at).linear_mps  # noqa: E731
    assert base.drive(1.0, braking, late, body) == (None, None)


def test_the_last_word_of_a_tick_is_what_was_told() -> None:
    base = Base()
    say = base.detector.on_driven

    def twice(velocity: Velocity, stamp_ns: int) -> None:
        say(Velocity(), stamp_ns)
        say(velocity, stamp_ns)

    base.detector.on_driven = twice
    base.drive(1.0, steady(0.5))
    at, _ = base.drive(1.0, steady(0.5), steady())
    assert at is not None and at < 0.1


def test_nobody_is_held_whom_nobody_tells_to_drive_any_more() -> None:
    base = Base()
    base.drive(1.0, steady(0.5))
    base.detector.on_driven = lambda velocity, stamp_ns: None
    # The base stops by itself after 0.2 s; commands are known for half the patience: 0.125 s.
    stops = lambda at: Velocity(0.5 if at < 0.2 else 0.0)  # noqa: E731
    assert base.drive(1.0, steady(0.5), stops) == (None, None)


def test_a_clock_set_back_costs_no_more_than_the_patience() -> None:
    base = Base()
    base.drive(1.0, steady(0.5))
    base.ticks = 10  # 0.2 s
    assert base.drive(0.2, steady(0.5)) == (None, None)
    # Told for 0.25 s of the new time, of which 0.8 are enough, and the wheels stand for 0.08 s.
    at, _ = base.drive(0.5, steady(0.5), steady())
    assert at == pytest.approx(0.08, abs=0.021)


def test_no_more_is_kept_than_is_looked_at() -> None:
    base = Base()
    base.drive(5.0, steady(0.5, 0.3))
    assert len(base.detector._told) <= GYRO_PATIENCE_S / 0.02 + 2
    assert len(base.detector._rolled) <= 0.5 / 0.02 + 1
    assert len(base.detector._turned) <= 2 * (C.window_s / 0.02 + 1)


class Jolts:
    """In place of the accelerometer: the speed lost in each tick."""

    def __init__(self, *lost_mps: float) -> None:
        self.lost = list(lost_mps)

    def take(self, samples: object, speed_mps: float) -> None:
        pass

    def lost_mps(self, sign: float) -> float:
        return self.lost.pop(0) if self.lost else 0.0


@pytest.mark.parametrize(
    ("speed", "lost", "at"),
    [
        # 60 % of 0.5 m/s are 0.3; the third tick in a row counts.
        (0.5, (0.31, 0.31, 0.31), 0.04),
        (0.5, (0.31, 0.31), None),
        (0.5, (0.31, 0.31, 0.29, 0.31, 0.31, 0.29, 0.31), None),
        (0.5, (0.29,) * 9, None),
        # At 0.1 m/s it is not 60 % but `lost_mps`.
        (0.1, (C.lost_mps + 0.01,) * 3, 0.04),
        (0.1, (C.lost_mps - 0.01,) * 9, None),
    ],
)
def test_jolts_count_in_a_row_and_by_their_size(
    speed: float, lost: tuple[float, ...], at: float | None
) -> None:
    assert 0.06 < C.lost_mps < 0.29
    base = Base()
    base.drive(1.0, steady(speed))
    base.detector._jolt = Jolts(*lost)
    assert base.drive(0.5, steady(speed))[0] == (at if at is None else pytest.approx(at))


def test_told_the_other_way_at_once_is_no_touch() -> None:
    base = Base()
    base.drive(1.0, steady(0.5))
    base.detector._jolt = Jolts()
    assert base.drive(1.0, steady(-0.5)) == (None, None)


def test_driving_back_too_an_accelerometer_may_tell_late() -> None:
    base = Base()
    base.drive(2.0, steady(-0.5))
    slows = lambda at: Velocity(min(-0.5 + 2.0 * at, -0.25))  # noqa: E731
    body = lambda at: min(-0.5 + 2.0 * max(at - 0.3, 0.0), -0.25)  # noqa: E731
    assert base.drive(2.0, slows, body=body) == (None, None)
