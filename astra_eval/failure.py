"""The one word that a table of failures counts a failed mission under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from astra_core.errors import (
    GoalAmbiguous,
    GoalNotFound,
    GoalUnreachable,
    MissionTimedOut,
    NotLocalized,
    RobotStuck,
)

if TYPE_CHECKING:
    from astra_global.types import MissionResult

__all__ = ["FAILURES", "name_failure"]

#: Every failure, worst first: a mission with several counts under the first.
FAILURES = (
    "collision",
    "not localized",
    "goal refused",
    "wrong goal",
    "goal unreachable",
    "stuck",
    "wrong place",
    "stopped short",
    "too slow",
    "other error",
)
_BY_CODE = {
    NotLocalized.code: "not localized",
    GoalNotFound.code: "goal refused",
    GoalAmbiguous.code: "goal refused",
    GoalUnreachable.code: "goal unreachable",
    RobotStuck.code: "stuck",
    MissionTimedOut.code: "too slow",
}
#: A belief this far off at the end explains a stop at the wrong place.
_LOST_M = 0.5


def name_failure(
    result: MissionResult | None,
    *,
    collided: bool,
    right_landmark: bool,
    there: bool,
    in_time: bool,
    final_error_m: float,
) -> str:
    """Name the failure of a mission; empty for a success.

    Args:
        result: What the stack reported; ``None`` when it never finished.
        collided: Whether the robot touched something.
        right_landmark: Whether the landmark it chose is a right one.
        there: Whether it stopped near enough to a place from which that is reachable.
        in_time: Whether it kept the time limit.
        final_error_m: Distance of the believed from the true position at the end; NaN for none.
    """
    if collided:
        return "collision"
    if result is None:
        return "too slow"
    if result.error_code:
        return _BY_CODE.get(result.error_code, "other error")
    if not right_landmark:
        return "wrong goal"
    if not there:
        return "wrong place" if final_error_m > _LOST_M else "stopped short"
    return "" if in_time else "too slow"
