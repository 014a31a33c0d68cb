"""One leg of the planner's evaluation: from a free place to another, along a route that is given.

Localization is not judged here: sub-goals are points of the true shortest way, given to the
planner in its own ``odom`` frame through the true pose. What the planner senses is its own affair.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.errors import SceneError
from astra_core.polyline import Polyline, evenly_spaced
from astra_core.records import SubGoal
from astra_core.robot import FOOTPRINT_RADIUS_M
from astra_sim.conditions import Conditions

if TYPE_CHECKING:
    from astra_sim.scenes.floor_plan import FloorPlan
    from astra_sim.scenes.types import Scene

__all__ = ["LegCase", "route_sub_goal"]

_STREAM = 0x6C656773  # "legs"
_SHORTEST_M, _LONGEST_M = 3.0, 12.0
#: The shortest way keeps this much more than the footprint from everything where it can.
_MARGINS_M = (0.10, 0.05, 0.02)
_START_CLEARANCE_M = 0.35
_TRIES = 50
_LOOK_AHEAD_M = 1.8
_ROUTE_STEP_M = 0.05


@dataclass(frozen=True)
class LegCase:
    """A leg of a scene.

    Attributes:
        family: Scene family.
        seed: Scene seed.
        number: Which leg in this scene.
        conditions: What has changed since the tour, and who walks about.
    """

    family: str
    seed: int
    number: int
    conditions: Conditions

    @property
    def run_seed(self) -> int:
        """Return the seed of start, goal, noise and people: 0 to 2**31 - 1."""
        state = np.random.SeedSequence([self.seed, self.number, _STREAM]).generate_state(1)
        return int(state[0]) >> 1

    @cached_property
    def scene(self) -> Scene:
        """Return the building as it is during the leg."""
        from astra_sim.scenes import make_scene
        from astra_sim.scenes.changes import mission_scene

        return mission_scene(make_scene(self.family, self.seed), self.run_seed, self.conditions)

    @cached_property
    def plan(self) -> FloorPlan:
        """Return its true floor plan."""
        from astra_sim.scenes.floor_plan import floor_plan

        return floor_plan(self.scene)

    @cached_property
    def start(self) -> NDArray[np.float64]:
        """Return the start ``(3,)`` in ``map``."""
        return self._ends[0]

    @cached_property
    def goal(self) -> NDArray[np.float64]:
        """Return the goal ``(3,)`` in ``map``."""
        return self._ends[1]

    @cached_property
    def route_m(self) -> NDArray[np.float64]:
        """Return the shortest way ``(R, 2)``, points at most 5 cm apart."""
        return self._ends[2]

    @cached_property
    def _ends(self) -> tuple[NDArray[np.float64], ...]:
        rng = np.random.default_rng([self.run_seed, 1])
        start = np.array(self.plan.sample_free_pose(rng, _START_CLEARANCE_M))
        for _ in range(_TRIES):
            goal = np.array(self.plan.sample_free_pose(rng, _START_CLEARANCE_M))
            if not _SHORTEST_M < np.hypot(*(goal - start)[:2]) < _LONGEST_M:
                continue
            route = self._way(start[:2], goal[:2])
            if route is not None:
                return start, goal, route
        raise SceneError(f"{self.family} {self.seed}: no leg of {_SHORTEST_M:g} m found")

    def _way(
        self, start_m: NDArray[np.float64], goal_m: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        for margin_m in _MARGINS_M:
            way = self.plan.shortest_path(
                tuple(start_m), tuple(goal_m), FOOTPRINT_RADIUS_M + margin_m
            )
            if way is not None and len(way) > 1:
                return evenly_spaced(np.asarray(way), _ROUTE_STEP_M)
        return None


def route_sub_goal(
    case: LegCase,
    station_m: float,
    truth: NDArray[np.float64],
    odom: NDArray[np.float64],
    stamp_ns: int,
) -> tuple[SubGoal, float]:
    """Return the sub-goal ahead on the route, in ``odom``, and the new station on the route.

    Args:
        case: The leg.
        station_m: How far along the route the robot was before.
        truth: ``(3,)`` where the robot is in ``map``.
        odom: ``(3,)`` where it believes to be in ``odom``.
        stamp_ns: Now.
    """
    route = case.route_m
    # A window, so that a route that passes its own neighbourhood is not cut short.
    spacing = float(np.hypot(*(route[1] - route[0])))
    first = max(0, int((station_m - 0.5) / spacing))
    window = route[first : int((station_m + 2.0) / spacing) + 2]
    station_m = first * spacing + (Polyline(window).project(truth)[0] if len(window) > 1 else 0.0)
    ahead = min(int((station_m + _LOOK_AHEAD_M) / spacing), len(route) - 1)
    is_final = ahead == len(route) - 1
    target = case.goal
    if not is_final:
        way = route[min(ahead + 2, len(route) - 1)] - route[max(ahead - 2, 0)]
        target = np.array([*route[ahead], math.atan2(way[1], way[0])])
    pose = se2.compose(odom, se2.between(truth, target))
    pose[2] = wrap_angle(float(pose[2]))
    return SubGoal(stamp_ns, pose, is_final=is_final, sequence=1 if is_final else 0), station_m
