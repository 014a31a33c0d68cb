"""The answer of the action as the record that scoring knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from astra_global.types import MissionResult

if TYPE_CHECKING:
    from astra_msgs.action import Navigate

__all__ = ["mission_result"]


def mission_result(answer: Navigate.Result | Any) -> MissionResult:
    """Convert the result message of ``astra_msgs/action/Navigate``."""
    return MissionResult(
        error_code=answer.error_code,
        error_msg=answer.error_msg,
        landmark_id=answer.landmark_id,
        path_length_m=answer.path_length,
        time_s=answer.time,
        first_fix_time_s=answer.first_fix_time,
        recoveries=answer.recoveries,
        fallback_fraction=answer.fallback_fraction,
    )
