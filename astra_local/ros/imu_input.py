"""IMU messages to samples with the axes of ``base_link``, wherever the IMU is mounted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Imu

from astra_core.observation import ImuSample
from astra_core.time import from_seconds
from astra_local.ros.conversions import covariance_problem, imu_from_msg

__all__ = ["ImuInput"]

# More than any IMU gives between two wheel samples.
_MAX_WAITING = 500
# More than wheel samples are ever held up on their way.
_MAX_AHEAD_NS = from_seconds(1.0)


class ImuInput:
    """Collects samples until they are taken; refuses what it cannot turn into the base's axes.

    Attributes:
        refused: How many messages were refused, by reason.
        problem: Why the newest message was refused; empty when it was not.
    """

    def __init__(
        self, base_frame: str, mounting: Callable[[str], NDArray[np.float64] | None]
    ) -> None:
        """Start without samples.

        Args:
            base_frame: Frame whose axes are wanted.
            mounting: Returns ``T_base_frame`` ``(4, 4)`` of a frame, ``None`` while unknown.
        """
        self._base_frame, self._mounting = base_frame.lstrip("/"), mounting
        self._samples: list[ImuSample] = []
        self.refused: Counter[str] = Counter()
        self.problem = ""

    def add(self, message: Imu) -> bool:
        """Take in a message; return whether it holds a reading that can be used."""
        if problem := _problem(message):
            self.problem = f"imu: {problem}"
            self.refused[f"imu {problem}"] += 1
            return False
        frame_id = message.header.frame_id.lstrip("/")
        rotation = None
        if frame_id != self._base_frame:
            mounting = self._mounting(frame_id)
            if mounting is None:
                self.problem = (
                    f"imu: the mounting of {frame_id!r} on {self._base_frame} is not in /tf_static"
                )
                self.refused["imu without mounting"] += 1
                return False
            rotation = mounting[:3, :3]
        self.problem = ""
        self._samples.append(imu_from_msg(message, rotation))
        del self._samples[:-_MAX_WAITING]
        return True

    def take(self, now_ns: int) -> tuple[ImuSample, ...]:
        """Return the samples since the last call, oldest first, and forget them.

        Args:
            now_ns: Stamp of the tick that they belong to. What is stamped far after it is of
                another time: the clock was set back while it was on its way.
        """
        taken, self._samples = self._samples, []
        fitting = tuple(sample for sample in taken if sample.stamp_ns - now_ns <= _MAX_AHEAD_NS)
        if len(fitting) < len(taken):
            self.refused["imu of another time"] += len(taken) - len(fitting)
        return fitting


def _problem(message: Imu) -> str:
    """Return why a message tells no turn; empty where it does.

    A covariance that begins with -1 says that there is no such sensor (sensor_msgs/Imu): the zeros
    beside it are no measurement.
    """
    if message.angular_velocity_covariance[0] == -1.0:
        return "its driver says that it has no gyro (angular_velocity_covariance[0] is -1)"
    for name in ("angular_velocity", "linear_acceleration"):
        covariance = getattr(message, f"{name}_covariance")
        if covariance[0] != -1.0 and (problem := covariance_problem(covariance)):
            return f"{name}_covariance {problem}"
    return ""
