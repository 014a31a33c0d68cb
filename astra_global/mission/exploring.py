"""Go where something else comes into view, to tell look-alike places apart."""

from __future__ import annotations

import math

import numpy as np

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_global.mission.behaviours import Skill, SkillBehaviour
from astra_global.mission.turning import spin
from astra_global.mission.world import Ask, MissionWorld
from astra_global.types import MissionPhase

__all__ = ["DriveOn"]

# Where the way ahead is not free the others are tried, the one back last.
_TURNS_RAD = (0.0, 0.5 * math.pi, -0.5 * math.pi, math.pi)
_NEAR_M = 0.3


class DriveOn(SkillBehaviour):
    """Drives a little way into free space; Astra-Local keeps clear of things without any map.

    It prefers the direction in which most of the places where the robot may be have room, and ends
    early when the robot is localized. Where there is no way at all it ends as well: turning on the
    spot is all that is left.
    """

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "drive on")

    def skill(self) -> Skill:
        """Try one direction after the other until the robot got somewhere."""
        world, config = self.world, self.world.config
        began = world.odom_pose()
        ahead = began[2] + world.open_direction(config.explore_m)
        for turn_rad in _TURNS_RAD:
            off = wrap_angle(float(ahead + turn_rad - world.odom_pose()[2]))
            if abs(off) > 0.3:
                yield from spin(world, off, MissionPhase.LOCALIZING)
            yield from _drive(world, config.explore_m)
            driven_m = float(np.linalg.norm(world.odom_pose()[:2] - began[:2]))
            if world.is_localized or driven_m > 0.5 * config.explore_m:
                return


def _drive(world: MissionWorld, distance_m: float) -> Skill:
    """Go ahead until there, localized, or without progress for a while."""
    config = world.config
    target = se2.compose(world.odom_pose(), [distance_m, 0.0, 0.0])
    request, progress_ns, best_m = world.new_request(), world.now_ns, distance_m
    while not world.is_localized and best_m > _NEAR_M:
        left_m = float(np.linalg.norm(target[:2] - world.odom_pose()[:2]))
        if left_m < best_m - config.progress_m:
            best_m, progress_ns = left_m, world.now_ns
        if world.seconds_since(progress_ns) > config.explore_patience_s:
            return
        yield Ask(
            MissionPhase.LOCALIZING,
            request,
            pose_odom=target,
            speed_mps=config.explore_speed_mps,
            message="driving on to see more",
        )
