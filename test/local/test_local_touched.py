"""What was touched is an obstacle by feel: in the belief, for the guard, for a while."""

from __future__ import annotations

import math

import numpy as np
import pytest
from test_local_blind import CAMERAS, Loop

from astra_core.records import Velocity
from astra_local.belief import WorldBelief
from astra_local.touched import TouchMemory
from astra_local.voxel.coverage import RigCoverage
from astra_local.voxel.nearest import nearest_obstacle
from astra_local.voxel.occupancy import OccupancyView

S = 1_000_000_000


def empty(stamp_ns: int = 0) -> WorldBelief:
    cells = np.zeros((160, 160), bool)
    view = OccupancyView(cells, ~cells, (-4.0, -4.0), 0.05, stamp_ns)
    return WorldBelief.from_occupancy(view, 2.0)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("pose", [(0.0, 0.0, 0.0), (0.6, -0.4, 2.0)])
def test_a_touch_lies_before_the_hull(pose: tuple, direction: int) -> None:
    memory, belief = TouchMemory(0.22, 60.0), empty()
    memory.add(np.array(pose), direction, 0)
    laid = memory.laid_over(belief)
    nearest = nearest_obstacle(laid.occupancy, np.array(pose), 0.22, 72)
    assert nearest.distance_m == pytest.approx(0.0, abs=0.04)
    found = np.array(nearest.sector_distance_m)
    middle = 0 if direction > 0 else 36
    # A cell is wider than a sector so near.
    assert found[np.arange(middle - 2, middle + 3) % 72].min() < 0.04
    assert np.isinf(found[(middle + 18) % 72]) and np.isinf(found[(middle + 36) % 72])
    # In the distance field, too, and only there.
    x, y, theta = pose
    ahead = x + direction * 0.25 * math.cos(theta), y + direction * 0.25 * math.sin(theta)
    assert laid.esdf.at(*ahead) < 0.03
    behind = x - direction * 0.5 * math.cos(theta), y - direction * 0.5 * math.sin(theta)
    # 0.5 m and 0.25 m, less half a cell.
    assert laid.esdf.at(*behind) == pytest.approx(0.725, abs=0.04)
    # A pane is wider than the point that was touched.
    for aside in (-0.58, 0.58):
        beside = ahead[0] - aside * math.sin(theta), ahead[1] + aside * math.cos(theta)
        assert laid.esdf.at(*beside) < 0.03
    # From the centre, half a cell besides.
    assert memory.distance_m(np.array(pose)) == pytest.approx(0.25, abs=1e-6)
    assert not belief.occupancy.occupied.any()


# A pane across x = 0.25; the robot came along the x axis and touched it at the origin.
@pytest.mark.parametrize(
    ("pose", "occupied", "free"),
    [
        # On the way around it, heading along it, the hull stands across its line: there it ends.
        ((0.2, 1.0, 1.2), [(0.25, 0.7)], [(0.25, 1.0), (0.25, 1.3), (0.3, 1.25)]),
        ((0.2, -1.0, -1.2), [(0.25, -0.7)], [(0.25, -1.0), (0.25, -1.3), (0.3, -1.25)]),
        # Before the line, it goes on beyond.
        ((0.0, 1.0, 0.9), [(0.25, 0.8), (0.25, 1.0), (0.25, 1.5)], [(0.15, 1.2), (0.25, 1.8)]),
        # From behind it as well.
        ((0.5, 1.0, -2.0), [(0.25, 1.0), (0.25, 1.5)], [(0.25, 1.8)]),
        # Too far before the line, or along it: something else, ahead.
        ((-0.3, 0.5, 0.0), [(-0.05, 0.5), (-0.05, 1.0)], [(0.25, 0.9)]),
        ((0.1, 2.4, 0.0), [(0.35, 2.4), (0.35, 2.9)], [(0.25, 1.2)]),
    ],
)
def test_a_second_touch_on_the_line_of_the_first_shows_a_longer_pane(
    pose: tuple, occupied: list, free: list
) -> None:
    memory, belief = TouchMemory(0.22, 60.0), empty()
    memory.add(np.zeros(3), 1, 0)
    memory.add(np.array(pose), 1, 1)
    assert len(memory) == 2
    field = memory.laid_over(belief).esdf
    assert [round(field.at(*place), 2) for place in occupied if field.at(*place) > 0.03] == []
    assert [place for place in free if field.at(*place) < 0.04] == []


def test_where_the_hull_is_nothing_else_is() -> None:
    memory = TouchMemory(0.22, 60.0)
    memory.add(np.zeros(3), 1, 0)
    memory.add(np.array([0.2, 1.0, 1.2]), 1, 1)
    view = memory.laid_over(empty()).occupancy
    nearest = nearest_obstacle(view, np.array([0.2, 1.0, 1.2]), 0.22, 72)
    # Points outside of the hull, in cells whose near face may lie half a cell nearer.
    assert nearest.distance_m > -0.06
    assert memory.distance_m(np.array([9.0, 0.0, 0.0])) == pytest.approx(8.75, abs=0.01)
    assert TouchMemory(0.22, 60.0).distance_m(np.zeros(3)) == math.inf


def test_it_is_kept_while_cameras_see_through_it_and_forgotten_in_the_end() -> None:
    memory = TouchMemory(0.22, 60.0)
    memory.add(np.zeros(3), 1, 5 * S)
    memory.forget_old(65 * S)
    assert memory.laid_over(empty(65 * S)).occupancy.occupied.any()
    memory.forget_old(65 * S + 1)
    assert len(memory) == 0
    belief = empty()
    assert memory.laid_over(belief) is belief
    memory.add(np.zeros(3), 1, 5 * S)
    memory.forget_old(4 * S)  # the clock went back
    assert len(memory) == 0


def test_it_is_laid_over_once_for_each_belief_and_outside_of_the_grid_not_at_all() -> None:
    memory, belief = TouchMemory(0.22, 60.0), empty()
    memory.add(np.zeros(3), 1, 0)
    first = memory.laid_over(belief)
    assert memory.laid_over(belief) is first
    # Looking for old touches at every tick, and finding none, costs no second time.
    memory.forget_old(10)
    assert memory.laid_over(belief) is first
    memory.add(np.array([1.0, 0.0, 0.0]), 1, 1)
    assert memory.laid_over(belief).occupancy.occupied.sum() > first.occupancy.occupied.sum()
    far = TouchMemory(0.22, 60.0)
    far.add(np.array([90.0, 90.0, 0.0]), 1, 0)
    assert not far.laid_over(belief).occupancy.occupied.any()


def test_a_pane_that_no_camera_shows_is_touched_once_and_left() -> None:
    loop, pressed, out = Loop(goal_x=4.0), [], []
    step = loop.robot.step

    def held(command: Velocity, cameras: bool):
        # A pane across the way, 0.6 m ahead of the hull: 0.2 m wide to either side.
        before = loop.robot.pose.copy()
        observation = step(command, cameras)
        x, y = loop.robot.pose[:2]
        if x > 2.6 and abs(y - 4.0) < 0.3 and before[0] <= 2.6 + 1e-9:
            loop.robot.pose = before
            loop.robot.v = 0.0
            pressed.append(loop.robot.stamp_ns)
        out.append(command.linear_mps)
        return observation

    loop.robot.step = held
    wheels = loop.stack.observe
    loop.stack.observe = lambda observation: wheels(_standing(observation, loop.robot.v))
    for _ in range(200):
        loop.run(0.02)
        loop.stack.on_driven(loop.command, loop.robot.stamp_ns)
        if pressed and loop.command.linear_mps <= 0.0:
            break
    first = pressed[0]
    # At once, not down a ramp: the robot stands already.
    assert out[-2] > 0.3 and loop.command.linear_mps == 0.0
    assert loop.stack.nearest_obstacle().held == 1
    assert (loop.robot.stamp_ns - first) / 1e9 < 0.5
    assert loop.stack.stop_reason.startswith("contact (code 210): told to drive ahead")
    assert loop.stack.nearest_obstacle().distance_m < 0.04
    loop.run(0.2)  # the motors of this world brake by 1 m/s2 only
    count = len(pressed)
    for _ in range(150):
        loop.run(0.02)
        loop.stack.on_driven(loop.command, loop.robot.stamp_ns)
    assert len(pressed) == count
    assert min(out[-150:]) < 0.0  # it backed off
    assert loop.stack.nearest_obstacle().held == 0
    # Where it ends nobody sees: it feels its way.
    assert max(out[-120:]) == pytest.approx(0.2, abs=0.03)


def _standing(observation, speed_mps: float):
    from dataclasses import replace

    wheels = tuple(replace(w, linear_velocity_mps=speed_mps) for w in observation.wheels)
    return replace(observation, wheels=wheels)


# the age of what is seen ----------------------------------------------------------------------


def test_a_direction_is_as_old_as_the_freshest_view_of_its_worst_sector() -> None:
    coverage = RigCoverage(Loop().robot.rig, 72)
    fresh = dict.fromkeys(("front", "left", "rear", "right"), 0.1)
    assert coverage.age_along_s(fresh, ()) == (0.0, "")
    assert coverage.age_along_s(fresh, (0.0,))[0] == 0.1
    assert coverage.age_along_s({**fresh, "front": 0.3}, (0.0,)) == (0.3, "front")
    assert coverage.age_along_s({**fresh, "rear": 0.3}, (0.0,))[0] == 0.1
    assert coverage.age_along_s({**fresh, "rear": 0.3}, (math.pi,)) == (0.3, "rear")
    # 45 degrees to the left front and left overlap, but the way is wider than a line.
    assert coverage.age_along_s({**fresh, "left": 0.3}, (math.radians(45),)) == (0.3, "left")
    assert coverage.age_along_s({**fresh, "left": 0.3}, (math.radians(10),))[0] == 0.1


@pytest.mark.parametrize(("dead", "stands"), [("front", True), ("rear", False), ("left", False)])
def test_without_images_of_the_way_it_stands_within_half_a_second(dead: str, stands: bool) -> None:
    loop = Loop()
    loop.run(1.5)
    assert loop.robot.v > 0.3
    loop.run(0.48, CAMERAS - {dead})
    # The motors of this world brake by 1 m/s2 only: it is the command that counts.
    assert (loop.command.linear_mps == 0.0) == stands
    if stands:
        assert loop.stack.stop_reason.startswith("no depth images from front for 0.")


def test_one_lost_image_costs_little_speed() -> None:
    loop = Loop(goal_x=6.0)
    loop.run(1.6)
    before = loop.robot.v
    loop.run(0.2, CAMERAS - {"front"})  # one set of images
    assert loop.robot.v > before - 0.12
