"""What to do now: halt, look around, drive, dock, turn to the goal, or get out of a tight place.

No way is handed out unchecked but a brake. The first of this order that is safe drives the robot:
dock (near the goal), the proposers' candidates in order, creep, rotate, stop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from astra_core.angles import wrap_angle
from astra_core.records import SubGoal, Trajectory, TrajectorySource
from astra_local.belief import WorldBelief
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner.check import TrajectoryCheck
from astra_local.planner.checked import CheckedProposals, CheckedWay
from astra_local.planner.cost_to_go import CostToGo, cost_to_go
from astra_local.planner.docking import DOCKING_RANGE_M, dock
from astra_local.planner.escape import escape
from astra_local.planner.patience import Patience
from astra_local.planner.turn import SpinTracker, brake, turn_by
from astra_local.ports import PlanQuery, Proposer
from astra_local.types import RobotState

__all__ = ["LocalPlanner", "WayTo"]

_DOCK_PATIENCE_S = 4.0
_STUCK_MPS, _STUCK_S = 0.02, 0.5

WayTo = Callable[[WorldBelief, tuple[float, float], tuple[float, float], float, float], CostToGo]


class LocalPlanner:
    """Turns a sub-goal and a belief into one checked trajectory."""

    def __init__(
        self,
        proposers: Sequence[Proposer],
        config: PlannerConfig,
        robot: RobotConfig,
        rng: np.random.Generator,
        way_to: WayTo = cost_to_go,
    ) -> None:
        """Start at rest.

        Args:
            proposers: Who plans the driving, first choice first.
            config: Settings.
            robot: Limits.
            rng: Makes plans repeatable.
            way_to: What tells the remaining way, see :func:`cost_to_go`.
        """
        self._proposals = CheckedProposals(proposers)
        self._config, self._robot, self._rng = config, robot, rng
        self._way_to = way_to
        self._spin = SpinTracker()
        self._patience = Patience()
        self._aligning: int | None = None  # sequence of the goal whose position was reached

    def plan(
        self,
        state: RobotState,
        belief: WorldBelief | None,
        sub_goal: SubGoal | None,
        now_ns: int,
        *,
        may_drive: bool = True,
        may_reverse: bool = True,
    ) -> Trajectory:
        """Plan one horizon.

        Args:
            state: Pose in ``odom`` and speed at ``now_ns``.
            belief: The surroundings, ``None`` when they are not known (any more).
            sub_goal: What Astra-Global asks for; ``None`` is to stand.
            now_ns: Stamp of the trajectory.
            may_drive: Whether the robot sees enough to drive ahead.
            may_reverse: The same for driving back.
        """
        # A differential drive only ever moves along its own axis: where it must not go is a
        # limit of its speed, whatever way it turns.
        limits = replace(
            self._robot,
            max_linear_mps=self._robot.max_linear_mps if may_drive else 0.0,
            max_reverse_mps=self._robot.max_reverse_mps if may_reverse else 0.0,
        )
        chosen = self._choose(state, belief, sub_goal, limits, now_ns)
        way = chosen.way
        poses = np.stack([way.x[0], way.y[0], wrap_angle(way.theta[0])], axis=-1)
        clearance = math.inf
        if belief is not None:
            times_s = way.times_s(chosen.step_s)
            clear = belief.clearance(way.x, way.y, times_s, limits.footprint_radius_m)
            clearance = float(clear.standing_m.min())
        return Trajectory(
            stamp_ns=now_ns,
            dt_s=chosen.step_s,
            poses=poses.astype(np.float64),
            velocities=np.stack([way.v[0], way.w[0]], axis=-1).astype(np.float64),
            source=chosen.source,
            min_clearance_m=clearance,
            planner=chosen.planner,
        )

    def _choose(
        self,
        state: RobotState,
        belief: WorldBelief | None,
        sub_goal: SubGoal | None,
        limits: RobotConfig,
        now_ns: int,
    ) -> CheckedWay:
        if not state.is_finite:
            # Nothing can be planned from nowhere, and a NaN compares as free with everything.
            self._proposals.reset()
            return self._brake(RobotState(np.zeros(3)), limits, TrajectorySource.STOP)
        if sub_goal is None or sub_goal.halt or sub_goal.spin_rad == 0.0:
            self._spin.reset()
        if sub_goal is None or sub_goal.halt:
            self._proposals.reset()
            return self._brake(state, limits, TrajectorySource.HOLD)
        if belief is None:
            self._proposals.reset()
            return self._brake(state, limits, TrajectorySource.STOP)
        check = TrajectoryCheck.of(belief.at(now_ns), state, limits, self._config)
        if sub_goal.spin_rad != 0.0:
            self._proposals.reset()
            return self._look_around(check, sub_goal)
        if not np.isfinite(sub_goal.pose).all():
            self._proposals.reset()
            return self._brake(state, limits, TrajectorySource.STOP)
        return self._drive(check, sub_goal, now_ns)

    def _look_around(self, check: TrajectoryCheck, sub_goal: SubGoal) -> CheckedWay:
        c, state, limits = self._config, check.state, check.limits
        left = self._spin.left(sub_goal.sequence, sub_goal.spin_rad, state.pose)
        if abs(left) < c.heading_tolerance_rad:
            return self._brake(state, limits, TrajectorySource.HOLD)
        # Not checked: a round robot that turns in place goes nowhere, and a turn that is refused
        # beside furniture would never end. What still rolls at first is the guard's to judge.
        way = turn_by(state, left, c.spin_rate_rad_s, c, limits)
        return CheckedWay(way, c.step_s, TrajectorySource.SPIN)

    def _drive(self, check: TrajectoryCheck, sub_goal: SubGoal, now_ns: int) -> CheckedWay:
        c, state, limits = self._config, check.state, check.limits
        to_go = self._way_to(
            check.belief,
            (float(state.pose[0]), float(state.pose[1])),
            (float(sub_goal.pose[0]), float(sub_goal.pose[1])),
            limits.footprint_radius_m,
            c.field_resolution_m,
        )
        if sub_goal.is_final:
            final = self._finish(check, sub_goal, to_go.goal_xy, now_ns)
            if final is not None:
                self._proposals.reset()
                return final
        query = PlanQuery(state, check.belief, sub_goal, to_go, limits, now_ns, self._rng)
        chosen = self._proposals.first_safe(query, check)
        if limits.max_linear_mps == 0.0 and chosen is not None and _stays(chosen):
            # Blind ahead, and there is no way back: to turn about on the spot leads nowhere.
            return self._brake(state, limits, TrajectorySource.STOP)
        # Already touching, as far as the field knows: get out first.
        if check.standing_m < c.safe_clearance_m or chosen is None:
            way_out = escape(check)
            stuck = chosen is None or _makes_no_way(chosen)
            if way_out is not None and stuck and check.is_safe(way_out[0]):
                return CheckedWay(way_out[0], c.step_s, way_out[1])
        return chosen or self._brake(state, limits, TrajectorySource.STOP)

    def _finish(
        self, check: TrajectoryCheck, sub_goal: SubGoal, goal_xy: tuple[float, float], now_ns: int
    ) -> CheckedWay | None:
        """Dock and align; ``None`` while the goal is too far or the straight way is not free."""
        c, state, limits = self._config, check.state, check.limits
        distance = math.hypot(goal_xy[0] - state.pose[0], goal_xy[1] - state.pose[1])
        # Once there it stays there: the goal moves a little with every correction of the map.
        near = distance < 2.5 * c.position_tolerance_m
        aligning = near and self._aligning == sub_goal.sequence
        # Somebody stands there, or something the map does not know: near enough must do.
        waited = near and (
            self._patience.waited_s(sub_goal.sequence, distance, now_ns) > _DOCK_PATIENCE_S
        )
        if aligning or waited or distance < c.position_tolerance_m:
            self._aligning = sub_goal.sequence
            error = wrap_angle(float(sub_goal.pose[2] - state.pose[2]))
            if abs(error) < c.heading_tolerance_rad:
                return self._brake(state, limits, TrajectorySource.HOLD)
            way = turn_by(state, error, 2.0 * c.spin_rate_rad_s, c, limits)
            return CheckedWay(way, c.step_s, TrajectorySource.ALIGN)
        self._aligning = None
        if distance > DOCKING_RANGE_M:
            return None
        way = dock(state, goal_xy, sub_goal.max_speed_mps, c, limits)
        return CheckedWay(way, c.step_s, TrajectorySource.DOCK) if check.is_safe(way) else None

    def _brake(
        self, state: RobotState, limits: RobotConfig, source: TrajectorySource
    ) -> CheckedWay:
        return CheckedWay(brake(state, self._config, limits), self._config.step_s, source)


def _stays(chosen: CheckedWay) -> bool:
    return float(np.abs(chosen.way.v[0]).max()) < _STUCK_MPS


def _makes_no_way(chosen: CheckedWay) -> bool:
    steps = max(1, round(_STUCK_S / chosen.step_s))
    return float(chosen.way.v[0, :steps].max()) < _STUCK_MPS
