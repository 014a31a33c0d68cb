"""A robot that drives about, as wheels and IMU sense it: by equations, without a world."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from astra_core.observation import ImuSample, Observation, WheelSample

MS = 1_000_000
TICK_MS = 20
GRAVITY_MPS2 = 9.81


@dataclass(frozen=True)
class Tick:
    """What is sensed in 20 ms, and how far the robot has come by then.

    Attributes:
        observation: Two readings of the IMU, one of the wheels.
        way_m: Distance driven since the start.
        turned_rad: All turns since the start, without their signs.
        pose: ``(3,)`` truth.
    """

    observation: Observation
    way_m: float
    turned_rad: float
    pose: np.ndarray


def drive(
    seconds: float, seed: int = 0, *, stands_s: float = 1.0, ramp_rad: float = 0.0
) -> Iterator[Tick]:
    """Stand for a while, then drive at 0.5 m/s through bends, brake now and then, go on.

    Args:
        seconds: How long.
        seed: Of noise and errors of the sensors.
        stands_s: Standing at the beginning.
        ramp_rad: Slope that begins after 6 s, nose up within a length of the robot (0.4 m).
    """
    rng = np.random.default_rng(seed)
    bias = rng.normal(0.0, 0.008, 3)
    lean = rng.normal(0.0, 0.1, 3)
    scale, track = 1.0 + rng.normal(0.0, 0.01), 1.0 + rng.normal(0.0, 0.02)
    v = w = nose = way = turned = 0.0
    pose = np.zeros(3)
    for number in range(1, 1 + round(1000.0 * seconds / TICK_MS)):
        now_s = 0.001 * TICK_MS * number
        phase = now_s % 10.0
        wish = (0.0, 0.0)
        if now_s > stands_s:
            wish = (
                0.5 if phase < 8.0 else 0.0,
                0.8 * math.sin(1.3 * now_s) if phase > 4.0 else 0.0,
            )
        imu, v_sum, w_sum = [], 0.0, 0.0
        for part in (1, 2):
            dt, before = 0.01, (v, w, nose)
            v += float(np.clip(wish[0] - v, -0.8 * dt, 0.8 * dt))
            w += float(np.clip(wish[1] - w, -3.0 * dt, 3.0 * dt))
            if now_s > 6.0 and abs(nose) < abs(ramp_rad):
                nose += ramp_rad / 0.4 * v * dt
            mean_v, mean_w = 0.5 * (v + before[0]), 0.5 * (w + before[1])
            middle = pose[2] + 0.5 * mean_w * dt
            pose = pose + dt * np.array(
                [mean_v * math.cos(middle), mean_v * math.sin(middle), mean_w]
            )
            v_sum, w_sum = v_sum + 0.5 * mean_v, w_sum + 0.5 * mean_w
            way, turned = way + mean_v * dt, turned + abs(mean_w) * dt
            turn = np.array([0.0, (before[2] - nose) / dt, mean_w])
            force = np.array(
                [
                    (v - before[0]) / dt + GRAVITY_MPS2 * math.sin(nose),
                    mean_v * mean_w,
                    GRAVITY_MPS2 * math.cos(nose),
                ]
            )
            turn = turn + bias + rng.normal(0.0, 0.003, 3)
            force = force + lean + rng.normal(0.0, 0.02, 3)
            stamp_ns = ((number - 1) * TICK_MS + 10 * part) * MS
            imu.append(ImuSample(stamp_ns, (*turn.tolist(),), (*force.tolist(),)))
        moves = (abs(v_sum) + abs(w_sum)) > 0.0
        wheels = WheelSample(
            number * TICK_MS * MS,
            v_sum * scale + moves * float(rng.normal(0.0, 0.003)),
            w_sum * track + moves * float(rng.normal(0.0, 0.01)),
        )
        yield Tick(Observation(wheels.stamp_ns, tuple(imu), (wheels,)), way, turned, pose)
