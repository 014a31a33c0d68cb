"""The planner score of DESIGN section 8, its parts, and the footprint swept through a moving world.

score = progress + 0.5 mean speed / v_max + 0.2 smoothness - 2 collision

Letters: ``T`` steps of a trajectory, ``R`` points of a route, ``P`` people, ``L`` door leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.polyline import Polyline

__all__ = ["PlanScore", "Touch", "score_plan", "smoothness", "touches"]

#: Root mean square jerk at which a trajectory counts as not smooth at all, m/s^3.
ROUGH_JERK_M_S3 = 4.0
#: Less progress than this is "stuck", more than this backwards is "wrong way", metres.
STUCK_M = 0.15
WRONG_WAY_M = 0.15


@dataclass(frozen=True)
class Touch:
    """What a swept footprint touches.

    Attributes:
        standing: Walls, furniture, door leaves.
        people: Anybody.
    """

    standing: bool
    people: bool

    @property
    def anything(self) -> bool:
        """Return whether that is a collision."""
        return self.standing or self.people


@dataclass(frozen=True)
class PlanScore:
    """One judged trajectory.

    Attributes:
        progress: Way along the expert's route over what full speed allows, 0..1.
        speed: Mean speed over the largest, 0..1.
        smoothness: 1 minus the normalised jerk, 0..1.
        collision: Whether the swept footprint touches anything.
        stuck: No collision and no progress although there is a way to go.
        wrong_way: No collision and farther from the goal than before.
    """

    progress: float
    speed: float
    smoothness: float
    collision: bool
    stuck: bool
    wrong_way: bool

    @property
    def score(self) -> float:
        """Return the sum of the parts."""
        return (
            self.progress + 0.5 * self.speed + 0.2 * self.smoothness - 2.0 * float(self.collision)
        )


def score_plan(
    xy_m: NDArray[np.float64],
    dt_s: float,
    route_m: NDArray[np.float64],
    *,
    max_speed_mps: float,
    collision: bool,
) -> PlanScore:
    """Judge a trajectory.

    Args:
        xy_m: ``(T + 1, 2)`` positions from now on, ``dt_s`` apart.
        dt_s: Time between them.
        route_m: ``(R, 2)`` the expert's route from here to the goal.
        max_speed_mps: Speed that counts as 1.
        collision: From :func:`touches`.
    """
    steps_m = np.hypot(*np.diff(xy_m, axis=0).T)
    seconds = dt_s * len(steps_m)
    route = Polyline(route_m)
    possible_m = min(route.length_m, max_speed_mps * seconds)
    gained_m, _ = route.project(xy_m[-1])
    # Behind the beginning of the route the projection is 0: the way back is measured apart.
    if gained_m == 0.0:
        gained_m = -float(np.hypot(*(xy_m[-1] - route_m[0])))
    progress = float(np.clip(gained_m / possible_m, 0.0, 1.0)) if possible_m > 0.0 else 1.0
    return PlanScore(
        progress=progress,
        speed=float(np.clip(steps_m.sum() / seconds / max_speed_mps, 0.0, 1.0)),
        smoothness=smoothness(xy_m, dt_s),
        collision=collision,
        stuck=not collision and possible_m > STUCK_M and -WRONG_WAY_M <= gained_m < STUCK_M,
        wrong_way=not collision and gained_m < -WRONG_WAY_M,
    )


def smoothness(xy_m: NDArray[np.float64], dt_s: float) -> float:
    """Return 1 minus the root mean square jerk over :data:`ROUGH_JERK_M_S3`, at least 0."""
    if len(xy_m) < 4:
        return 1.0
    jerk = np.diff(xy_m, n=3, axis=0) / dt_s**3
    rms = float(np.sqrt(np.mean(np.sum(jerk**2, axis=1))))
    return float(np.clip(1.0 - rms / ROUGH_JERK_M_S3, 0.0, 1.0))


def touches(
    xy_m: NDArray[np.float64],
    people_m: NDArray[np.float64],
    clearance_m: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    robot_radius_m: float,
    person_radius_m: float,
    leaves_m: NDArray[np.float64] | None = None,
    leaf_radius_m: float = 0.0,
) -> Touch:
    """Return what a round footprint touches that moves along a trajectory.

    Args:
        xy_m: ``(T + 1, 2)`` positions.
        people_m: ``(T + 1, P, 2)`` where people are at the same times.
        clearance_m: Distance of points ``(N, 2)`` to whatever stands still.
        robot_radius_m: Footprint.
        person_radius_m: Of everybody.
        leaves_m: ``(T + 1, L, 2, 2)`` both ends of the door leaves at the same times.
        leaf_radius_m: Half the thickness of a leaf.
    """
    standing = bool((clearance_m(xy_m) < robot_radius_m).any())
    if leaves_m is not None and not standing:
        leaves_away_m = _segment_distance_m(xy_m[:, None], leaves_m[..., 0, :], leaves_m[..., 1, :])
        standing = bool((leaves_away_m < robot_radius_m + leaf_radius_m).any())
    people_away_m = np.hypot(*np.moveaxis(people_m - xy_m[:, None], -1, 0))
    return Touch(standing, bool((people_away_m < robot_radius_m + person_radius_m).any()))


def _segment_distance_m(
    point_m: NDArray[np.float64], a_m: NDArray[np.float64], b_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    along = b_m - a_m
    share = ((point_m - a_m) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
    away = point_m - a_m - np.clip(share, 0.0, 1.0)[..., None] * along
    distance_m: NDArray[np.float64] = np.linalg.norm(away, axis=-1)
    return distance_m
