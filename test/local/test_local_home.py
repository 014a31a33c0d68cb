"""Astra-Local in simulated homes: sub-goals from the true floor plan, everything else sensed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core import se2
from astra_core.records import SubGoal, Velocity
from astra_core.stack_spec import StackSpec
from astra_local.safety.guard import Guard
from astra_local.stack import build_local

pytest.importorskip("mujoco")

LOOK_AHEAD_M = 1.2


def densify(way: np.ndarray, step_m: float = 0.05) -> np.ndarray:
    """Return points every 5 cm along a polyline ``(N, 2)``."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))])
    wanted = np.append(np.arange(0.0, along[-1], step_m), along[-1])
    return np.stack([np.interp(wanted, along, way[:, axis]) for axis in (0, 1)], axis=-1)


def drive_home(seed: int) -> tuple[bool, int, float]:
    """Drive to a landmark drawn from the seed; return (arrived, collisions, odometry error m)."""
    from astra_sim.profile import load_profile
    from astra_sim.scenes import make_scene
    from astra_sim.scenes.floor_plan import floor_plan
    from astra_sim.simulator import Simulator

    scene = make_scene("home", seed)
    plan, rng = floor_plan(scene), np.random.default_rng(seed)
    with Simulator(scene, load_profile(), seed) as simulator:
        stack, guard = build_local(StackSpec(), simulator.rig), Guard()
        start = simulator.truth().pose
        way = None
        while way is None:
            landmark = scene.landmarks[rng.integers(len(scene.landmarks))]
            goal = plan.reachable_near(landmark)
            if goal is not None and math.dist(goal[:2], start[:2]) > 2.5:
                way = plan.shortest_path(tuple(start[:2]), goal[:2], 0.27)
        way = densify(np.asarray(way))
        ahead_points = round(LOOK_AHEAD_M / 0.05)
        at, held, command = 0, 0, Velocity()
        for tick in range(50 * (20 + len(way) // 4)):
            observation = simulator.step(command)
            now = observation.stamp_ns
            stack.observe(observation)
            if observation.frames:
                stack.perceive(observation.frames)
                guard.on_obstacle(stack.nearest_obstacle())
                truth = simulator.truth().pose
                at += int(np.argmin(np.hypot(*(way[at : at + 60] - truth[:2]).T)))
                ahead = min(at + ahead_points, len(way) - 1)
                final = ahead == len(way) - 1
                theta = math.atan2(*(way[ahead] - way[max(ahead - 3, 0)])[::-1])
                target = np.array(goal) if final else np.array([*way[ahead], theta])
                in_odom = se2.compose(stack.odometry.pose, se2.between(truth, target))
                halt = tick < 50  # the stack stands a second until it is localized
                sub_goal = SubGoal(now, in_odom, is_final=final, halt=halt, sequence=ahead)
                trajectory = stack.plan(sub_goal, now)
                held = held + 1 if final and not halt and trajectory.source == "hold" else 0
            if held > 5:
                break
            guard.on_heartbeat("astra_local", now)
            guard.on_command(stack.command(now), now)
            command = guard.step(now).velocity
        truth = simulator.truth()
        arrived = held > 5 and math.dist(truth.pose[:2], goal[:2]) < 0.3
        driven = se2.between(start, truth.pose)
        drift = math.dist(driven[:2], stack.odometry.pose[:2])
        return arrived, int(truth.collision_count), drift / max(truth.path_length_m, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [100, 101, 102, 103])
def test_drives_through_a_home_without_touching(seed: int) -> None:
    arrived, collisions, drift = drive_home(seed)
    assert collisions == 0
    assert arrived
    assert drift < 0.03  # of the way
