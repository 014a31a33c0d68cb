"""Skill: find out where the robot is; look around on purpose when it does not know."""

from __future__ import annotations

import numpy as np

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.errors import NotLocalized
from astra_core.records import LocalizationStatus
from astra_global.mission.world import Ask, MissionWorld, Skill
from astra_global.types import MissionPhase

__all__ = ["localize", "spin", "wait_for_fix"]


def localize(world: MissionWorld) -> Skill:
    """Stand, then turn in steps, then drive a little and turn again, until a fix is believed.

    Raises:
        NotLocalized: Nothing helped. No pose is made up.
    """
    config = world.config.mission
    if world.is_localized:
        return
    world.note("lost", "looking for the pose on the map")
    yield from wait_for_fix(world, config.first_fix_s, config.look_attempts)
    for excursion in range(config.explore_tries + 1):
        for _ in range(config.look_turns):
            if world.is_localized:
                return
            yield from spin(world, config.look_rad, MissionPhase.LOCALIZING)
            yield from wait_for_fix(world, config.look_s, config.look_attempts)
        if world.is_localized:
            return
        if excursion < config.explore_tries and config.explore_m > 0.0:
            yield from _drive_ahead(world, config.explore_m)
    if not world.is_localized:
        raise NotLocalized(
            f"no place on the map was recognised in {world.attempts} attempts, looking around"
        )


def wait_for_fix(world: MissionWorld, limit_s: float, attempts: int) -> Skill:
    """Halt until the robot is surely localized, ``attempts`` were made, or the time is over."""
    began_ns, before = world.now_ns, world.attempts
    request = world.new_request()
    while world.seconds_since(began_ns) < limit_s and world.attempts - before < attempts:
        if world.pose().status is LocalizationStatus.LOCALIZED:
            return
        yield Ask(MissionPhase.LOCALIZING, request, message="waiting for a fix")


def spin(world: MissionWorld, angle_rad: float, phase: MissionPhase) -> Skill:
    """Turn in place by a signed angle, as odometry sees it, or until turning takes too long."""
    config = world.config.mission
    began_ns, request = world.now_ns, world.new_request()
    limit_s = 3.0 + abs(angle_rad) / config.spin_speed_rad_s
    turned, heading = 0.0, float(world.odom_pose()[2])
    while abs(turned) < abs(angle_rad) - 0.1 and world.seconds_since(began_ns) < limit_s:
        yield Ask(phase, request, spin_rad=angle_rad, message="looking around")
        now = float(world.odom_pose()[2])
        turned += wrap_angle(now - heading)
        heading = now


def _drive_ahead(world: MissionWorld, distance_m: float) -> Skill:
    """Ask Astra-Local to go ahead; it keeps clear of obstacles without any map."""
    config = world.config.mission
    target = se2.compose(world.odom_pose(), [distance_m, 0.0, 0.0])
    began_ns, request = world.now_ns, world.new_request()
    speed_mps = config.max_speed_mps * config.uncertain_speed_ratio
    while world.seconds_since(began_ns) < 4.0 * distance_m / speed_mps:
        if world.is_localized or np.linalg.norm(target[:2] - world.odom_pose()[:2]) < 0.25:
            return
        yield Ask(
            MissionPhase.LOCALIZING,
            request,
            pose_odom=target,
            speed_mps=speed_mps,
            message="driving on to see more",
        )
