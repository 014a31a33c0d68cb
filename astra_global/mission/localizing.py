"""Find out where the robot is; look around and move on purpose when it does not know.

Look-alike places (aisles of a warehouse, rows of desks) cannot be told apart from one spot: what
helps is to see new directions first, and then to go where something else comes into view.
"""

from __future__ import annotations

from py_trees.behaviour import Behaviour
from py_trees.decorators import Retry

from astra_core.errors import NotLocalized
from astra_global.mission.behaviours import (
    Condition,
    Skill,
    SkillBehaviour,
    first_of,
    in_order,
)
from astra_global.mission.exploring import DriveOn
from astra_global.mission.turning import spin, wait_for_fix
from astra_global.mission.world import MissionWorld
from astra_global.types import MissionPhase

__all__ = ["localize"]


def localize(world: MissionWorld) -> Behaviour:
    """Return the tree that finds the robot: stand and wait, turn, drive on and turn again.

    It fails with ``NotLocalized`` when nothing helped. No pose is made up.
    """
    search = in_order("drive on and look", DriveOn(world), LookAround(world))
    tries = world.config.explore_tries
    return first_of(
        "localize",
        Condition("localized?", lambda: world.is_localized),
        WaitForFix(world),
        LookAround(world),
        *([Retry("search", search, tries)] if tries else []),
    )


class WaitForFix(SkillBehaviour):
    """Stands still until a fix is believed: most of the time that is enough."""

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "wait for a fix")

    def skill(self) -> Skill:
        """Wait for the first attempts."""
        config = self.world.config
        self.world.note("lost", "looking for the pose on the map")
        yield from wait_for_fix(self.world, config.first_fix_s, config.look_attempts)
        _check(self.world)


class LookAround(SkillBehaviour):
    """Turns in steps, so that each camera sees what none has seen before."""

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "look around")

    def skill(self) -> Skill:
        """Turn, wait, and turn on until a fix is believed."""
        world, config = self.world, self.world.config
        for _ in range(config.look_turns_all_round if world.sees_all_round else config.look_turns):
            yield from spin(world, config.look_rad, MissionPhase.LOCALIZING)
            yield from wait_for_fix(world, config.look_s, config.look_attempts)
            if world.is_localized:
                return
        _check(world)


def _check(world: MissionWorld) -> None:
    if not world.is_localized:
        raise NotLocalized(
            f"not sure of any place on the map after {world.attempts} attempts, looking around and "
            f"driving on: {world.fusion.places.reason()}"
        )
