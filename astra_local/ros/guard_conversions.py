"""Messages of the guard."""

from __future__ import annotations

import math

from astra_core.ros.checks import MessageError, require_finite, require_frame
from astra_core.ros.poses import header
from astra_local.types import NearestObstacle
from astra_msgs.msg import NearestObstacle as NearestObstacleMsg

__all__ = ["nearest_from_msg", "nearest_to_msg"]

_MIN_SECTORS, _MAX_SECTORS = 4, 3600
_MAX_RESOLUTION_M = 1.0
# Numbers of the message are single precision.
_ROUNDING_M, _TURN_TOLERANCE_RAD = 1e-3, 1e-3


def nearest_to_msg(record: NearestObstacle, base_frame: str) -> NearestObstacleMsg:
    """Return the message of an obstacle summary."""
    return NearestObstacleMsg(
        header=header(record.stamp_ns, base_frame),
        valid=bool(record.valid),
        distance=float(record.distance_m),
        bearing=float(record.bearing_rad),
        resolution=float(record.resolution_m),
        sector_angle=float(record.sector_angle_rad),
        sector_distance=[float(value) for value in record.sector_distance_m],
        held=int(record.held),
    )


def nearest_from_msg(
    message: NearestObstacleMsg, stamp_ns: int, base_frame: str, footprint_radius_m: float
) -> NearestObstacle:
    """Return the record of an obstacle summary.

    Args:
        message: The summary.
        stamp_ns: When it was true, by the clock of whoever asks for its age.
        base_frame: Frame in which it must be told.
        footprint_radius_m: Of the robot; nothing is nearer than its centre.

    Raises:
        MessageError: It is told in another frame, its sectors do not go once around the robot, or
            a number in it cannot be.
    """
    require_frame("the obstacle summary", message.header.frame_id, base_frame)
    sectors = message.sector_distance
    numbers = (message.bearing, message.resolution, message.sector_angle)
    require_finite("the obstacle summary", *numbers)
    if not 0.0 <= message.resolution <= _MAX_RESOLUTION_M:
        raise MessageError(f"the obstacle summary has cells of {message.resolution:g} m")
    _require_circle(len(sectors), message.sector_angle)
    if message.held not in (-1, 0, 1):
        raise MessageError(f"the obstacle summary says that {message.held} holds the robot")
    # An infinite distance means that nothing is near, minus infinity that nobody sees that sector.
    nearest_m = -footprint_radius_m - message.resolution - _ROUNDING_M
    if not message.distance >= nearest_m:
        raise MessageError(f"the obstacle summary has a distance of {message.distance:g} m")
    for number, distance_m in enumerate(sectors):
        if not (distance_m >= nearest_m or distance_m == -math.inf):
            raise MessageError(f"the obstacle summary has {distance_m:g} m in sector {number}")
    return NearestObstacle(
        stamp_ns=stamp_ns,
        valid=message.valid,
        distance_m=message.distance,
        bearing_rad=message.bearing,
        resolution_m=message.resolution,
        sector_angle_rad=message.sector_angle,
        sector_distance_m=tuple(message.sector_distance),
        held=message.held,
    )


def _require_circle(num_sectors: int, sector_angle_rad: float) -> None:
    """Refuse sectors that leave a part of the surroundings out, or tell one twice.

    Raises:
        MessageError: They do.
    """
    if not _MIN_SECTORS <= num_sectors <= _MAX_SECTORS:
        raise MessageError(f"the obstacle summary has {num_sectors} sectors")
    turn_rad = num_sectors * sector_angle_rad
    if abs(turn_rad - 2.0 * math.pi) > _TURN_TOLERANCE_RAD:
        raise MessageError(
            f"the {num_sectors} sectors of the obstacle summary cover {math.degrees(turn_rad):.0f} "
            "degrees instead of 360"
        )
