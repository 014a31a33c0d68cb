"""Algorithm 1 of the paper (section 1.1): the whole mission, as a behaviour tree.

Each tick, the behaviour that runs says what Astra-Local shall do meanwhile. The pose p_i of the
paper, fused from both models, is ``world.pose()``.
"""

from __future__ import annotations

from py_trees.behaviour import Behaviour

from astra_global.mission.behaviours import After, WithRecovery, first_of, in_order
from astra_global.mission.finding import FindGoal
from astra_global.mission.following import Arrive, FollowRoute, PlanRoute
from astra_global.mission.localizing import localize
from astra_global.mission.recovering import clear_the_way
from astra_global.mission.world import Blocked, Lost, MissionWorld, OffRoute
from astra_global.types import Goal

__all__ = ["navigate"]


def navigate(world: MissionWorld, goal: Goal) -> Behaviour:
    """Return the tree that drives to a goal; if it fails, ``world.problem`` says why."""
    go = in_order(
        "go",
        PlanRoute(world),  # line 2: global trajectory Tr
        FollowRoute(world),  # line 3: sub-goals g_i for Astra-Local
        Arrive(world),  # until p_G is reached
    )
    recover = first_of(
        "recover",
        in_order("when lost", After(world, Lost), localize(world)),
        in_order("when blocked", After(world, Blocked), clear_the_way(world)),
        After(world, OffRoute),  # nothing to recover from: plan again
    )
    return in_order(
        "mission",
        localize(world),  # line 1: start pose p_0 ...
        FindGoal(world, goal),  # ... and goal pose p_G from instruction I
        WithRecovery("drive to the goal", go, recover),
    )
