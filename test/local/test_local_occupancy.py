"""Rolling occupancy from depth images, in a world whose boxes are known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from flat_world import FlatWorld, HeightMap, make_rig

from astra_core.camera import CameraRig
from astra_core.errors import ConfigError
from astra_core.observation import CameraFrame
from astra_local.config import OccupancyConfig
from astra_local.types import PerceptionError
from astra_local.voxel.nearest import nearest_obstacle, unknown_surroundings
from astra_local.voxel.occupancy import RollingOccupancy
from astra_local.voxel.sudden import sudden_matter

CONFIG = OccupancyConfig(pixel_stride=1)
WALLS = [(0, 0, 8, 0.1, 2.5), (0, 7.9, 8, 8, 2.5), (0, 0, 0.1, 8, 2.5), (7.9, 0, 8, 8, 2.5)]


def grid(rig: CameraRig | None = None) -> RollingOccupancy:
    return RollingOccupancy(rig or make_rig(), CONFIG, 0.22)


def look(occupancy: RollingOccupancy, world: FlatWorld, times: int = 3):
    for _ in range(times):
        world.stamp_ns += 100_000_000
        frames = world.frames()
        assert occupancy.update(frames, [world.pose] * len(frames))
    return occupancy.view()


def occupied_at(view, x: float, y: float) -> bool:
    column = math.floor((x - view.origin_m[0]) / view.resolution_m)
    row = math.floor((y - view.origin_m[1]) / view.resolution_m)
    return bool(view.occupied[row, column])


def known_at(view, x: float, y: float) -> bool:
    column = math.floor((x - view.origin_m[0]) / view.resolution_m)
    row = math.floor((y - view.origin_m[1]) / view.resolution_m)
    return bool(view.known[row, column])


def world_at(x: float, y: float, theta: float, boxes: list, noise: float = 0.0) -> FlatWorld:
    return FlatWorld(HeightMap((8.0, 8.0), WALLS + boxes), np.array([x, y, theta]), 0, noise)


@pytest.mark.parametrize("theta", [0.0, 0.7, -2.5])
@pytest.mark.parametrize("noise", [0.0, 0.015])
def test_marks_faces_and_nothing_else(theta: float, noise: float) -> None:
    box = (5.5, 3.5, 6.0, 4.5, 0.9)
    view = look(grid(), world_at(4.0, 4.0, theta, [box], noise), times=6)
    rows, columns = np.nonzero(view.occupied)
    x = (columns + 0.5) * 0.05 + view.origin_m[0]
    y = (rows + 0.5) * 0.05 + view.origin_m[1]
    boxes = [*WALLS, box]
    off = [
        min(math.hypot(max(b[0] - p, 0, p - b[2]), max(b[1] - q, 0, q - b[3])) for b in boxes)
        for p, q in zip(x, y, strict=True)
    ]
    assert max(off) < (0.08 if noise == 0.0 else 0.25)
    assert np.mean(np.array(off) > 0.1) < 0.02
    assert all(occupied_at(view, 5.525, y) for y in np.arange(3.6, 4.45, 0.05))


def test_floor_and_ceiling_are_not_obstacles() -> None:
    # A beam at 1.6 m: depth by hand, a robot passes under it.
    rig = CameraRig((make_rig().cameras[0],))
    k = rig.cameras[0].intrinsics
    v = (np.arange(k.height_px) - k.cy_px) / k.fy_px
    beam = np.where((1.1 - 2.0 * v > 1.5) & (1.1 - 2.0 * v < 1.7), 2.0, 0.0)
    floor = np.where(v > 0.3, 1.1 / np.maximum(v, 1e-9), 0.0)
    depth = np.repeat(np.maximum(beam, floor)[:, None], k.width_px, axis=1).astype(np.float32)
    occupancy = grid(rig)
    occupancy.update([CameraFrame("front", 1, np.zeros((1, 1, 3), np.uint8), depth)], [np.zeros(3)])
    view = occupancy.view()
    assert not view.occupied.any()
    assert known_at(view, 2.0, 0.0)
    assert not known_at(view, 0.6, 0.0)  # under the camera's view


def test_seeing_through_frees_what_has_gone() -> None:
    occupancy = grid()
    box = (5.5, 3.5, 6.0, 4.5, 0.9)
    assert occupied_at(look(occupancy, world_at(4.0, 4.0, 0.0, [box])), 5.525, 4.0)
    view = look(occupancy, world_at(4.0, 4.0, 0.0, []), times=10)
    assert not view.occupied[np.ix_(range(60, 100), range(100, 140))].any()


def test_a_low_box_is_remembered_in_the_blind_zone() -> None:
    # 0.12 m high: seen from 1.5 m, below the view at 0.6 m although walls behind are seen.
    box = (5.0, 3.8, 5.3, 4.2, 0.12)
    occupancy = grid()
    world = world_at(3.4, 4.0, 0.0, [box])
    look(occupancy, world)
    for x in np.arange(3.5, 4.45, 0.1):
        world.pose = np.array([x, 4.0, 0.0])
        view = look(occupancy, world, times=3)
    assert occupied_at(view, 5.025, 4.0)
    assert nearest_obstacle(view, world.pose, 0.22, 72).distance_m == pytest.approx(0.38, abs=0.06)


def test_shifts_by_whole_cells_and_forgets_what_left() -> None:
    occupancy = grid()
    world = world_at(4.0, 4.0, 0.0, [(5.5, 3.5, 6.0, 4.5, 0.9)])
    before = look(occupancy, world)
    pillar = occupied_at(before, 5.525, 4.0)
    empty = [np.zeros((120, 160), np.float32)] * 4  # nothing known: memory must carry it
    frames = [
        CameraFrame(c.name, 10**9, np.zeros((1, 1, 3), np.uint8), d)
        for c, d in zip(world.rig.cameras, empty, strict=True)
    ]
    occupancy.update(frames, [np.array([4.73, 4.31, 1.0])] * 4)
    after = occupancy.view()
    assert pillar
    assert occupied_at(after, 5.525, 4.0)
    shift = np.round((np.array(after.origin_m) - before.origin_m) / 0.05).astype(int)
    assert shift.tolist() == [14, 6]
    # Cells that are in both grids are equal but for those under the robot.
    difference = after.occupied[:-6, :-14] != before.occupied[6:, 14:]
    assert difference.sum() == 0
    occupancy.update(frames, [np.array([40.0, -30.0, 0.0])] * 4)
    assert not occupancy.view().occupied.any()


def test_far_from_the_origin_of_odom() -> None:
    here = look(grid(), world_at(4.0, 4.0, 0.3, []))
    occupancy = grid()
    world = world_at(4.0, 4.0, 0.3, [])
    for _ in range(3):
        world.stamp_ns += 100_000_000
        occupancy.update(world.frames(), [np.add(world.pose, [10_000.0, -5_000.0, 0.0])] * 4)
    assert (occupancy.view().occupied != here.occupied).mean() < 0.001


def test_the_robot_itself_is_free() -> None:
    rig = CameraRig((make_rig().cameras[0],))
    depth = np.full((120, 160), 0.12, np.float32)  # 0.03 m outside the footprint straight ahead
    occupancy = RollingOccupancy(rig, OccupancyConfig(pixel_stride=1, min_depth_m=0.02), 0.22)
    frame = CameraFrame("front", 1, np.zeros((1, 1, 3), np.uint8), depth * 0.4)
    for _ in range(5):
        occupancy.update([frame], [np.zeros(3)])
    view = occupancy.view()
    assert not view.occupied.any()
    assert known_at(view, 0.0, 0.0)


def test_what_is_not_a_number_is_unknown() -> None:
    rig = CameraRig((make_rig().cameras[0],))
    depth = np.full((120, 160), np.nan, np.float32)
    depth[::2] = -np.inf
    depth[1::4] = np.inf
    occupancy = grid(rig)
    occupancy.update([CameraFrame("front", 1, np.zeros((1, 1, 3), np.uint8), depth)], [np.zeros(3)])
    assert not occupancy.view().occupied.any()
    assert (occupancy.log_odds[:, :60] == 0.0).all()


def test_images_that_cannot_be_used() -> None:
    image = np.zeros((1, 1, 3), np.uint8)
    occupancy = grid()
    assert not occupancy.update([CameraFrame("front", 1, image, None)], [np.zeros(3)])
    with pytest.raises(PerceptionError, match="front, left, rear, right"):
        occupancy.update(
            [CameraFrame("back", 1, image, np.ones((120, 160), np.float32))], [np.zeros(3)]
        )
    with pytest.raises(PerceptionError, match=r"\(120, 160\)"):
        occupancy.update(
            [CameraFrame("front", 1, image, np.ones((12, 16), np.float32))], [np.zeros(3)]
        )
    with pytest.raises(ConfigError, match="layer_edges_m"):
        OccupancyConfig(layer_edges_m=(0.5, 0.1))


def test_nearest_obstacle_by_hand() -> None:
    view = look(grid(), world_at(4.0, 1.0, math.pi / 2, []))
    nearest = nearest_obstacle(view, np.array([4.0, 1.0, math.pi / 2]), 0.22, 72)
    # The wall 0.9 m behind: its face is at 0.1 m, within a cell.
    assert nearest.valid
    assert nearest.distance_m == pytest.approx(0.68, abs=0.05)
    assert abs(nearest.bearing_rad) == pytest.approx(math.pi, abs=0.1)
    assert nearest.sector_distance_m[36] == pytest.approx(nearest.distance_m, abs=0.05)
    assert nearest.sector_angle_rad == pytest.approx(math.radians(5.0))
    assert math.isinf(nearest.sector_distance_m[0])  # more than 3 m away
    assert not unknown_surroundings(8).valid


def level_pair() -> CameraRig:
    """Return two cameras in the same place that look ahead."""
    front = make_rig().cameras[0]
    return CameraRig((front, dataclasses.replace(front, name="twin")))


def one_depth(camera: str, depth_m: float) -> CameraFrame:
    """Return a picture of a wall across the view."""
    depth = np.full((120, 160), depth_m, np.float32)
    return CameraFrame(camera, 10**9, np.zeros((1, 1, 3), np.uint8), depth)


def test_a_voxel_that_is_hit_is_not_cleared_by_a_ray_past_what_is_in_it() -> None:
    # A pole: one camera sees it, the other sees past it to the wall behind.
    occupancy = grid(level_pair())
    occupancy.update([one_depth("front", 1.0), one_depth("twin", 3.0)], [np.zeros(3)] * 2)
    # The camera is 0.15 m ahead of the centre: the wall stands at 1.15 m, in column 80 + 23.
    wall = occupancy.log_odds[:, 70:90, 80 + 23]
    hit = wall > 0.0
    assert hit.any(axis=0).all()
    np.testing.assert_array_equal(wall[hit], np.float32(CONFIG.hit_log_odds))
    # The ray did pass: without the first camera the same voxels are free.
    past = grid(level_pair())
    past.update([one_depth("twin", 3.0)], [np.zeros(3)])
    assert (past.log_odds[:, 70:90, 80 + 23][hit] == np.float32(-CONFIG.miss_log_odds)).any()


def test_a_wall_that_is_touched_stays() -> None:
    # The wall's face is at x = 0.24: the robot at x = 0.02 touches it. Its cells have their
    # centres at 0.225, which is 0.205 m from the robot's centre: within the footprint.
    occupancy = grid()
    blank = [one_depth(camera.name, 0.0) for camera in make_rig().cameras]
    touching = [np.array([0.02, 0.0, 0.0])] * 4
    occupancy.update(blank, touching)
    occupancy.log_odds[:, 70:90, 80 + 4] = CONFIG.max_log_odds
    for _ in range(50):
        occupancy.update(blank, touching)
    assert occupied_at(occupancy.view(), 0.225, 0.01)
    # One cell nearer nothing can be: there the robot stands.
    occupancy.log_odds[:, 80, 80 + 3] = CONFIG.max_log_odds
    occupancy.update(blank, touching)
    assert not occupied_at(occupancy.view(), 0.175, 0.01)
    assert (occupancy.log_odds[:, 80, 80 + 3] == np.float32(-CONFIG.max_log_odds)).all()


def test_what_is_seen_within_the_footprint_is_the_robot_and_beside_it_an_obstacle() -> None:
    # The camera is 0.15 m ahead of the centre. A cover at 0.06 m ends 0.21 m from the centre,
    # within the radius of 0.22 m, although its cell reaches out of it; a thing at 0.09 m does not.
    config = dataclasses.replace(CONFIG, min_depth_m=0.02, layer_edges_m=(1.05, 1.15))
    rig = CameraRig((make_rig().cameras[0],))
    for depth_m, expected in ((0.06, False), (0.09, True)):
        occupancy = RollingOccupancy(rig, config, 0.22)
        for _ in range(3):
            occupancy.update([one_depth("front", depth_m)], [np.zeros(3)])
        assert occupied_at(occupancy.view(), 0.225, 0.001) == expected


# what comes suddenly --------------------------------------------------------------------------

FRONT = CameraRig((make_rig().cameras[0],))


@pytest.mark.parametrize(
    "box",
    [
        (4.5, 3.85, 4.8, 4.15, 1.7),  # somebody, 0.28 m before the hull
        (5.6, 3.9, 5.8, 4.1, 0.1),  # a box of 10 cm, 1.4 m from the hull
    ],
)
def test_what_appears_in_the_open_is_believed_with_the_first_image(box) -> None:
    occupancy, world = RollingOccupancy(FRONT, CONFIG, 0.22), world_at(4.0, 4.0, 0.0, [], 0.015)
    world.rig = FRONT
    look(occupancy, world, times=6)
    world.map = HeightMap((8.0, 8.0), [*WALLS, box])
    view = look(occupancy, world, times=1)
    assert nearest_obstacle(view, world.pose, 0.22, 72).distance_m == pytest.approx(
        box[0] - 4.22, abs=0.06
    )
    # It leaves at once: three images free what one has shown.
    world.map = HeightMap((8.0, 8.0), WALLS)
    view = look(occupancy, world, times=3)
    assert nearest_obstacle(view, world.pose, 0.22, 72).distance_m == math.inf


def ahead(value: float = 3.0, where: tuple[slice, slice] | None = None) -> CameraFrame:
    """Return a wall at 3 m, or something else in a part of the picture."""
    depth = np.full((120, 160), 3.0 if where else value, np.float32)
    if where:
        depth[where] = value
    return CameraFrame("front", 1, np.zeros((1, 1, 3), np.uint8), depth)


def after_free_space(*frames: CameraFrame) -> np.ndarray:
    """Return what is occupied before a wall that was seen for long, after some more images."""
    occupancy = RollingOccupancy(FRONT, CONFIG, 0.22)
    for frame in (*[ahead()] * 6, *frames):
        occupancy.update([frame], [np.zeros(3)])
    return occupancy.view().occupied[70:90, 80:130]


@pytest.mark.parametrize(("side", "believed"), [(1, False), (2, False), (8, True)])
def test_a_few_wrong_pixels_are_not(side: int, believed: bool) -> None:
    # At 1 m a pixel is 1.5 cm wide: 1, 4 and 64 of them are 2 %, 9 % and more than a whole face.
    spot = slice(60, 60 + side), slice(80, 80 + side)
    assert after_free_space(ahead(1.0, spot)).any() == believed


def test_pixels_that_fly_between_an_edge_and_what_is_behind_are_not() -> None:
    frame = ahead()
    # A whole column of the image, each pixel somewhere between 1 m and 3 m.
    frame.depth_m[:, 80] = np.random.default_rng(0).uniform(1.0, 3.0, 120)
    assert not after_free_space(frame).any()


@pytest.mark.parametrize(("distance_m", "believed"), [(2.2, True), (2.6, False)])
def test_far_away_there_is_no_hurry(distance_m: float, believed: bool) -> None:
    assert after_free_space(ahead(distance_m)).any() == believed  # 0.15 m less from the camera


def test_what_was_seen_at_once_is_no_stray_pixel() -> None:
    # One image of somebody, then nothing is measured there any more: too near, too dark.
    somebody = ahead(1.0, (slice(30, 90), slice(60, 100)))
    assert after_free_space(somebody, *[ahead(0.0)] * 50).any()


def test_beside_what_is_certain_noise_needs_several_images_as_ever() -> None:
    hit, certain = np.zeros((2, 3, 9, 9), bool)
    hit[1, 4, 4] = True
    near, evidence = np.ones((9, 9), bool), 0.3 * hit
    np.testing.assert_array_equal(sudden_matter(hit, evidence, certain, near, 0.25), hit)
    for row, column, believed in ((4, 6, False), (2, 2, False), (4, 7, True), (1, 4, True)):
        beside = certain.copy()
        beside[2, row, column] = True  # in whatever layer
        assert sudden_matter(hit, evidence, beside, near, 0.25).any() == believed
    assert not sudden_matter(hit, evidence, certain, ~near, 0.25).any()


def test_neighbours_of_one_layer_count_together() -> None:
    hit, certain = np.zeros((2, 2, 9, 9), bool)
    hit[0, 4, 3:6] = True
    near, evidence = np.ones((9, 9), bool), 0.1 * hit
    # The middle one has 0.3 around it, the outer ones 0.2.
    found = sudden_matter(hit, evidence, certain, near, 0.25)
    assert np.argwhere(found).tolist() == [[0, 4, 4]]
    stacked = evidence.copy()
    stacked[1] = stacked[0]  # another layer is another thing
    stacked[:, 4, 3] = 0.0
    assert not sudden_matter(hit, stacked, certain, near, 0.25).any()
