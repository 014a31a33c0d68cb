"""From a moment of a drive to one state of the planner record, all of it in the ego frame.

Letters as in :mod:`astra_local.planner_record`; ``K`` ticks of a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.records import SubGoal, Trajectory, Velocity
from astra_global.route.route import Route
from astra_local.planner_record import (
    FAR_M,
    NUM_LEAVES,
    NUM_MOVERS,
    NUM_PEOPLE,
    NUM_ROUTE,
    NUM_STEPS,
    ROUTE_STEP_M,
    STEP_S,
    pack_cells,
)
from astra_local.types import GridField
from astra_local.voxel.ego_window import WINDOW

__all__ = [
    "SOURCES",
    "TICK_S",
    "Moment",
    "WorldTrack",
    "expert_fields",
    "record_moment",
    "sensed_fields",
    "truth_fields",
]

#: Who may have planned an expert trajectory; the record holds the place in this list.
SOURCES = (
    *("mppi", "dock", "align", "hold", "spin", "mppi-sample", "creep", "rotate", "stop"),
    "driven",
)
#: Time between the rows of a :class:`WorldTrack`, and steps of the expert.
TICK_S = 0.1
_PER_STEP = round(STEP_S / TICK_S)
_HORIZON = NUM_STEPS * _PER_STEP
_MOST_GAP_M = 2.0
_LEAF_NEAR_M = 6.0


@dataclass(frozen=True, eq=False)
class WorldTrack:
    """What moved during a drive, all in ``map``.

    Attributes:
        people_m: ``(K, P, 2)`` positions.
        radii_m: ``(P,)`` radii of people.
        leaves_m: ``(K, L, 2, 2)`` both ends of door leaves.
    """

    people_m: NDArray[np.float64]
    radii_m: NDArray[np.float64]
    leaves_m: NDArray[np.float64]

    @property
    def last_tick(self) -> int:
        """Return the last tick whose future is known for a whole horizon."""
        return len(self.people_m) - 1 - _HORIZON


@dataclass(frozen=True, eq=False)
class Moment:
    """A state whose future is not known yet.

    Attributes:
        drive: Number of the drive.
        tick: Since it began.
        kicked: Whether pose or speed were perturbed just now.
        sensed: From :func:`sensed_fields`.
        plan: The expert's, in ``map``.
        pose: ``(3,)`` true pose in ``map``.
        velocity: True body velocity.
        route: The way that sub-goals lie on.
        station_m: Of the robot on it.
    """

    drive: int
    tick: int
    kicked: bool
    sensed: dict[str, Any]
    plan: Trajectory
    pose: NDArray[np.float64]
    velocity: Velocity
    route: Route
    station_m: float


def record_moment(
    moment: Moment, track: WorldTrack, sdf: GridField, footprint_radius_m: float
) -> dict[str, Any]:
    """Return the state of the record, once what people did next is known.

    Args:
        moment: The state.
        track: Of the whole drive.
        sdf: Signed distance to what stands.
        footprint_radius_m: Of the robot.
    """
    m = moment
    return {
        **m.sensed,
        **expert_fields(m.plan, m.pose, m.tick, track, sdf, footprint_radius_m),
        **truth_fields(m.pose, m.velocity, m.tick, track, sdf, m.route, m.station_m),
        "drive": m.drive,
        "tick": m.tick,
        "kicked": int(m.kicked),
    }


def sensed_fields(
    windows: Sequence[NDArray[np.bool_]],
    known: NDArray[np.bool_],
    velocity: Velocity,
    sub_goal: SubGoal,
    movers: NDArray[np.float64],
    pose: NDArray[np.float64],
) -> dict[str, Any]:
    """Return the sensed part of a state; all arguments are what the stack knows.

    Args:
        windows: ``(H, Y, X)`` occupancies, already in the ego frame.
        known: ``(Y, X)`` already in the ego frame.
        velocity: By odometry.
        sub_goal: Its pose in the frame of ``pose``.
        movers: ``(M, 5)`` x, y, vx, vy, radius in the frame of ``pose``.
        pose: ``(3,)`` of the robot.
    """
    seen = movers.copy()
    seen[:, :2] = _to_ego(pose, movers[:, :2])
    seen[:, 2:4] = _turned(pose, movers[:, 2:4])
    seen = seen[np.argsort(np.hypot(*seen[:, :2].T), kind="stable")][:NUM_MOVERS]
    padded = np.zeros((NUM_MOVERS, 5))
    padded[:, :2] = FAR_M
    padded[: len(seen)] = seen
    return {
        "occupied": pack_cells(np.asarray(windows)),
        "known": pack_cells(known),
        "speed": (velocity.linear_mps, velocity.angular_rad_s),
        "sub_goal": se2.between(pose, sub_goal.pose),
        "is_final": int(sub_goal.is_final),
        "max_speed_mps": sub_goal.max_speed_mps,
        "movers": padded,
        "num_movers": len(seen),
    }


def expert_fields(
    plan: Trajectory,
    pose: NDArray[np.float64],
    tick: int,
    track: WorldTrack,
    sdf: GridField,
    footprint_radius_m: float,
) -> dict[str, Any]:
    """Return what the expert did from here on, and how near it came to touching.

    Args:
        plan: Steps of 0.1 s over 3.2 s, in ``map``.
        pose: ``(3,)`` true pose.
        tick: Of the state.
        track: Where people really went.
        sdf: Signed distance to what stands.
        footprint_radius_m: Of the robot.
    """
    poses, speeds = plan.poses[:_HORIZON], plan.velocities[:_HORIZON]
    static = sdf.sample(poses[:, 0], poses[:, 1]) - footprint_radius_m
    people = track.people_m[tick + 1 : tick + 1 + _HORIZON]
    gaps = np.linalg.norm(people - poses[:, None, :2], axis=-1) - track.radii_m
    return {
        "expert_poses": se2.between(pose, poses[_PER_STEP - 1 :: _PER_STEP]),
        "expert_speeds": speeds.reshape(NUM_STEPS, _PER_STEP, 2).mean(axis=1),
        "expert_source": SOURCES.index(plan.source_name),
        "expert_static_gap_m": min(float(static.min()), _MOST_GAP_M),
        "expert_people_gap_m": min(
            float(gaps.min(initial=np.inf)) - footprint_radius_m, _MOST_GAP_M
        ),
    }


def truth_fields(
    pose: NDArray[np.float64],
    velocity: Velocity,
    tick: int,
    track: WorldTrack,
    sdf: GridField,
    route: Route,
    station_m: float,
) -> dict[str, Any]:
    """Return what only losses and scores may see.

    Args:
        pose: ``(3,)`` true pose in ``map``.
        velocity: True body velocity.
        tick: Of the state.
        track: Where people and leaves really went.
        sdf: Signed distance to what stands.
        route: The way that sub-goals lie on.
        station_m: Of the robot on it.
    """
    moments = slice(tick, tick + _HORIZON + 1, _PER_STEP)
    people = np.moveaxis(_to_ego(pose, track.people_m[moments]), 0, 1)
    order = np.argsort(np.hypot(people[..., 0], people[..., 1]).min(axis=1), kind="stable")
    order = order[:NUM_PEOPLE]
    kept = np.full((NUM_PEOPLE, NUM_STEPS + 1, 2), FAR_M)
    kept[: len(order)] = people[order]
    radii = np.zeros(NUM_PEOPLE)
    radii[: len(order)] = track.radii_m[order]
    stations = np.minimum(station_m + np.arange(NUM_ROUTE) * ROUTE_STEP_M, route.length_m)
    ahead = np.stack(
        [np.interp(stations, route.stations_m, route.points_m[:, axis]) for axis in (0, 1)], axis=1
    )
    centers = WINDOW.centers()
    points = se2.transform_points(pose, centers)
    distance_cm = np.round(100.0 * sdf.sample(points[..., 0], points[..., 1]))
    return {
        "true_speed": (velocity.linear_mps, velocity.angular_rad_s),
        "people": kept,
        "people_radius": radii,
        "num_people": len(order),
        "leaves": _nearest_leaves(pose, track.leaves_m[moments]),
        "sdf_cm": np.clip(distance_cm, -127, 127),
        "route": _to_ego(pose, ahead),
        "route_left_m": route.length_m - station_m,
        "goal": se2.between(pose, route.goal_pose),
        "pose": pose,
    }


def _nearest_leaves(
    pose: NDArray[np.float64], leaves_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the nearest door leaves ``(L, S, 2, 2)`` of ``(S, all, 2, 2)``, in the ego frame."""
    ego = np.moveaxis(_to_ego(pose, leaves_m), 0, 1)
    away = np.hypot(*np.moveaxis(ego.mean(axis=2), -1, 0)).min(axis=1)
    order = np.argsort(away, kind="stable")[:NUM_LEAVES]
    order = order[away[order] < _LEAF_NEAR_M]
    kept = np.full((NUM_LEAVES, NUM_STEPS + 1, 2, 2), FAR_M)
    kept[: len(order)] = ego[order]
    return kept


def _to_ego(pose: NDArray[np.float64], points_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return se2.transform_points(se2.inverse(pose), points_m)


def _turned(pose: NDArray[np.float64], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return se2.transform_points(np.array([0.0, 0.0, -pose[2]]), vectors)
