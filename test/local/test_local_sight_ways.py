"""Wheels that count another way than several cameras see are named, from standing too."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flat_world import FlatWorld, HeightMap, make_rig
from sensed_drive import drive as sensed_drive

from astra_core import se2
from astra_core.observation import CameraFrame
from astra_core.records import LocalOdometry, Velocity
from astra_local.plausibility.config import PlausibilityConfig
from astra_local.plausibility.sensors import SensorPlausibility
from astra_local.sight.config import SightConfig
from astra_local.sight.stories import View
from astra_local.sight.watch import SightWatch
from astra_local.sight.ways import WAY_FACTORS, WayWatch

MS = 1_000_000
CONFIG = SightConfig(pixel_stride=2)
ROOM = HeightMap(
    (8.0, 6.0),
    [
        *((0, 0, 8, 0.1, 2.5), (0, 5.9, 8, 6, 2.5), (0, 0, 0.1, 6, 2.5), (7.9, 0, 8, 6, 2.5)),
        *((3, 4.2, 3.4, 4.6, 1.7), (4.6, 1.0, 5.0, 1.6, 0.9), (6.2, 3.6, 6.8, 4.4, 1.2)),
        *((1.0, 1.0, 1.5, 1.4, 1.5), (0.6, 4.0, 1.0, 5.0, 2.0)),
    ],
)
RIG = make_rig(80, 60)
FRONT = RIG["front"]


def drive(turn_rad_s: float = 0.0) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Return poses and depth images of 3 s from standing to 0.4 m/s, ten of them a second."""
    robot, taken = FlatWorld(ROOM, np.array([2.0, 3.0, 0.0]), rig=RIG), []
    for number in range(30):
        images = {frame.camera: frame.depth_m for frame in robot.frames()}
        taken.append((robot.pose.copy(), images))
        share = min(0.1 * number, 1.0)
        robot.pose = se2.compose(robot.pose, [0.04 * share, 0.0, 0.1 * turn_rad_s * share])
    return taken


DRIVES = {"ahead": drive(), "curve": drive(0.5)}


def told(
    name: str, count: float, *, cameras: tuple[str, ...] = RIG.names, pushed_m: float = 0.0
) -> tuple[str, float]:
    """Drive with wheels that count so many times the way; return the first word and the true way.

    Args:
        name: Of the drive.
        count: What the wheels make of a metre.
        cameras: Who looks.
        pushed_m: After 2 s the robot is pushed ahead, and its wheels do not tell.
    """
    watch, poses, way_m = SightWatch(RIG, CONFIG), [np.zeros(3)], 0.0
    for number, (pose, images) in enumerate(DRIVES[name]):
        if number:
            x, y, theta = se2.between(DRIVES[name][number - 1][0], pose)
            missed = pushed_m if number == 20 else 0.0
            poses.append(se2.compose(poses[-1], [count * (x - missed), count * y, theta]))
            way_m += math.hypot(x, y)
        frames = [
            CameraFrame(camera, number * 100 * MS, None, images[camera]) for camera in cameras
        ]
        watch.believed(
            frames,
            [poses[-1]] * len(frames),
            lambda stamp_ns: poses[max(stamp_ns // (100 * MS), 0)],
        )
        if problem := watch.take_wheel_problem():
            return problem, way_m
    return "", way_m


@pytest.mark.parametrize("name", DRIVES)
def test_right_wheels_are_believed_however_the_robot_is_pushed(name: str) -> None:
    assert told(name, 1.0)[0] == ""
    # Whoever pushes the robot once moves it on one stretch only.
    assert told(name, 1.0, pushed_m=0.2)[0] == ""


@pytest.mark.parametrize("name", DRIVES)
@pytest.mark.parametrize(("count", "seen"), [(0.5, "2"), (2.0, "0.5")])
def test_wheels_that_count_half_or_double_are_named_within_a_metre_of_a_start(
    name: str, count: float, seen: str
) -> None:
    problem, way_m = told(name, count)
    assert f"the robot come about {seen} times as far as its wheels report" in problem
    assert "cameras see" in problem and way_m < 1.0


def test_one_camera_alone_accuses_no_wheels() -> None:
    assert told("ahead", 0.5, cameras=("rear",))[0] == ""
    assert told("ahead", 0.5, cameras=("left", "rear"))[0] != ""


def wall(depth_m: float) -> np.ndarray:
    return np.full((30, 40), depth_m, np.float32)


def at(way_m: float, number: int = 0, turn_rad: float = 0.0) -> View:
    return View(number * 100 * MS, np.array([way_m, 0.0, turn_rad]))


def look(watch: WayWatch, *seen: tuple[float, float], cameras: str = "front rear") -> str:
    """Show walls at (way by odometry, distance ahead), behind it grows; return what is said."""
    said = ""
    for number, (way_m, depth_m) in enumerate(seen):
        for camera in cameras.split():
            behind = 4.0 - depth_m
            depth = depth_m if camera == "front" else behind
            watch.look(camera, wall(depth), at(way_m, number))
        said = said or watch.take_problem()
    return said


# A wall 2.2 m ahead and one 1.8 m behind. On 0.12 m by the wheels a point must be found within half
# of 5 cm and 3 %: 0.058 m, so 0.12 m more or less is another way, and 0.048 m (0.4 * 0.12) is not.
@pytest.mark.parametrize(
    ("step_m", "factor"), [(0.24, "2"), (0.0, "hardly moves"), (0.12, ""), (0.15, "")]
)
def test_two_stretches_by_hand(step_m: float, factor: str) -> None:
    said = look(WayWatch(RIG, CONFIG), (0.0, 2.2), (0.121, 2.2 - step_m), (0.242, 2.2 - 2 * step_m))
    assert (factor in said) if factor else said == ""


def test_one_stretch_is_none_and_a_shorter_one_does_not_count() -> None:
    assert look(WayWatch(RIG, CONFIG), (0.0, 2.2), (0.121, 1.96)) == ""
    # 0.119 m and 0.121 m more.
    assert look(WayWatch(RIG, CONFIG), (0.0, 2.2), (0.119, 1.96), (0.24, 1.72)) == ""


def test_the_way_of_odometry_seen_by_any_camera_acquits_the_wheels() -> None:
    watch = WayWatch(RIG, CONFIG)
    for number, (way_m, depth_m) in enumerate([(0.0, 2.2), (0.121, 1.96), (0.242, 1.72)]):
        watch.look("front", wall(depth_m), at(way_m, number))
        watch.look("rear", wall(4.0 - depth_m), at(way_m, number))
        # By the left camera the robot came sideways, and a wall as much nearer as the wheels say.
        sideways = View(number * 100 * MS, np.array([0.0, way_m, 0.0]))
        watch.look("left", wall(2.2 - way_m), sideways)
    assert watch.take_problem() == ""
    # Without it they are guilty, once.
    watch = WayWatch(RIG, CONFIG)
    assert look(watch, (0.0, 2.2), (0.121, 1.96), (0.242, 1.72)) != ""
    assert watch.take_problem() == ""


def test_stretches_must_follow_each_other_and_agree() -> None:
    # Double, right, double: a walker who comes and goes.
    seen = (0.0, 2.2), (0.121, 1.96), (0.242, 1.839), (0.363, 1.599)
    assert look(WayWatch(RIG, CONFIG), *seen) == ""
    # Standing on one and double on the next agree on nothing.
    assert look(WayWatch(RIG, CONFIG), (0.0, 2.2), (0.121, 2.2), (0.242, 1.96)) == ""
    assert WAY_FACTORS == (0.0, 0.5, 0.7, 1.4, 2.0)


@pytest.mark.parametrize(
    ("ways", "said"), [((1, 2), "about 0.5"), ((2, 1), "about 0.5"), ((1, 3), "")]
)
def test_cameras_agree_on_ways_side_by_side(ways: tuple[int, int], said: str) -> None:
    watch = WayWatch(RIG, CONFIG)
    for camera, way in zip(("front", "rear"), ways, strict=True):
        witness = watch._witnesses[camera]
        witness.other_way, witness.num_stretches = way, 2
    problem = watch.take_problem()
    assert (said in problem) if said else problem == ""


@pytest.mark.parametrize("age_ms", [4100, -100])
def test_after_a_rest_or_a_clock_set_back_a_stretch_begins_anew(age_ms: int) -> None:
    watch = WayWatch(RIG, CONFIG)
    for camera in ("front", "rear"):
        stamp_ns = 10_000 * MS
        watch.look(camera, wall(2.0), View(stamp_ns, np.zeros(3)))
        for number in (1, 2):
            stamp_ns += age_ms * MS
            pose = np.array([0.13 * number, 0.0, 0.0])
            watch.look(camera, wall(2.0), View(stamp_ns, pose))
    # The same images although the wheels rolled, but none that can be compared.
    assert watch.take_problem() == ""


def test_what_cameras_say_stops_the_robot_and_is_forgiven_after_a_rest() -> None:
    sensors, reasons = SensorPlausibility(PlausibilityConfig(), 2.0), {}
    for number, tick in enumerate(sensed_drive(10.0)):
        seen = sensors.admit(tick.observation)
        if number < 200:
            sensors.want(seen.stamp_ns)
        if number == 100:
            sensors.accuse_wheels("wheels count wrongly")
        estimate = LocalOdometry(
            seen.stamp_ns, np.zeros(3), np.eye(3), Velocity(), frozenset({"imu", "wheel"})
        )
        sensors.judge(estimate, seen.stamp_ns)
        reasons[number] = sensors.stop_reason
        if number == 150:
            assert [fault.sensors for fault in sensors.faults] == [("wheel",)]
    assert reasons[99] == ""
    # 2 s after the last wish (tick 199, 100 ticks) it may try again.
    assert all(reasons[number] == "wheels count wrongly" for number in range(100, 300))
    assert not any(reasons[number] for number in range(300, 500))


def test_wheels_that_may_slip_after_a_touch_are_not_accused() -> None:
    for late_s, stops in ((1.4, False), (1.6, True)):
        sensors, touched_ns = SensorPlausibility(PlausibilityConfig(), 2.0), 0
        for tick in sensed_drive(6.0):
            seen = sensors.admit(tick.observation)
            sensors.want(seen.stamp_ns)
            if seen.stamp_ns == 3_000 * MS:
                touched_ns = seen.stamp_ns
                sensors.excuse_slip()
            if touched_ns and seen.stamp_ns == touched_ns + round(1000 * late_s) * MS:
                sensors.accuse_wheels("wheels count wrongly")
            estimate = LocalOdometry(seen.stamp_ns, np.zeros(3), np.eye(3), Velocity())
            sensors.judge(replace(estimate), seen.stamp_ns)
        assert (sensors.stop_reason != "") == stops
