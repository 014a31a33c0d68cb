"""A real robot's drive, by equations: shaken, tilted, late, on wheels of different size.

What is hard for odometry in the field and absent from clean simulations: vibration, a unit that is
not mounted level on ground that is not level, a gyro whose readings come late, wheels with constant
errors of scale, and no standing start by which a bias would be known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.observation import ImuSample, Observation, WheelSample

__all__ = ["DT_S", "RoughDrive", "RoughRobot", "any_robot", "rough_drive"]

MS = 1_000_000
DT_S = 0.01
TICK_STEPS = 2  # readings of the IMU in a tick of the wheels
GRAVITY_MPS2 = 9.81
_LEAD_IN_S = 0.6  # of motion before the first reading: what a late gyro tells of at first

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RoughRobot:
    """What is wrong with a robot's sensors, and how it drives.

    Attributes:
        track_m: Between the wheels.
        speed_mps: At which it likes to drive.
        steady: Whether it holds that speed all the way, bends and all.
        standing_s: Before it starts; 0 starts at full speed.
        stops_every_m: Mean way between stops of 2 s; infinite for none.
        scale: Error of the radius of both wheels, share.
        apart: By how much the right wheel's readings are more than the left one's, share.
        track_error: Share by which it turns less than its wheels say.
        gyro_bias_rad_s: At the start.
        gyro_walk_rad_s_sqrt_s: Of the bias.
        gyro_noise_rad_s: White, of one reading.
        late_s: How old readings of the IMU are beyond half their interval.
        tilt_rad: Of the unit about its forward axis.
        ground_rad: Standard deviation of the slope of the ground to the side.
        vibration_mps2: White, of one reading, while driving.
        slip: Wandering slip, standard deviation, share.
        turn_slip_rad_m: The same for turning.
    """

    track_m: float = 0.4
    speed_mps: float = 0.8
    steady: bool = False
    standing_s: float = 0.0
    stops_every_m: float = math.inf
    scale: float = 0.01
    apart: float = 0.01
    track_error: float = 0.02
    gyro_bias_rad_s: float = 0.003
    gyro_walk_rad_s_sqrt_s: float = 4e-5
    gyro_noise_rad_s: float = 0.004
    late_s: float = 0.0
    tilt_rad: float = math.radians(3.0)
    ground_rad: float = math.radians(1.0)
    vibration_mps2: float = 2.0
    slip: float = 0.01
    turn_slip_rad_m: float = 0.05


def any_robot(rng: np.random.Generator, **known: float | bool) -> RoughRobot:
    """Return a robot within the ranges of what is met in the field.

    Args:
        rng: Draws it.
        known: What is not drawn.
    """
    sign = rng.choice([-1.0, 1.0], 4)
    drawn: dict[str, float | bool] = {
        "track_m": float(rng.uniform(0.23, 0.6)),
        "speed_mps": float(rng.uniform(0.5, 1.2)),
        "steady": bool(rng.integers(2)),
        "scale": float(sign[0] * rng.uniform(0.01, 0.02)),
        "apart": float(sign[1] * rng.uniform(0.005, 0.012)),
        "track_error": float(rng.normal(0.0, 0.02)),
        # Of any order between a unit calibrated at its start and one taken from the shelf.
        "gyro_bias_rad_s": float(sign[2] * 10.0 ** rng.uniform(-3.0, -2.0)),
        "gyro_walk_rad_s_sqrt_s": float(10.0 ** rng.uniform(-5.0, -4.0)),
        "gyro_noise_rad_s": float(rng.uniform(0.002, 0.01)),
        "late_s": float(rng.uniform(0.0, 0.35)),
        "tilt_rad": float(sign[3] * math.radians(rng.uniform(1.0, 3.0))),
        "ground_rad": math.radians(float(rng.uniform(0.3, 1.5))),
        "vibration_mps2": float(rng.uniform(1.0, 3.0)),
        "slip": float(rng.uniform(0.005, 0.015)),
        "turn_slip_rad_m": float(rng.uniform(0.02, 0.12)),
    }
    return RoughRobot(**(drawn | known))  # type: ignore[arg-type]


@dataclass(frozen=True)
class RoughDrive:
    """What was sensed, and the truth at the end of each tick of 20 ms.

    Attributes:
        observations: One per tick.
        truth: ``(T, 3)`` poses; the first tick begins at the origin.
        way_m: ``(T,)`` distance driven.
    """

    observations: list[Observation]
    truth: Array
    way_m: Array

    def wheels_alone(self) -> Array:
        """Return the poses ``(T, 3)`` by summing up what the wheels say."""
        turn = [tick.wheels[0].angular_velocity_rad_s for tick in self.observations]
        return self._summed(np.array(turn) * TICK_STEPS * DT_S)

    def gyro_heading(self) -> Array:
        """Return the poses ``(T, 3)`` by the wheels' speed and the gyro as it is."""
        rates = [[s.angular_velocity_rad_s[2] for s in tick.imu] for tick in self.observations]
        return self._summed(np.sum(rates, axis=1) * DT_S)

    def _summed(self, turned_rad: Array) -> Array:
        speed = np.array([tick.wheels[0].linear_velocity_mps for tick in self.observations])
        heading = np.cumsum(turned_rad)
        middle, step = heading - 0.5 * turned_rad, speed * TICK_STEPS * DT_S
        return np.stack(
            [np.cumsum(step * np.cos(middle)), np.cumsum(step * np.sin(middle)), heading], axis=1
        )


def rough_drive(robot: RoughRobot, length_m: float, rng: np.random.Generator) -> RoughDrive:
    """Drive through bends and straight parts until the way is done."""
    v, w = _motion(robot, length_m, rng)
    before = round(_LEAD_IN_S / DT_S)
    steps = (len(v) - 1 - before) // TICK_STEPS * TICK_STEPS
    mean_v, mean_w = 0.5 * (v[1:] + v[:-1]), 0.5 * (w[1:] + w[:-1])
    mean_v, mean_w = mean_v[: before + steps], mean_w[: before + steps]
    heading = np.cumsum(mean_w[before:] * DT_S)
    middle = heading - 0.5 * DT_S * mean_w[before:]
    step = mean_v[before:] * DT_S
    aside = rng.normal(0.0, 0.001, steps) * np.sqrt(step)
    x = np.cumsum(step * np.cos(middle) - aside * np.sin(middle))
    y = np.cumsum(step * np.sin(middle) + aside * np.cos(middle))
    truth = np.stack([x, y, heading], axis=1)[TICK_STEPS - 1 :: TICK_STEPS]
    ways = np.cumsum(step)
    return RoughDrive(
        _sensed(robot, mean_v, mean_w, before, rng), truth, ways[TICK_STEPS - 1 :: TICK_STEPS]
    )


def _motion(robot: RoughRobot, length_m: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return speeds ``(N,)`` and turn rates ``(N,)`` at the ends of steps."""
    cruise = robot.speed_mps
    wishes = [(_LEAD_IN_S, 0.0, 0.0)]
    v_start = cruise
    if robot.standing_s > 0.0:
        wishes.append((robot.standing_s, 0.0, 0.0))
        v_start = 0.0
    else:
        wishes[0] = (_LEAD_IN_S, cruise, 0.0)
    way, since_stop = 0.0, 0.0
    until_stop = rng.exponential(robot.stops_every_m) if math.isfinite(robot.stops_every_m) else 1e9
    while way < length_m:
        for bends in (False, True):
            share = 1.0 if robot.steady else rng.uniform(0.5, 1.0)
            if bends:
                share = share if robot.steady else 0.7 * share
                turn = rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 2.0)
                rate = math.copysign(min(share * cruise / rng.uniform(0.8, 3.0), 1.0), turn)
                seconds = turn / rate
            else:
                rate = rng.normal(0.0, 0.02)  # nobody drives straight
                seconds = rng.uniform(3.0, 15.0) / (share * cruise)
            wishes.append((seconds, share * cruise, rate))
            way += seconds * share * cruise
            since_stop += seconds * share * cruise
        if since_stop > until_stop:
            wishes.append((2.0 + cruise / 0.6, 0.0, 0.0))
            since_stop, until_stop = 0.0, rng.exponential(robot.stops_every_m)
    wanted = np.concatenate(
        [np.tile([[v, w]], (max(1, round(s / DT_S)), 1)) for s, v, w in wishes], axis=0
    )
    v = _limited(wanted[:, 0], v_start, 0.6 * DT_S)
    w = _limited(wanted[:, 1], 0.0, 2.0 * DT_S)
    # A hand on the stick, or a controller, is never quite still; who stands, stands.
    sway = _wander(len(w), 1.0 / DT_S, 0.05, rng) * np.minimum(v / 0.3, 1.0)
    surge = 0.0 if robot.steady else _wander(len(v), 2.0 / DT_S, 0.03, rng)
    return np.maximum(v * (1.0 + surge), 0.0), w + sway


def _limited(wanted: Array, start: float, most: float) -> Array:
    now, result = start, np.empty(len(wanted))
    for number, wish in enumerate(wanted):
        now += min(max(wish - now, -most), most)
        result[number] = now
    return result


def _wander(steps: int, length: float | Array, deviation: float, rng: np.random.Generator) -> Array:
    """Return a first-order Markov process ``(steps,)``.

    Args:
        steps: How many.
        length: Steps over which it fades, one number or ``(steps,)``.
        deviation: Its standard deviation.
        rng: Draws it.
    """
    keep = np.broadcast_to(np.exp(-1.0 / np.asarray(length, dtype=float)), (steps,))
    fresh = rng.normal(size=steps) * np.sqrt(1.0 - keep**2)
    now, result = rng.normal(), np.empty(steps)
    for number in range(steps):
        now = keep[number] * now + fresh[number]
        result[number] = now
    return deviation * result


def _sensed(
    robot: RoughRobot, mean_v: Array, mean_w: Array, before: int, rng: np.random.Generator
) -> list[Observation]:
    total = len(mean_v)
    steps = total - before
    moves = mean_v > 1e-6
    # Slip of each, over half a metre of floor; the ground's slope over five.
    metres = np.maximum((mean_v + 0.5 * robot.track_m * np.abs(mean_w)) * DT_S, 1e-9)
    slip = _wander(total, 0.5 / metres, robot.slip, rng)
    turn_slip = _wander(total, 0.5 / metres, robot.turn_slip_rad_m, rng)
    slope = _wander(total, 5.0 / metres, robot.ground_rad, rng) + robot.tilt_rad
    wheels_v = (1.0 + slip) * mean_v
    wheels_w = (1.0 + robot.track_error + slip) * mean_w + turn_slip * mean_v
    half = 0.5 * robot.track_m
    left = (wheels_v - half * wheels_w) * (1.0 + robot.scale - 0.5 * robot.apart)
    right = (wheels_v + half * wheels_w) * (1.0 + robot.scale + 0.5 * robot.apart)
    encoder_v, encoder_w = 0.5 * (left + right), (right - left) / robot.track_m
    bias = robot.gyro_bias_rad_s + np.cumsum(
        rng.normal(0.0, robot.gyro_walk_rad_s_sqrt_s * math.sqrt(DT_S), total)
    )
    shift = round(robot.late_s / DT_S)
    old = np.maximum(np.arange(before, total) - shift, 0)
    rate = mean_w[old] * math.cos(robot.tilt_rad) + bias[before:]
    rate = rate + rng.normal(0.0, robot.gyro_noise_rad_s, steps)
    ahead = np.gradient(mean_v, DT_S)[old]
    aside = (mean_v * mean_w)[old] * math.cos(robot.tilt_rad)
    aside = aside + GRAVITY_MPS2 * np.sin(slope[old])
    shaken = np.where(moves[old], robot.vibration_mps2, 0.05)
    force = np.stack([ahead, aside, GRAVITY_MPS2 * np.cos(slope[old])], axis=1)
    force = force + rng.normal(size=(steps, 3)) * shaken[:, None]
    across = rng.normal(0.0, 0.01, (steps, 2))
    pairs_v = encoder_v[before:].reshape(-1, TICK_STEPS).mean(axis=1)
    pairs_w = encoder_w[before:].reshape(-1, TICK_STEPS).mean(axis=1)
    rolls = moves[before:].reshape(-1, TICK_STEPS).any(axis=1)
    pairs_v = pairs_v + rolls * rng.normal(0.0, 0.003, len(pairs_v))
    pairs_w = pairs_w + rolls * rng.normal(0.0, 0.003 / robot.track_m, len(pairs_w))
    return list(_bundled(rate, across, force, pairs_v, pairs_w))


def _bundled(rate: Array, across: Array, force: Array, v: Array, w: Array) -> Iterator[Observation]:
    for number in range(len(v)):
        imu = []
        for step in range(TICK_STEPS * number, TICK_STEPS * (number + 1)):
            turn = (float(across[step, 0]), float(across[step, 1]), float(rate[step]))
            pull = (float(force[step, 0]), float(force[step, 1]), float(force[step, 2]))
            imu.append(ImuSample((step + 1) * 10 * MS, turn, pull))
        stamp_ns = imu[-1].stamp_ns
        wheels = WheelSample(stamp_ns, float(v[number]), float(w[number]))
        yield Observation(stamp_ns, tuple(imu), (wheels,), ())
