"""Error codes: unique, in their ranges, and equal to the constants of the action."""

import re
from pathlib import Path

import pytest

from astra_core import errors

ACTION = Path(__file__).parents[2] / "astra_msgs" / "action" / "Navigate.action"


def _named_errors() -> dict[str, type[errors.AstraError]]:
    named = {name: getattr(errors, name) for name in errors.__all__ if name != "AstraError"}
    return {name: thing for name, thing in named.items() if isinstance(thing, type)}


def test_codes_are_unique() -> None:
    codes = [error.code for error in _named_errors().values()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("constant", "error"),
    [
        ("UNKNOWN", errors.AstraError),
        ("BAD_REQUEST", errors.ConfigError),
        ("NOT_LOCALIZED", errors.NotLocalized),
        ("GOAL_NOT_FOUND", errors.GoalNotFound),
        ("GOAL_AMBIGUOUS", errors.GoalAmbiguous),
        ("GOAL_UNREACHABLE", errors.GoalUnreachable),
        ("MAP_ERROR", errors.MapFormatError),
        ("CANCELLED", errors.MissionCancelled),
        ("NO_ANSWER", errors.NoAnswer),
        ("MLLM_UNAVAILABLE", errors.MllmUnavailable),
        ("STUCK", errors.RobotStuck),
        ("SENSOR_TIMEOUT", errors.SensorTimeout),
    ],
)
def test_codes_equal_the_constants_of_the_action(
    constant: str, error: type[errors.AstraError]
) -> None:
    constants = dict(re.findall(r"^uint16 ([A-Z_]+)=(\d+)", ACTION.read_text(), re.MULTILINE))
    assert int(constants[constant]) == error.code
