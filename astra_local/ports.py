"""The ports of Astra-Local: where a classical part and a learned one can stand for each other.

:func:`astra_local.stack.build_local` is the only place that knows what stands behind them. Letters:
``T`` steps of a candidate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ShapeError
from astra_core.observation import CameraFrame, Observation
from astra_core.records import LocalOdometry, SubGoal
from astra_core.robot import RobotConfig
from astra_local.belief import WorldBelief
from astra_local.planner.cost_to_go import CostToGo
from astra_local.types import RobotState

__all__ = ["Candidate", "OdometryEstimator", "Perception", "PlanQuery", "Proposer"]


class OdometryEstimator(Protocol):
    """How far the robot has come: a pose in ``odom`` that drifts and never jumps."""

    @property
    def refused(self) -> Mapping[str, int]:
        """Return how many samples were refused, by reason."""
        ...

    def observe(self, observation: Observation) -> LocalOdometry:
        """Take in the wheel and IMU samples of one tick, 50 times a second, and answer at once.

        The answer's ``modalities`` say which sensors really entered of late.
        """
        ...

    def look(self, frames: Sequence[CameraFrame]) -> None:
        """Take in images of one moment, at camera rate.

        They may be late, and the call may take long and come from another thread than
        :meth:`observe`, which must not wait for it.
        """
        ...


class Perception(Protocol):
    """What is around the robot."""

    def measure(self, frames: Sequence[CameraFrame]) -> Sequence[CameraFrame]:
        """Return the images of one moment with the depth that is to be believed, or none.

        Measured depth stays as it is; who sees depth in colour says here what it sees, so that it
        is doubted like a sensor's.

        Raises:
            PerceptionError: A camera is not in the rig or an image has the wrong size.
        """
        ...

    def perceive(
        self, frames: Sequence[CameraFrame], poses_odom: Sequence[NDArray[np.float64]]
    ) -> WorldBelief | None:
        """Renew the belief by the images of one moment.

        Args:
            frames: From :meth:`measure`, of any of the rig's cameras; without depth where that is
                not believed; may be none.
            poses_odom: Pose ``(3,)`` of the robot in ``odom`` at the stamp of each.

        Returns:
            The new belief, never changed afterwards; ``None`` where the images tell nothing.

        Raises:
            PerceptionError: A camera is not in the rig or an image has the wrong size.
        """
        ...


@dataclass(frozen=True, eq=False)
class PlanQuery:
    """What a proposer is asked.

    Attributes:
        state: Where the robot is and how fast.
        belief: The surroundings, brought forward to ``now_ns``; its times count from there.
        sub_goal: What Astra-Global asks for, in ``odom``.
        to_go: The remaining way to it.
        limits: Footprint, speeds and accelerations that hold now: a robot that is blind behind has
            no speed backward.
        now_ns: Stamp of the plan.
        rng: All chance comes from it.
    """

    state: RobotState
    belief: WorldBelief
    sub_goal: SubGoal
    to_go: CostToGo
    limits: RobotConfig
    now_ns: int
    rng: np.random.Generator

    @property
    def max_speed_mps(self) -> float:
        """Return how fast the robot may go: what is asked for, within its limits."""
        return min(max(self.sub_goal.max_speed_mps, 0.0), self.limits.max_linear_mps)

    @property
    def stop_at_goal(self) -> bool:
        """Return whether the sub-goal is the end of the way."""
        return self.sub_goal.is_final


@dataclass(frozen=True, eq=False)
class Candidate:
    """A way to drive, as controls: whoever checks it drives them within the limits first.

    So what is checked is what the robot can do, whatever a proposer dreams of.

    Attributes:
        linear_mps: ``(T,)`` forward speed held during each step.
        angular_rad_s: ``(T,)`` turn rate.
        step_s: Length of a step.
        score: What its proposer thinks of it, higher is better; comparable within one answer.

    Raises:
        ShapeError: The two are not of one length, or there is no step.
    """

    linear_mps: NDArray[np.floating]
    angular_rad_s: NDArray[np.floating]
    step_s: float
    score: float = 0.0

    def __post_init__(self) -> None:
        """Check that every step has both controls."""
        shapes = np.shape(self.linear_mps), np.shape(self.angular_rad_s)
        if shapes[0] != shapes[1] or len(shapes[0]) != 1 or not shapes[0][0] or self.step_s <= 0.0:
            raise ShapeError(
                "controls and step of a candidate",
                expected="(T,) and (T,), T > 0, of more than 0 s",
                actual=f"{shapes[0]} and {shapes[1]} of {self.step_s} s",
            )


class Proposer(Protocol):
    """A planner behind the check: it proposes, :mod:`astra_local.planner.checked` decides."""

    @property
    def name(self) -> str:
        """Return its name in records and messages, for example ``mppi``."""
        ...

    def propose(self, query: PlanQuery) -> Sequence[Candidate]:
        """Return ways to drive; they are tried by falling score, equal scores in this order.

        None at all is an answer: the next proposer is asked.
        """
        ...

    def reset(self) -> None:
        """Forget the last plan: the robot did something else, or stands."""
        ...
