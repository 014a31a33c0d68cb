"""A planner alone, open loop: one belief, one goal, one speed in; a trajectory and samples out.

For evaluation, classical and learned planners alike. No memory: every call starts cold.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.records import SubGoal, Trajectory, Velocity
from astra_core.robot import RobotConfig
from astra_local.belief import WorldBelief
from astra_local.planner.planner import LocalPlanner
from astra_local.types import RobotState

__all__ = ["OpenLoopPlan", "OpenLoopPlanner"]


@dataclass(frozen=True, eq=False)
class OpenLoopPlan:
    """What the planner answers.

    Attributes:
        trajectories: Independent answers to the same question, the first one first.
    """

    trajectories: tuple[Trajectory, ...]

    @property
    def trajectory(self) -> Trajectory:
        """Return the single answer."""
        return self.trajectories[0]

    def samples(self, count: int) -> tuple[Trajectory, ...]:
        """Return the first ``count`` answers, the single one included."""
        if count > len(self.trajectories):
            raise ValueError(f"{count} samples asked for, {len(self.trajectories)} planned")
        return self.trajectories[:count]


class OpenLoopPlanner:
    """Asks a fresh planner every time."""

    def __init__(
        self, fresh: Callable[[np.random.Generator], LocalPlanner], robot: RobotConfig
    ) -> None:
        """Keep how to make one.

        Args:
            fresh: Makes a planner without a past that takes all chance from a generator.
            robot: Its limits.
        """
        self._fresh, self._robot = fresh, robot

    def plan(
        self,
        belief: WorldBelief,
        goal: NDArray[np.float64],
        velocity: Velocity,
        rng: np.random.Generator,
        *,
        pose: NDArray[np.float64] | None = None,
        num_samples: int = 1,
        is_final: bool = False,
        max_speed_mps: float = math.inf,
    ) -> OpenLoopPlan:
        """Plan once.

        Args:
            belief: The surroundings, see :meth:`WorldBelief.from_occupancy`; the time of the plan
                is its stamp.
            goal: ``(3,)`` x, y, theta in the frame of the belief.
            velocity: Of the robot now.
            rng: All chance comes from it.
            pose: ``(3,)`` of the robot in the frame of the belief; ``None`` is its origin.
            num_samples: Answers wanted, each from a stream of its own.
            is_final: Whether to stop at the goal; otherwise it is a point on the way.
            max_speed_mps: Limit; the robot's own applies besides.
        """
        start = np.zeros(3) if pose is None else np.asarray(pose, dtype=np.float64)
        state = RobotState(start, velocity.linear_mps, velocity.angular_rad_s)
        sub_goal = SubGoal(
            belief.stamp_ns,
            np.asarray(goal, dtype=np.float64),
            is_final=is_final,
            max_speed_mps=min(max_speed_mps, self._robot.max_linear_mps),
        )
        return OpenLoopPlan(
            tuple(
                self._fresh(stream).plan(state, belief, sub_goal, belief.stamp_ns)
                for stream in rng.spawn(num_samples)
            )
        )
