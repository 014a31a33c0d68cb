"""Wheels and IMU that cannot be believed stop the robot, and are named; healthy ones never do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from sensed_drive import Tick, drive

from astra_core.observation import ImuSample, Observation, WheelSample
from astra_core.records import LocalOdometry, Velocity
from astra_local.plausibility.config import PlausibilityConfig
from astra_local.plausibility.cusum import Cusum
from astra_local.plausibility.sensors import SensorPlausibility

CONFIG = PlausibilityConfig()
BEGIN_S = 3.0  # of a fault: the robot drives straight ahead at 0.5 m/s
Fault = Callable[[Observation, int], Observation]
Triple = tuple[float, float, float]


def estimate(observation: Observation, pose: float = 0.0) -> LocalOdometry:
    """Return what an odometry says that uses all it gets."""
    used = {"imu"} if observation.imu else set()
    used |= {"wheel"} if observation.wheels else set()
    return LocalOdometry(
        observation.stamp_ns, np.full(3, pose), np.eye(3), Velocity(), frozenset(used)
    )


def judge(sensors: SensorPlausibility, observation: Observation) -> str:
    """Show a tick to the sensors' judge, somebody wants to drive; return why the robot stops."""
    admitted = sensors.admit(observation)
    sensors.want(observation.stamp_ns)
    sensors.judge(estimate(admitted), observation.stamp_ns)
    return sensors.stop_reason


def found(fault: Fault, ticks: Iterable[Tick], begin_s: float = BEGIN_S) -> tuple[str, Tick, Tick]:
    """Return the reason of the stop, the tick at which the fault began, and that of the stop."""
    sensors, first, count = SensorPlausibility(CONFIG, 2.0), None, 0
    for tick in ticks:
        observation = tick.observation
        if observation.stamp_ns >= begin_s * 1e9:
            first = first or tick
            observation, count = fault(observation, count), count + 1
        if reason := judge(sensors, observation):
            assert first is not None, f"healthy, and stopped: {reason}"
            return reason, first, tick
    raise AssertionError("never found")


def gyro(change: Callable[[float], float]) -> Fault:
    def apply(sample: ImuSample) -> ImuSample:
        x, y, z = (change(value) for value in sample.angular_velocity_rad_s)
        return replace(sample, angular_velocity_rad_s=(x, y, z))

    return lambda seen, _: replace(seen, imu=tuple(apply(one) for one in seen.imu))


def biased(by_rad_s: float) -> Fault:
    def apply(sample: ImuSample) -> ImuSample:
        x, y, z = sample.angular_velocity_rad_s
        return replace(sample, angular_velocity_rad_s=(x, y, z + by_rad_s))

    return lambda seen, _: replace(seen, imu=tuple(apply(one) for one in seen.imu))


def force(change: Callable[[float, float, float], Triple]) -> Fault:
    def apply(sample: ImuSample) -> ImuSample:
        return replace(sample, linear_acceleration_m_s2=change(*sample.linear_acceleration_m_s2))

    return lambda seen, _: replace(seen, imu=tuple(apply(one) for one in seen.imu))


def wheels(linear: float, angular: float) -> Fault:
    def apply(sample: WheelSample) -> WheelSample:
        return WheelSample(
            sample.stamp_ns,
            linear * sample.linear_velocity_mps,
            angular * sample.angular_velocity_rad_s,
        )

    return lambda seen, _: replace(seen, wheels=tuple(apply(one) for one in seen.wheels))


class Held:
    """The first readings of a fault again and again; with new stamps, or with the old ones too."""

    def __init__(self, *, stamps: bool) -> None:
        self._stamps, self._imu = stamps, None

    def __call__(self, seen: Observation, _: int) -> Observation:
        self._imu = self._imu or seen.imu
        if self._stamps:
            return replace(seen, imu=self._imu)
        stamped = zip(self._imu[:1] * 2, seen.imu, strict=True)
        return replace(seen, imu=tuple(replace(old, stamp_ns=new.stamp_ns) for old, new in stamped))


class Late:
    """Turn rates of 0.35 s ago."""

    def __init__(self) -> None:
        self._rates: list[tuple[float, float, float]] = []

    def __call__(self, seen: Observation, _: int) -> Observation:
        self._rates += [sample.angular_velocity_rad_s for sample in seen.imu]
        old = self._rates[max(len(self._rates) - 37, 0)]
        return replace(
            seen, imu=tuple(replace(one, angular_velocity_rad_s=old) for one in seen.imu)
        )


def upside_down(sample: ImuSample) -> ImuSample:
    (p, q, r), (x, y, z) = sample.angular_velocity_rad_s, sample.linear_acceleration_m_s2
    return ImuSample(sample.stamp_ns, (p, -q, -r), (x, -y, -z))


#: Impossible by itself: standing within half a second, of which braking takes 0.3 s.
AT_ONCE: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "no imu any more": (lambda seen, _: replace(seen, imu=()), ("imu silent",)),
    "no wheels any more": (lambda seen, _: replace(seen, wheels=()), ("wheel_odometry silent",)),
    "stamps stand still": (Held(stamps=True), ("imu silent", "duplicate")),
    "frozen imu": (Held(stamps=False), ("imu is frozen",)),
    "gyro not a number": (gyro(lambda _: math.nan), ("imu silent", "not finite")),
    "one field not a number": (force(lambda x, y, z: (x, math.nan, z)), ("imu", "not finite")),
    "exploding gyro": (gyro(lambda _: 1e155), ("imu silent", "beyond 6 rad/s")),
    "wheels in mm/s": (wheels(1000.0, 1.0), ("wheel_odometry silent", "beyond 2.4 m/s")),
    "acceleration in g": (force(lambda x, y, z: (x / 9.81, y / 9.81, z / 9.81)), ("imu feels",)),
    "gravity taken out": (force(lambda x, y, z: (x, y, z - 9.81)), ("imu feels",)),
    "gravity on the wrong axis": (force(lambda x, y, z: (z, y, x)), ("gravity", "vertical")),
    "imu upside down": (
        lambda seen, _: replace(seen, imu=tuple(upside_down(one) for one in seen.imu)),
        ("imu", "gravity"),
    ),
    "stamps backwards": (
        lambda seen, _: replace(
            seen, imu=tuple(replace(one, stamp_ns=one.stamp_ns - 10**9) for one in seen.imu)
        ),
        ("imu silent", "out of order"),
    ),
    "wheels double": (wheels(2.0, 2.0), ("wheels",)),
    "wheels half": (wheels(0.5, 0.5), ("wheels",)),
    "wheels at zero": (wheels(0.0, 0.0), ("wheels",)),
    "wheels negative": (wheels(-1.0, -1.0), ("wheels",)),
}
#: Wrong by contradiction only.
IN_A_BEND: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "gyro in degrees per second": (gyro(math.degrees), ("imu",)),
    "gyro with the wrong sign": (gyro(lambda rate: -rate), ("gyro", "wheels", "wrong sign")),
    "gyro stuck at zero": (gyro(lambda _: 0.0), ("gyro", "stuck")),
    "gyro half": (gyro(lambda rate: 0.5 * rate), ("gyro", "wheels report too much")),
    "gyro biased by 0.2": (biased(0.2), ("gyro", "wheels")),
    "gyro late": (Late(), ("gyro", "wheels")),
    "left and right wheels swapped": (wheels(1.0, -1.0), ("wheels", "wrong sign")),
    "wheels turn half": (wheels(1.0, 0.5), ("wheels report too little",)),
    "wheels turn double": (wheels(1.0, 2.0), ("wheels report too much",)),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_cannot_be_stops_the_robot_at_once_and_is_named(name: str) -> None:
    fault, words = AT_ONCE[name]
    reason, first, last = found(fault, drive(6.0))
    assert (last.observation.stamp_ns - first.observation.stamp_ns) / 1e9 <= 0.2
    assert all(word in reason for word in words), reason


@pytest.mark.parametrize("name", IN_A_BEND)
@pytest.mark.parametrize("begin_s", [BEGIN_S, 5.5])
def test_a_contradiction_is_found_within_a_metre_or_a_quarter_turn(
    name: str, begin_s: float
) -> None:
    fault, words = IN_A_BEND[name]
    reason, first, last = found(fault, drive(9.0), begin_s)
    turned = last.turned_rad - first.turned_rad
    assert turned < math.pi / 2.0 or last.way_m - first.way_m < 1.0
    assert all(word in reason for word in words), reason


@pytest.mark.parametrize("name", ["wheels at zero", "wheels half", "wheels double"])
def test_wheels_wrong_from_the_first_tick_on_are_found_where_the_robot_speeds_up(name: str) -> None:
    reason, _, last = found(AT_ONCE[name][0], drive(6.0), begin_s=0.0)
    assert last.way_m < 0.3
    assert "wheels" in reason and "accelerometer" in reason


@pytest.mark.parametrize("seed", range(6))
def test_healthy_sensors_are_believed(seed: int) -> None:
    sensors = SensorPlausibility(CONFIG, 2.0)
    # Every second robot climbs a ramp of 8 degrees, every third does not stand at first.
    ramp_rad, stands_s = math.radians(8.0) * (seed % 2), 1.0 * (seed % 3 > 0)
    for tick in drive(30.0, seed, ramp_rad=ramp_rad, stands_s=stands_s):
        assert judge(sensors, tick.observation) == ""
    assert not sensors.refused


def test_a_single_wild_reading_is_refused_counted_and_nothing_more() -> None:
    sensors = SensorPlausibility(CONFIG, 2.0)
    for number, tick in enumerate(drive(4.0)):
        seen = tick.observation
        if number == 100:
            seen = gyro(lambda _: 1e155)(replace(seen, imu=seen.imu[:1]), 0)
        if number == 120:  # possible, but nonsense: gone with the next
            seen = wheels(3.0, 1.0)(seen, 0)
        assert judge(sensors, seen) == ""
    assert sensors.refused == {"imu turn rate beyond 6 rad/s": 1}


def test_a_biased_gyro_is_found_while_the_robot_stands() -> None:
    reason, first, last = found(biased(0.2), drive(6.0, stands_s=9.0), 2.0)
    assert (last.observation.stamp_ns - first.observation.stamp_ns) / 1e9 < 1.5
    assert "the gyro is biased" in reason


def test_a_contradiction_stays_while_somebody_wants_to_drive_and_is_forgiven_after_a_rest() -> None:
    sensors = SensorPlausibility(CONFIG, 2.0)
    reasons = {}
    for number, tick in enumerate(drive(20.0, stands_s=9.0)):
        seen = tick.observation
        # For two seconds somebody turns the robot: its wheels slide.
        if 100 <= number < 200:
            seen = biased(0.5)(seen, 0)
        admitted = sensors.admit(seen)
        if number < 300:
            sensors.want(seen.stamp_ns)
        sensors.judge(estimate(admitted), seen.stamp_ns)
        reasons[number] = sensors.stop_reason
    assert reasons[99] == ""
    assert all("turned by" in reasons[number] for number in range(150, 399))
    # 2 s after the last wish.
    assert not any(reasons[number] for number in range(402, 1000))


@pytest.mark.parametrize("fault", [wheels(0.0, 0.0), wheels(1.0, 2.0), biased(0.5)])
def test_after_a_touch_wheels_may_slip_for_a_moment_and_no_longer(fault: Fault) -> None:
    sensors, begins_ns, told = SensorPlausibility(CONFIG, 2.0), 5_500_000_000, []
    for tick in drive(9.0):
        seen = tick.observation
        if seen.stamp_ns == begins_ns:
            sensors.excuse_slip()
        if seen.stamp_ns >= begins_ns:
            seen = fault(seen, 0)
        if judge(sensors, seen):
            told.append(seen.stamp_ns)
    assert 0.0 < (told[0] - begins_ns) / 1e9 - CONFIG.slip_s < 1.5
    assert len(told) == round((9_000_000_000 - told[0]) / 20_000_000) + 1


def test_a_touch_excuses_no_contradiction_that_was_there_before() -> None:
    sensors = SensorPlausibility(CONFIG, 2.0)
    for tick in drive(6.0):
        late = tick.observation.stamp_ns > BEGIN_S * 1e9
        reason = judge(sensors, wheels(2.0, 2.0)(tick.observation, 0) if late else tick.observation)
        sensors.excuse_slip() if reason else None
    assert reason


def test_a_robot_without_imu_or_without_accelerometer_is_none_that_fails() -> None:
    bare, flat = SensorPlausibility(CONFIG, 2.0), SensorPlausibility(CONFIG, 2.0)
    for tick in drive(6.0):
        assert judge(bare, replace(tick.observation, imu=())) == ""
        assert judge(flat, force(lambda *_: (0.0, 0.0, 0.0))(tick.observation, 0)) == ""


def test_sensors_without_noise_may_repeat_themselves() -> None:
    sensors = SensorPlausibility(CONFIG, 2.0)
    for number in range(1, 300):
        now = 20_000_000 * number
        imu = tuple(
            ImuSample(now - late, (0.0, 0.0, 0.3), (0.0, 0.0, 9.81)) for late in (10_000_000, 0)
        )
        assert judge(sensors, Observation(now, imu, (WheelSample(now, 0.4, 0.3),))) == ""


def test_what_the_odometry_does_not_use_is_as_good_as_silent() -> None:
    sensors = SensorPlausibility(CONFIG, 2.0)
    for tick in drive(3.0):
        seen = tick.observation
        used = estimate(sensors.admit(seen))
        if seen.stamp_ns > 2e9:
            used = replace(used, modalities=frozenset({"wheel"}))
        sensors.judge(used, seen.stamp_ns)
        assert bool(sensors.stop_reason) == (seen.stamp_ns > 2.31e9)
    assert "the odometry cannot use its readings" in sensors.stop_reason


def test_a_pose_that_is_no_number_is_a_stop_until_it_is_one_again() -> None:
    sensors, stopped = SensorPlausibility(CONFIG, 2.0), []
    for tick in drive(3.0):
        seen = tick.observation
        pose = math.nan if 1.0e9 < seen.stamp_ns <= 1.1e9 else 0.0
        sensors.judge(estimate(sensors.admit(seen), pose), seen.stamp_ns)
        if sensors.stop_reason:
            stopped.append(seen.stamp_ns / 1e9)
    # From the first one on, and 0.3 s after the last.
    assert stopped[0] == pytest.approx(1.02) and stopped[-1] == pytest.approx(1.38)


def test_the_sums_are_those_of_a_hand_calculation() -> None:
    cusum = Cusum(1.0, confirmations=2)
    sums = []
    for difference in (0.5, 0.5, 0.5, -2.0):
        cusum.add(difference, 0.1)
        sums.append(cusum.sum)
    # 0.4, 0.8, 1.2 (above, but once only); then downward 2 - 0.1, held at 1.3.
    assert sums == pytest.approx([0.4, 0.8, 1.2, 1.3])
    assert cusum.alarmed  # above the limit twice in a row
    for _ in range(3):
        cusum.add(0.0, 0.1)
    assert cusum.sum == pytest.approx(1.0) and not cusum.alarmed
    cusum.add(0.0, 0.0, limit_more=1.0)
    assert not cusum.alarmed


def test_an_imu_without_noise_is_not_frozen_while_the_robot_stands() -> None:
    sensors, stamp_ns = SensorPlausibility(CONFIG, 2.0), 0
    to_and_fro = [0.01 * (i + 1) * (-1) ** i for i in range(100)]
    for turn in [0.0] * 30 + to_and_fro + [0.0] * 150:
        stamp_ns += 20_000_000
        imu = ImuSample(stamp_ns, (0.0, 0.0, turn), (0.0, 0.0, 9.81))
        seen = Observation(stamp_ns, imu=(imu,), wheels=(WheelSample(stamp_ns, 0.0, turn),))
        assert not judge(sensors, seen)
