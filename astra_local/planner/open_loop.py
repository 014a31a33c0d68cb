"""MPPI alone, open loop: one world, one goal, one speed in; a trajectory and samples out.

For evaluation and as a baseline of learned planners. No memory: every call starts cold and is
improved over a few rounds, as the running planner's plan is from cycle to cycle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from astra_core.records import SubGoal, Trajectory, Velocity
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner.planner import LocalPlanner
from astra_local.planner.world import LocalWorld
from astra_local.types import RobotState

__all__ = ["MppiPlanner", "OpenLoopPlan"]

_COLD_ROUNDS = 4


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


class MppiPlanner:
    """The classical planner behind the interface that learned planners have, too."""

    def __init__(
        self, config: PlannerConfig | None = None, robot: RobotConfig | None = None
    ) -> None:
        """Keep the settings; ``num_rounds`` is raised to what a cold start needs."""
        config = config or PlannerConfig()
        self._config = replace(config, num_rounds=max(config.num_rounds, _COLD_ROUNDS))
        self._robot = robot or RobotConfig()

    def plan(
        self,
        world: LocalWorld,
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
            world: Distance fields and movers, see :meth:`LocalWorld.from_occupancy`; the time of
                the plan is the world's stamp.
            goal: ``(3,)`` x, y, theta in the frame of the world.
            velocity: Of the robot now.
            rng: All chance comes from it.
            pose: ``(3,)`` of the robot in the frame of the world; ``None`` is its origin.
            num_samples: Answers wanted, each from a stream of its own.
            is_final: Whether to stop at the goal; otherwise it is a point on the way.
            max_speed_mps: Limit; the robot's own applies besides.
        """
        start = np.zeros(3) if pose is None else np.asarray(pose, dtype=np.float64)
        state = RobotState(start, velocity.linear_mps, velocity.angular_rad_s)
        sub_goal = SubGoal(
            world.stamp_ns,
            np.asarray(goal, dtype=np.float64),
            is_final=is_final,
            max_speed_mps=min(max_speed_mps, self._robot.max_linear_mps),
        )
        return OpenLoopPlan(
            tuple(
                LocalPlanner(self._config, self._robot, stream).plan(
                    state, world, sub_goal, world.stamp_ns
                )
                for stream in rng.spawn(num_samples)
            )
        )
