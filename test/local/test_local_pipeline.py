"""Astra-Local as a whole: lifelines, determinism, and closed loop in a flat world."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from closed_loop import TEST_CONFIG, drive_to
from flat_world import FlatWorld, HeightMap, flat, free_pose, make_rig

from astra_core.config import from_mapping, settings, to_mapping
from astra_core.records import SubGoal, Velocity
from astra_core.stack_spec import StackSpec
from astra_local.config import GuardConfig, LocalConfig
from astra_local.stack import build_local

WALLS = [(0, 0, 8, 0.1, 2.5), (0, 7.9, 8, 8, 2.5), (0, 0, 0.1, 8, 2.5), (7.9, 0, 8, 8, 2.5)]


def robot_in(boxes: list, pose: tuple[float, float, float], seed: int = 0) -> FlatWorld:
    return FlatWorld(HeightMap((8.0, 8.0), WALLS + boxes), np.array(pose), seed)


def test_before_anything_was_seen() -> None:
    stack = build_local(StackSpec(), make_rig(), TEST_CONFIG)
    assert stack.command(0) == Velocity()
    assert not stack.nearest_obstacle().valid
    assert stack.occupancy is None
    assert stack.esdf is None
    plan = stack.plan(SubGoal(0, np.ones(3)), 0)
    assert (plan.velocities == 0.0).all()
    assert stack.fallback_fraction == 0.0


def test_blind_is_a_stop() -> None:
    robot = robot_in([], (4.0, 4.0, 0.0))
    stack = build_local(StackSpec(), robot.rig, TEST_CONFIG)
    sub_goal = SubGoal(0, np.array([2.0, 0.0, 0.0]))
    observation = robot.step(Velocity(), cameras=True)
    stack.observe(observation)
    assert stack.perceive(observation.frames)
    assert stack.plan(sub_goal, observation.stamp_ns).source_name == "mppi"
    assert stack.command(observation.stamp_ns).linear_mps > 0.0
    for _ in range(40):  # 0.8 s without images
        observation = robot.step(Velocity(), cameras=False)
        stack.observe(observation)
    assert stack.command(observation.stamp_ns) == Velocity()  # the view is old, and the plan
    assert stack.stop_reason == "no depth images from front"
    assert stack.plan(sub_goal, observation.stamp_ns).source == "stop"
    assert stack.fallback_fraction == pytest.approx(0.5)
    assert stack.plan(None, observation.stamp_ns).source == "hold"  # to stand is not to drive
    assert stack.fallback_fraction == pytest.approx(0.5)
    assert stack.plan_sources == {"mppi": 1, "stop": 1, "hold": 1}
    assert stack.command(observation.stamp_ns + 10**9) == Velocity()  # odometry is old


def test_a_halt_voids_the_plan_at_once_and_the_next_plan_stays_halted() -> None:
    robot = robot_in([], (4.0, 4.0, 0.0))
    stack = build_local(StackSpec(), robot.rig, TEST_CONFIG)
    observation = robot.step(Velocity(), cameras=True)
    stack.observe(observation)
    stack.perceive(observation.frames)
    sub_goal = SubGoal(0, np.array([2.0, 0.0, 0.0]))
    stack.plan(sub_goal, observation.stamp_ns)
    assert stack.command(observation.stamp_ns).linear_mps > 0.0
    stack.halt(observation.stamp_ns)
    assert stack.command(observation.stamp_ns) == Velocity()
    assert stack.stop_reason == "told to stop"
    # A plan that was on its way when the halt came is void too; a later one counts.
    stack.plan(sub_goal, observation.stamp_ns)
    assert stack.command(observation.stamp_ns) == Velocity()
    observation = robot.step(Velocity(), cameras=False)
    stack.observe(observation)
    stack.plan(sub_goal, observation.stamp_ns)
    assert stack.command(observation.stamp_ns).linear_mps > 0.0


def test_images_without_odometry_are_dropped_and_counted() -> None:
    robot = robot_in([], (4.0, 4.0, 0.0))
    stack = build_local(StackSpec(), robot.rig, TEST_CONFIG)
    assert not stack.perceive(robot.frames())
    assert stack.refused_samples == {"image without odometry": 4}


def test_the_same_inputs_give_the_same_commands() -> None:
    logs = []
    for _ in range(2):
        robot = robot_in([(5.0, 3.0, 5.5, 4.5, 0.75)], (3.5, 4.0, 0.3), seed=5)
        stack, command, log = build_local(StackSpec(), robot.rig, TEST_CONFIG), Velocity(), []
        for tick in range(60):
            observation = robot.step(command, cameras=tick % 5 == 0)
            stack.observe(observation)
            if observation.frames:
                stack.perceive(observation.frames)
                stack.plan(SubGoal(0, np.array([2.5, 0.0, 0.0])), observation.stamp_ns)
            command = stack.command(observation.stamp_ns)
            log.append((command.linear_mps, command.angular_rad_s))
        logs.append(log)
    assert logs[0] == logs[1]
    assert logs[0][-1][0] > 0.1


@pytest.mark.parametrize("config", [LocalConfig, GuardConfig])
def test_settings_round_trip_and_are_described(config) -> None:
    assert from_mapping(config, to_mapping(config())) == config()
    assert all(entry.description.endswith(".") for entry in settings(config)), "a sentence"


def trip(seed: int):
    world, rng = flat(seed), np.random.default_rng(seed + 1000)
    while True:
        start, goal = free_pose(world, rng), free_pose(world, rng)
        if math.dist(start[:2], goal[:2]) > 3.0 and world.path(start, goal) is not None:
            return drive_to(world, start, goal, seed)


def check(seeds: range) -> None:
    begin = time.perf_counter()
    drives = {seed: trip(seed) for seed in seeds}
    reached = sum(drive.reached for drive in drives.values())
    collisions = sum(drive.collisions for drive in drives.values())
    print(
        f"reached {reached}/{len(drives)}, {collisions} collisions, "
        f"{time.perf_counter() - begin:.0f} s"
    )
    assert collisions == 0, {s: d for s, d in drives.items() if d.collisions}
    assert reached >= 0.95 * len(drives), {s: d for s, d in drives.items() if not d.reached}
    assert all(d.final_error_m < 0.15 for d in drives.values() if d.reached)
    assert all(d.final_heading_rad < 0.25 for d in drives.values() if d.reached)


def test_drives_through_furnished_flats() -> None:
    check(range(2))


@pytest.mark.slow
def test_drives_through_many_furnished_flats() -> None:
    check(range(60))


@pytest.mark.parametrize("width", [0.9, 0.6])
def test_passes_a_door_and_a_gap_by_depth_alone(width: float) -> None:
    wall = [(4.0, 0.0, 4.1, 3.5, 2.5), (4.0, 3.5 + width, 4.1, 8.0, 2.5)]
    world = HeightMap((8.0, 8.0), WALLS + wall)
    drive = drive_to(world, np.array([2.0, 5.0, 2.5]), np.array([6.0, 4.5, 0.5]), seed=1)
    assert drive is not None
    assert drive.collisions == 0
    assert drive.reached
