"""All cameras, or an only one, mounted otherwise than the rig says: motion on the map tells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig_world import RIG
from toy_world import ToyLocalizer, ToyRobot, make_map

from astra_core import se2
from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_core.records import LocalOdometry, Velocity
from astra_core.stack_spec import StackSpec
from astra_global.fusion import OdometryBuffer, RigMotion, RigOffset
from astra_global.stack import build_global

S = 1_000_000_000


class Track:
    """A robot that drives, its odometry, and fixes that are wrong by the same E every time."""

    def __init__(self, offset=(0.0, 0.0, 0.0), *, scale=1.0, noise_m=0.0, seed=0) -> None:
        self.offset, self.scale, self.noise_m = np.array(offset), scale, noise_m
        self.pose, self.odom, self.now_ns = np.array([1.0, 2.0, 0.4]), np.array([5.0, 1, 2.0]), 0
        self.buffer = OdometryBuffer()
        self.motion = RigMotion(self.buffer, 0.05, 0.1)
        self.rng = np.random.default_rng(seed)
        self._sample()
        self.fix()

    def move(self, forward_m: float, turn_rad: float) -> None:
        for _ in range(20):
            self.now_ns += S // 20
            step = np.array([forward_m, 0.0, turn_rad]) / 20.0
            self.pose = se2.compose(self.pose, step)
            self.odom = se2.compose(self.odom, step * [self.scale, 1.0, 1.0])
            self._sample()

    def fix(self) -> None:
        seen = se2.compose(self.pose, self.offset)
        seen[:2] += self.noise_m * self.rng.normal(size=2)
        self.motion.add(self.now_ns, seen)

    def _sample(self) -> None:
        self.buffer.add(LocalOdometry(self.now_ns, self.odom, np.eye(3) * 1e-4, Velocity()))


MIXED = [(0.5, 0.0), (0.0, 0.8), (0.4, 0.3), (0.0, -0.6), (0.6, 0.0)] * 3


def driven(track: Track, moves=MIXED) -> RigOffset | None:
    for forward_m, turn_rad in moves:
        track.move(forward_m, turn_rad)
        track.fix()
    return track.motion.offset


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.4, 0.4), st.floats(-0.3, 0.3), st.floats(-0.6, 0.6), st.floats(0.94, 1.06))
def test_an_error_of_the_rig_is_recovered_whatever_the_scale_of_the_wheels(x, y, phi, scale):
    offset = driven(Track((x, y, phi), scale=scale))
    found = RigOffset(0.0, 0.0, 0.0) if offset is None else offset
    if abs(abs(phi) - 0.05) > 0.01:
        assert found.heading_rad == pytest.approx(phi if abs(phi) > 0.05 else 0.0, abs=0.02)
    if abs(np.hypot(x, y) - 0.1) > 0.02:
        expected = (x, y) if np.hypot(x, y) > 0.1 else (0.0, 0.0)
        np.testing.assert_allclose((found.x_m, found.y_m), expected, atol=0.03)


@pytest.mark.parametrize("seed", range(12))
def test_good_rigs_are_not_blamed(seed: int) -> None:
    assert driven(Track(scale=1.06, noise_m=0.03, seed=seed)) is None
    assert driven(Track(noise_m=0.15, seed=seed), MIXED[:8]) is None


@pytest.mark.parametrize("seed", range(4))
def test_an_error_is_found_in_poor_fixes(seed: int) -> None:
    offset = driven(Track((0.0, 0.3, 0.0), scale=1.05, noise_m=0.02, seed=seed), MIXED * 2)
    assert offset is not None and offset.heading_rad == 0.0
    np.testing.assert_allclose((offset.x_m, offset.y_m), (0.0, 0.3), atol=0.06)
    turned = driven(Track((0.0, 0.0, 0.1745), noise_m=0.02, seed=seed), MIXED * 2)
    assert turned is not None and turned.heading_rad == pytest.approx(0.1745, abs=0.04)


def test_driving_straight_shows_the_heading_only_and_turning_the_place_only() -> None:
    straight = driven(Track((0.3, 0.2, 0.2)), [(0.5, 0.0)] * 12)
    assert straight is not None and straight.heading_rad == pytest.approx(0.2, abs=0.01)
    assert (straight.x_m, straight.y_m) == (0.0, 0.0)
    # On the spot the circle has the radius of the shift; phi and t cannot be told apart in full.
    spot = driven(Track((0.3, 0.0, 0.0)), [(0.0, 0.7)] * 12)
    assert spot is not None and np.hypot(spot.x_m, spot.y_m) == pytest.approx(0.3, abs=0.05)


def test_little_motion_carrying_and_other_places_say_nothing() -> None:
    assert driven(Track((0.0, 0.0, 0.3)), [(0.5, 0.0)] * 7) is None, "too few"
    assert driven(Track((0.0, 0.0, 0.3)), [(0.005, 0.0)] * 30) is None, "it stands"
    track = Track()
    for number, (forward_m, turn_rad) in enumerate(MIXED):
        track.move(forward_m, turn_rad)
        if number % 4 == 3:
            track.pose = se2.compose(track.pose, [3.0, 0.0, 1.0])  # carried
        track.fix()
    assert track.motion.offset is None


def test_a_few_wrong_fixes_neither_blame_a_rig_nor_hide_an_error() -> None:
    for offset in (0.0, 0.3):
        track = Track((0.0, offset, 0.0))
        for number, (forward_m, turn_rad) in enumerate(MIXED * 2):
            track.move(forward_m, turn_rad)
            right = track.pose
            if number % 6 == 4:
                track.pose = right + np.array([0.0, 0.6, 0.0])
            track.fix()
            track.pose = right
        found = track.motion.offset
        assert (found is None) == (offset == 0.0)
        assert found is None or found.y_m == pytest.approx(offset, abs=0.06)


def test_a_run_of_jumps_to_another_place_is_not_a_rig() -> None:
    track = Track()
    for number, (forward_m, turn_rad) in enumerate(MIXED * 2):
        track.move(forward_m, turn_rad)
        right = track.pose
        track.pose = right + np.array([2.5 * (number % 2), 0.0, 0.0])
        track.fix()
        track.pose = right
    assert track.motion.offset is None and len(track.motion._rows) < 3


def test_a_wrong_fix_is_as_unsure_as_it_is_wrong() -> None:
    offset = RigOffset(0.3, 0.0, 0.1)
    doubted = offset.with_doubt(np.array([0.0, 0.0, np.pi / 2]), np.zeros((3, 3)))
    # Forwards of a robot that looks along y is y.
    np.testing.assert_allclose(np.diag(doubted), [0.0, 0.09, 0.01], atol=1e-12)
    assert doubted[1, 2] == pytest.approx(0.03)


def test_it_is_told_of_the_camera_where_there_is_one() -> None:
    one = CameraRig((RIG["front"],))
    # Turned about itself, 0.15 m before the middle of the robot: t = p - R p.
    p, turn = np.array([0.15, 0.0]), np.array([0.0, 0.0, np.deg2rad(10)])
    t = p - se2.transform_points(turn, p)
    told = RigOffset(float(t[0]), float(t[1]), float(turn[2])).told_of(one)
    assert told.startswith("camera front is turned by 10.0 degrees to the left against")
    told = RigOffset(-0.3, 0.1, 0.0).told_of(RIG)
    assert told.startswith("the cameras are moved by 0.30 m backwards and 0.10 m to the left")


class WrongRig(ToyLocalizer):
    """Finds the robot where its rig says that the cameras are."""

    offset = np.array([0.0, 0.3, 0.0])

    def localize(self, frames, *, expected=(), everywhere=True):
        fix = super().localize(frames)
        fix.pose[:] = se2.compose(fix.pose, self.offset)
        return fix


def test_the_stack_says_so_and_doubts_its_fixes() -> None:
    robot = ToyRobot((1.5, 1.5, 0.0), scale=1.0)
    stack = build_global(StackSpec(), make_map(), RIG, localizer=WrongRig(robot))
    dark = np.zeros((24, 32, 3), np.uint8)
    sigmas = []
    for second in range(1, 30):
        for tenth in range(10):
            now_ns = second * S + tenth * S // 10
            robot._move(0.0, 0.08)
            stack.add_odometry(robot.odometry(now_ns))
        stack.apply_fix(stack.localize([CameraFrame("front", now_ns, dark)]))
        sigmas.append(float(np.sqrt(stack.global_pose(now_ns).covariance[:2, :2].trace())))
        if stack.problems:
            break
    assert len(stack.problems) == 1
    assert stack.problems[0].startswith("the cameras are moved by 0.0")
    assert [event.message for event in stack.log if event.kind == "camera"] == [*stack.problems]
    taken = []
    weigh = stack._fusion.apply_fix
    stack._fusion.apply_fix = lambda fix: (taken.append(fix), weigh(fix))[1]
    stack.apply_fix(stack.localize([CameraFrame("front", now_ns, dark)]))
    assert np.sqrt(taken[0].covariance[:2, :2].trace()) == pytest.approx(0.3, abs=0.05)
