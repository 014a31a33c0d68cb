"""Records that cross module borders. Each has a message of the same name in ``astra_msgs``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "GlobalPose",
    "LocalOdometry",
    "LocalizationStatus",
    "SubGoal",
    "Trajectory",
    "TrajectorySource",
    "Velocity",
]


@dataclass(frozen=True)
class Velocity:
    """A body velocity command or state of a differential-drive base."""

    linear_mps: float = 0.0
    angular_rad_s: float = 0.0


@dataclass(frozen=True, eq=False)
class LocalOdometry:
    """Pose of ``base_link`` in ``odom``, with its drift.

    Attributes:
        stamp_ns: Time of the estimate.
        pose: ``(3,)`` [x, y, theta] in ``odom``.
        covariance: ``(3, 3)`` of the pose since the start, m^2, m rad, rad^2.
        velocity: Body velocity.
        modalities: Which sensors really entered of late: ``wheel``, ``imu``, ``vision``.
        doubted_cameras: Whose images, colour too, come from elsewhere or from another time than
            they say.
    """

    stamp_ns: int
    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]
    velocity: Velocity
    modalities: frozenset[str] = frozenset()
    doubted_cameras: frozenset[str] = frozenset()


class LocalizationStatus(IntEnum):
    """Whether the robot knows where it is; the values of ``astra_msgs/msg/GlobalPose.status``."""

    NOT_LOCALIZED = 0
    LOCALIZED = 1
    UNCERTAIN = 2


@dataclass(frozen=True, eq=False)
class GlobalPose:
    """Pose of ``base_link`` in ``map``; only meaningful when the status says so.

    Attributes:
        stamp_ns: Time of the estimate.
        status: Whether the pose may be used.
        pose: ``(3,)`` [x, y, theta] in ``map``.
        covariance: ``(3, 3)``, m^2, m rad, rad^2.
    """

    stamp_ns: int
    status: LocalizationStatus
    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SubGoal:
    """What Astra-Global asks of Astra-Local: one local goal (paper, section 1.1).

    The pose is given in ``odom`` so that it stays valid between messages; the planner turns it
    into the ego frame at the moment of use.

    Attributes:
        stamp_ns: Time at which it was chosen.
        pose: ``(3,)`` [x, y, theta] in ``odom``.
        is_final: The goal itself: stop there and turn to theta. Otherwise theta is only the
            direction of the route.
        max_speed_mps: Speed limit on the way.
        halt: Stop and stay; pose is ignored.
        spin_rad: Turn in place by this signed angle to look around; pose is ignored. 0 = no.
        sequence: Grows with each new request; repeated messages of one request keep it.
    """

    stamp_ns: int
    pose: NDArray[np.float64]
    is_final: bool = False
    max_speed_mps: float = 0.6
    halt: bool = False
    spin_rad: float = 0.0
    sequence: int = 0


class TrajectorySource(StrEnum):
    """Which rung of the planner a trajectory comes from, from the wish to the last resort."""

    PLANNER = "planner"  # the first choice of the first planner
    SAMPLE = "sample"  # another candidate of it: the first choice was not safe
    BACKUP = "backup"  # the next planner: no candidate of the first was safe
    DOCK = "dock"  # the last half metre
    ALIGN = "align"  # turning to the heading of the goal
    SPIN = "spin"  # looking around
    HOLD = "hold"  # asked to stand, or arrived
    CREEP = "creep"  # out of a tight place
    ROTATE = "rotate"  # towards where creeping would help
    STOP = "stop"  # nothing is safe, or nothing is seen

    @property
    def is_fallback(self) -> bool:
        """Return whether the first choice was not used."""
        return self in _FALLBACKS


_FALLBACKS = frozenset(
    {
        TrajectorySource.SAMPLE,
        TrajectorySource.BACKUP,
        TrajectorySource.CREEP,
        TrajectorySource.ROTATE,
        TrajectorySource.STOP,
    }
)


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A planned local trajectory.

    Attributes:
        stamp_ns: Time of its first pose.
        dt_s: Time between poses.
        poses: ``(N, 3)`` [x, y, theta] in ``odom``; pose k is at ``stamp + (k + 1) dt``.
        velocities: ``(N, 2)`` [linear, angular] held during step k.
        source: Which rung of the planner it comes from.
        min_clearance_m: Smallest signed distance of the footprint to obstacles along the way.
        planner: Name of the planner that proposed it (``mppi``); empty where none did.
    """

    stamp_ns: int
    dt_s: float
    poses: NDArray[np.float64]
    velocities: NDArray[np.float64]
    source: TrajectorySource
    min_clearance_m: float
    planner: str = ""

    @property
    def source_name(self) -> str:
        """Return who drove in one word: ``mppi``, ``mppi-sample``, ``dock``, ``stop``, ..."""
        if self.source is TrajectorySource.SAMPLE:
            return f"{self.planner}-{self.source}"
        return self.planner or str(self.source)
