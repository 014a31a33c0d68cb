"""Maps from pictures alone: features, free ways and co-visibility without any depth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import room_world

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics
from astra_core.stack_spec import StackSpec
from astra_global.localize.features import Features
from astra_global.localize.index import INDEX_FILE, load_index
from astra_global.map import FREE, UNKNOWN, check_map, load_map
from astra_global.mapping.build import build_map
from astra_global.mapping.config import (
    EdgeConfig,
    KeyFrameConfig,
    MappingConfig,
    TopicConfig,
    TriangulationConfig,
    VisibilityConfig,
)
from astra_global.mapping.edges import connect_nodes, driven_area
from astra_global.mapping.feature_points import LookedAt, triangulate
from astra_global.mapping.oracle import AnnotatedLandmarks, TopicPoses
from astra_global.mapping.visibility import count_features_on
from astra_global.route import GraphRoutePlanner
from astra_global.stack import build_localizer, load_places
from astra_global.types import Landmark

ROOM = room_world.Room()
RIG = room_world.make_rig()
# One side of the loop and the turns at its end.
POSES = [pose for pose in room_world.tour_poses(0.5) if pose[1] < 1.2]
KEY_FRAMES = KeyFrameConfig(distance_m=0.5, angle_rad=0.5)
AHEAD = np.array([[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 1.0], [0, 0, 0, 1]])
LENS = CameraIntrinsics(320, 240, 100.0, 100.0, 159.5, 119.5)


def build(tour: Path, out: Path, **other):
    config = MappingConfig(key_frames=KEY_FRAMES, **other)
    landmarks = AnnotatedLandmarks(room_world.write_annotations(out.parent / "landmarks.yaml"))
    poses = TopicPoses(tour, config.topics)
    return build_map(tour, out, poses=poses, landmarks=landmarks, config=config)


@pytest.fixture(scope="module")
def blind(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blind")
    return build(room_world.write_tour(folder, POSES, depth_of=()), folder / "room")


def test_a_map_without_depth_says_so_and_is_sound(blind) -> None:
    astra_map = load_map(blind.map.folder)
    assert astra_map.provenance["depth"] == "none"
    assert [line.split(":")[0] for line in astra_map.missing] == ["free space", "views"]
    assert "missing: free space" in blind.to_text()
    assert astra_map.occupancy is None
    assert blind.problems == [] and check_map(blind.map.folder) == []
    index = load_index(astra_map.folder / INDEX_FILE)
    assert not index.inverse_depth.any()


def test_triangulated_features_lie_on_the_walls(blind) -> None:
    points = load_index(blind.map.folder / INDEX_FILE).points.astype(float)
    low, high = np.abs(points), np.abs(points - room_world.ROOM_M)
    box_low, box_high = (
        np.abs(points - end) for end in (room_world.BOX_LOW_M, room_world.BOX_HIGH_M)
    )
    off = np.concatenate([low, high, box_low, box_high], axis=1).min(axis=1)
    assert len(points) > 5000
    assert np.median(off) < 0.02 and np.percentile(off, 90) < 0.1


def test_the_robot_is_found_on_a_map_without_depth(blind) -> None:
    localizer = build_localizer(StackSpec(), load_places(blind.map), RIG)
    rng = np.random.default_rng(3)
    for light in (0.8, 1.0, 1.2):
        pose = np.array([rng.uniform(1, 5), rng.uniform(0.8, 1.6), rng.uniform(-np.pi, np.pi)])
        fix = localizer.localize(ROOM.frames(RIG, pose, 42, rng, light))
        assert np.linalg.norm(fix.pose[:2] - pose[:2]) < 0.03
        assert abs(np.angle(np.exp(1j * (fix.pose[2] - pose[2])))) < np.deg2rad(0.5)
        assert fix.confidence > 0.9


def test_landmarks_are_linked_by_features_and_ways_are_those_driven(blind) -> None:
    astra_map = blind.map
    box = astra_map.landmark_by_id["box"]
    assert box.node_ids
    for node_id in box.node_ids:
        assert "box" in astra_map.node_by_id[node_id].landmark_ids
    route = GraphRoutePlanner(astra_map).plan(POSES[0], POSES[-1])
    assert np.abs(route.points_m[:, 1] - 1.0).max() < 0.05  # along the line that was driven


def test_where_some_cameras_have_depth_the_others_are_triangulated(tmp_path: Path) -> None:
    tour = room_world.write_tour(tmp_path, POSES[:4], depth_of=("front",))
    astra_map = build(tour, tmp_path / "m").map
    assert astra_map.provenance["depth"] == "partly"
    assert astra_map.missing[0].startswith("depth of 12 of 16 pictures")
    assert astra_map.occupancy is not None
    index = load_index(astra_map.folder / INDEX_FILE)
    counts = np.diff(index.offsets)
    front = index.picture_camera == RIG.names.index("front")
    assert index.inverse_depth[front].any() and not index.inverse_depth[~front].any()
    assert counts[front].min() > 100 and np.median(counts[~front]) > 50
    # What was recorded can be left out.
    without = build(tour, tmp_path / "w", topics=TopicConfig(depth="")).map
    assert without.provenance["depth"] == "none"


def looked_at(at: tuple[float, float, float], points: np.ndarray, node: int) -> LookedAt:
    """A picture of points ``(N, 3)``; feature i looks like feature i of other pictures only."""
    t_map_optical = se3.from_se2(at) @ AHEAD
    pixels = LENS.project(se3.transform_points(se3.inverse(t_map_optical), points))
    descriptors = np.zeros((len(points), 128), np.uint8)
    for number in range(len(points)):
        descriptors[number, 4 * number : 4 * number + 4] = 255  # of length 1, in bytes
    features = Features(pixels.astype(np.float32), descriptors)
    return LookedAt(features, Camera("front", LENS, AHEAD), t_map_optical, node)


THINGS = np.array([[4.0, 0.5, 1.2], [3.0, -1.0, 0.5], [5.0, 1.0, 2.0], [6.0, -0.5, 1.0]])


def test_features_are_placed_where_their_rays_meet() -> None:
    pictures = [looked_at((0, y, 0), THINGS, node) for node, y in enumerate((0.0, 0.4, 0.8))]
    wanted = np.array([True, True, False])
    placed = triangulate(pictures, wanted, TriangulationConfig())
    for points, usable in placed[:2]:
        assert usable.all()
        np.testing.assert_allclose(points, THINGS, atol=1e-3)
    assert not placed[2][1].any()  # nobody asked


def test_one_wrong_match_does_not_move_a_point() -> None:
    moved = THINGS.copy()
    moved[0] = (4.0, -0.1, 1.2)  # looks like the first thing, stands 0.6 m beside it
    views = [(y, THINGS) for y in (0.0, 0.4, 0.8)] + [(0.6, moved)]
    pictures = [looked_at((0, y, 0), things, node) for node, (y, things) in enumerate(views)]
    points, usable = triangulate(pictures, np.ones(4, bool), TriangulationConfig())[0]
    assert usable.all()
    np.testing.assert_allclose(points, THINGS, atol=1e-3)


def test_wrong_matches_do_not_outvote_a_right_one() -> None:
    views = [(0.0, THINGS), (0.4, THINGS)]
    for y, up_m in ((0.1, 0.5), (0.2, 0.8), (0.3, 0.6), (0.5, 0.7)):
        moved = THINGS.copy()
        moved[0, 2] += up_m  # as high as no ray through the first thing goes
        views.append((y, moved))
    pictures = [looked_at((0, y, 0), things, node) for node, (y, things) in enumerate(views)]
    points, usable = triangulate(pictures, np.ones(6, bool), TriangulationConfig())[0]
    assert usable[0]
    np.testing.assert_allclose(points[0], THINGS[0], atol=1e-3)


def test_points_right_before_the_camera_are_not_used() -> None:
    things = np.array([[0.15, 0.06, 1.0], [0.4, 0.06, 1.0]])
    pictures = [looked_at((0, y, 0), things, node) for node, y in enumerate((0.0, 0.12))]
    _, usable = triangulate(pictures, np.ones(2, bool), TriangulationConfig())[0]
    assert usable.tolist() == [False, True]  # nearer than 0.2 m, and not


@pytest.mark.parametrize(
    ("places", "nodes", "why"),
    [
        ([(0, 0, 0), (0, 0.12, 0)], (0, 1), "0.12 m apart at 4 m are 0.03 rad"),
        ([(0, 0, 0), (0, 3.0, 0)], (0, 1), "too far apart to be matched"),
        ([(0, 0, 0), (0, 0.4, 0)], (0, 0), "pictures of one node"),
        ([(0, 0, 0), (0, 0.4, 1.0)], (0, 1), "they look elsewhere"),
    ],
)
def test_features_that_cannot_be_placed_are_not_used(places, nodes, why) -> None:
    things = np.array([[4.0, 0.2, 1.0], [4.2, 0.4, 1.2], [4.1, 0.0, 0.8]])
    pictures = [looked_at(at, things, node) for at, node in zip(places, nodes, strict=True)]
    for _, usable in triangulate(pictures, np.ones(2, bool), TriangulationConfig()):
        assert not usable.any(), why


def test_points_beyond_the_range_are_not_used() -> None:
    pictures = [looked_at((0, y, 0), THINGS, node) for node, y in enumerate((0.0, 0.8))]
    near = TriangulationConfig(max_range_m=4.5)
    _, usable = triangulate(pictures, np.ones(2, bool), near)[0]
    assert usable.tolist() == [True, True, False, False]


def test_the_swept_floor_is_free_and_a_jump_is_not_driven() -> None:
    config = EdgeConfig(robot_radius_m=0.2, max_driven_length_m=1.0)
    track = np.array([[0, 0], [0.8, 0], [np.nan, np.nan], [0.8, 0.5], [3.0, 0.5]])
    area = driven_area(track, config)
    at = np.array([[0.4, 0.0], [0.4, 0.17], [-0.17, 0], [3.17, 0.5], [0.8, 0.5]])
    assert (area.value_at(at) == FREE).all()
    beside = np.array([[0.4, 0.23], [-0.23, 0], [0.8, 0.25], [1.9, 0.5], [3.0, 0.73]])
    assert (area.value_at(beside) == UNKNOWN).all()


def test_without_depth_nodes_are_connected_where_the_body_has_been() -> None:
    config = EdgeConfig(robot_radius_m=0.2, max_driven_length_m=0.6)
    # Two lanes 0.3 m apart: their strips of 0.4 m overlap. A third 0.6 m on does not touch them.
    lane = np.linspace(0.0, 1.0, 3)
    lanes = [np.c_[lane, np.full(3, y)] for y in (0.0, 0.3, 0.9)]
    jump = np.full((1, 2), np.nan)
    track = np.vstack([lanes[0], jump, lanes[1], jump, lanes[2]])
    xy = np.vstack(lanes)
    ids = [f"n{i}" for i in range(9)]
    area = driven_area(track, config)
    needed = config.robot_radius_m - 2 * area.resolution_m
    # n2 to n3 and n5 to n6 are consecutive, but too long to have been driven straight.
    edges = {(edge.a, edge.b) for edge in connect_nodes(ids, xy, area, config, needed)}
    assert {("n0", "n1"), ("n1", "n2"), ("n0", "n3"), ("n1", "n4"), ("n7", "n8")} <= edges
    assert not any(edge for edge in edges if "n6" in edge[1] and edge[0] < "n6")


def test_features_on_a_landmark_are_counted_within_range() -> None:
    box = Landmark("a", "box", "", "", "", "", (2.0, 0.0, 1.0), (0.4, 0.4, 0.4))
    far = replace(box, id="b", position_m=(9.0, 0.0, 1.0))
    points = np.array([[1.8, 0, 1], [1.75, 0.25, 1.2], [1.73, 0, 1], [2, 0, 1.3], [9, 0, 1]])
    config = VisibilityConfig(margin_m=0.06, max_range_m=6.0)
    counts = count_features_on([box, far], points, np.array([0, 0, 1.0]), config)
    # Half of 0.4 and the margin are 0.26: the third and fourth are beside it, the last too far.
    assert counts.tolist() == [2, 0]
    assert count_features_on([], points, np.zeros(3), config).tolist() == []
