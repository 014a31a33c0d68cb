"""Model predictive path integral control, batched NumPy.

G. Williams et al., "Information theoretic MPC for model-based reinforcement learning", ICRA 2017,
equations 8 to 10: sample around the last plan, weigh by exp(-cost / temperature), average. Two
changes earn their place: the noise is drawn at a few knots and interpolated (smooth controls at
no cost), and a few sure candidates (follow the cost-to-go, turn in place, stop) are among the
samples, so that a doorway never depends on luck.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_local.config import PlannerConfig
from astra_local.planner.candidates import follow_descent, primitives
from astra_local.planner.check import TrajectoryCheck
from astra_local.planner.costs import COSTS, CostContext
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.planner.warm_start import WarmStart
from astra_local.ports import Candidate, PlanQuery

__all__ = ["MppiProposer"]


class MppiProposer:
    """The classical planner; it keeps its last control sequence as a warm start."""

    name = "mppi"

    def __init__(self, config: PlannerConfig) -> None:
        """Start from standstill."""
        self._config = config
        self._last = WarmStart(config.num_steps, config.step_s)
        knots = np.linspace(0.0, config.num_knots - 1.0, config.num_steps)
        self._interpolate = np.maximum(
            0.0, 1.0 - np.abs(knots[None, :] - np.arange(config.num_knots)[:, None])
        ).astype(np.float32)

    def reset(self) -> None:
        """Forget the last plan, for example after a stop or a spin."""
        self._last.reset()

    def propose(self, query: PlanQuery) -> tuple[Candidate, Candidate]:
        """Return the weighted average and the best single sample.

        The average may touch something: it may lie between two ways around an obstacle. What is
        free of the two, the average first, is the warm start of the next plan.
        """
        check = TrajectoryCheck.of(query.belief, query.state, query.limits, self._config)
        for _ in range(self._config.num_rounds):
            average, best, scores = self._round(query, check)
            free = next((way for way in (average, best) if check.is_safe(way)), None)
            if free is None:
                self.reset()
            else:
                self._last.keep(free.v[0], free.w[0], query.now_ns)
        step_s = self._config.step_s
        return (
            Candidate(average.v[0], average.w[0], step_s, scores[0]),
            Candidate(best.v[0], best.w[0], step_s, scores[1]),
        )

    def _round(
        self, query: PlanQuery, check: TrajectoryCheck
    ) -> tuple[Rollouts, Rollouts, tuple[float, float]]:
        """Sample around the present mean; return the average, the best sample and their scores.

        The average counts as the free energy of the samples (equation 8), which bounds the cost
        from below, so it is never behind the best of them.
        """
        c = self._config
        v, w = self._controls(query)
        np.minimum(v, np.float32(query.max_speed_mps), out=v)
        batch = roll_out(query.state, v, w, c.step_s, query.limits)
        context = CostContext.of(batch, query, check)
        cost = np.zeros(len(v), dtype=np.float32)
        for term in COSTS:
            cost += term(batch, context)
        best = int(np.argmin(cost))
        weights = np.exp((cost[best] - cost) / np.float32(c.temperature))
        total = weights.sum()
        weights /= total
        mean_v, mean_w = (weights @ batch.v)[None], (weights @ batch.w)[None]
        average = roll_out(query.state, mean_v, mean_w, c.step_s, query.limits)
        least = float(cost[best])
        return average, batch.only(best), (c.temperature * math.log(total) - least, -least)

    def _controls(self, query: PlanQuery) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return wanted speeds and turns ``(K, T)``: candidates, then noise around two means."""
        c, (mean_v, mean_w) = self._config, self._last.at(query.now_ns)
        followed_v, followed_w = follow_descent(query, c)
        sure_v, sure_w = primitives(c.num_steps, query.limits)
        fixed = 1 + len(followed_v) + len(sure_v)
        count = max(c.num_samples - fixed, 1)
        noise = query.rng.standard_normal((2, count, c.num_knots), dtype=np.float32)
        noise = noise @ self._interpolate
        # A quarter explores around the follower: a stale warm start must not blind the planner.
        quarter = count // 4
        center_v = np.repeat(mean_v[None], count, axis=0)
        center_w = np.repeat(mean_w[None], count, axis=0)
        center_v[:quarter], center_w[:quarter] = followed_v[0], followed_w[0]
        v = center_v + np.float32(c.linear_noise_mps) * noise[0]
        w = center_w + np.float32(c.angular_noise_rad_s) * noise[1]
        v = np.concatenate([mean_v[None], followed_v, sure_v, v])
        w = np.concatenate([mean_w[None], followed_w, sure_w, w])
        return v, w
