"""What the robot senses: the one type through which the stack sees the world.

Ground truth is not here and never will be: the simulator keeps it in a type of its own that only
scoring may touch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CameraFrame", "ImuSample", "Observation", "WheelSample"]


@dataclass(frozen=True, eq=False)
class CameraFrame:
    """One image of one camera.

    Attributes:
        camera: Name of the camera in the rig.
        stamp_ns: Time of exposure.
        image: ``(H, W, 3)`` uint8, RGB.
        depth_m: ``(H, W)`` float32, metres along the optical z axis, 0 where unknown; ``None``
            where the robot has no depth sensor.
    """

    camera: str
    stamp_ns: int
    image: NDArray[np.uint8]
    depth_m: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class ImuSample:
    """One IMU reading in ``base_link``: angular rate (rad/s) and specific force (m/s^2)."""

    stamp_ns: int
    angular_velocity_rad_s: tuple[float, float, float]
    linear_acceleration_m_s2: tuple[float, float, float]


@dataclass(frozen=True)
class WheelSample:
    """One reading of the wheel odometry: body velocity derived from the encoders."""

    stamp_ns: int
    linear_velocity_mps: float
    angular_velocity_rad_s: float


@dataclass(frozen=True, eq=False)
class Observation:
    """Everything sensed in one tick, oldest first.

    Attributes:
        stamp_ns: End of the tick; no sample is younger.
        imu: IMU samples since the last observation.
        wheels: Wheel samples since the last observation.
        frames: Camera frames that arrived in this tick, oldest exposure first, then in rig order;
            empty between images. Their stamps are those of the exposure, which may lie back.
    """

    stamp_ns: int
    imu: tuple[ImuSample, ...] = ()
    wheels: tuple[WheelSample, ...] = ()
    frames: tuple[CameraFrame, ...] = ()
