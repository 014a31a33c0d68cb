"""Skills that several behaviours share: turn in place, stand and wait for a fix."""

from __future__ import annotations

from astra_core.angles import wrap_angle
from astra_core.records import LocalizationStatus
from astra_global.mission.behaviours import Skill
from astra_global.mission.world import Ask, MissionWorld
from astra_global.types import MissionPhase

__all__ = ["spin", "wait_for_fix"]


def spin(world: MissionWorld, angle_rad: float, phase: MissionPhase) -> Skill:
    """Turn in place by a signed angle, as odometry sees it, or until turning takes too long."""
    config = world.config
    began_ns, request = world.now_ns, world.new_request()
    limit_s = 3.0 + abs(angle_rad) / config.spin_speed_rad_s
    turned, heading = 0.0, float(world.odom_pose()[2])
    while abs(turned) < abs(angle_rad) - 0.1 and world.seconds_since(began_ns) < limit_s:
        yield Ask(phase, request, spin_rad=angle_rad, message="looking around")
        now = float(world.odom_pose()[2])
        turned += wrap_angle(now - heading)
        heading = now


def wait_for_fix(world: MissionWorld, limit_s: float, attempts: int) -> Skill:
    """Halt until the robot is surely localized, ``attempts`` were made, or the time is over."""
    began_ns, before = world.now_ns, world.attempts
    request = world.new_request()
    while world.seconds_since(began_ns) < limit_s and world.attempts - before < attempts:
        if world.pose().status is LocalizationStatus.LOCALIZED:
            return
        yield Ask(MissionPhase.LOCALIZING, request, message="waiting for a fix")
