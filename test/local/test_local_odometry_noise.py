"""What the filter finds out of its own sensors: vibration and tilt, slip, a gyro that is late."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_local.odometry.gyro_delay import GyroDelay
from astra_local.odometry.side_noise import SideNoise
from astra_local.odometry.turn_slip import TurnSlip

MS = 1_000_000


def shaken(noise: float, walk: float, seconds: float, seed: int = 0) -> SideNoise:
    """Return what is found of 100 Hz readings with white noise on a bias that walks."""
    rng = np.random.default_rng(seed)
    found, bias = SideNoise(0.1, 1e-3), 0.5
    for number in range(round(100 * seconds)):
        bias += rng.normal(0.0, 0.1 * walk)
        found.add(number * 10 * MS, bias + rng.normal(0.0, noise))
    return found


def test_nothing_is_believed_before_two_seconds_were_seen() -> None:
    assert shaken(2.0, 0.0, 1.9).noise_mps2 == math.inf
    assert math.isfinite(shaken(2.0, 0.0, 2.1).noise_mps2)


@pytest.mark.parametrize("noise", [1.0, 3.0])
def test_vibration_is_found_and_is_no_walk(noise: float) -> None:
    found = [shaken(noise, 0.0, 40.0, seed) for seed in range(10)]
    # Each tells it from ten or so means: within a quarter, all ten together within a tenth.
    assert np.sqrt(np.mean([one.noise_mps2**2 for one in found])) == pytest.approx(noise, rel=0.15)
    assert np.sqrt(np.mean([one.walk_mps2_sqrt_s**2 for one in found])) < 0.07 * noise


def test_a_tilt_that_walks_is_found() -> None:
    found = [shaken(0.2, 0.1, 40.0, seed).walk_mps2_sqrt_s for seed in range(10)]
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(0.1, rel=0.4)


def test_a_quiet_unit_counts_as_it_is_configured() -> None:
    quiet = shaken(0.02, 0.0, 30.0)
    assert (quiet.noise_mps2, quiet.walk_mps2_sqrt_s) == (0.1, 1e-3)
    # Mean -0.1 and 0.1 in turn: differences of 0.2, half their square 0.02, a hundred readings.
    steps = SideNoise(0.1, 1e-3)
    for number in range(101 * 6):
        steps.add(number * 10 * MS, 0.1 if number // 101 % 2 else -0.1)
    assert steps.noise_mps2 == pytest.approx(math.sqrt(101 * 0.02))


def slipped(slip: float, metres: float, seed: int) -> float:
    """Return what is found of wheels whose turn wanders by so much over 0.5 m."""
    rng = np.random.default_rng(seed)
    found, now = TurnSlip(0.12, 0.5, 0.012), slip * rng.normal()
    step, dt = 0.01, 0.02
    keep = math.exp(-step / 0.5)
    for _ in range(round(metres / step)):
        now = keep * now + slip * math.sqrt(1.0 - keep * keep) * rng.normal()
        # A bias of the gyro and a mismatch of the wheels are constant: they count for nothing.
        wheels = (now + 0.02) * step + rng.normal(0.0, 0.012 * dt)
        found.add(wheels, 0.01 * dt, step, dt)
    return found.slip_rad_m


@pytest.mark.parametrize("slip", [0.05, 0.12, 0.25])
def test_slip_is_found_beside_bias_and_mismatch(slip: float) -> None:
    found = [slipped(slip, 80.0, seed) for seed in range(8)]
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(slip, rel=0.2)


def test_slip_stays_within_reason() -> None:
    assert slipped(0.0, 300.0, 0) == pytest.approx(0.2 * 0.12)
    assert slipped(2.0, 100.0, 0) == pytest.approx(3.0 * 0.12)


def test_bends_tell_nothing_of_slip() -> None:
    found = TurnSlip(0.12, 0.5, 0.012)
    for number in range(2000):
        turn = 0.02 * math.sin(number / 40.0)
        found.add(1.2 * turn, turn, 0.01, 0.02)
    assert found.slip_rad_m == 0.12


def delayed(late_s: float, seconds: float = 60.0, seed: int = 0, turns: float = 0.5) -> GyroDelay:
    """Return what is found of a gyro that is late, with a bias, on a robot that winds its way."""
    rng = np.random.default_rng(seed)
    found = GyroDelay()

    def rate(at_s: float) -> float:
        return turns * (math.sin(0.9 * at_s) + 0.5 * math.sin(2.3 * at_s))

    for number in range(round(seconds / 0.02)):
        now = 0.02 * number
        gyro = rate(now - late_s) + 0.01 + rng.normal(0.0, 0.005)
        found.add(gyro, rate(now) + rng.normal(0.0, 0.02), 0.02)
    return found


@pytest.mark.parametrize("late_s", [0.1, 0.2, 0.36])
def test_a_late_gyro_is_found_out(late_s: float) -> None:
    assert delayed(late_s).delay_s == pytest.approx(late_s, abs=0.021)


@pytest.mark.parametrize("late_s", [0.0, 0.02, 0.04])
def test_a_gyro_in_time_is_left_alone(late_s: float) -> None:
    assert delayed(late_s).delay_s == 0.0


def test_who_does_not_turn_tells_no_delay_and_nothing_jumps() -> None:
    assert delayed(0.3, turns=0.002).delay_s == 0.0
    # A tenth of a second per second at most.
    assert delayed(0.3, seconds=2.0).delay_s <= 0.2
