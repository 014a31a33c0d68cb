"""Model predictive path integral control, batched NumPy.

G. Williams et al., "Information theoretic MPC for model-based reinforcement learning", ICRA 2017,
equations 8 to 10: sample around the last plan, weigh by exp(-cost / temperature), average. Two
changes earn their place: the noise is drawn at a few knots and interpolated (smooth controls at
no cost), and a few sure candidates (follow the cost-to-go, turn in place, stop) are among the
samples, so that a doorway never depends on luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.time import to_seconds
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner.candidates import follow_descent, primitives
from astra_local.planner.cost_to_go import CostToGo
from astra_local.planner.costs import COSTS, CostContext, collides, runs_into
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.planner.world import LocalWorld
from astra_local.types import RobotState

__all__ = ["Mppi", "MppiPlan"]


@dataclass(frozen=True, eq=False)
class MppiPlan:
    """The outcome of one planning step.

    Attributes:
        rollout: One trajectory, arrays ``(1, T)``.
        min_clearance_m: Smallest clearance of the footprint on it.
        is_average: The weighted average; ``False``: the best single sample, because the average
            touched something (it may lie between two ways around an obstacle).
    """

    rollout: Rollouts
    min_clearance_m: float
    is_average: bool


class Mppi:
    """The planner keeps its last control sequence as a warm start.

    Attributes:
        robot: Limits; may be replaced between plans.
    """

    def __init__(self, config: PlannerConfig, robot: RobotConfig, rng: np.random.Generator) -> None:
        """Start from standstill; ``rng`` makes plans repeatable."""
        self._config, self.robot, self._rng = config, robot, rng
        self._mean = np.zeros((2, config.num_steps), dtype=np.float32)
        self._stamp_ns: int | None = None
        knots = np.linspace(0.0, config.num_knots - 1.0, config.num_steps)
        self._interpolate = np.maximum(
            0.0, 1.0 - np.abs(knots[None, :] - np.arange(config.num_knots)[:, None])
        ).astype(np.float32)

    def reset(self) -> None:
        """Forget the last plan, for example after a stop or a spin."""
        self._mean[:] = 0.0
        self._stamp_ns = None

    def plan(
        self,
        state: RobotState,
        world: LocalWorld,
        to_go: CostToGo,
        now_ns: int,
        *,
        max_speed_mps: float,
        stop_at_goal: bool,
    ) -> MppiPlan | None:
        """Plan one horizon.

        Args:
            state: Where the robot is and how fast.
            world: Distance fields.
            to_go: Remaining way.
            now_ns: Time, to shift the last plan by what was driven of it.
            max_speed_mps: Limit on the way.
            stop_at_goal: Whether the sub-goal is the end of the way.

        Returns:
            A trajectory that touches nothing, or ``None`` if no sample is free.
        """
        self._shift(now_ns)
        plan = None
        for _ in range(self._config.num_rounds):
            plan = self._round(state, world, to_go, now_ns, max_speed_mps, stop_at_goal)
        return plan

    def _round(
        self,
        state: RobotState,
        world: LocalWorld,
        to_go: CostToGo,
        now_ns: int,
        max_speed_mps: float,
        stop_at_goal: bool,
    ) -> MppiPlan | None:
        """Sample around the present mean and make the outcome the new mean."""
        c = self._config
        v, w = self._controls(state, to_go, world)
        np.minimum(v, np.float32(max_speed_mps), out=v)
        batch = roll_out(state, v, w, c.step_s, self.robot)
        shared = {
            "config": c,
            "robot": self.robot,
            "state": state,
            "world": world,
            "to_go": to_go,
            "max_speed_mps": max_speed_mps,
            "stop_at_goal": stop_at_goal,
            "movers": world.movers.after(to_seconds(now_ns - world.stamp_ns)),
        }
        context = CostContext.of(batch, **shared)
        cost = sum(term(batch, context) for term in COSTS)
        best = int(np.argmin(cost))
        weights = np.exp((cost[best] - cost) / np.float32(c.temperature))
        weights /= weights.sum()
        mean = roll_out(
            state, (weights @ batch.v)[None], (weights @ batch.w)[None], c.step_s, self.robot
        )
        for rollout, is_average in ((mean, True), (batch.only(best), False)):
            clearance = world.clearance(rollout.x, rollout.y, self.robot.footprint_radius_m)
            touching = collides(clearance, context.start_clearance_m, c.safe_clearance_m)
            gap = context.movers.clearance(
                rollout.x, rollout.y, rollout.times_s(c.step_s), self.robot.footprint_radius_m
            )
            if not (touching | runs_into(rollout, gap, context.start_people_gap_m, c)).any():
                self._mean[0], self._mean[1] = rollout.v[0], rollout.w[0]
                self._stamp_ns = now_ns
                return MppiPlan(rollout, float(clearance.min()), is_average)
        self.reset()
        return None

    def _shift(self, now_ns: int) -> None:
        if self._stamp_ns is None:
            return
        steps = round(to_seconds(now_ns - self._stamp_ns) / self._config.step_s)
        steps = min(max(steps, 0), self._config.num_steps)
        if steps:
            last = self._mean[:, -1:].copy()
            self._mean = np.concatenate(
                [self._mean[:, steps:], np.repeat(last, steps, axis=1)], axis=1
            )

    def _controls(
        self, state: RobotState, to_go: CostToGo, world: LocalWorld
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return wanted speeds and turns ``(K, T)``: candidates, then noise around two means."""
        c = self._config
        followed_v, followed_w = follow_descent(state, to_go, world, c, self.robot)
        sure_v, sure_w = primitives(c.num_steps, self.robot)
        fixed = 1 + len(followed_v) + len(sure_v)
        count = max(c.num_samples - fixed, 1)
        noise = self._rng.standard_normal((2, count, c.num_knots), dtype=np.float32)
        noise = noise @ self._interpolate
        # A quarter explores around the follower: a stale warm start must not blind the planner.
        quarter = count // 4
        center_v = np.repeat(self._mean[0][None], count, axis=0)
        center_w = np.repeat(self._mean[1][None], count, axis=0)
        center_v[:quarter], center_w[:quarter] = followed_v[0], followed_w[0]
        v = center_v + np.float32(c.linear_noise_mps) * noise[0]
        w = center_w + np.float32(c.angular_noise_rad_s) * noise[1]
        v = np.concatenate([self._mean[0][None], followed_v, sure_v, v])
        w = np.concatenate([self._mean[1][None], followed_w, sure_w, w])
        return v, w
