"""A robot without physics or renderer behind the real simulator node; its senses are known.

python fake_robot.py --ros-args -p seed:=...

Its first images come with tick ``1 + seed``.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from astra_core.angles import wrap_angle
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.observation import CameraFrame, ImuSample, Observation, WheelSample
from astra_core.records import Velocity
from astra_core.se3 import from_xyz_rpy
from astra_sim.robot import DriveBaseConfig
from astra_sim.truth import GroundTruth

TICK_NS = 20_000_000
FRAME_TICKS = 5
WALL_M = 4.5  # so far away that a robot that drives may see it stay
CAMERA_HEIGHT_M = 1.0
NAMES = ("front", "left", "rear", "right")
_OPTICAL = np.array([[0.0, 0.0, 1.0, 0], [-1.0, 0.0, 0.0, 0], [0.0, -1.0, 0.0, 0], [0, 0, 0, 1.0]])


def make_rig(width=64, height=48) -> CameraRig:
    intrinsics = CameraIntrinsics.from_horizontal_fov(width, height, math.radians(100.0))
    return CameraRig(
        tuple(
            Camera(
                name,
                intrinsics,
                from_xyz_rpy((0.0, 0.0, CAMERA_HEIGHT_M), (0.0, 0.0, number * math.pi / 2))
                @ _OPTICAL,
            )
            for number, name in enumerate(NAMES)
        )
    )


def picture(camera: str, stamp_ns: int, shape=(48, 64)) -> np.ndarray:
    """Return the image that a camera has at a stamp: every byte depends on both."""
    seed = [NAMES.index(camera), stamp_ns // TICK_NS]
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


def depth(camera: str, stamp_ns: int, shape=(48, 64)) -> np.ndarray:
    """Return a wall behind a floor, in whole millimetres; the wall moves a little."""
    k = make_rig(shape[1], shape[0])[camera].intrinsics
    below_px = np.maximum(np.arange(shape[0]) - k.cy_px, 1e-3)[:, None]
    wall = 1000.0 * WALL_M + NAMES.index(camera) + stamp_ns // TICK_NS % 7
    millimetres = np.round(np.minimum(1000.0 * CAMERA_HEIGHT_M * k.fy_px / below_px, wall))
    return np.broadcast_to(millimetres / 1000.0, shape).astype(np.float32)


class FakeRobot:
    """Does exactly what it is told, on an endless floor."""

    def __init__(self, late_ticks: int = 0) -> None:
        self._late_ticks = late_ticks
        self.rig = make_rig()
        self.robot = DriveBaseConfig()
        self.tick_s = 0.02
        self.stamp_ns = 0
        self.pose = np.zeros(3)
        self.commands: list[Velocity] = []

    def step(self, command: Velocity) -> Observation:
        self.commands.append(command)
        self.stamp_ns += TICK_NS
        v, w = command.linear_mps, command.angular_rad_s
        theta = self.pose[2] + 0.5 * w * self.tick_s
        self.pose[:2] += v * self.tick_s * np.array([math.cos(theta), math.sin(theta)])
        self.pose[2] = wrap_angle(self.pose[2] + w * self.tick_s)
        imu = tuple(
            ImuSample(stamp, (0.0, 0.0, w), (0.0, 0.0, 9.81))
            for stamp in (self.stamp_ns - TICK_NS // 2, self.stamp_ns)
        )
        frames = ()
        since = self.stamp_ns // TICK_NS - 1 - self._late_ticks
        if since >= 0 and since % FRAME_TICKS == 0:
            frames = tuple(
                CameraFrame(
                    name,
                    self.stamp_ns,
                    picture(name, self.stamp_ns),
                    depth(name, self.stamp_ns),
                )
                for name in NAMES
            )
        return Observation(self.stamp_ns, imu, (WheelSample(self.stamp_ns, v, w),), frames)

    def truth(self) -> GroundTruth:
        told = self.commands[-1] if self.commands else Velocity()
        velocity = np.array([told.linear_mps, told.angular_rad_s])
        return GroundTruth(self.stamp_ns, self.pose.copy(), velocity, False, 0, (), 1.0, 0.0)

    def close(self) -> None:
        pass


class FakeRobots:
    """Several of them on the same floor, who do not see each other."""

    def __init__(self, late_ticks: int, count: int) -> None:
        self._robots = [FakeRobot(late_ticks) for _ in range(count)]
        self.rig, self.robot = self._robots[0].rig, self._robots[0].robot

    @property
    def stamp_ns(self) -> int:
        return self._robots[0].stamp_ns

    def step_all(self, commands: list[Velocity]) -> list[Observation]:
        return [one.step(command) for one, command in zip(self._robots, commands, strict=True)]

    def truth(self, robot: int = 0) -> GroundTruth:
        return self._robots[robot].truth()

    def close(self) -> None:
        pass


def make_robots(config) -> FakeRobots:
    return FakeRobots(config.seed, max(1, len(config.robots)))


if __name__ == "__main__":
    from astra_core.ros.main import run_node
    from astra_sim.ros.node import SimNode

    sys.exit(run_node(lambda: SimNode(make_robots)))
