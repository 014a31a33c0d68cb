"""The state of a mission, as the navigate action reports it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from astra_core.records import SubGoal

__all__ = ["MissionPhase", "MissionResult", "MissionStatus"]


class MissionPhase(Enum):
    """What the mission is busy with; the values are the strings of the action's feedback."""

    LOCALIZING = "localizing"
    ROUTING = "routing"
    DRIVING = "driving"
    RECOVERING = "recovering"
    ARRIVING = "arriving"
    DONE = "done"


@dataclass(frozen=True, eq=False)
class MissionResult:
    """How a mission ended.

    Attributes:
        error_code: 0 is success; otherwise the code of an ``AstraError``.
        error_msg: One line for people; empty on success.
        landmark_id: The landmark chosen; empty for pose goals and failures before that.
        goal_pose: ``(3,)`` in ``map`` where the robot was sent; ``None`` if it never got one.
        path_length_m: Driven, by odometry.
        time_s: From acceptance to end.
        first_fix_time_s: Until the first accepted fix; -1 = never.
        recoveries: How many were needed.
        fallback_fraction: Share of planning cycles in which a fallback drove.
        remark: For people: what is otherwise than asked; empty if nothing is.
    """

    error_code: int
    error_msg: str = ""
    landmark_id: str = ""
    goal_pose: NDArray[np.float64] | None = None
    path_length_m: float = 0.0
    time_s: float = 0.0
    first_fix_time_s: float = -1.0
    recoveries: int = 0
    fallback_fraction: float = 0.0
    remark: str = ""

    @property
    def success(self) -> bool:
        """Return whether the robot arrived."""
        return self.error_code == 0


@dataclass(frozen=True, eq=False)
class MissionStatus:
    """One step of a mission.

    Attributes:
        phase: What it is busy with.
        sub_goal: What Astra-Local shall do now; ``None`` = nothing (no mission).
        landmark_id: The landmark chosen so far; empty if none.
        distance_remaining_m: Along the route; NaN while unknown.
        eta_s: At the usual speed; NaN while unknown.
        recoveries: Recoveries so far.
        result: Set once, when the phase is ``DONE``.
        message: For people: what is otherwise than asked, and why it does what it does.
    """

    phase: MissionPhase
    sub_goal: SubGoal | None = None
    landmark_id: str = ""
    distance_remaining_m: float = float("nan")
    eta_s: float = float("nan")
    recoveries: int = 0
    result: MissionResult | None = None
    message: str = ""
