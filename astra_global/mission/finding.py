"""What the goal means on the map, and where to stop there (paper, section 1.5)."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import GoalNotFound, NotLocalized
from astra_global.goal.destination import GoalPlace
from astra_global.mission.asking import answered
from astra_global.mission.behaviours import Skill, SkillBehaviour
from astra_global.mission.world import Ask, MissionWorld
from astra_global.types import Goal

__all__ = ["FindGoal"]


class FindGoal(SkillBehaviour):
    """Finds the goal pose of a text, landmark, pose or picture.

    It fails with ``GoalNotFound`` (nothing fits), ``GoalAmbiguous`` (several things fit equally),
    ``GoalUnreachable`` (there is no free place to stop) or ``NoAnswer`` (it takes too long).
    """

    def __init__(self, world: MissionWorld, goal: Goal) -> None:
        """Keep the goal until the robot knows where it is: near and far depend on it."""
        super().__init__(world, "find the goal")
        self._goal = goal

    def skill(self) -> Skill:
        """Set the world's ``place``."""
        world = self.world
        place = yield from _find(world, self._goal)
        x, y, theta = (float(value) for value in place.pose)
        world.note(
            "goal",
            f"goal pose ({x:.2f}, {y:.2f}, {theta:.2f}) {place.landmark_id}".rstrip()
            + (f": {place.remark}" if place.remark else ""),
            landmark_id=place.landmark_id,
            pose=[x, y, theta],
        )
        world.place = place


def _find(world: MissionWorld, goal: Goal) -> Generator[Ask, None, GoalPlace]:
    places, blockages = world.destinations, world.blockages()
    if goal.text:
        return (yield from _find_text(world, goal.text))
    if goal.image is not None:
        return (yield from _find_picture(world, goal.image))
    if goal.pose is not None:
        pose = goal.pose
        return (yield from answered(world, "where to stop", lambda: places.near(pose)))
    name = str(goal.landmark_id)
    what = f"where to stop at {name}"
    return (yield from answered(world, what, lambda: places.of_landmark(name, blockages)))


def _find_text(world: MissionWorld, text: str) -> Generator[Ask, None, GoalPlace]:
    here, blockages = world.pose().pose, world.blockages()
    found = yield from answered(
        world, f"what {text!r} means", lambda: world.destinations.of_text(text, here, blockages)
    )
    match = found.match
    world.note(
        "goal",
        f"{text!r} means {match.landmark_id}: {match.why}, {found.length_m:.1f} m to go",
        text=text,
        landmark_id=match.landmark_id,
        score=match.score,
        decided_by=match.decided_by,
    )
    return found.place


def _find_picture(
    world: MissionWorld, picture: NDArray[np.uint8]
) -> Generator[Ask, None, GoalPlace]:
    """Return the place where a picture ``(H, W, 3)`` was taken."""

    def place() -> GoalPlace:
        return world.destinations.near(world.find_picture(picture))

    try:
        return (yield from answered(world, "where the picture of the goal was taken", place))
    except NotLocalized as problem:
        raise GoalNotFound(f"the picture shows no place on the map: {problem}") from problem
