"""Looking about without driving: pictures from many places of a scene, one after another.

The robot is set down at free places, each time the people have walked on a little. Depth is what a
depth camera without errors would say: its errors are drawn when it is used.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_core.records import Velocity
from astra_data.scene_shards import SceneUnit
from astra_local.depth_code import LARGEST_M, SMALLEST_M
from astra_local.eyes_record import EYES_SHAPE, EyesMoment, shrunk_color, shrunk_depth
from astra_sim.conditions import named_conditions
from astra_sim.profile import SensorProfile
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.seeds import stream
from astra_sim.simulator import Simulator
from astra_sim.surroundings import PersonTruth

__all__ = ["View", "eyes_rig", "look_about", "moment_of", "truthful_depth", "views_of"]

_PURPOSE = 0x65796573  # "eyes"
#: Free around the robot: nearer than a planner would go, because recovering begins there.
_CLEARANCE_M = 0.29
#: Share of places at which somebody stands near: drawn again while nobody does.
_MEETING_SHARE, _MEETING_M, _MEETING_TRIALS = 0.3, 3.0, 12
#: Ticks of the simulator between places.
_PAUSE_TICKS = 10


def truthful_depth(profile: SensorProfile) -> SensorProfile:
    """Return a profile whose depth cameras do not err; all else stays."""
    quiet = profile.quiet().depth
    depth = dataclasses.replace(quiet, minimum_m=SMALLEST_M, maximum_m=LARGEST_M)
    return dataclasses.replace(profile, depth=depth)


def eyes_rig(rig: CameraRig) -> CameraRig:
    """Return a rig as networks see through it: pictures of their size."""
    height, width = EYES_SHAPE
    cameras = tuple(
        dataclasses.replace(camera, intrinsics=camera.intrinsics.scaled(width, height))
        for camera in rig.cameras
    )
    return CameraRig(cameras)


class View(NamedTuple):
    """What is seen at one place: a frame of each camera, people in ``map``, pose of the robot."""

    frames: tuple[CameraFrame, ...]
    people: list[PersonTruth]
    pose: tuple[float, float, float]


def look_about(
    unit: SceneUnit, rig: CameraRig, profile: SensorProfile, count: int
) -> list[EyesMoment]:
    """Return moments at ``count`` places of a scene, see :func:`views_of`."""
    # Every place is a drive of its own: nothing is remembered from the last one.
    return [
        moment_of(view, number, 0)
        for number, view in enumerate(views_of(unit, rig, profile, count))
    ]


def views_of(unit: SceneUnit, rig: CameraRig, profile: SensorProfile, count: int) -> Iterator[View]:
    """Yield what is seen at ``count`` places of a scene; every camera always gives its frame.

    Args:
        unit: Scene and conditions.
        rig: What looks, with pictures of any size.
        profile: From :func:`truthful_depth`.
        count: How many.
    """
    rng = stream(unit.seed, "eyes", unit.conditions)
    conditions = dataclasses.replace(named_conditions(unit.conditions), image_drop_out=0.0)
    profile = dataclasses.replace(
        profile, camera=dataclasses.replace(profile.camera, drop_out_probability=0.0)
    )
    with Simulator(
        make_scene(unit.family, unit.seed),
        profile,
        unit.run_seed(_PURPOSE),
        conditions=conditions,
        camera_hz=0.0,
        rig=rig,
    ) as simulator:
        plan = floor_plan(simulator.scene)
        for _ in range(count):
            for _ in range(_PAUSE_TICKS):
                simulator.step(Velocity())
            pose = plan.sample_free_pose(rng, _CLEARANCE_M)
            if rng.random() < _MEETING_SHARE:
                for _ in range(_MEETING_TRIALS):
                    if _nearest_m(simulator.people(), pose) < _MEETING_M:
                        break
                    pose = plan.sample_free_pose(rng, _CLEARANCE_M)
            simulator.place(pose)
            yield View(simulator.expose(), simulator.people(), pose)


def moment_of(view: View, drive: int, tick: int) -> EyesMoment:
    """Return the moment of a view, its frames in the order of the rig and with depth.

    Args:
        view: What is seen.
        drive: Which drive.
        tick: Tenths of a second since it began.
    """
    color = np.stack([shrunk_color(frame.image) for frame in view.frames])
    depths = [frame.depth_m for frame in view.frames if frame.depth_m is not None]
    depth_m = np.stack([shrunk_depth(depth) for depth in depths])
    people = _seen_from(view.people, view.pose)
    return EyesMoment(color, depth_m, np.array(view.pose), people, drive, tick)


def _nearest_m(people: list[PersonTruth], pose: tuple[float, float, float]) -> float:
    return min((math.dist((one.x_m, one.y_m), pose[:2]) for one in people), default=math.inf)


def _seen_from(people: list[PersonTruth], pose: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return people ``(P', 5)`` in the frame of the robot, nearest first."""
    x, y, theta = pose
    cosine, sine = math.cos(theta), math.sin(theta)
    rows = []
    for one in sorted(people, key=lambda one: math.dist((one.x_m, one.y_m), (x, y))):
        dx, dy = one.x_m - x, one.y_m - y
        vx, vy = (one.speed_mps * f(one.theta_rad - theta) for f in (math.cos, math.sin))
        rows.append((cosine * dx + sine * dy, cosine * dy - sine * dx, vx, vy, one.radius_m))
    return np.array(rows).reshape(-1, 5)
