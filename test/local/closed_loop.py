"""Drives the pipeline and the guard through the flat world, with sub-goals from a true path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from flat_world import FlatWorld, HeightMap

from astra_core import se2
from astra_core.records import SubGoal, Velocity
from astra_core.stack_spec import CLASSICAL, StackSpec
from astra_local.config import LocalConfig, OccupancyConfig
from astra_local.safety.guard import Guard
from astra_local.stack import build_local

TEST_CONFIG = LocalConfig(occupancy=OccupancyConfig(pixel_stride=1))


@dataclass
class Drive:
    """How one drive ended."""

    reached: bool
    collisions: int
    seconds: float
    min_clearance_m: float
    final_error_m: float
    final_heading_rad: float
    length_ratio: float
    fallback: float
    sources: dict[str, int]


def drive_to(
    world: HeightMap,
    start: np.ndarray,
    goal: np.ndarray,
    seed: int,
    limit_s: float | None = None,
    trace=None,
    spec: StackSpec = CLASSICAL,
) -> Drive | None:
    """Drive from start to goal; ``None`` where the true map has no way."""
    way = world.path(start[:2], goal[:2])
    if way is None:
        return None
    length = float(np.hypot(*np.diff(way, axis=0).T).sum())
    limit_s = limit_s or 30.0 + 5.0 * length
    robot = FlatWorld(world, start.copy(), seed)
    stack, guard = build_local(spec, robot.rig, TEST_CONFIG), Guard()
    command, at, held = Velocity(), 0, 0.0
    trajectory = None
    for tick in range(int(limit_s * 50)):
        observation = robot.step(command, cameras=tick % 5 == 0)
        now = observation.stamp_ns
        stack.observe(observation)
        if observation.frames:
            stack.perceive(observation.frames)
            guard.on_obstacle(stack.nearest_obstacle())
            # What Astra-Global would do: a point ahead on the route, in odom.
            distances = np.hypot(*(way[at : at + 30] - robot.pose[:2]).T)
            at += int(np.argmin(distances))
            ahead = min(at + 12, len(way) - 1)
            final = ahead == len(way) - 1
            theta = math.atan2(*(way[ahead] - way[max(ahead - 2, 0)])[::-1])
            target = goal if final else np.array([*way[ahead], theta])
            odom = stack.odometry
            in_odom = se2.compose(odom.pose, se2.between(robot.pose, target))
            trajectory = stack.plan(SubGoal(now, in_odom, is_final=final, sequence=ahead), now)
            held = held + 0.1 if final and trajectory.source == "hold" else 0.0
            if trace is not None:
                trace(now, robot, stack, trajectory, target, guard)
            if held > 0.5:
                break
        guard.on_heartbeat("astra_local", now)
        guard.on_command(stack.command(now), now)
        command = guard.step(now).velocity
        stack.on_driven(command, now)
    error = float(math.dist(robot.pose[:2], goal[:2]))
    turn = abs(math.remainder(float(robot.pose[2] - goal[2]), 2 * math.pi))
    return Drive(
        held > 0.5 and error < 0.3,
        robot.collisions,
        robot.stamp_ns / 1e9,
        robot.min_clearance_m,
        error,
        turn,
        robot.travelled_m / max(length, 0.1),
        stack.fallback_fraction,
        stack.plan_sources,
    )
