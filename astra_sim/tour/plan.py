"""Plans a tour: stops, their order, the path between them."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import SceneError
from astra_core.polyline import evenly_spaced, polyline_length_m
from astra_sim.robot import DriveBaseConfig
from astra_sim.scenes.types import Scene
from astra_sim.tour.config import TourConfig
from astra_sim.tour.grid_graph import GridGraph
from astra_sim.tour.order import round_trip
from astra_sim.tour.path import smoothed, split_at_corners
from astra_sim.tour.stops import choose_stops

__all__ = ["TourPlan", "plan_tour"]

_TURNS_BACK_RAD = math.radians(100.0)


@dataclass(frozen=True, eq=False)
class TourPlan:
    """A round trip through a building.

    Attributes:
        pieces: Smooth curves ``(N_i, 2)``, one after the other; between them it turns in place.
        start_pose: (x, y, theta) in ``map`` at their beginning, looking along the first.
        length_m: Sum of their lengths.
    """

    pieces: tuple[NDArray[np.float64], ...]
    start_pose: tuple[float, float, float]
    length_m: float


def plan_tour(
    scene: Scene, seed: int, config: TourConfig | None = None, robot: DriveBaseConfig | None = None
) -> TourPlan:
    """Plan a round trip past every landmark and every patch of floor. Uses the true floor plan.

    Args:
        scene: The building.
        seed: Of the search for a short order.
        config: Distances.
        robot: Size of the robot.

    Raises:
        SceneError: The building has no room for the robot.
    """
    from astra_sim.scenes.floor_plan import floor_plan

    config, robot = config or TourConfig(), robot or DriveBaseConfig()
    plan = floor_plan(scene)
    radius_m = robot.radius_m + config.margin_m
    graph = GridGraph(plan, radius_m, config.comfort_m, config.penalty)
    if len(graph.points) < 2:
        raise SceneError(f"{scene.family} {scene.seed}: no floor a robot of this size can drive on")
    stops = choose_stops(scene, graph, config)
    costs = graph.costs_between(stops)
    order = round_trip(costs, np.random.default_rng(seed))

    legs = []
    for a, b in itertools.pairwise([*order, order[0]]):
        if a == b:
            continue
        leg = graph.walk(int(stops[a]), int(stops[b]), costs[a, b])
        legs.append(evenly_spaced(leg, config.step_m))
    if not legs:
        raise SceneError(f"{scene.family} {scene.seed}: nothing to tour")
    legs = smoothed(legs, plan, radius_m, config.comfort_m)
    # The band is pulled tight a second time over the stops, except where it turns back: a stop
    # in passing needs no corner.
    whole = np.concatenate([legs[0], *[leg[1:] for leg in legs[1:]]])
    rough = [
        evenly_spaced(line, config.step_m) for line in split_at_corners(whole, _TURNS_BACK_RAD)
    ]
    pieces = []
    for curve in smoothed(rough, plan, radius_m, config.comfort_m):
        pieces += split_at_corners(evenly_spaced(curve, config.step_m), config.corner_rad)
    pieces = [piece for piece in pieces if len(piece) > 1]
    direction = pieces[0][min(3, len(pieces[0]) - 1)] - pieces[0][0]
    start = (*pieces[0][0].tolist(), math.atan2(direction[1], direction[0]))
    length = sum(polyline_length_m(piece) for piece in pieces)
    return TourPlan(tuple(pieces), start, length)
