"""What to do now: halt, look around, drive, dock, turn to the goal, or get out of a tight place.

Every trajectory is checked against the distance field before it is handed out; the first of
this order that is free drives the robot: MPPI average, best MPPI sample, creep, rotate, stop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from astra_core.angles import wrap_angle
from astra_core.records import SubGoal, Trajectory
from astra_core.time import to_seconds
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner.cost_to_go import CostToGo, cost_to_go
from astra_local.planner.costs import collides, runs_into
from astra_local.planner.docking import DOCKING_RANGE_M, dock
from astra_local.planner.escape import escape
from astra_local.planner.mppi import Mppi
from astra_local.planner.rollout import Rollouts
from astra_local.planner.turn import SpinTracker, brake, turn_by
from astra_local.planner.world import LocalWorld
from astra_local.types import RobotState

__all__ = ["FALLBACK_SOURCES", "LocalPlanner"]

#: Sources that mean: the first choice was not used.
FALLBACK_SOURCES = frozenset({"mppi-sample", "creep", "rotate", "stop"})

_DOCK_PATIENCE_S = 4.0
_DOCK_GAIN_M = 0.01


class LocalPlanner:
    """Turns a sub-goal and the distance fields into one checked trajectory.

    The ``source`` of a trajectory: ``mppi``, ``dock`` and ``align`` (the last half metre),
    ``spin`` (look around), ``hold`` (asked to stand, or arrived); as fallbacks ``mppi-sample``,
    ``creep``, ``rotate``, ``stop``.
    """

    def __init__(
        self,
        config: PlannerConfig,
        robot: RobotConfig,
        rng: np.random.Generator,
        way_to: Callable[..., CostToGo] = cost_to_go,
    ) -> None:
        """Start at rest.

        Args:
            config: Settings.
            robot: Limits.
            rng: Makes plans repeatable.
            way_to: What tells the remaining way, see :func:`cost_to_go`.
        """
        self._way_to = way_to
        self._config, self._robot = config, robot
        self._mppi = Mppi(config, robot, rng)
        self._full = robot
        self._spin = SpinTracker()
        self._seen_s = 0.0  # age of the world at the time of the plan
        self._closest = (-1, math.inf, 0)  # sequence, distance to its goal, when that was reached
        self._aligning: int | None = None  # sequence of the goal whose position was reached

    def plan(
        self,
        state: RobotState,
        world: LocalWorld | None,
        sub_goal: SubGoal | None,
        now_ns: int,
        *,
        may_drive: bool = True,
        may_reverse: bool = True,
    ) -> Trajectory:
        """Plan one horizon.

        Args:
            state: Pose in ``odom`` and speed at ``now_ns``.
            world: Distance fields, ``None`` when the surroundings are not known (any more).
            sub_goal: What Astra-Global asks for; ``None`` is to stand.
            now_ns: Stamp of the trajectory.
            may_drive: Whether the robot sees enough to drive ahead.
            may_reverse: The same for driving back.
        """
        # A differential drive only ever moves along its own axis: where it must not go is a
        # limit of its speed, whatever way it turns.
        self._robot = replace(
            self._full,
            max_linear_mps=self._full.max_linear_mps if may_drive else 0.0,
            max_reverse_mps=self._full.max_reverse_mps if may_reverse else 0.0,
        )
        self._mppi.robot = self._robot
        self._seen_s = 0.0 if world is None else to_seconds(now_ns - world.stamp_ns)
        rollout, source = self._choose(state, world, sub_goal, now_ns)
        poses = np.stack([rollout.x[0], rollout.y[0], wrap_angle(rollout.theta[0])], axis=-1)
        clearance = math.inf
        if world is not None:
            radius = self._robot.footprint_radius_m
            clearance = float(world.clearance(rollout.x, rollout.y, radius).min())
        return Trajectory(
            stamp_ns=now_ns,
            dt_s=self._config.step_s,
            poses=poses.astype(np.float64),
            velocities=np.stack([rollout.v[0], rollout.w[0]], axis=-1).astype(np.float64),
            source=source,
            min_clearance_m=clearance,
        )

    def _choose(
        self, state: RobotState, world: LocalWorld | None, sub_goal: SubGoal | None, now_ns: int
    ) -> tuple[Rollouts, str]:
        c, robot = self._config, self._robot
        if sub_goal is None or sub_goal.halt or sub_goal.spin_rad == 0.0:
            self._spin.reset()
        if sub_goal is None or sub_goal.halt:
            self._mppi.reset()
            return brake(state, c, robot), "hold"
        if world is None:
            self._mppi.reset()
            return brake(state, c, robot), "stop"
        if sub_goal.spin_rad != 0.0:
            self._mppi.reset()
            left = self._spin.left(sub_goal.sequence, sub_goal.spin_rad, state.pose)
            if abs(left) < c.heading_tolerance_rad:
                return brake(state, c, robot), "hold"
            return turn_by(state, left, c.spin_rate_rad_s, c, robot), "spin"
        if not np.isfinite(sub_goal.pose).all():
            self._mppi.reset()
            return brake(state, c, robot), "stop"
        return self._drive(state, world, sub_goal, now_ns)

    def _drive(
        self, state: RobotState, world: LocalWorld, sub_goal: SubGoal, now_ns: int
    ) -> tuple[Rollouts, str]:
        c, robot = self._config, self._robot
        x, y = float(state.pose[0]), float(state.pose[1])
        to_go = self._way_to(
            world,
            (x, y),
            (float(sub_goal.pose[0]), float(sub_goal.pose[1])),
            robot.footprint_radius_m,
            c.field_resolution_m,
        )
        if sub_goal.is_final:
            final = self._finish(state, world, sub_goal, to_go.goal_xy, now_ns)
            if final is not None:
                self._mppi.reset()
                return final
        max_speed = min(max(sub_goal.max_speed_mps, 0.0), robot.max_linear_mps)
        plan = self._mppi.plan(
            state, world, to_go, now_ns, max_speed_mps=max_speed, stop_at_goal=sub_goal.is_final
        )
        start = world.esdf.at(x, y) - robot.footprint_radius_m
        # Already touching, as far as the field knows: get out first.
        if start < c.safe_clearance_m or plan is None:
            way_out = escape(state, world, c, robot)
            stuck = plan is None or plan.rollout.v[0, :5].max() < 0.02
            if way_out is not None and stuck and not self._hits_people(way_out[0], state, world):
                return way_out
        if plan is not None:
            return plan.rollout, "mppi" if plan.is_average else "mppi-sample"
        return brake(state, c, robot), "stop"

    def _finish(
        self,
        state: RobotState,
        world: LocalWorld,
        sub_goal: SubGoal,
        goal_xy: tuple[float, float],
        now_ns: int,
    ) -> tuple[Rollouts, str] | None:
        """Dock and align; ``None`` while the goal is too far or the straight way is not free."""
        c, robot = self._config, self._robot
        distance = math.hypot(goal_xy[0] - state.pose[0], goal_xy[1] - state.pose[1])
        # Once there it stays there: the goal moves a little with every correction of the map.
        near = distance < 2.5 * c.position_tolerance_m
        aligning = near and self._aligning == sub_goal.sequence
        # Somebody stands there, or something the map does not know: near enough must do.
        waited = near and self._dock_wait_s(sub_goal.sequence, distance, now_ns) > _DOCK_PATIENCE_S
        if aligning or waited or distance < c.position_tolerance_m:
            self._aligning = sub_goal.sequence
            error = wrap_angle(float(sub_goal.pose[2] - state.pose[2]))
            if abs(error) < c.heading_tolerance_rad:
                return brake(state, c, robot), "hold"
            return turn_by(state, error, 2.0 * c.spin_rate_rad_s, c, robot), "align"
        self._aligning = None
        if distance > DOCKING_RANGE_M:
            return None
        rollout = dock(state, goal_xy, sub_goal.max_speed_mps, c, robot)
        radius = robot.footprint_radius_m
        start = world.esdf.at(float(state.pose[0]), float(state.pose[1])) - radius
        clearance = world.clearance(rollout.x, rollout.y, radius)
        if collides(clearance, start, c.safe_clearance_m).any():
            return None
        if self._hits_people(rollout, state, world):
            return None
        return rollout, "dock"

    def _dock_wait_s(self, sequence: int, distance_m: float, now_ns: int) -> float:
        """Return for how long the robot has come no closer to this goal, seconds."""
        last, closest_m, since_ns = self._closest
        if last != sequence or distance_m < closest_m - _DOCK_GAIN_M:
            self._closest = (sequence, distance_m, now_ns)
            return 0.0
        return to_seconds(now_ns - since_ns)

    def _hits_people(self, rollout: Rollouts, state: RobotState, world: LocalWorld) -> bool:
        c, radius = self._config, self._robot.footprint_radius_m
        movers = world.movers.after(self._seen_s)
        gap = movers.clearance(rollout.x, rollout.y, rollout.times_s(c.step_s), radius)
        x, y = (np.array([[float(value)]]) for value in state.pose[:2])
        here = float(movers.clearance(x, y, np.zeros(1), radius)[0, 0])
        return bool(runs_into(rollout, gap, here, c).any())
