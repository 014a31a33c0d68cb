"""What can be wrong with a sensor, in a person's words."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SensorFault"]


@dataclass(frozen=True)
class SensorFault:
    """A sensor that must not be trusted now: the robot stands meanwhile.

    Attributes:
        sensors: Whose readings it concerns: ``imu``, ``wheel`` or both, where two contradict each
            other and nobody knows who is right.
        reason: What is wrong, one line for people; says what to look at.
    """

    sensors: tuple[str, ...]
    reason: str
