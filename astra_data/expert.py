"""The privileged expert: what a planner could do that knew the building and its people.

It plans on the true floor plan, along the true remaining way through the whole building, among
people at their true places and velocities. It is the ceiling of the planner's tables and the
teacher of the learned planner. It sees plain arrays only; nothing of it may reach a running stack.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from astra_core.polyline import Polyline
from astra_core.records import SubGoal, Trajectory, Velocity
from astra_core.stack_spec import StackSpec
from astra_data.route import DistanceField, distance_field, find_route
from astra_local.belief import WorldBelief
from astra_local.config import LocalConfig, PlannerConfig, RobotConfig
from astra_local.moving.movers import Movers
from astra_local.planner.cost_to_go import CostToGo, way_prices
from astra_local.stack import build_planner
from astra_local.types import GridField, RobotState
from astra_local.voxel.esdf import signed_distance, signed_distance_and_nearest
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["EXPERT_CONFIG", "Expert"]

#: More samples, more rounds, and firm belief in what people do.
EXPERT_CONFIG = PlannerConfig(num_samples=1000, num_rounds=3, people_sure_s=2.5)

_FAR_M = 2.0
_PERIOD_NS = 100_000_000
_UNREACHABLE = 1e4
#: Shortest ways keep this from obstacles where they can, and less where they must.
_MARGINS_M = (0.1, 0.05, 0.02, 0.0)


class Expert:
    """Plans with the truth. Keeps its last plan as a warm start: one instance per drive."""

    def __init__(
        self,
        occupancy: NDArray[np.bool_],
        resolution_m: float,
        origin_m: tuple[float, float],
        robot_radius_m: float | None = None,
        *,
        config: PlannerConfig = EXPERT_CONFIG,
        robot: RobotConfig | None = None,
        seed: int = 0,
    ) -> None:
        """Prepare for one building.

        Args:
            occupancy: ``(H, W)`` bool, row along y: whatever the robot can touch.
            resolution_m: Side of a cell.
            origin_m: (x, y) of the outer corner of cell [0, 0]; the frame of everything else.
            robot_radius_m: Radius of the round footprint; ``None`` is that of ``robot``.
            config: How hard it tries.
            robot: Limits; ``None`` means the defaults.
            seed: Of the sampling.
        """
        robot = robot or RobotConfig()
        if robot_radius_m is not None:
            robot = replace(robot, footprint_radius_m=robot_radius_m)
        self._config, self._robot, self._seed = config, robot, seed
        esdf = signed_distance(occupancy, resolution_m, max_distance_m=_FAR_M)
        self._esdf = GridField(esdf, origin_m, resolution_m)
        self._building = WorldBelief(
            0,
            OccupancyView(occupancy, np.ones_like(occupancy), origin_m, resolution_m, 0),
            self._esdf,
            GridField(np.full_like(esdf, _FAR_M), origin_m, resolution_m),
        )
        self._goal_xy: tuple[float, float] | None = None
        self._planned_xy: tuple[float, float] | None = None
        self._to_go: CostToGo | None = None
        self._found: tuple[DistanceField, float] | None = None
        self._regions: NDArray[np.int32] | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the last plan, before another drive; the same calls then give the same plans."""
        rng = np.random.default_rng(self._seed)
        settings = LocalConfig(planner=self._config, robot=self._robot)
        self._planner = build_planner(StackSpec(), settings, rng, way_to=self._way_to)
        self._stamp_ns = 0
        self._sequence = 0

    def plan(
        self,
        pose: NDArray[np.float64],
        velocity: Velocity,
        goal_xy_theta: NDArray[np.float64],
        people: Movers | None = None,
        stamp_ns: int | None = None,
    ) -> Trajectory:
        """Plan from here towards a goal anywhere in the building.

        Args:
            pose: ``(3,)`` where the robot is.
            velocity: How fast.
            goal_xy_theta: ``(3,)`` the goal itself: it stops there and turns to theta.
            people: Their true places, velocities and radii now.
            stamp_ns: Now; ``None`` is 0.1 s after the last call.

        Returns:
            A trajectory in the frame of the occupancy, of the same kind as the planner's own.
        """
        self._stamp_ns = self._stamp_ns + _PERIOD_NS if stamp_ns is None else stamp_ns
        belief = replace(
            self._building,
            stamp_ns=self._stamp_ns,
            movers=people or Movers(),
        )
        goal = np.asarray(goal_xy_theta, dtype=np.float64)
        if self._planned_xy != (float(goal[0]), float(goal[1])):
            self._sequence += 1
            self._planned_xy = (float(goal[0]), float(goal[1]))
        sub_goal = SubGoal(
            self._stamp_ns,
            goal,
            is_final=True,
            max_speed_mps=self._robot.max_linear_mps,
            sequence=self._sequence,
        )
        state = RobotState(
            np.asarray(pose, dtype=np.float64), velocity.linear_mps, velocity.angular_rad_s
        )
        return self._planner.plan(state, belief, sub_goal, self._stamp_ns)

    def route(self, start_xy: tuple[float, float], goal_xy: tuple[float, float]) -> Polyline | None:
        """Return the shortest way of the footprint between two points, ``None`` if there is none.

        It keeps 10 cm from obstacles if such a way exists, else as much as it can.
        """
        found = self._field_to(goal_xy, start_xy, self._robot.footprint_radius_m)
        return found and find_route(self._esdf, found[0], start_xy, goal_xy, found[1])

    def joined(self, a_xy: tuple[float, float], b_xy: tuple[float, float]) -> bool:
        """Return whether the footprint gets from one point to another at all, without a search.

        Looking for a way that does not exist costs as much as five that do.
        """
        if self._regions is None:
            fits = self._esdf.values >= self._robot.footprint_radius_m
            self._regions = label(fits, structure=np.ones((3, 3)))[0]
        region = self._regions[self._esdf.cell_of(*a_xy)]
        return bool(region > 0 and region == self._regions[self._esdf.cell_of(*b_xy)])

    def own_route(
        self, start_xy: tuple[float, float], goal_xy: tuple[float, float], keep_m: float
    ) -> Polyline | None:
        """Return the way that its own plans follow, ``None`` if none leads there.

        The shortest way (:meth:`route`) may pass an obstacle on the other side than the expert
        does, who pays for tight places: sub-goals for learning must lie where it goes.

        Args:
            start_xy: Where from.
            goal_xy: Where to; the plans that follow may have the same goal for nothing.
            keep_m: What the way keeps from obstacles where it is pulled straight, on top of the
                footprint; less where the building leaves less.
        """
        self._prepare(start_xy, goal_xy, self._robot.footprint_radius_m)
        if self._found is None:
            return None
        field, radius_m = self._found
        radius_m = max(radius_m, self._robot.footprint_radius_m + keep_m)
        return find_route(self._esdf, field, start_xy, goal_xy, radius_m)

    def _field_to(
        self,
        goal_xy: tuple[float, float],
        start_xy: tuple[float, float],
        footprint_radius_m: float,
        price: NDArray[np.float64] | None = None,
    ) -> tuple[DistanceField, float] | None:
        """Return the field to a goal and the radius that its ways keep, ``None`` without a way.

        Args:
            goal_xy: Where to, metres.
            start_xy: Where a way must lead from.
            footprint_radius_m: Of the robot.
            price: ``(H, W)`` of a metre where the robot fits; 1 if not given.
        """
        clear, resolution_m = self._esdf.values, self._esdf.resolution_m
        price = np.ones(clear.shape) if price is None else price
        for margin_m in _MARGINS_M:
            radius_m = footprint_radius_m + margin_m
            fits = clear >= radius_m
            # What starts or ends nearer than that may leave or arrive there.
            for xy in (start_xy, goal_xy):
                fits |= _around(self._esdf, *xy) & (clear >= footprint_radius_m)
            row, column = self._esdf.cell_of(*goal_xy)
            field = distance_field(np.where(fits, price, np.inf), resolution_m, row, column)
            if np.isfinite(field.distance_m[self._esdf.cell_of(*start_xy)]):
                return field, radius_m
        return None

    def _way_to(
        self,
        belief: WorldBelief,
        start_xy: tuple[float, float],
        goal_xy: tuple[float, float],
        footprint_radius_m: float,
        resolution_m: float,
    ) -> CostToGo:
        """Return the remaining way through the whole building; computed once per goal."""
        return self._prepare(start_xy, goal_xy, footprint_radius_m)

    def _prepare(
        self, start_xy: tuple[float, float], goal_xy: tuple[float, float], footprint_radius_m: float
    ) -> CostToGo:
        if self._to_go is None or self._goal_xy != goal_xy:
            field = self._remaining_way(start_xy, goal_xy, footprint_radius_m)
            down_y, down_x = np.gradient(-field)
            self._to_go = CostToGo(
                GridField(field, self._esdf.origin_m, self._esdf.resolution_m),
                np.stack([down_x, down_y]).astype(np.float32),
                goal_xy,
            )
            self._goal_xy = goal_xy
        return self._to_go

    def _remaining_way(
        self, start_xy: tuple[float, float], goal_xy: tuple[float, float], footprint_radius_m: float
    ) -> NDArray[np.float32]:
        """Return the way ``(H, W)`` to a goal from every cell, in "comfortable metres".

        A robot that sees only its surroundings may hope to squeeze through what looks too tight.
        The expert knows: a gap that the footprint does not fit through is no short cut, and one
        that it barely fits through none where a better way leads, however long that is.
        """
        clearance = self._esdf.values - np.float32(footprint_radius_m)
        price = way_prices(clearance, np.zeros(clearance.shape, dtype=bool))
        self._found = found = self._field_to(goal_xy, start_xy, footprint_radius_m, price)
        if found is None:
            # No way leads there from here: as near as it goes.
            cell = self._esdf.cell_of(*goal_xy)
            field = distance_field(price, self._esdf.resolution_m, *cell).distance_m
        else:
            field = found[0].distance_m
            # Who is too near to something, pushed by people say, still knows the way out.
            back = signed_distance_and_nearest(~np.isfinite(field), self._esdf.resolution_m)
            off = back.distance_m < 0.0
            field[off] = field.ravel()[back.nearest[off]] - price[off] * back.distance_m[off]
        return np.minimum(field, _UNREACHABLE).astype(np.float32)


def _around(esdf: GridField, x: float, y: float) -> NDArray[np.bool_]:
    """Return which cells ``(H, W)`` lie in a square of half a metre about a point."""
    row, column = esdf.cell_of(x, y)
    reach = round(0.5 / esdf.resolution_m)
    near = np.zeros(esdf.values.shape, dtype=bool)
    near[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1] = True
    return near
