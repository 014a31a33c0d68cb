"""Algorithm 1 of the paper (section 1.1): the whole mission.

A skill is a generator; each tick it yields what Astra-Local shall do meanwhile. The pose p_i of the
paper, fused from both models, is ``world.pose()``.
"""

from __future__ import annotations

from collections.abc import Generator

from astra_global.mission.finding import find_goal
from astra_global.mission.following import arrive, follow, plan_route
from astra_global.mission.localizing import localize
from astra_global.mission.recovering import recover
from astra_global.mission.world import Ask, Blocked, GoalPlace, Lost, MissionWorld
from astra_global.types import Goal

__all__ = ["navigate"]


def navigate(world: MissionWorld, goal: Goal) -> Generator[Ask, None, GoalPlace]:
    """Drive to a goal, or raise the ``AstraError`` that says why not."""
    yield from localize(world)  # line 1: start pose p_0 ...
    place = yield from find_goal(world, goal)  # ... and goal pose p_G from instruction I
    while True:
        try:
            route = yield from plan_route(world, place)  # line 2: global trajectory Tr
            yield from follow(world, route)  # line 3: sub-goals g_i for Astra-Local
            if (yield from arrive(world, place)):  # until p_G is reached
                return place
        except Lost:
            yield from localize(world)
        except Blocked as blocked:
            place = yield from recover(world, place, blocked)
