"""The planner record from a bag of a real robot: what it saw, and what was driven afterwards.

The bag is played into the stack: wheels and IMU through its odometry, depth through its perception.
Whoever steered is the expert, in hindsight: the states of the next 3.2 s by odometry are the
trajectory, and the way driven afterwards is the route on which the sub-goal lies. Nothing else is
known. In place of the truth stand what the stack itself knew at the moment (distances to what
stands) and odometry (pose, speed); people of the future are unknown, so there are none, and losses
that need them must be masked by the header's ``people_known``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.errors import ShardError
from astra_core.messages.depth import depth_png
from astra_core.observation import CameraFrame, Observation
from astra_core.records import SubGoal, Trajectory, TrajectorySource, Velocity
from astra_core.robot import RobotConfig
from astra_core.stack_spec import CLASSICAL
from astra_core.time import from_seconds
from astra_data.course import EXPERT_STEPS
from astra_data.planner_state import TICK_S, Moment, WorldTrack, record_moment
from astra_data.true_drive import sensed_by
from astra_global.mapping.config import TopicConfig
from astra_global.mapping.images import decode_depth
from astra_global.mapping.tour_bag import TourBag
from astra_global.route.config import RouteConfig
from astra_global.route.route import Route
from astra_global.route.sub_goal import look_ahead
from astra_local.planner_record import HISTORY_S
from astra_local.stack import build_local
from astra_local.types import GridField
from astra_local.voxel.ego_history import EgoHistory

if TYPE_CHECKING:
    from astra_local.pipeline import AstraLocal

__all__ = ["states_of_bag"]

_STATE_NS = from_seconds(0.2)
_LOOK_AHEAD_M = 1.5
#: Driven points nearer to each other than this say nothing about the way.
_WAY_STEP_M = 0.05
_SHORTEST_WAY_M = 0.3
_DRIVER = "driven"


@dataclass(frozen=True, eq=False)
class _Seen:
    """A moment of the bag at which there was a grid; its future is added later."""

    stamp_ns: int
    pose: NDArray[np.float64]
    velocity: Velocity
    sensed: dict[str, Any]
    sdf: GridField


def states_of_bag(
    folder: Path, topics: TopicConfig | None = None, robot: RobotConfig | None = None
) -> list[dict[str, Any]]:
    """Return the states of a bag, 0.2 s apart where there was depth.

    Args:
        folder: rosbag2, ROS 1 or what else the map builder reads.
        topics: How its topics are called.
        robot: Footprint and speed limit.

    Raises:
        TourError: The bag cannot be read or has no calibrated camera.
        ShardError: It has no wheels or no depth, or is too short.
    """
    robot = robot or RobotConfig()
    with TourBag(folder, topics or TopicConfig()) as bag:
        local = build_local(CLASSICAL, bag.rig)
        seen, track = _play(bag, local, robot)
    return _with_future(seen, track, robot.footprint_radius_m)


def _play(
    bag: TourBag, local: AstraLocal, robot: RobotConfig
) -> tuple[list[_Seen], list[tuple[int, NDArray[np.float64], Velocity]]]:
    """Play a bag into the stack; return what was seen, and the odometry."""
    wheels, imu = bag.wheels(), bag.imu()
    if not wheels:
        raise ShardError(f"{bag.folder}: no wheel odometry on {bag.topics.wheel_odometry}")
    frames = _depth_frames(bag)
    if not frames:
        raise ShardError(f"{bag.folder}: no depth on {bag.topics.depth}")
    history = EgoHistory([-age for age in HISTORY_S])
    seen: list[_Seen] = []
    track: list[tuple[int, NDArray[np.float64], Velocity]] = []
    used_imu, next_frame, due_ns = 0, 0, 0
    for sample in wheels:
        first = used_imu
        while used_imu < len(imu) and imu[used_imu].stamp_ns <= sample.stamp_ns:
            used_imu += 1
        local.observe(Observation(sample.stamp_ns, tuple(imu[first:used_imu]), (sample,)))
        odometry = local.odometry
        if odometry is None:
            continue
        track.append((odometry.stamp_ns, odometry.pose.copy(), odometry.velocity))
        while next_frame < len(frames) and frames[next_frame][0] <= sample.stamp_ns:
            local.perceive(_decoded(bag, frames[next_frame][1]))
            view = local.occupancy
            if view is not None:
                history.append(view)
            next_frame += 1
        belief = local.belief
        if belief is None or sample.stamp_ns < due_ns or not len(history):
            continue
        due_ns = sample.stamp_ns + _STATE_NS
        # The sub-goal is not known before the way has been driven; it is put in later.
        nowhere = SubGoal(sample.stamp_ns, odometry.pose, max_speed_mps=robot.max_linear_mps)
        sensed = sensed_by(local, history, nowhere, odometry.pose, sample.stamp_ns)
        seen.append(
            _Seen(sample.stamp_ns, odometry.pose.copy(), odometry.velocity, sensed, belief.esdf)
        )
    return seen, track


def _depth_frames(bag: TourBag) -> list[tuple[int, list[tuple[str, str, int]]]]:
    """Return the depth pictures moment by moment: the newest stamp, and camera, topic and stamp."""
    found: list[tuple[int, str, str]] = []
    for camera in bag.rig.names:
        topic = bag.depth_topic(camera)
        if topic is not None:
            found += [(int(stamp_ns), camera, topic) for stamp_ns in bag.stamps(topic)]
    together_ns = from_seconds(bag.topics.sync_tolerance_s)
    moments: list[tuple[int, list[tuple[str, str, int]]]] = []
    first_ns = 0
    for stamp_ns, camera, topic in sorted(found):
        if moments and stamp_ns - first_ns <= together_ns:
            moments[-1][1].append((camera, topic, stamp_ns))
            moments[-1] = (stamp_ns, moments[-1][1])
        else:
            first_ns = stamp_ns
            moments.append((stamp_ns, [(camera, topic, stamp_ns)]))
    return moments


def _decoded(bag: TourBag, pictures: Sequence[tuple[str, str, int]]) -> list[CameraFrame]:
    frames = []
    for camera, topic, stamp_ns in pictures:
        where = f"{bag.folder}: {topic} at {stamp_ns} ns"
        png = depth_png(bag.message(topic, stamp_ns))
        depth = decode_depth(png, bag.rig[camera].intrinsics, where)
        blank = np.zeros((*depth.shape, 3), dtype=np.uint8)
        frames.append(CameraFrame(camera, stamp_ns, blank, depth))
    return frames


def _with_future(
    seen: Sequence[_Seen],
    track: Sequence[tuple[int, NDArray[np.float64], Velocity]],
    footprint_radius_m: float,
) -> list[dict[str, Any]]:
    """Add what was driven after each moment; the last ones of the bag have no future."""
    stamps_ns = np.array([stamp_ns for stamp_ns, _, _ in track], dtype=np.int64)
    poses = np.array([pose for _, pose, _ in track])
    speeds = np.array([(v.linear_mps, v.angular_rad_s) for _, _, v in track])
    nobody = WorldTrack(
        np.zeros((EXPERT_STEPS + 1, 0, 2)), np.zeros(0), np.zeros((EXPERT_STEPS + 1, 0, 2, 2))
    )
    states = []
    for moment in seen:
        times_ns = moment.stamp_ns + from_seconds(TICK_S) * np.arange(1, EXPERT_STEPS + 1)
        if times_ns[-1] > stamps_ns[-1]:
            break
        route = _way_ahead(moment.pose, poses[stamps_ns > moment.stamp_ns])
        if route is None:
            # It never leaves this place again: nothing tells what it was asked.
            break
        ahead = look_ahead(route, 0.0, moment.pose[:2], RouteConfig(look_ahead_m=_LOOK_AHEAD_M))
        driven = Trajectory(
            moment.stamp_ns,
            TICK_S,
            _interpolated(times_ns, stamps_ns, poses),
            np.stack([np.interp(times_ns, stamps_ns, speeds[:, k]) for k in (0, 1)], axis=1),
            TrajectorySource.PLANNER,
            0.0,
            _DRIVER,
        )
        sensed = {
            **moment.sensed,
            "sub_goal": se2.between(moment.pose, ahead.pose),
            "is_final": int(ahead.is_final),
        }
        state = record_moment(
            Moment(0, 0, False, sensed, driven, moment.pose, moment.velocity, route, 0.0),
            nobody,
            moment.sdf,
            footprint_radius_m,
        )
        since_ns = moment.stamp_ns - seen[0].stamp_ns
        states.append({**state, "tick": min(round(since_ns / from_seconds(TICK_S)), 65_535)})
    if not states:
        raise ShardError("the bag is too short: no moment has 3.2 s of driving after it")
    return states


def _way_ahead(pose: NDArray[np.float64], later: NDArray[np.float64]) -> Route | None:
    """Return the way that was driven from a pose on, ``None`` where that is nearly nothing."""
    points = [pose[:2]]
    for place in later:
        if np.hypot(*(place[:2] - points[-1])) >= _WAY_STEP_M:
            points.append(place[:2])
    if len(points) < 2:
        return None
    route = Route(np.array(points), later[-1].copy())
    return route if route.length_m >= _SHORTEST_WAY_M else None


def _interpolated(
    times_ns: NDArray[np.int64], stamps_ns: NDArray[np.int64], poses: NDArray[np.float64]
) -> NDArray[np.float64]:
    heading = np.unwrap(poses[:, 2])
    columns = [np.interp(times_ns, stamps_ns, poses[:, axis]) for axis in (0, 1)]
    return np.stack([*columns, np.interp(times_ns, stamps_ns, heading)], axis=1)
