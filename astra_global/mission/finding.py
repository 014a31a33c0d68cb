"""What the goal means on the map, and where to stop there (paper, section 1.5)."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from astra_core.errors import AstraError, GoalNotFound, GoalUnreachable
from astra_global.goal.approach import approach_pose, free_pose_near
from astra_global.goal.geometry import point_gap_m
from astra_global.mission.behaviours import Skill, SkillBehaviour
from astra_global.mission.world import Ask, GoalPlace, MissionWorld
from astra_global.types import Goal, GoalKind, GoalMatch, MissionPhase

__all__ = ["FindGoal", "approach"]


class FindGoal(SkillBehaviour):
    """Finds the goal pose of a text, landmark, pose or picture.

    It fails with ``GoalNotFound`` (nothing fits), ``GoalAmbiguous`` (several things fit equally) or
    ``GoalUnreachable`` (there is no free place to stop).
    """

    def __init__(self, world: MissionWorld, goal: Goal) -> None:
        """Keep the goal until the robot knows where it is: near and far depend on it."""
        super().__init__(world, "find the goal")
        self._goal = goal

    def skill(self) -> Skill:
        """Set the world's ``place``."""
        world, goal = self.world, self._goal
        if goal.kind is GoalKind.TEXT:
            place = _find_text(world, str(goal.text))
        elif goal.kind is GoalKind.LANDMARK:
            place = _find_landmark(world, str(goal.landmark_id))
        elif goal.kind is GoalKind.POSE:
            pose = free_pose_near(world.routes.space, goal.pose, world.approach_config)
            place = GoalPlace(pose)
        else:
            place = yield from _find_picture(world)
        x, y, theta = (float(value) for value in place.pose)
        world.note(
            "goal",
            f"goal pose ({x:.2f}, {y:.2f}, {theta:.2f}) {place.landmark_id}".rstrip(),
            landmark_id=place.landmark_id,
            pose=[x, y, theta],
        )
        world.place = place


def approach(world: MissionWorld, landmark_id: str) -> GoalPlace:
    """Return where to stop at a landmark, blocked places avoided."""
    landmark = world.map.landmark_by_id[landmark_id]
    pose = approach_pose(
        world.map, landmark, world.routes.space, world.approach_config, world.blockages()
    )
    return GoalPlace(pose, landmark_id)


def _find_text(world: MissionWorld, text: str) -> GoalPlace:
    """Return the place at the landmark that is meant; where any will do, the shortest way wins."""
    here = world.pose().pose
    best: tuple[float, GoalMatch, GoalPlace] | None = None
    first_problem: GoalUnreachable | None = None
    for match in world.goals.rank(text, here[:2]):
        if not match.may_replace:
            break
        if best is not None and (not match.is_equal or _air_line_m(world, match) > best[0]):
            break
        try:
            place = approach(world, match.landmark_id)
            length_m = world.routes.plan(here, place.pose, world.blockages()).length_m
        except GoalUnreachable as problem:
            first_problem = first_problem or problem
            continue
        if best is None or length_m < best[0]:
            best = (length_m, match, place)
    if best is None:
        assert first_problem is not None
        raise first_problem
    length_m, match, place = best
    world.note(
        "goal",
        f"{text!r} means {match.landmark_id}: {match.why}, {length_m:.1f} m to go",
        text=text,
        landmark_id=match.landmark_id,
        score=match.score,
        decided_by=match.decided_by,
    )
    return place


def _air_line_m(world: MissionWorld, match: GoalMatch) -> float:
    landmark = world.map.landmark_by_id[match.landmark_id]
    reach_m = world.approach_config.max_gap_m
    return float(point_gap_m(landmark, world.pose().pose[:2])) - reach_m


def _find_landmark(world: MissionWorld, landmark_id: str) -> GoalPlace:
    if landmark_id not in world.map.landmark_by_id:
        raise GoalNotFound(f"the map has no landmark {landmark_id!r}")
    return approach(world, landmark_id)


def _find_picture(world: MissionWorld) -> Generator[Ask, None, GoalPlace]:
    """Wait until the worker that localizes has looked at the picture."""
    began_ns, request = world.now_ns, world.new_request()
    while world.image_answer is None:
        if world.seconds_since(began_ns) > world.config.image_goal_s:
            raise GoalNotFound("the picture of the goal was not localized in time")
        yield Ask(MissionPhase.ROUTING, request, message="looking at the picture of the goal")
    if isinstance(world.image_answer, AstraError):
        raise GoalNotFound(f"the picture shows no place on the map: {world.image_answer}")
    answer = np.asarray(world.image_answer)
    return GoalPlace(free_pose_near(world.routes.space, answer, world.approach_config))
