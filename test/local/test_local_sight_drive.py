"""Driving with a front camera that lies: the robot stops, says why, and drives on afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from test_local_blind import CAMERAS, Loop

from astra_core.observation import CameraFrame

Fault = Callable[[np.ndarray], np.ndarray]


class Lying(Loop):
    """The robot of the other tests; one camera's depth passes through a fault."""

    fault: Fault | None = None

    def lie(self, seconds: float, fault: Fault, camera: str = "front") -> None:
        """Run with a fault on one camera."""
        honest = self.robot.frames

        def frames() -> tuple[CameraFrame, ...]:
            return tuple(
                dataclasses.replace(f, depth_m=fault(f.depth_m)) if f.camera == camera else f
                for f in honest()
            )

        self.robot.frames = frames
        self.run(seconds)
        self.robot.frames = honest


class Frozen:
    """Gives the first image again and again."""

    first: np.ndarray | None = None

    def __call__(self, depth: np.ndarray) -> np.ndarray:
        self.first = depth if self.first is None else self.first
        return self.first


FAULTS: dict[str, tuple[Fault, str]] = {
    "frozen": (Frozen(), "its images do not change although the robot moves"),
    "nine metres": (lambda depth: np.full_like(depth, 9.0), "of the floor in its view"),
    "too long": (lambda depth: np.float32(1.3) * depth, "depth reads 1.3 times too long"),
    "nothing": (lambda depth: np.full_like(depth, np.nan), "its images have no depth"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_it_stops_within_half_a_second_names_the_camera_and_drives_on(name: str) -> None:
    fault, text = FAULTS[name]
    loop = Lying(start=(1.0, 4.0, 0.0), goal_x=4.0)
    loop.run(2.0)
    assert loop.robot.v > 0.3
    assert loop.stack.sight_problems == {}
    # The first of the same images is still true.
    loop.lie(0.34 if name == "frozen" else 0.24, fault)
    assert loop.stack.sight_problems.keys() == {"front"}
    assert text in loop.stack.sight_problems["front"]
    assert loop.stack.stop_reason == loop.stack.blind_reason == loop.stack.sight_problems["front"]
    assert loop.stack.blind_cameras == ("front",)
    # Depth that is wrong says nothing of colour; an image that stays the same does.
    misplaced = frozenset({"front"} if name == "frozen" else ())
    assert loop.stack.odometry.doubted_cameras == misplaced
    assert loop.command.linear_mps < 0.45
    loop.lie(0.4, fault)  # it brakes with 1 m/s2
    assert loop.robot.v <= 1e-3
    loop.lie(0.3, fault)
    assert loop.command.angular_rad_s == 0.0  # nor does it turn about
    assert loop.stack.stop_reason == loop.stack.blind_reason
    loop.run(0.8)
    assert loop.robot.v <= 1e-3  # not yet
    assert loop.stack.blind_cameras == ("front",)
    loop.run(1.0)
    assert loop.stack.blind_cameras == ()
    assert loop.stack.blind_reason == ""
    assert loop.stack.odometry.doubted_cameras == frozenset()
    assert loop.robot.v > 0.2


def test_a_camera_at_the_side_that_lies_is_named_and_the_robot_drives_on() -> None:
    loop = Lying(start=(1.0, 4.0, 0.0), goal_x=4.0)
    loop.lie(3.0, lambda depth: np.float32(1.3) * depth, "left")
    assert loop.stack.sight_problems.keys() == {"left"}
    assert loop.stack.stop_reason == ""
    assert loop.robot.v > 0.3


def test_all_cameras_that_tell_nothing_from_the_start_are_named() -> None:
    loop = Loop()
    loop.run(0.5, live=frozenset(), zeros=frozenset(CAMERAS))
    assert loop.stack.blind_cameras == ("front", "left", "rear", "right")
    assert loop.stack.blind_reason.startswith("front camera: its images have no depth; left camera")
    assert not loop.stack.nearest_obstacle().valid
    assert loop.robot.v == 0.0
