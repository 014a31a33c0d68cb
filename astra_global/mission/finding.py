"""Skill: what the goal means on the map, and where to stop there (paper, section 1.5)."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from astra_core.errors import AstraError, GoalNotFound, GoalUnreachable
from astra_global.goal.approach import approach_pose, free_pose_near
from astra_global.mission.world import Ask, GoalPlace, MissionWorld
from astra_global.types import Goal, GoalKind, MissionPhase

__all__ = ["approach", "find_goal"]


def find_goal(world: MissionWorld, goal: Goal) -> Generator[Ask, None, GoalPlace]:
    """Return the goal pose of a text, landmark, pose or picture.

    Raises:
        GoalNotFound: Nothing fits.
        GoalAmbiguous: Several things fit equally.
        GoalUnreachable: There is no free place to stop.
    """
    if goal.kind is GoalKind.TEXT:
        place = _find_text(world, str(goal.text))
    elif goal.kind is GoalKind.LANDMARK:
        place = _find_landmark(world, str(goal.landmark_id))
    elif goal.kind is GoalKind.POSE:
        place = GoalPlace(free_pose_near(world.planner.space, goal.pose, world.config.approach))
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
    return place


def approach(world: MissionWorld, landmark_id: str) -> GoalPlace:
    """Return where to stop at a landmark, blocked places avoided."""
    landmark = world.map.landmark_by_id[landmark_id]
    pose = approach_pose(
        world.map, landmark, world.planner.space, world.config.approach, world.blockages()
    )
    return GoalPlace(pose, landmark_id)


def _find_text(world: MissionWorld, text: str) -> GoalPlace:
    ranked = world.resolver.rank(text, world.pose().pose[:2])
    equal = world.config.goal.equal_margin
    first_problem: GoalUnreachable | None = None
    for match in ranked:
        if match.score < ranked[0].score - equal:
            break
        try:
            place = approach(world, match.landmark_id)
        except GoalUnreachable as problem:
            first_problem = first_problem or problem
            continue
        world.note(
            "goal",
            f"{text!r} means {match.landmark_id}: {match.why}",
            text=text,
            landmark_id=match.landmark_id,
            score=match.score,
            decided_by="words",
        )
        return place
    assert first_problem is not None
    raise first_problem


def _find_landmark(world: MissionWorld, landmark_id: str) -> GoalPlace:
    if landmark_id not in world.map.landmark_by_id:
        raise GoalNotFound(f"the map has no landmark {landmark_id!r}")
    return approach(world, landmark_id)


def _find_picture(world: MissionWorld) -> Generator[Ask, None, GoalPlace]:
    """Wait until the worker that localizes has looked at the picture."""
    began_ns, request = world.now_ns, world.new_request()
    while world.image_answer is None:
        if world.seconds_since(began_ns) > world.config.mission.image_goal_s:
            raise GoalNotFound("the picture of the goal was not localized in time")
        yield Ask(MissionPhase.ROUTING, request, message="looking at the picture of the goal")
    if isinstance(world.image_answer, AstraError):
        raise GoalNotFound(f"the picture shows no place on the map: {world.image_answer}")
    answer = np.asarray(world.image_answer)
    return GoalPlace(free_pose_near(world.planner.space, answer, world.config.approach))
