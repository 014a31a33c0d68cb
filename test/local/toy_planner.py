"""A planner in one file: turn towards the way for a moment, then go straight, fast or slow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from astra_core.angles import wrap_angle
from astra_local.config import PlannerConfig
from astra_local.ports import Candidate, PlanQuery

__all__ = ["ArcProposer"]

_TURN_S = 0.5
_SHARES = (1.0, 0.5, 0.2, 0.0)


class ArcProposer:
    """Steers down the cost-to-go; it has no memory and sees no obstacle."""

    name = "arcs"

    def __init__(self, config: PlannerConfig) -> None:
        """Keep the horizon."""
        self._config = config

    def propose(self, query: PlanQuery) -> Sequence[Candidate]:
        """Return one way per speed; the faster, the better."""
        c, (x, y, theta) = self._config, query.state.pose
        along_x, along_y = query.to_go.direction(np.array([x]), np.array([y]))
        error = float(wrap_angle(np.arctan2(along_y[0], along_x[0]) - theta))
        turning = np.arange(c.num_steps) * c.step_s < _TURN_S
        turn = np.where(turning, error / _TURN_S, 0.0)
        speed = query.max_speed_mps * max(float(np.cos(error)), 0.0) ** 3
        return [
            Candidate(np.full(c.num_steps, share * speed), turn, c.step_s, score=share)
            for share in _SHARES
        ]

    def reset(self) -> None:
        """Forget the last plan; nothing is kept."""
