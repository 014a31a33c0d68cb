"""Get going again when the way is blocked.

What stands in the way is not known here, only that the robot gets no further. So what can go away
by itself (a person, a door that opens slowly) is given a moment first; what is still there then (a
chair that was moved) is taken for standing, and the route leads around it.
"""

from __future__ import annotations

from py_trees.behaviour import Behaviour

from astra_core.errors import GoalUnreachable, RobotStuck
from astra_global.mission.behaviours import (
    Condition,
    Decision,
    Skill,
    SkillBehaviour,
    first_of,
    in_order,
)
from astra_global.mission.remedies import (
    AT_GOAL_M,
    AnotherPlace,
    BackUp,
    BlockPlace,
    LookAtEverything,
)
from astra_global.mission.world import Ask, Blocked, MissionWorld
from astra_global.types import MissionPhase

__all__ = ["clear_the_way"]


def clear_the_way(world: MissionWorld) -> Behaviour:
    """Return the tree that recovers from ``Blocked``: each time in a row something stronger.

    It fails with ``RobotStuck`` or, near the goal, ``GoalUnreachable`` after too many in a row.
    """
    return in_order(
        "clear the way",
        CountRecovery(world),
        first_of(
            "what to do",
            in_order("first let it move", _is_try(world, 1), WaitForOthers(world)),
            in_order("then go around", _is_try(world, 2), _go_around(world)),
            in_order("look again", _is_try(world, 4), LookAtEverything(world), _go_around(world)),
            in_order("back up", BackUp(world), _go_around(world)),
        ),
    )


class CountRecovery(Decision):
    """Counts; fails when the robot has tried often enough without getting further."""

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "try again?")

    def decide(self) -> None:
        """Count one recovery and keep what it is for."""
        world, blocked = self.world, self.world.problem
        assert isinstance(blocked, Blocked)
        tries = world.recoveries_in_a_row
        if tries >= world.config.max_recoveries:
            if blocked.remaining_m < AT_GOAL_M:
                raise GoalUnreachable(
                    f"something stands where the robot should stop: {blocked}, in spite of {tries} "
                    "recoveries"
                )
            raise RobotStuck(f"{blocked}, in spite of {tries} recoveries")
        world.recoveries += 1
        world.recoveries_in_a_row += 1
        world.blocked = blocked
        x, y = (float(value) for value in blocked.place_m)
        world.note("blocked", f"{blocked} at ({x:.2f}, {y:.2f})", place=[x, y])


class WaitForOthers(SkillBehaviour):
    """Stands for a moment: a person walks on, a door opens."""

    def __init__(self, world: MissionWorld) -> None:
        """Name it."""
        super().__init__(world, "wait for others to move")

    def skill(self) -> Skill:
        """Halt."""
        world = self.world
        world.note("recovery", "waiting a moment for what stands in the way")
        began_ns, request = world.now_ns, world.new_request()
        while world.seconds_since(began_ns) < world.config.wait_s:
            yield Ask(MissionPhase.RECOVERING, request, message="waiting for the way to get free")


def _is_try(world: MissionWorld, number: int) -> Condition:
    return Condition(f"try {number}?", lambda: world.recoveries_in_a_row == number)


def _go_around(world: MissionWorld) -> Behaviour:
    return in_order("go around", BlockPlace(world), AnotherPlace(world))
