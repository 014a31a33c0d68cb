"""How fast the robot may go towards what is near. Plain arithmetic."""

from __future__ import annotations

import math

from astra_local.types import NearestObstacle

__all__ = [
    "BLIND_MARGIN_RAD",
    "directions_of",
    "enters_blind",
    "free_arc",
    "obstacle_points",
    "speed_for_distance",
]

#: A way this near to a direction that nobody sees leads into it: the robot is wider than a line.
BLIND_MARGIN_RAD = math.radians(30.0)

_STEP_M = 0.03
_NEARER_M = 0.002
_SLACK_M = 0.02


def obstacle_points(
    nearest: NearestObstacle, footprint_radius_m: float, within_m: float
) -> list[tuple[float, float]]:
    """Return the obstacle of each sector as a point (x, y) in ``base_link``.

    Args:
        nearest: Distances from the footprint per sector.
        footprint_radius_m: Added to get distances from the centre.
        within_m: Sectors whose obstacle is farther than this from the footprint are left out.
    """
    points = []
    for number, distance in enumerate(nearest.sector_distance_m):
        # Not seen is no point; see enters_blind.
        if math.isnan(distance) or distance > within_m or distance == -math.inf:
            continue
        bearing = number * nearest.sector_angle_rad
        reach = max(distance + footprint_radius_m, 0.0)
        points.append((reach * math.cos(bearing), reach * math.sin(bearing)))
    return points


def enters_blind(
    nearest: NearestObstacle, linear_mps: float, angular_rad_s: float, length_m: float
) -> bool:
    """Return whether an arc leads where the robot should see but does not (sectors of -inf).

    Args:
        nearest: Distances per sector.
        linear_mps: Signed speed.
        angular_rad_s: Turn rate.
        length_m: How far to look.
    """
    directions = directions_of(linear_mps, angular_rad_s, length_m)
    for number, distance in enumerate(nearest.sector_distance_m):
        if distance != -math.inf:
            continue
        bearing = number * nearest.sector_angle_rad
        for direction in directions:
            if math.cos(bearing - direction) > math.cos(BLIND_MARGIN_RAD):
                return True
    return False


def directions_of(linear_mps: float, angular_rad_s: float, length_m: float) -> tuple[float, ...]:
    """Return where an arc begins to lead and where its end lies, bearings in radians.

    Args:
        linear_mps: Signed speed; 0 leads nowhere.
        angular_rad_s: Turn rate.
        length_m: Of the arc.
    """
    if linear_mps == 0.0:
        return ()
    start = 0.0 if linear_mps > 0.0 else math.pi
    # The chord of an arc points half as far aside as the robot turns on it, to the same side of
    # the way whether that leads ahead or back.
    aside = 0.5 * angular_rad_s / abs(linear_mps) * length_m
    return start, start + min(max(aside, -math.pi / 2), math.pi / 2)


def free_arc(
    points: list[tuple[float, float]],
    linear_mps: float,
    angular_rad_s: float,
    needed_m: float,
    length_m: float,
) -> float:
    """Return how far the robot can follow its arc before a point comes nearer than ``needed_m``.

    A point that is too near already only counts where the robot gets nearer still, and with a
    wall at its side the robot may keep that distance (up to 2 cm too near) while it slides along:
    it can always leave.

    Args:
        points: Obstacles in ``base_link``, metres.
        linear_mps: Signed speed; its size only matters for the curvature.
        angular_rad_s: Turn rate.
        needed_m: Footprint radius plus margin.
        length_m: How far to look.

    Returns:
        Free length, metres, at most ``length_m``.
    """
    if linear_mps == 0.0 or not points:
        return length_m
    direction = math.copysign(1.0, linear_mps)
    curvature = angular_rad_s / abs(linear_mps)
    now = [math.hypot(x, y) - _NEARER_M for x, y in points]
    needed_m = max(min(needed_m, *now), needed_m - _SLACK_M)
    limits = [
        (x, y, max(min(needed_m, near), 0.0) ** 2) for (x, y), near in zip(points, now, strict=True)
    ]
    count = max(1, math.ceil(length_m / _STEP_M))
    for step in range(1, count + 1):
        along = min(step * _STEP_M, length_m)
        turned = curvature * along
        # Chord of the arc; turning tighter than that circles on the spot.
        chord = along if abs(turned) < 1e-6 else 2.0 * math.sin(turned / 2.0) / curvature
        x = direction * chord * math.cos(turned / 2.0)
        y = direction * chord * math.sin(turned / 2.0)
        for point_x, point_y, limit in limits:
            if (point_x - x) ** 2 + (point_y - y) ** 2 < limit:
                return max(along - _STEP_M, 0.0)
    return length_m


def speed_for_distance(distance_m: float, deceleration_mps2: float, reaction_s: float) -> float:
    """Return the speed from which one stops within ``distance_m``: d = v t + v^2 / (2 a)."""
    if distance_m <= 0.0:
        return 0.0
    a_t = deceleration_mps2 * reaction_s
    return -a_t + math.sqrt(a_t * a_t + 2.0 * deceleration_mps2 * distance_m)
