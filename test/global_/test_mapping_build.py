"""From a recorded tour of a small room to a map, and localization on it: the whole way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import room_world
import yaml

from astra_core.errors import ConfigError, NotLocalized
from astra_core.observation import CameraFrame
from astra_core.stack_spec import StackSpec
from astra_global.localize import Localizer
from astra_global.map import FREE, OCCUPIED, check_map, draw_map, load_map
from astra_global.map.made_for import MapRobot, map_robot
from astra_global.mapping import build as build_module
from astra_global.mapping.config import (
    EdgeConfig,
    FusionConfig,
    KeyFrameConfig,
    MappingConfig,
)
from astra_global.mapping.errors import TourError
from astra_global.mapping.oracle import AnnotatedLandmarks, TopicPoses
from astra_global.stack import build_localizer, load_places

CONFIG = MappingConfig(key_frames=KeyFrameConfig(distance_m=0.8, angle_rad=0.5))
FEW = MappingConfig(key_frames=KeyFrameConfig(distance_m=2.0, angle_rad=3.0))
ROOM = room_world.Room()
RIG = room_world.make_rig()
# One side of the loop and the turns at its end: every pose becomes a node.
POSES = [pose for pose in room_world.tour_poses(0.8) if pose[1] < 2.0][:-1]


def build_map(tour: Path, out: Path, config=None, progress=None, **sources):
    """Build with the sources of the tour's folder where no others are given."""
    topics = (config or MappingConfig()).topics
    told = {
        "poses": TopicPoses(tour, topics),
        "landmarks": AnnotatedLandmarks(tour.parent / "landmarks.yaml"),
    }
    return build_module.build_map(tour, out, config=config, progress=progress, **told | sources)


@pytest.fixture(scope="module")
def tour(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tour")
    room_world.write_annotations(folder / "landmarks.yaml")
    return room_world.write_tour(folder, POSES)


@pytest.fixture(scope="module")
def built(tour: Path, tmp_path_factory):
    texts: list[tuple[float, str]] = []
    report = build_map(
        tour, tmp_path_factory.mktemp("out") / "room", CONFIG,
        lambda share, text: texts.append((share, text)),
    )  # fmt: skip
    return report, texts


def test_the_map_holds_what_the_tour_saw(built) -> None:
    report, texts = built
    astra_map = load_map(report.map.folder)
    assert len(astra_map.nodes) == len(POSES)
    np.testing.assert_allclose(astra_map.node_poses, POSES, atol=1e-9)
    assert astra_map.rig.names == RIG.names
    np.testing.assert_allclose(
        astra_map.rig["left"].t_base_optical, RIG["left"].t_base_optical, atol=1e-12
    )
    assert astra_map.provenance["map"] == "oracle"
    assert map_robot(astra_map.provenance) == MapRobot(0.22, 1.2)
    assert report.problems == [] and check_map(report.map.folder) == []
    shares = [share for share, _ in texts]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert report.to_dict()["nodes"] == len(POSES)
    assert not report.map.folder.with_name("room.building").exists()


def test_occupancy_agrees_with_the_room(built) -> None:
    occupancy = built[0].map.occupancy
    on_path = np.array([pose[:2] for pose in POSES])
    assert (occupancy.value_at(on_path) == FREE).all()
    walls = np.array([[0.0, 2.0], [3.0, 0.0], [2.0, 0.0]])
    faces = np.array([[4.2, 3.0], [3.8, 3.4]])
    for point in np.concatenate([walls, faces]):
        near = point + 0.05 * np.array([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)])
        assert (occupancy.value_at(near) == OCCUPIED).any(), point
    assert occupancy.value_at(np.array([2.0, 2.5])) == FREE
    assert occupancy.value_at(np.array([-0.5, 2.0])) != FREE


def test_landmarks_are_linked_both_ways(built) -> None:
    astra_map = built[0].map
    box, sign = (astra_map.landmark_by_id[name] for name in ("box", "sign"))
    for landmark in (box, sign):
        linked = {node.id for node in astra_map.nodes if landmark.id in node.landmark_ids}
        assert linked == set(landmark.node_ids) != set()
    # The best view of the sign on the wall x = 0 is from near by.
    best = astra_map.node_by_id[sign.node_ids[0]].pose
    assert best[0] < 2.5


@pytest.fixture(scope="module")
def localizer(built) -> Localizer:
    return build_localizer(StackSpec(), load_places(built[0].map), RIG)


def test_random_poses_are_found_in_other_light(built, localizer: Localizer) -> None:
    rng = np.random.default_rng(11)
    for light in (0.7, 1.0, 1.3):
        pose = np.array([rng.uniform(1, 5), rng.uniform(0.8, 2.2), rng.uniform(-np.pi, np.pi)])
        fix = localizer.localize(ROOM.frames(RIG, pose, 42, rng, light))
        assert np.linalg.norm(fix.pose[:2] - pose[:2]) < 0.03
        assert abs(np.angle(np.exp(1j * (fix.pose[2] - pose[2])))) < np.deg2rad(0.5)
        assert fix.stamp_ns == 42 and fix.num_inliers >= 30
        assert np.linalg.eigvalsh(fix.covariance).min() > 0
        assert set(fix.node_ids) <= {node.id for node in built[0].map.nodes}


def test_the_front_camera_alone_and_any_order_work(localizer: Localizer) -> None:
    pose = np.array([2.6, 1.6, 0.4])
    frames = ROOM.frames(RIG, pose, rng=np.random.default_rng(0))
    alone = localizer.localize(frames[:1])
    assert np.linalg.norm(alone.pose - pose) < 0.05
    forward, backward = localizer.localize(frames), localizer.localize(frames[::-1])
    np.testing.assert_allclose(forward.pose, backward.pose, atol=0.01)
    np.testing.assert_array_equal(forward.pose, localizer.localize(frames).pose)


def test_another_room_and_blank_pictures_are_refused(localizer: Localizer) -> None:
    foreign = room_world.Room(seed=99)
    with pytest.raises(NotLocalized, match=r"match|agree|explains"):
        localizer.localize(foreign.frames(RIG, np.array([2.0, 1.5, 0.0])))
    blank = [CameraFrame(name, 1, np.full((240, 320, 3), 80, np.uint8)) for name in RIG.names]
    with pytest.raises(NotLocalized, match="blank"):
        localizer.localize(blank)
    with pytest.raises(NotLocalized, match="no pictures"):
        localizer.localize([])


def test_a_prior_restricts_the_search(localizer: Localizer) -> None:
    pose = np.array([2.0, 1.4, 1.0])
    frames = ROOM.frames(RIG, pose)
    fix = localizer.localize(frames, near=(pose, 2.0))
    assert np.linalg.norm(fix.pose[:2] - pose[:2]) < 0.03
    with pytest.raises(NotLocalized, match="no node"):
        localizer.localize(frames, near=(np.array([50.0, 50.0, 0.0]), 2.0))


def test_pictures_of_other_moments_or_cameras_are_refused(localizer: Localizer) -> None:
    front, left, *_ = ROOM.frames(RIG, POSES[0])
    late = CameraFrame("left", front.stamp_ns + 200_000_000, left.image)
    with pytest.raises(NotLocalized, match=r"0\.200 s apart"):
        localizer.localize([front, late])
    with pytest.raises(ConfigError, match="top"):
        localizer.localize([CameraFrame("top", 1, front.image)])


def test_depth_is_never_looked_at(localizer: Localizer) -> None:
    pose = np.array([3.0, 1.2, -2.0])
    frames = ROOM.frames(RIG, pose)
    poisoned = [
        CameraFrame(frame.camera, frame.stamp_ns, frame.image, np.full((240, 320), np.nan))
        for frame in frames
    ]
    np.testing.assert_array_equal(
        localizer.localize(frames).pose, localizer.localize(poisoned).pose
    )


def test_a_floating_rig_is_refused(localizer: Localizer) -> None:
    # Cameras that hang 0.3 m lower than the map believes: the geometry gives it away.
    lowered = np.array([0.0, 0.0, -0.3])
    cameras = []
    for camera in RIG.cameras:
        pose = camera.t_base_optical.copy()
        pose[:3, 3] += lowered
        cameras.append(type(camera)(camera.name, camera.intrinsics, pose))
    frames = ROOM.frames(type(RIG)(tuple(cameras)), np.array([2.5, 1.4, 0.3]))
    with pytest.raises(NotLocalized, match=r"floats -0\.3"):
        localizer.localize(frames)


def test_an_interrupted_build_goes_on(tour: Path, tmp_path: Path, monkeypatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(build_module, "index_stage", interrupt)
        with pytest.raises(KeyboardInterrupt):
            build_map(tour, tmp_path / "m", FEW)
    assert not (tmp_path / "m").exists()
    calls: list[str] = []
    original = build_module.occupancy_stage
    monkeypatch.setattr(
        build_module, "occupancy_stage", lambda *a: calls.append("again") or original(*a)
    )
    report = build_map(tour, tmp_path / "m", FEW)
    assert calls == [] and [stage.resumed for stage in report.stages] == [True] * 8 + [False] * 2
    load_map(tmp_path / "m")


def test_missing_parts_of_a_tour_are_named(tour: Path, tmp_path: Path) -> None:
    with pytest.raises(TourError, match="there is no such bag"):
        build_map(tmp_path / "none", tmp_path / "m")
    damaged = tmp_path / "damaged"
    shutil.copytree(tour, damaged)
    (damaged / "metadata.yaml").write_text("nonsense", "utf-8")
    with pytest.raises(TourError, match="not a readable bag"):
        build_map(damaged, tmp_path / "m")
    other = MappingConfig(topics=type(CONFIG.topics)(pose="/nowhere"))
    with pytest.raises(TourError, match="topic /nowhere is missing"):
        build_map(tour, tmp_path / "m", other)


def test_the_picture_of_a_map_shows_its_parts(built, tmp_path: Path) -> None:
    from PIL import Image

    path = draw_map(built[0].map, tmp_path / "room.png", route_m=np.array([[1, 1], [4, 1.0]]))
    pixels = np.asarray(Image.open(path).convert("RGB")).reshape(-1, 3)
    colors = np.unique(pixels, axis=0).astype(int)
    for name, color in {
        "wall": (52, 60, 74), "free": (255, 255, 255), "route": (38, 160, 96),
        "label": (255, 247, 240),
    }.items():  # fmt: skip
        # Shrinking the drawing rings a little around edges.
        assert np.abs(colors - color).max(axis=1).min() <= 8, name


def test_provenance_is_plain_data(built) -> None:
    text = (built[0].map.folder / "map.yaml").read_text(encoding="utf-8")
    head = yaml.safe_load(text)
    assert head["provenance"]["counts"]["key_frames"]["nodes"] == len(POSES)
    json.dumps(head)


def test_a_setting_that_contradicts_the_robot_of_the_map_is_refused(tour, tmp_path) -> None:
    narrow = MappingConfig(edges=EdgeConfig(robot_radius_m=0.2))
    with pytest.raises(ConfigError, match=r"edges\.robot_radius_m is 0\.2 .* of the robot, 0\.22"):
        build_map(tour, tmp_path / "m", narrow)
    low = MappingConfig(fusion=FusionConfig(ceiling_m=1.1))
    with pytest.raises(ConfigError, match=r"fusion\.ceiling_m is 1\.1 and must not be below"):
        build_map(tour, tmp_path / "m", low)
    assert not (tmp_path / "m.building").exists()
