"""Skill: get going again when the way is blocked."""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np

from astra_core import se2
from astra_core.errors import GoalUnreachable, RobotStuck
from astra_global.mission.finding import approach
from astra_global.mission.localizing import spin
from astra_global.mission.world import Ask, Blocked, GoalPlace, MissionWorld, Skill
from astra_global.types import MissionPhase

__all__ = ["recover"]

# Nearer to the goal than this, the goal's own place may be taken: look for another one.
_AT_GOAL_M = 1.2


def recover(
    world: MissionWorld, place: GoalPlace, blocked: Blocked
) -> Generator[Ask, None, GoalPlace]:
    """Look around first; from the second time on go back and block the place, so A* avoids it.

    Returns:
        The place to go to from now on: another one at the same landmark if the first is taken.

    Raises:
        RobotStuck: Too many recoveries without progress in between.
    """
    config = world.config.mission
    tries = world.recoveries_in_a_row
    if tries >= config.max_recoveries:
        raise RobotStuck(f"{blocked}, in spite of {tries} recoveries")
    world.recoveries += 1
    world.recoveries_in_a_row += 1
    x, y = (float(value) for value in blocked.place_m)
    world.note("blocked", f"{blocked} at ({x:.2f}, {y:.2f})", place=[x, y])
    if tries % 2 == 0:
        world.note("recovery", "looking around")
        for _ in range(2):
            yield from spin(world, math.pi, MissionPhase.RECOVERING)
    else:
        world.note("recovery", "going back")
        yield from _go_back(world)
    if tries == 0:
        return place
    # Wider each time: the first guess of where the obstacle is may be off.
    world.block(blocked.place_m, world.config.route.blockage_radius_m * (1.0 + 0.25 * (tries - 1)))
    world.note("recovery", "place blocked, planning anew", place=[x, y])
    if blocked.remaining_m < _AT_GOAL_M and place.landmark_id:
        place = _another_place(world, place)
    return place


def _go_back(world: MissionWorld) -> Skill:
    """Return along the robot's own track: it was free a moment ago."""
    config = world.config.mission
    target = _track_behind(world, config.back_m)
    began_ns, request = world.now_ns, world.new_request()
    while world.seconds_since(began_ns) < config.back_s:
        if np.linalg.norm(world.odom_pose()[:2] - target[:2]) < 0.2:
            return
        yield Ask(
            MissionPhase.RECOVERING,
            request,
            pose_odom=target,
            speed_mps=0.5 * config.max_speed_mps,
            message="going back",
        )


def _track_behind(world: MissionWorld, distance_m: float) -> np.ndarray:
    """Return where the robot was ``distance_m`` ago in ``odom``; straight behind if unknown."""
    here = world.odom_pose()
    newest_ns = world.fusion.odometry.newest_ns or 0
    for seconds in np.arange(0.5, 0.9 * world.config.fusion.buffer_s, 0.5):
        earlier = world.fusion.odometry.pose_at(newest_ns - int(seconds * 1e9))
        if earlier is None:
            break
        if np.linalg.norm(earlier[:2] - here[:2]) >= distance_m:
            return np.array([earlier[0], earlier[1], here[2]])
    return se2.compose(here, [-distance_m, 0.0, 0.0])


def _another_place(world: MissionWorld, place: GoalPlace) -> GoalPlace:
    world.block(place.pose[:2], world.config.route.blockage_radius_m)
    try:
        other = approach(world, place.landmark_id)
    except GoalUnreachable:
        return place
    world.note("goal", f"another place at {place.landmark_id}", pose=other.pose.tolist())
    world.place = other
    return other
