"""Plan a route, hand out its sub-goals, make sure of the arrival."""

from __future__ import annotations

import numpy as np

from astra_core.angles import wrap_angle
from astra_core.errors import NotLocalized
from astra_core.records import GlobalPose, LocalizationStatus
from astra_global.mission.asking import answered
from astra_global.mission.behaviours import Skill, SkillBehaviour
from astra_global.mission.turning import spin
from astra_global.mission.world import Ask, Blocked, Lost, MissionWorld, OffRoute
from astra_global.route import Route, look_ahead
from astra_global.types import MissionPhase

__all__ = ["Arrive", "FollowRoute", "PlanRoute"]

# The station may only move this far back or ahead in one tick, so that crossings do not confuse.
_BACK_M, _AHEAD_M = 0.5, 2.0
# A blockage is this far ahead of the robot: its own radius and that of what stands there.
_OBSTACLE_AHEAD_M = 0.6


class PlanRoute(SkillBehaviour):
    """Plans a route from here to the goal's place; costs one tick, in which the robot halts.

    It fails with ``GoalUnreachable`` where the map has no way, and ``Lost`` without a pose.
    """

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "plan the route")

    def skill(self) -> Skill:
        """Set the world's ``route``."""
        world = self.world
        yield Ask(MissionPhase.ROUTING, world.new_request(), message="planning the way")
        place, pose = world.goal_place, _pose_or_lost(world)
        blockages = world.blockages()
        route = yield from answered(
            world,
            "which way leads there",
            lambda: world.routes.plan(pose.pose, place.pose, blockages),
        )
        world.route = route
        world.note(
            "route",
            f"{route.length_m:.1f} m by {route.source}, {len(route.node_ids)} nodes",
            length_m=route.length_m,
            source=route.source,
            node_ids=list(route.node_ids),
        )


class FollowRoute(SkillBehaviour):
    """Hands out sub-goals until the goal pose is reached.

    It fails with ``Lost`` (the pose is not known any more), ``Blocked`` (no progress) or
    ``OffRoute`` (a new route is needed).
    """

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "follow the route")

    def skill(self) -> Skill:
        """Follow the world's ``route``."""
        world, config, route = self.world, self.world.config, self.world.route
        assert route is not None
        request = world.new_request()
        station_m, best_m, progress_ns = 0.0, 0.0, world.now_ns
        there_ns: int | None = None
        while True:
            pose = _pose_or_lost(world)
            station_m, away_m = route.project(pose.pose, station_m - _BACK_M, station_m + _AHEAD_M)
            if away_m > config.off_route_m:
                world.note("route", f"{away_m:.2f} m off the route, planning anew")
                raise OffRoute(f"{away_m:.2f} m off the route")
            is_near, is_aligned = _is_at(world, pose, route.goal_pose)
            if there_ns is not None and not is_near:
                # A fix moved the goal away: Astra-Local holds what it has reached, so ask anew.
                request = world.new_request()
            there_ns = (there_ns or world.now_ns) if is_near else None
            if is_near and (is_aligned or world.seconds_since(there_ns or 0) > config.align_s):
                return
            if is_near or station_m > best_m + config.progress_m:
                best_m, progress_ns = max(best_m, station_m), world.now_ns
            if best_m > config.recovered_m:
                world.recoveries_in_a_row = 0
            if world.seconds_since(progress_ns) > config.stuck_s:
                place_m = route.point_at(station_m + _OBSTACLE_AHEAD_M)
                reason = f"no progress for {config.stuck_s:.0f} s"
                raise Blocked(reason, place_m, route.length_m - station_m)
            yield _drive(world, route, station_m, pose, request)


class Arrive(SkillBehaviour):
    """Stands still until a fresh fix confirms the place.

    It fails with ``OffRoute`` where the place turns out to be elsewhere, and with ``NotLocalized``
    where no fix confirms it even after looking around.
    """

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "make sure of the arrival")

    def skill(self) -> Skill:
        """Wait for a fix, looking around in between."""
        world, config = self.world, self.world.config
        for _ in range(config.confirm_tries + 1):
            began_ns, request = world.now_ns, world.new_request()
            while world.seconds_since(began_ns) < config.confirm_s:
                pose = _pose_or_lost(world)
                is_near, _ = _is_at(world, pose, world.goal_place.pose)
                if not is_near:
                    raise OffRoute("a fix says that the goal is further away")
                is_sure = pose.status is LocalizationStatus.LOCALIZED
                if is_sure and world.fix_age_s() <= config.fresh_fix_s:
                    return
                yield Ask(
                    MissionPhase.ARRIVING,
                    request,
                    remaining_m=0.0,
                    message="making sure of the place",
                )
            yield from spin(world, config.look_rad, MissionPhase.ARRIVING)
        raise NotLocalized("the robot should be at the goal, but no fix confirms it")


def _drive(
    world: MissionWorld, route: Route, station_m: float, pose: GlobalPose, request: int
) -> Ask:
    config = world.config
    ahead = look_ahead(route, station_m, pose.pose[:2], world.route_config, world.routes.space)
    is_sure = pose.status is LocalizationStatus.LOCALIZED
    return Ask(
        MissionPhase.ARRIVING if ahead.is_final else MissionPhase.DRIVING,
        request,
        pose_odom=world.to_odom(ahead.pose),
        is_final=ahead.is_final,
        speed_mps=config.max_speed_mps * (1.0 if is_sure else config.uncertain_speed_ratio),
        remaining_m=max(0.0, route.length_m - station_m),
        message="" if is_sure else "slower, the pose is uncertain",
    )


def _is_at(world: MissionWorld, pose: GlobalPose, goal: np.ndarray) -> tuple[bool, bool]:
    """Return whether the robot is near the goal, and whether it also faces the right way."""
    config = world.config
    away_m = float(np.linalg.norm(pose.pose[:2] - goal[:2]))
    off_rad = abs(wrap_angle(float(pose.pose[2] - goal[2])))
    return away_m <= config.goal_tolerance_m, off_rad <= config.goal_tolerance_rad


def _pose_or_lost(world: MissionWorld) -> GlobalPose:
    pose = world.pose()
    if pose.status is LocalizationStatus.NOT_LOCALIZED:
        raise Lost("the pose on the map is not known any more")
    return pose
