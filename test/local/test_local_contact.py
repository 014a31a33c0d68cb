"""Touch without a bumper: who is told to move and does not is held; nobody else is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.errors import ConfigError
from astra_core.observation import ImuSample, Observation, WheelSample
from astra_core.records import Velocity
from astra_local.config import ContactConfig
from astra_local.safety.contact import Contact, ContactDetector

TICK = 20_000_000
C = ContactConfig()


class Base:
    """A base whose commands, wheels and body are given tick by tick."""

    def __init__(self, noise_mps2: float = 0.02, tilt_mps2: float = 0.0, gyro: bool = True) -> None:
        self.detector, self.rng = ContactDetector(C), np.random.default_rng(0)
        self.noise_mps2, self.tilt_mps2, self.gyro = noise_mps2, tilt_mps2, gyro
        self.ticks, self.body, self.wary = 0, 0.0, False

    def tick(
        self, told: Velocity, wheels: Velocity, body_mps: float, turn_rad_s: float
    ) -> Contact | None:
        """Pass 20 ms, at whose end wheels and body have these speeds."""
        now = self.ticks * TICK
        gained = (body_mps - self.body) / 0.02
        self.body = body_mps
        imu = tuple(
            ImuSample(
                now - late,
                (0.0, 0.0, turn_rad_s if self.gyro else math.nan),
                (gained + self.tilt_mps2 + self.rng.normal(0.0, self.noise_mps2), 0.0, 9.81),
            )
            for late in (10_000_000, 0)
        )
        wheel = WheelSample(now, wheels.linear_mps, wheels.angular_rad_s)
        contact = self.detector.feel(Observation(now, imu, (wheel,)), wary=self.wary)
        self.detector.on_driven(told, now)
        self.ticks += 1
        return contact

    def drive(self, seconds: float, told, wheels=None, body=None, turn=None):
        """Run; each is a function of the seconds in it. Return when a contact came, and it."""
        for number in range(round(seconds * 50)):
            at = number * 0.02
            command = told(at)
            rolls = command if wheels is None else wheels(at)
            contact = self.tick(
                command,
                rolls,
                rolls.linear_mps if body is None else body(at),
                rolls.angular_rad_s if turn is None else turn(at),
            )
            if contact is not None:
                return at, contact
        return None, None


def steady(linear: float = 0.0, angular: float = 0.0):
    return lambda at: Velocity(linear, angular)


def ramp(to: float, per_s: float, late_s: float = 0.0, angular: float = 0.0):
    return lambda at: Velocity(
        math.copysign(min(max(at - late_s, 0.0) * per_s, abs(to)), to), angular
    )


@pytest.mark.parametrize("speed", [0.53, 0.1, -0.15, 0.05])
def test_wheels_that_stand_although_told_to_roll_are_a_touch(speed: float) -> None:
    base = Base()
    assert base.drive(2.0, steady(speed)) == (None, None)
    at, contact = base.drive(1.0, steady(speed), steady(0.0))
    # The mean of 0.15 s falls below 55 % when more than 0.0675 s of it are zeros.
    assert at == pytest.approx(0.08, abs=0.021)
    assert contact.direction == (1 if speed > 0 else -1)
    assert ("ahead" if speed > 0 else "behind") in contact.sentence


def test_it_is_felt_from_standing_too() -> None:
    base = Base()
    base.drive(1.0, steady())
    at, contact = base.drive(1.0, ramp(0.5, 0.8), steady())
    # 0.04 m/s is told from 0.05 s on, and that for 0.25 s.
    assert at == pytest.approx(0.31, abs=0.03) and contact.direction == 1


def test_what_only_slides_along_something_is_felt_as_well() -> None:
    base = Base()
    base.drive(1.0, steady(0.5))
    at, _ = base.drive(1.0, steady(0.5), steady(0.2))
    assert at is not None and at < 0.25


@pytest.mark.parametrize("late_s", [0.0, 0.1, 0.2])
@pytest.mark.parametrize("acceleration", [0.3, 0.8])
@pytest.mark.parametrize("speed", [0.6, 0.1, -0.15])
def test_a_base_that_follows_late_or_gently_is_not_held(
    late_s: float, acceleration: float, speed: float
) -> None:
    base = Base()
    base.drive(0.5, steady())
    follows = ramp(speed, min(acceleration, 0.8), late_s)
    assert base.drive(3.0, ramp(speed, 0.8), follows) == (None, None)
    braking = lambda at: Velocity(speed * max(1.0 - 3.0 * at, 0.0))  # noqa: E731
    braked = lambda at: Velocity(speed * max(1.0 - 3.0 * max(at - late_s, 0.0), 0.0))  # noqa: E731
    assert base.drive(2.0, braking, braked) == (None, None)
    # At once the other way: through zero, told and done.
    there = lambda at: Velocity(speed * min(1.0 - 3.0 * at, 1.0) if at < 0.6 else -0.8 * speed)  # noqa: E731
    assert base.drive(1.0, there) == (None, None)


def test_carpet_that_takes_a_third_of_the_speed_and_coarse_encoders_are_no_touch() -> None:
    base = Base()
    base.drive(1.0, steady(0.5))
    assert base.drive(2.0, steady(0.5), steady(0.33)) == (None, None)
    # One count of 5 mm every 2.5 ticks at 0.1 m/s.
    base = Base()
    base.drive(0.5, steady(0.1))
    coarse = lambda at: Velocity(0.25 if round(at * 50) % 5 in (0, 2) else 0.0)  # noqa: E731
    assert base.drive(2.0, steady(0.1), coarse) == (None, None)


@pytest.mark.parametrize(("share", "wary", "felt"), [(0.7, True, True), (0.7, False, False)])
def test_near_what_was_touched_a_drag_is_enough(share: float, wary: bool, felt: bool) -> None:
    base = Base()
    base.wary = wary
    assert base.drive(1.0, steady(0.2)) == (None, None)
    at, _ = base.drive(1.0, steady(0.2), steady(0.2 * share))
    # The mean of 0.15 s falls below 80 % when two thirds of it are at 70 %.
    assert at == (pytest.approx(0.1, abs=0.021) if felt else None)


@pytest.mark.parametrize(("more", "felt"), [(0.4, True), (-0.4, True), (0.2, False)])
def test_near_what_was_touched_a_turn_that_nobody_told_is_a_touch(more: float, felt: bool) -> None:
    for speed, wary in ((0.2, True), (-0.1, True), (0.2, False), (0.0, True)):
        base = Base()
        base.wary = wary
        assert base.drive(1.0, steady(speed, 1.0)) == (None, None)
        at, contact = base.drive(1.0, steady(speed, 1.0), turn=lambda at: 1.0 + more)
        if felt and wary and speed:
            # The mean of 0.15 s exceeds 0.25 when 0.094 s of it are 0.4.
            assert at == pytest.approx(0.09, abs=0.021)
            assert contact.direction == math.copysign(1, speed) and "rubs" in contact.sentence
        else:
            assert at is None
    # A turn that is only late is told within the last 0.45 s.
    base = Base()
    base.wary = True
    base.drive(1.0, steady(0.2))
    late = lambda at: 0.0 if at < 0.3 else 0.5  # noqa: E731
    assert base.drive(1.0, steady(0.2, 0.5), turn=late) == (None, None)


def test_what_is_too_slow_to_judge_or_not_told_is_not_judged() -> None:
    assert Base().drive(2.0, steady(0.03), steady()) == (None, None)
    assert Base().drive(2.0, steady(0.0, 0.1), steady()) == (None, None)
    base = Base()
    base.detector.on_driven = lambda velocity, stamp_ns: None  # nobody tells
    assert base.drive(2.0, steady(0.5), steady()) == (None, None)


@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize("turn", [0.8, -0.2])
def test_a_turn_that_does_not_happen_is_a_touch_of_unknown_side(gyro: bool, turn: float) -> None:
    base = Base(gyro=gyro)
    assert base.drive(1.0, steady(0.0, turn)) == (None, None)
    at, contact = base.drive(1.0, steady(0.0, turn), steady())
    assert at == pytest.approx(0.12, abs=0.03) and contact.direction == 0


def test_the_gyro_is_believed_where_the_wheels_turn_on_the_spot() -> None:
    base = Base()
    base.drive(1.0, steady(0.0, 0.8))
    at, _ = base.drive(1.0, steady(0.0, 0.8), turn=lambda at: 0.0)
    assert at == pytest.approx(0.12, abs=0.03)
    # From standing, a gyro may be late: 0.15 rad/s is told from 0.05 s on, and that for 0.45 s.
    base = Base()
    base.drive(1.0, steady())
    turns = lambda at: Velocity(0.0, min(3.0 * at, 0.8))  # noqa: E731
    at, _ = base.drive(2.0, turns, turn=lambda at: 0.0)
    assert at == pytest.approx(0.48, abs=0.05)
    base = Base()
    base.drive(1.0, steady())
    late = lambda at: min(3.0 * max(at - 0.35, 0.0), 0.8)  # noqa: E731
    assert base.drive(2.0, turns, turn=late) == (None, None)
    # Wheels that stand while the body turns are the odometry's affair.
    base = Base()
    assert base.drive(2.0, steady(0.0, 0.8), steady(), turn=lambda at: 0.8) == (None, None)


@pytest.mark.parametrize("speed", [0.53, 0.2, -0.15])
def test_wheels_that_roll_on_do_not_hide_the_jolt(speed: float) -> None:
    base = Base()
    assert base.drive(2.0, steady(speed)) == (None, None)
    at, contact = base.drive(1.0, steady(speed), body=lambda at: 0.0)
    assert at == pytest.approx(0.05, abs=0.03)
    assert contact.direction == (1 if speed > 0 else -1) and "jolt" in contact.sentence


@pytest.mark.parametrize("noise_mps2", [0.02, 1.0, 3.0])
@pytest.mark.parametrize("tilt_mps2", [0.0, 0.5])
def test_vibration_ramps_and_brakes_are_no_jolt(noise_mps2: float, tilt_mps2: float) -> None:
    base = Base()
    base.drive(2.0, steady())
    base.noise_mps2 = noise_mps2  # a robot that stands does not shake
    assert base.drive(2.0, ramp(0.6, 0.8)) == (None, None)
    base.tilt_mps2 = -tilt_mps2  # up a ramp of 3 degrees
    assert base.drive(20.0, steady(0.6)) == (None, None)
    base.tilt_mps2 = tilt_mps2
    # Brakes of 2 m/s2, of which the wheels tell 40 ms late.
    braking = lambda at: Velocity(max(0.6 - 2.0 * at, 0.0))  # noqa: E731
    late = lambda at: Velocity(max(0.6 - 2.0 * max(at - 0.04, 0.0), 0.0))  # noqa: E731
    body = lambda at: braking(at).linear_mps  # noqa: E731
    assert base.drive(2.0, braking, late, body) == (None, None)


def test_an_accelerometer_that_is_late_tells_of_no_jolt() -> None:
    base = Base()
    base.drive(2.0, steady(0.5))
    slows = lambda at: Velocity(max(0.5 - 2.0 * at, 0.25))  # noqa: E731
    body = lambda at: max(0.5 - 2.0 * max(at - 0.3, 0.0), 0.25)  # noqa: E731
    assert base.drive(2.0, slows, body=body) == (None, None)


def test_after_a_clock_that_went_back_it_begins_anew() -> None:
    base = Base()
    base.drive(1.0, steady(0.5))
    base.ticks = 10
    assert base.drive(0.2, steady(0.5), steady()) == (None, None)
    at, _ = base.drive(0.5, steady(0.5), steady())
    assert at is not None


def test_what_is_no_number_is_not_felt() -> None:
    base = Base()
    base.drive(1.0, steady(0.5))
    assert base.drive(0.5, steady(0.5), steady(math.nan), lambda at: math.nan) == (None, None)


@pytest.mark.parametrize("wrong", [1e155, -1e155, 1e308, math.nan])
def test_one_sample_that_cannot_be_is_no_touch_and_hides_none_later(wrong: float) -> None:
    base = Base()
    base.drive(2.0, steady(0.5, 0.5))
    speed = lambda at: Velocity(wrong if at == 0.2 else 0.5, 0.5)  # noqa: E731
    assert base.drive(1.0, steady(0.5, 0.5), speed, lambda at: 0.5) == (None, None)
    turn = lambda at: wrong if at == 0.2 else 0.5  # noqa: E731
    assert base.drive(1.0, steady(0.5, 0.5), turn=turn) == (None, None)
    body = lambda at: wrong if at == 0.2 else 0.5  # noqa: E731
    assert base.drive(1.0, steady(0.5, 0.5), body=body) == (None, None)
    at, _ = base.drive(1.0, steady(0.5, 0.5), body=lambda at: 0.0)
    assert at is not None and at < 0.1


def test_the_window_lies_within_the_patience() -> None:
    with pytest.raises(ConfigError, match="is above gyro_patience_s"):
        ContactConfig(patience_s=0.5)
    with pytest.raises(ConfigError, match=r"window_s \(0\.3\) is above patience_s \(0\.25\)"):
        ContactConfig(window_s=0.3)
