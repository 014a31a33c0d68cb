"""The floor plan of a room built by hand: 4 m x 3 m with one box in it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_core.polyline import polyline_length_m
from astra_sim.scenes.floor_plan import FloorPlan, floor_plan
from astra_sim.scenes.parts import Footprint, PartList, object_bounds, solid_footprints
from astra_sim.scenes.raster import draw_footprint, free_distance
from astra_sim.scenes.types import Part, Room, Scene, SceneLandmark, SceneObject


def box(name: str, size: tuple[float, float, float], x: float, y: float, z: float = 0.0, **kwargs):
    """Return an object of one box whose bottom is at z."""
    part = Part("box", size, (0.0, 0.0, z + size[2] / 2.0), "grey")
    return SceneObject(name, "box", (x, y, kwargs.pop("theta", 0.0)), (part,), **kwargs)


def room_with(*things: SceneObject) -> Scene:
    """Return a scene of one room of 4 m x 3 m from (0, 0) with walls 0.2 m thick around it."""
    walls = (
        box("west", (0.2, 3.4, 2.5), -0.1, 1.5),
        box("east", (0.2, 3.4, 2.5), 4.1, 1.5),
        box("south", (4.4, 0.2, 2.5), 2.0, -0.1),
        box("north", (4.4, 0.2, 2.5), 2.0, 3.1),
    )
    return Scene(
        family="home",
        seed=0,
        bounds_m=(-0.2, -0.2, 4.2, 3.2),
        rooms=(Room("room", "room", (0.0, 0.0, 4.0, 3.0)),),
        objects=(*walls, *things),
        landmarks=(),
        door_centers_m=np.zeros((0, 2)),
    )


def landmark(x: float, y: float, size: tuple[float, float, float]) -> SceneLandmark:
    """Return a landmark at a place."""
    return SceneLandmark("l", "l", "box", "red", "wood", "", "standing", (x, y, 0.5), size)


@pytest.fixture(scope="module")
def plan() -> FloorPlan:
    """A wall of 2 m from the south wall cuts the room nearly in two at x = 2."""
    return floor_plan(room_with(box("barrier", (0.1, 2.0, 1.0), 2.0, 1.0)))


def test_cells_and_centers_are_inverse(plan: FloorPlan) -> None:
    assert plan.center(*plan.cell(1.234, 2.345)) == pytest.approx((1.234, 2.345), abs=0.0251)
    assert plan.cell(*plan.center(12, 34)) == (12, 34)


def test_the_distance_to_walls_is_known_and_never_too_large(plan: FloorPlan) -> None:
    # 1 m from the west wall (x = 0) and from the barrier's face (x = 1.95) 0.95 m.
    row, column = plan.cell(1.0, 1.0)
    assert 0.85 <= plan.free_distance_m[row, column] <= 0.95
    assert plan.is_free(1.0, 1.0, 0.85)
    assert not plan.is_free(1.0, 1.0, 0.98)


def test_outside_of_the_building_nothing_is_free(plan: FloorPlan) -> None:
    assert not plan.is_free(-0.5, 1.0, 0.01)
    assert not plan.is_free(100.0, 1.0, 0.01)


def test_what_hangs_above_the_robot_or_does_not_collide_is_no_obstacle() -> None:
    things = (
        box("lintel", (0.5, 0.5, 0.4), 1.0, 1.0, 2.0),
        box("rug", (0.5, 0.5, 0.01), 2.0, 1.0),
        box("picture", (0.5, 0.5, 0.4), 3.0, 1.0, 0.5, collides=False),
    )
    plan = floor_plan(room_with(*things))
    assert all(plan.is_free(x, 1.0, 0.3) for x in (1.0, 2.0, 3.0))


def test_a_turned_box_covers_what_it_covers() -> None:
    thing = box("plank", (2.0, 0.2, 1.0), 2.0, 1.5, theta=math.pi / 4.0)
    plan = floor_plan(room_with(thing))
    assert plan.occupied[plan.cell(2.0 + 0.6, 1.5 + 0.6)]
    assert not plan.occupied[plan.cell(2.0 + 0.6, 1.5 - 0.6)]


def test_the_shortest_path_goes_around_the_barrier(plan: FloorPlan) -> None:
    start, goal, radius = (1.0, 0.5), (3.0, 0.5), 0.25
    path = plan.shortest_path(start, goal, radius)
    np.testing.assert_allclose(path[[0, -1]], [start, goal])
    # By hand: straight to the corner (1.95, 2) at a distance of 0.25, around it, and back. The
    # tangent from 1.772 m away is 1.754 m long; the arc adds about the rest of the way.
    reach = math.hypot(0.95, 1.5)
    tangent = math.sqrt(reach**2 - radius**2)
    turned = math.pi / 2.0 - (math.atan2(1.5, 0.95) - math.asin(radius / reach))
    exact = 2.0 * (tangent + radius * turned) + 0.1
    assert exact - 0.02 <= polyline_length_m(path) <= 1.08 * exact


def test_there_is_no_path_through_a_gap_that_is_too_narrow() -> None:
    plan = floor_plan(room_with(box("barrier", (0.1, 2.5, 1.0), 2.0, 1.25)))
    assert plan.shortest_path((1.0, 0.5), (3.0, 0.5), 0.15) is not None
    assert plan.shortest_path((1.0, 0.5), (3.0, 0.5), 0.30) is None


def test_a_path_from_inside_a_wall_does_not_exist(plan: FloorPlan) -> None:
    assert plan.shortest_path((-3.0, -3.0), (1.0, 1.0), 0.2) is None


def test_reachable_near_stands_close_and_looks_at_it(plan: FloorPlan) -> None:
    pose = plan.reachable_near(landmark(3.9, 1.5, (0.2, 0.4, 1.0)), 0.3, 0.8)
    assert 3.8 - 0.8 <= pose[0] <= 3.8 - 0.3
    assert abs(pose[1] - 1.5) < 0.75
    assert pose[2] == pytest.approx(math.atan2(1.5 - pose[1], 3.9 - pose[0]))


def test_reachable_near_gives_up_on_what_is_fenced_in() -> None:
    fence = [
        box(f"fence{i}", (2.0, 0.1, 1.0), 1.0 + dx, 1.0 + dy, theta=theta)
        for i, (dx, dy, theta) in enumerate(
            [(0, 1, 0), (0, -0.95, 0), (1, 0, math.pi / 2), (-0.95, 0, math.pi / 2)]
        )
    ]
    plan = floor_plan(room_with(*fence))
    assert plan.reachable_near(landmark(1.0, 1.0, (0.1, 0.1, 1.0)), 0.3, 0.8) is None


def test_sampled_poses_are_free_and_repeat_with_the_seed(plan: FloorPlan) -> None:
    first = [plan.sample_free_pose(np.random.default_rng(5), 0.3) for _ in range(2)]
    assert first[0] == first[1]
    rng = np.random.default_rng(6)
    poses = [plan.sample_free_pose(rng, 0.3) for _ in range(50)]
    assert all(plan.is_free(x, y, 0.3) for x, y, _ in poses)
    assert min(theta for *_, theta in poses) < -1.0 < 1.0 < max(theta for *_, theta in poses)
    with pytest.raises(ValueError, match="clearance"):
        plan.sample_free_pose(rng, 3.0)


def test_component_in_tells_separate_regions_apart() -> None:
    plan = floor_plan(room_with(box("barrier", (0.1, 3.0, 1.0), 2.0, 1.5)))
    left = plan.component_in((0.0, 0.0, 1.9, 3.0), 0.3)
    right = plan.component_in((2.1, 0.0, 4.0, 3.0), 0.3)
    assert left > 0 and right > 0 and left != right
    assert plan.component_in((1.95, 0.0, 2.05, 3.0), 0.3) == 0


def test_free_distance_by_hand() -> None:
    occupied = np.zeros((1, 5), dtype=bool)
    occupied[0, 0] = True
    np.testing.assert_allclose(free_distance(occupied, 0.1), [[0.0, 0.05, 0.15, 0.25, 0.35]])


@given(
    st.floats(-0.9, 0.9),
    st.floats(-0.9, 0.9),
    st.floats(0.05, 0.6),
    st.floats(0.05, 0.6),
    st.floats(-math.pi, math.pi),
    st.booleans(),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_drawn_footprint_contains_every_point_of_it(x, y, hx, hy, yaw, is_round) -> None:
    foot = Footprint(x, y, hx, hx if is_round else hy, yaw, is_round, 0.0, 1.0)
    grid = np.zeros((80, 80), dtype=bool)
    draw_footprint(grid, (-2.0, -2.0), 0.05, foot)
    rng = np.random.default_rng(0)
    local = rng.uniform(-1.0, 1.0, (200, 2))
    if is_round:
        local /= np.maximum(np.linalg.norm(local, axis=1, keepdims=True), 1.0)
    local = local * (foot.half_x_m, foot.half_y_m)
    cos, sin = math.cos(yaw), math.sin(yaw)
    px = x + cos * local[:, 0] - sin * local[:, 1]
    py = y + sin * local[:, 0] + cos * local[:, 1]
    rows, columns = ((py + 2.0) / 0.05).astype(int), ((px + 2.0) / 0.05).astype(int)
    # The centre of a point's cell may be half a diagonal away: then a neighbour is set.
    near = [
        grid[np.clip(rows + dr, 0, 79), np.clip(columns + dc, 0, 79)]
        for dr in (-1, 0, 1)
        for dc in (-1, 0, 1)
    ]
    assert np.any(near, axis=0).all()
    covered = grid.sum() * 0.05**2
    area = math.pi * hx * hx if is_round else 4.0 * foot.half_x_m * foot.half_y_m
    grown = 4.0 * (foot.half_x_m + 0.06) * (foot.half_y_m + 0.06)
    assert 0.9 * area <= covered <= grown


def test_a_lying_cylinder_covers_a_rectangle() -> None:
    parts = PartList()
    parts.disc(0.4, 0.1, 1.0, 0.0, 0.3, "grey", fit=True)
    obj = SceneObject("drum", "drum", (0.0, 0.0, 0.0), tuple(parts.parts))
    (foot,) = solid_footprints(obj)
    assert not foot.round
    assert (foot.half_x_m, foot.half_y_m) == pytest.approx((0.05, 0.2))
    low, high = object_bounds(obj)
    np.testing.assert_allclose(low, [0.95, -0.2, 0.3], atol=1e-9)
    np.testing.assert_allclose(high, [1.05, 0.2, 0.7], atol=1e-9)
