"""Messages of the guard."""

from __future__ import annotations

import math

from astra_core.ros.checks import MessageError, require_finite
from astra_core.ros.poses import header
from astra_local.types import NearestObstacle
from astra_msgs.msg import NearestObstacle as NearestObstacleMsg

_MAX_SECTORS = 3600

__all__ = ["nearest_from_msg", "nearest_to_msg"]


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
    )


def nearest_from_msg(message: NearestObstacleMsg, stamp_ns: int) -> NearestObstacle:
    """Return the record of an obstacle summary.

    Args:
        message: The message.
        stamp_ns: When it was true, by the clock of whoever asks for its age.

    Raises:
        MessageError: A number in it cannot be.
    """
    sectors = message.sector_distance
    numbers = (message.bearing, message.resolution, message.sector_angle)
    require_finite("the obstacle summary", *numbers)
    # An infinite distance means that nothing is near.
    if math.isnan(message.distance) or any(math.isnan(value) for value in sectors):
        raise MessageError("the obstacle summary has a distance that is not a number")
    if len(sectors) > _MAX_SECTORS:
        raise MessageError(f"the obstacle summary has {len(sectors)} sectors")
    return NearestObstacle(
        stamp_ns=stamp_ns,
        valid=message.valid,
        distance_m=message.distance,
        bearing_rad=message.bearing,
        resolution_m=message.resolution,
        sector_angle_rad=message.sector_angle,
        sector_distance_m=tuple(message.sector_distance),
    )
