"""What a robot can do about a blocked way: see more, go back, plan around, stop elsewhere."""

from __future__ import annotations

import math

import numpy as np

from astra_core import se2
from astra_core.errors import GoalUnreachable
from astra_global.mission.asking import answered
from astra_global.mission.behaviours import Decision, Skill, SkillBehaviour
from astra_global.mission.turning import spin
from astra_global.mission.world import Ask, MissionWorld
from astra_global.types import MissionPhase

__all__ = ["AT_GOAL_M", "AnotherPlace", "BackUp", "BlockPlace", "LookAtEverything"]

#: Nearer to the goal than this, the goal's own place may be taken: look for another one.
AT_GOAL_M = 1.2
_THERE_M = 0.2


class LookAtEverything(SkillBehaviour):
    """Turns once around, so that Astra-Local sees afresh what it only remembers."""

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "turn once around")

    def skill(self) -> Skill:
        """Turn by two halves: a whole turn is none for a planner that thinks in angles."""
        self.world.note("recovery", "looking around")
        for _ in range(2):
            yield from spin(self.world, math.pi, MissionPhase.RECOVERING)


class BackUp(SkillBehaviour):
    """Returns along the robot's own track: it was free a moment ago."""

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "back up")

    def skill(self) -> Skill:
        """Go to where the robot was a little way ago."""
        world, config = self.world, self.world.config
        world.note("recovery", "going back")
        target = _track_behind(world, config.back_m)
        began_ns, request = world.now_ns, world.new_request()
        while world.seconds_since(began_ns) < config.back_s:
            if np.linalg.norm(world.odom_pose()[:2] - target[:2]) < _THERE_M:
                return
            yield Ask(
                MissionPhase.RECOVERING,
                request,
                pose_odom=target,
                speed_mps=0.5 * config.max_speed_mps,
                message="going back",
            )


class BlockPlace(Decision):
    """Remembers the place, so that A* avoids it; it is forgotten after a time."""

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "block the place")

    def decide(self) -> None:
        """Block it, wider each time: the first guess of where the obstacle is may be off."""
        world = self.world
        assert world.blocked is not None
        place_m = world.blocked.place_m
        wider = 1.0 + 0.25 * max(0, world.recoveries_in_a_row - 2)
        world.block(place_m, world.route_config.blockage_radius_m * wider)
        x, y = (float(value) for value in place_m)
        world.note("recovery", "place blocked, planning around it", place=[x, y])


class AnotherPlace(SkillBehaviour):
    """Takes another place at the same landmark when the way is blocked right at the goal."""

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "another place at the goal")

    def skill(self) -> Skill:
        """Set the world's ``place``, or leave it where there is no better one."""
        world, place = self.world, self.world.goal_place
        assert world.blocked is not None
        if world.blocked.remaining_m >= AT_GOAL_M or not place.landmark_id:
            return
        world.block(place.pose[:2], world.route_config.blockage_radius_m)
        blockages = world.blockages()
        try:
            other = yield from answered(
                world,
                f"where else to stop at {place.landmark_id}",
                lambda: world.destinations.of_landmark(place.landmark_id, blockages),
                MissionPhase.RECOVERING,
            )
        except GoalUnreachable as problem:
            world.note("recovery", f"no other place: {problem}")
            return
        world.note("goal", f"another place at {place.landmark_id}", pose=other.pose.tolist())
        world.place = other


def _track_behind(world: MissionWorld, distance_m: float) -> np.ndarray:
    """Return where the robot was ``distance_m`` ago in ``odom``; straight behind if unknown."""
    here = world.odom_pose()
    newest_ns = world.fusion.odometry.newest_ns or 0
    for seconds in np.arange(0.5, 0.9 * world.fusion.config.buffer_s, 0.5):
        earlier = world.fusion.odometry.driven_at(newest_ns - int(seconds * 1e9))
        if earlier is None:
            break
        if np.linalg.norm(earlier[:2] - here[:2]) >= distance_m:
            return np.array([earlier[0], earlier[1], here[2]])
    return se2.compose(here, [-distance_m, 0.0, 0.0])
