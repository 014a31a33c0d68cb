"""The next velocity of a person among walls, people, door leaves and the robot.

A sampling form of reciprocal velocity obstacles (van den Berg, Lin, Manocha 2008): among some
forty velocities take the one with the least

    |v - v_wanted| + a |v - v_now| + sum_j w_j / ttc_j(v)    (and a berth for the robot)

where ttc_j is the time to the first contact with j if both keep going. Two people share the effort
(each counts on the relative velocity 2 v - v_now - v_j); the robot is not asked to do its half.
Velocities that would bring a person within arm's reach of the robot, into a wall or into a door
leaf are not in the choice at all. To stand still always is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from astra_sim.disc import Disc, Segment, segment_distance_m

__all__ = ["ROBOT_GAP_M", "SQUEEZE_GAP_M", "choose_velocity", "robot_gap_m"]

#: Directions relative to the wanted one, and shares of the walking speed, to choose among.
_TURNS = np.deg2rad((0.0, -18, 18, -36, 36, -58, 58, -84, 84, -115, 115, -150, 150, 180))
_SHARES = np.array((1.0, 0.6, 0.3))
_EVADE_MPS = 0.7
_HORIZON_S = 2.5
_KEEP = 0.25
_PERSON_WEIGHT, _ROBOT_WEIGHT = 0.5, 1.4
#: Free space kept beyond touching: wished for, and never gone below on purpose.
_PERSON_SPACE_M, _ROBOT_SPACE_M, ROBOT_GAP_M = 0.12, 0.04, 0.16
#: The same for who is shut in by a robot that stands, and squeezes past it.
SQUEEZE_GAP_M = 0.06
#: Berth given to the robot where there is room: worth a detour, not worth standing still for.
_ROBOT_BERTH_M, _BERTH_WEIGHT = 0.45, 0.42
_LEAF_SPACE_M = 0.06
_LOOK_S = np.array((0.15, 0.35, 0.6))
#: A slight habit of passing on the right keeps two people from dancing in front of each other.
_RIGHT_HAND = 0.03


def robot_gap_m(points_m: NDArray[np.float64], radius_m: float, robot: Disc) -> NDArray[np.float64]:
    """Return the free space ``(...,)`` between a person at points ``(..., 2)`` and the robot."""
    distance: NDArray[np.float64] = np.linalg.norm(points_m - robot.xy_m, axis=-1)
    return distance - radius_m - robot.radius_m


def choose_velocity(
    me: Disc,
    wanted_mps: NDArray[np.float64],
    people: list[Disc],
    robot: Disc | None,
    leaves: list[Segment],
    robot_gap_least_m: float,
    space_m: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Choose the velocity ``(2,)`` of one person for the next tenth of a second.

    Args:
        me: The person.
        wanted_mps: ``(2,)`` velocity if nobody else were there.
        people: Others within a few metres.
        robot: The robot, if it is within a few metres.
        leaves: Door leaves within a few metres.
        robot_gap_least_m: Free space to keep to the robot at least.
        space_m: Maps points ``(..., 2)`` to their distance to walls and furniture.
    """
    choice = _candidates(wanted_mps, me.velocity_mps)
    cost = np.linalg.norm(choice - wanted_mps, axis=1)
    cost += _KEEP * np.linalg.norm(choice - me.velocity_mps, axis=1)
    left = wanted_mps[0] * choice[:, 1] - wanted_mps[1] * choice[:, 0]
    cost += _RIGHT_HAND * (left > 1e-9)
    allowed = np.ones(len(choice), bool)

    points = me.xy_m + _LOOK_S[:, None, None] * choice
    space = space_m(points)
    allowed &= (space[:2] >= me.radius_m + 0.01).all(axis=0)
    cost += 0.3 * (space[2] < me.radius_m + 0.05)
    for leaf in leaves:
        now = float(segment_distance_m(me.xy_m, leaf))
        gap = segment_distance_m(points, leaf).min(axis=0)
        allowed &= gap >= min(me.radius_m + _LEAF_SPACE_M, now - 1e-6)
    if robot is not None:
        allowed &= _keeps_off(me, points, robot, robot_gap_least_m)
        relative = choice - robot.velocity_mps
        reach = robot_gap_least_m + _ROBOT_SPACE_M
        cost += _ROBOT_WEIGHT * _urgency(_time_to_contact(me, relative, robot, reach))
        soon = 1.0 - _time_to_contact(me, relative, robot, _ROBOT_BERTH_M) / _HORIZON_S
        cost += _BERTH_WEIGHT * np.maximum(soon, 0.0)
    for other in people:
        relative = 2.0 * choice - me.velocity_mps - other.velocity_mps
        cost += _PERSON_WEIGHT * _urgency(_time_to_contact(me, relative, other, _PERSON_SPACE_M))
    # Standing still is the last candidate.
    allowed[-1] = True
    best: NDArray[np.float64] = choice[int(np.argmin(np.where(allowed, cost, np.inf)))]
    return best


def _candidates(
    wanted_mps: NDArray[np.float64], velocity_mps: NDArray[np.float64]
) -> NDArray[np.float64]:
    speed = float(np.hypot(*wanted_mps))
    ahead = wanted_mps if speed > 0.05 else velocity_mps
    angle = float(np.arctan2(ahead[1], ahead[0])) + _TURNS
    units = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    moving = (max(speed, _EVADE_MPS) * _SHARES)[:, None, None] * units
    return np.concatenate([moving.reshape(-1, 2), wanted_mps[None], np.zeros((1, 2))])


def _keeps_off(
    me: Disc, points_m: NDArray[np.float64], robot: Disc, least_m: float
) -> NDArray[np.bool_]:
    """Whether velocities keep off where the robot is and where it will be, or go away from it."""
    allowed = np.ones(points_m.shape[1], bool)
    for step, time_s in zip(points_m, _LOOK_S, strict=True):
        for seconds in (0.0, time_s):
            moved = Disc(
                robot.xy_m + seconds * robot.velocity_mps, robot.velocity_mps, robot.radius_m
            )
            now = float(robot_gap_m(me.xy_m, me.radius_m, moved))
            allowed &= robot_gap_m(step, me.radius_m, moved) >= min(least_m, now)
    return allowed


def _time_to_contact(
    me: Disc, relative_mps: NDArray[np.float64], other: Disc, space_m: float
) -> NDArray[np.float64]:
    """Return when the distance falls below both radii and a space, ``(K,)`` seconds or inf."""
    offset = other.xy_m - me.xy_m
    reach = me.radius_m + other.radius_m + space_m
    closing = relative_mps @ offset
    speed2 = np.maximum((relative_mps**2).sum(axis=1), 1e-9)
    gap2 = float(offset @ offset) - reach**2
    if gap2 <= 0.0:
        # Too close already: any approach is contact now.
        return np.where(closing > 1e-3, 0.05, np.inf)
    root = closing**2 - speed2 * gap2
    time = (closing - np.sqrt(np.maximum(root, 0.0))) / speed2
    return np.where((closing > 0.0) & (root > 0.0), time, np.inf)


def _urgency(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / t, falling to 0 at the horizon."""
    near = np.clip(time_s, 0.1, _HORIZON_S)
    return 1.0 / near - 1.0 / _HORIZON_S
