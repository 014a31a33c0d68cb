"""A camera that gives no depth: nobody drives where only it would have seen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from closed_loop import TEST_CONFIG
from flat_world import FlatWorld, HeightMap, make_rig

from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_core.records import SubGoal, Velocity
from astra_core.stack_spec import StackSpec
from astra_local.safety.guard import Guard
from astra_local.stack import build_local
from astra_local.types import GuardState, NearestObstacle
from astra_local.voxel.coverage import RigCoverage

WALLS = [(0, 0, 8, 0.1, 2.5), (0, 7.9, 8, 8, 2.5), (0, 0, 0.1, 8, 2.5), (7.9, 0, 8, 8, 2.5)]
CAMERAS = {"front", "left", "rear", "right"}
AHEAD, BACK, LEFT = 0, 36, 18  # sectors of 5 degrees


class Loop:
    """A robot, its stack and its guard; cameras can be switched off."""

    def __init__(self, start=(2.0, 4.0, 0.0), goal_x: float = 3.5, rig: CameraRig | None = None):
        self.robot = FlatWorld(
            HeightMap((8.0, 8.0), WALLS), np.array(start), rig=rig or make_rig(80, 60)
        )
        self.stack, self.guard = build_local(StackSpec(), self.robot.rig, TEST_CONFIG), Guard()
        self.goal = SubGoal(0, np.array([goal_x, 0.0, 0.0]), sequence=1)
        self.command, self.ticks, self.decision = Velocity(), 0, None
        self.plans: list = []

    def run(self, seconds: float, live=frozenset(CAMERAS), zeros=frozenset()) -> None:
        for _ in range(round(seconds * 50)):
            due = self.ticks % 5 == 0
            observation = self.robot.step(self.command, cameras=due)
            self.ticks += 1
            now = observation.stamp_ns
            self.stack.observe(observation)
            if due:
                frames = [f for f in observation.frames if f.camera in live]
                dark = [f for f in observation.frames if f.camera in zeros]
                frames += [CameraFrame(f.camera, now, f.image, 0.0 * f.depth_m) for f in dark]
                self.stack.perceive(frames)
                self.plans.append(self.stack.plan(self.goal, now))
            self.guard.on_obstacle(self.stack.nearest_obstacle())
            self.guard.on_heartbeat("astra_local", now)
            self.guard.on_command(self.stack.command(now), now)
            self.decision = self.guard.step(now)
            self.command = self.decision.velocity


def sectors(loop: Loop) -> np.ndarray:
    return np.array(loop.stack.nearest_obstacle().sector_distance_m)


@pytest.mark.parametrize(
    ("zeros", "reason", "still_s"),
    [
        (frozenset(), "no depth images from front", 0.5),
        (frozenset({"front"}), "front camera: its images have no depth", 0.1),
    ],
)
def test_blind_in_front_it_stops(zeros: frozenset, reason: str, still_s: float) -> None:
    loop = Loop()
    loop.run(1.5)
    assert loop.robot.v > 0.2
    assert loop.stack.blind_cameras == ()
    loop.run(still_s, CAMERAS - {"front"}, zeros)
    assert loop.stack.blind_cameras == ()  # not yet
    loop.run(0.14, CAMERAS - {"front"}, zeros)
    assert loop.stack.blind_cameras == ("front",)
    assert loop.stack.command(loop.robot.stamp_ns).linear_mps == 0.0
    assert loop.stack.stop_reason == reason
    assert (sectors(loop)[[AHEAD, 6, 66]] < 0.0).all()
    assert (sectors(loop)[[BACK, LEFT]] > 0.0).all()
    loop.plans.clear()
    loop.run(1.4, CAMERAS - {"front"}, zeros)
    assert loop.robot.v <= 1e-3
    assert max(plan.velocities[-1, 0] for plan in loop.plans[1:]) <= 0.0
    loop.run(1.5)  # it recovers
    assert loop.stack.blind_cameras == ()
    assert loop.robot.v > 0.1


def test_the_guard_alone_stops_it_too() -> None:
    loop = Loop()
    loop.run(0.3)
    loop.run(0.8, CAMERAS - {"front"})
    nearest, now = loop.stack.nearest_obstacle(), loop.robot.stamp_ns
    for velocity, may in (
        (Velocity(0.3, 0.0), False),
        (Velocity(0.05, 0.5), False),
        (Velocity(-0.1, 0.0), True),
        (Velocity(0.0, 0.5), True),
    ):
        guard = Guard()
        for tick in range(15):
            at = now + tick * 20_000_000
            guard.on_heartbeat("astra_local", at)
            guard.on_obstacle(nearest)
            guard.on_command(velocity, at)
            decision = guard.step(at)
        assert (decision.state is GuardState.PASS) == may
        assert (decision.velocity.linear_mps != 0.0) == (may and velocity.linear_mps != 0.0)
        if not may:
            assert decision.reason == "no camera sees the way"


@pytest.mark.parametrize("dead", ["rear", "left"])
@pytest.mark.parametrize("lived_s", [0.0, 0.5])
def test_blind_elsewhere_it_drives_on(dead: str, lived_s: float) -> None:
    loop = Loop()
    loop.run(lived_s)
    loop.run(1.0, CAMERAS - {dead})
    assert loop.stack.blind_cameras == (dead,)
    before = loop.robot.pose[0]
    loop.run(2.0, CAMERAS - {dead})
    assert loop.robot.pose[0] - before > 0.5
    number = {"rear": BACK, "left": LEFT}[dead]
    assert sectors(loop)[number] < 0.0
    assert sectors(loop)[AHEAD] > 0.0
    # What only that camera would see does not count as seen, obstacles stay.
    view = loop.stack.occupancy
    pose = loop.stack.odometry.pose
    turn = pose[2] + number * math.radians(5.0)
    known = []
    for angle in (turn, pose[2]):
        x = pose[0] + 1.5 * math.cos(angle) - view.origin_m[0]
        y = pose[1] + 1.5 * math.sin(angle) - view.origin_m[1]
        known.append(bool(view.known[int(y / 0.05), int(x / 0.05)]))
    assert known == [False, True]
    assert (view.known | ~view.occupied).all()


def test_blind_behind_it_does_not_reverse() -> None:
    loop = Loop(start=(5.0, 4.0, 0.0), goal_x=-1.5)
    loop.run(3.0, CAMERAS - {"rear"})
    late = loop.plans[8:]
    assert min(plan.velocities[-1, 0] for plan in late) >= 0.0
    nearest = loop.stack.nearest_obstacle()
    guard, now = Guard(), loop.robot.stamp_ns
    guard.on_heartbeat("astra_local", now)
    guard.on_obstacle(nearest)
    guard.on_command(Velocity(-0.1, 0.0), now)
    assert "no camera" in guard.step(now).reason


def test_the_start_and_partial_sets_are_no_blindness() -> None:
    loop = Loop()
    loop.run(0.4, frozenset())
    assert loop.stack.blind_cameras == ()
    assert not loop.stack.nearest_obstacle().valid
    loop.run(0.5, frozenset())
    assert loop.stack.blind_cameras == ("front", "left", "rear", "right")
    assert not loop.stack.nearest_obstacle().valid
    loop.ticks = 0
    loop.run(0.1, frozenset({"rear"}))  # the first to wake up
    assert loop.stack.blind_cameras == ()
    assert loop.stack.nearest_obstacle().valid
    for _ in range(3):
        loop.run(0.2)
        loop.run(0.2, frozenset({"left"}))  # the others drop two images
        assert loop.stack.blind_cameras == ()
        assert not np.isneginf(sectors(loop)).any()
    assert loop.robot.v > 0.2


def test_a_rig_that_only_looks_ahead_is_drivable() -> None:
    rig = CameraRig(make_rig(80, 60).cameras[:1])
    loop = Loop(rig=rig)
    loop.run(2.5)
    assert loop.stack.blind_cameras == ()
    assert not np.isneginf(sectors(loop)).any()
    assert loop.robot.v > 0.15
    loop.run(0.62, frozenset())  # its only eye
    assert loop.stack.command(loop.robot.stamp_ns).linear_mps == 0.0


def test_sectors_of_the_rig_by_hand() -> None:
    # 100 degrees each, 90 apart: 80 are seen by one alone, beside 10 that two share.
    coverage = RigCoverage(make_rig(), 72)
    blind = np.flatnonzero(coverage.blind_sectors(("front",)))
    assert sorted((blind * 5 + 180) % 360 - 180) == list(range(-40, 45, 5))
    assert coverage.blind_sectors(CAMERAS).all()
    assert not coverage.blind_sectors(()).any()
    assert coverage.drivable(("front",)) == (False, True)
    assert coverage.drivable(("rear",)) == (True, False)
    assert coverage.drivable(("left", "right")) == (True, True)
    alone = RigCoverage(CameraRig(make_rig().cameras[:1]), 72)
    assert not alone.blind_sectors(("front",))[LEFT:54].any()  # never covered, never blind


def test_not_seen_is_not_a_point_to_the_guard() -> None:
    # The blind side must not eat the margin to a wall ahead.
    distance = [math.inf] * 72
    distance[0], distance[LEFT] = 0.3, -math.inf
    nearest = NearestObstacle(0, True, 0.3, 0.0, 0.05, math.radians(5.0), tuple(distance))
    seen = NearestObstacle(0, True, 0.3, 0.0, 0.05, math.radians(5.0), (0.3, *([math.inf] * 71)))
    for now in range(0, 500_000_000, 20_000_000):
        outputs = []
        for summary in (nearest, seen):
            guard = Guard()
            guard.on_heartbeat("astra_local", now)
            guard.on_obstacle(summary)
            guard.on_command(Velocity(0.6, 0.0), now)
            outputs.append(guard.step(now))
        assert outputs[0] == outputs[1]
