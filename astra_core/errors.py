"""Failures that Astra names, each with the code that crosses the ROS interface.

Codes are ranges so that a client can tell who failed: 1-99 whoever was asked, 100-199
Astra-Global, 200-299 Astra-Local, 300-399 the guard, 900-999 the run around them. The same numbers
are constants of the action ``astra_msgs/action/Navigate``; a test compares them.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "EXIT_CANNOT_WORK",
    "AstraError",
    "ConfigError",
    "GoalAmbiguous",
    "GoalNotFound",
    "GlobalLost",
    "GoalUnreachable",
    "GuardRefuses",
    "GuardSilent",
    "LoadingCancelled",
    "LocalLost",
    "MapFormatError",
    "MissionCancelled",
    "MissionPreempted",
    "MissionTimedOut",
    "MllmUnavailable",
    "NoAnswer",
    "NotLocalized",
    "RobotStuck",
    "SceneError",
    "SensorTimeout",
    "ShapeError",
    "ShardError",
    "WeightsError",
]


EXIT_CANNOT_WORK = 2
"""Exit code of a process that has said itself why it cannot work; to start it again is no help."""


class AstraError(Exception):
    """Base of every failure a user may see: one line that says what happened and what to do."""

    code: ClassVar[int] = 1


class ShapeError(AstraError, ValueError):
    """An array has the wrong shape or type."""

    code = 2

    def __init__(self, what: str, *, expected: object, actual: object) -> None:
        """Keep what was expected and what came, for programs as well as people."""
        super().__init__(f"{what} must be {expected}, got {actual}")
        self.expected = expected
        self.actual = actual


class ConfigError(AstraError, ValueError):
    """A setting is unknown, has the wrong type, is out of range or contradicts another."""

    code = 3


class ShardError(AstraError, ValueError):
    """A file of training data is missing, damaged, of another version, or contradicts others."""

    code = 4


class WeightsError(AstraError, ValueError):
    """Weights are missing, damaged, or not for this part, robot or rig; the message says which."""

    code = 5


class LoadingCancelled(AstraError):
    """Nobody waits any more for what was being loaded."""

    code = 6


class NotLocalized(AstraError):
    """The robot does not know where it is. Never replaced by a guess."""

    code = 101


class GoalNotFound(AstraError):
    """Nothing on the map fits the instruction."""

    code = 102


class GoalAmbiguous(AstraError):
    """Several places fit the instruction equally; the message asks back."""

    code = 103


class GoalUnreachable(AstraError):
    """The map has no free way to the goal."""

    code = 104


class MapFormatError(AstraError):
    """A map on disk is missing, damaged or of an unknown version; the message says where."""

    code = 105


class MissionCancelled(AstraError):
    """A client cancelled the mission."""

    code = 106


class MissionPreempted(MissionCancelled):
    """A newer goal replaced the mission."""

    code = 107


class MissionTimedOut(AstraError):
    """The mission took longer than it was given."""

    code = 108


class NoAnswer(AstraError):
    """A question that may take long (what is meant, which way to go) got no answer in time."""

    code = 109


class MllmUnavailable(AstraError):
    """The multimodal language model cannot be asked: its weights, library or server are missing."""

    code = 110


class GlobalLost(AstraError):
    """Astra-Global died or hangs; whoever knows it from outside says so in its place."""

    code = 111


class RobotStuck(AstraError):
    """No progress in spite of every recovery."""

    code = 201


class SensorTimeout(AstraError):
    """A sensor that the stack needs went silent."""

    code = 202


class LocalLost(AstraError):
    """Astra-Local died, hangs or was restarted; where the robot has got to is not known."""

    code = 204


class GuardSilent(AstraError):
    """The guard died, hangs or was restarted; without it nothing may move."""

    code = 301


class GuardRefuses(AstraError):
    """The guard does not let the robot drive; the message says why."""

    code = 302


class SceneError(AstraError, ValueError):
    """A simulated scene cannot be made: unknown family, seed out of range, no place left."""

    code = 901
