"""What sources of poses and landmarks see, what they may not say, and what is done again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import room_world

from astra_core import se3
from astra_global.mapping.build import build_map
from astra_global.mapping.config import KeyFrameConfig, MappingConfig, PlacingConfig
from astra_global.mapping.errors import SourceError, TourError
from astra_global.mapping.oracle import AnnotatedLandmarks, TopicPoses
from astra_global.mapping.ports import PoseTrack
from astra_global.mapping.sighting import Attributes, Sighting

ROOM = room_world.Room()
RIG = room_world.make_rig()
POSES = [np.array([1.0 + 0.9 * number, 1.0, 0.3 * number]) for number in range(3)]
CONFIG = MappingConfig(
    key_frames=KeyFrameConfig(distance_m=0.5), placing=PlacingConfig(min_nodes=1), keep_work=True
)
BOX = (100.0, 80.0, 140.0, 120.0)


class ToldPoses:
    """Poses by hand; looks at the tour on the way."""

    provenance = "built"

    def __init__(self, track: PoseTrack, version: int = 1) -> None:
        self.track, self.version, self.seen = track, version, None

    def fingerprint(self) -> str:
        return f"told {self.version}"

    def poses(self, tour):
        self.seen = (tour.rig.names, tour.stamps_ns, tour.poses, tour.node_ids)
        self.frames = tour.frames(2)
        self.imu, self.wheels = tour.imu(), tour.wheels()
        return self.track


class ToldSightings:
    """Sightings by hand; looks at the tour on the way."""

    provenance = "built"

    def __init__(self, *sightings: Sighting, version: int = 1) -> None:
        self.said, self.version, self.asked = sightings, version, 0

    def fingerprint(self) -> str:
        return f"told {self.version}"

    def sightings(self, tour):
        self.asked += 1
        self.seen = (tour.node_ids, tour.poses)
        self.frames = tour.frames(2)
        self.imu = tour.imu()
        return iter(self.said)


def exact() -> PoseTrack:
    return PoseTrack.exact(np.array([se3.from_se2(pose) for pose in POSES]))


def sofa(node_id: str = "n0001", camera: str = "front") -> Sighting:
    return Sighting(node_id, camera, BOX, Attributes("sofa"), depth_m=2.0)


@pytest.fixture(scope="module")
def tour(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tour")
    room_world.write_annotations(folder / "landmarks.yaml")
    return room_world.write_tour(folder, POSES)


def rerun(report) -> list[str]:
    return [stage.name for stage in report.stages if not stage.resumed]


def test_sources_see_the_tour_and_what_is_built_of_it(tour: Path, tmp_path: Path) -> None:
    covariance = np.zeros((3, 3, 3))
    covariance[:] = np.diag([0.01, 0.02, 0.003])
    poses = ToldPoses(PoseTrack(exact().t_map_base, covariance))
    landmarks = ToldSightings(sofa())
    report = build_map(tour, tmp_path / "m", poses=poses, landmarks=landmarks, config=CONFIG)
    names, stamps, no_poses, no_nodes = poses.seen
    assert (names, no_poses, no_nodes) == (RIG.names, None, ())
    assert stamps.tolist() == [[(n + 1) * 10**9 // 3] * 4 for n in range(3)]
    for column, camera in enumerate(RIG.cameras):
        image, depth = ROOM.render(camera, POSES[2])
        frame = poses.frames[column]
        assert (frame.camera, frame.stamp_ns) == (camera.name, int(stamps[2, column]))
        # JPEG of rich texture: right picture, a few grey levels off; depth has 1 % of noise.
        assert np.abs(frame.image.astype(int) - image).mean() < 8
        assert np.median(np.abs(frame.depth_m / depth - 1.0)) < 0.01
        same = landmarks.frames[column]
        assert np.array_equal(same.image, frame.image) and np.array_equal(
            same.depth_m, frame.depth_m
        )
    assert [sample.angular_velocity_rad_s[2] for sample in poses.imu] == pytest.approx(
        [0, 0.1, 0.2]
    )
    assert poses.imu == landmarks.imu and poses.imu[0].linear_acceleration_m_s2[2] == 9.81
    assert [sample.linear_velocity_mps for sample in poses.wheels] == [0.5] * 3
    node_ids, track = landmarks.seen
    assert node_ids == ("n0000", "n0001", "n0002")
    np.testing.assert_array_equal(track.covariance, covariance)
    assert dict(report.map.provenance)["map"] == "built"
    assert all((node.covariance == covariance[0]).all() for node in report.map.nodes)
    (landmark,) = report.map.landmarks
    # What the finder has seen from a node is linked, whether depth lies on it or not.
    assert landmark.id == "sofa-1" and "n0001" in landmark.node_ids


def test_exactly_what_depends_on_a_source_is_done_again(tour: Path, tmp_path: Path) -> None:
    poses, landmarks = ToldPoses(exact()), ToldSightings(sofa())

    def build(poses=poses, landmarks=landmarks, config=CONFIG):
        return build_map(tour, tmp_path / "m", poses=poses, landmarks=landmarks, config=config)

    stages = [stage.name for stage in build().stages]
    assert rerun(build()) == []
    named = ["sightings", "landmarks", "visibility"]
    # The same provenance, another source: not taken for done.
    assert rerun(build(landmarks=ToldSightings(sofa("n0002"), version=2))) == named
    assert rerun(build()) == named
    asked = landmarks.asked
    wider = replace(CONFIG, placing=PlacingConfig(min_nodes=1, gap_m=0.5))
    assert rerun(build(config=wider)) == named[1:]
    assert landmarks.asked == asked  # a slow finder is not asked again
    moved = PoseTrack(
        exact().t_map_base + se3.from_xyz_rpy((0.1, 0, 0)) - np.eye(4), np.zeros((3, 3, 3))
    )
    report = build(ToldPoses(moved, version=2), config=wider)
    assert rerun(report) == [name for name in stages if name != "tour"]
    np.testing.assert_allclose(report.map.node_poses[:, 0], [1.1, 2.0, 2.9])


def test_an_annotation_or_a_gap_that_changed_is_noticed(tour: Path, tmp_path: Path) -> None:
    annotations = room_world.write_annotations(tmp_path / "a.yaml")
    before = AnnotatedLandmarks(annotations).fingerprint()
    assert AnnotatedLandmarks(annotations).fingerprint() == before
    annotations.write_text(annotations.read_text("utf-8").replace("plates", "cups"), "utf-8")
    assert AnnotatedLandmarks(annotations).fingerprint() != before
    assert TopicPoses(tour).fingerprint() == TopicPoses(tour).fingerprint()
    assert TopicPoses(tour, max_gap_s=2.0).fingerprint() != TopicPoses(tour).fingerprint()


@pytest.mark.parametrize(
    ("track", "message"),
    [
        (PoseTrack.exact(np.tile(np.eye(4), (2, 1, 1))), "2 poses for 3 moments"),
        (PoseTrack(np.tile(np.eye(4), (3, 1, 1)), -np.tile(np.eye(3), (3, 1, 1))), "covariance"),
        (PoseTrack(np.tile(np.eye(4), (3, 1, 1)), np.full((3, 3, 3), np.nan)), "covariance"),
    ],
)
def test_poses_that_cannot_be_are_refused(tour: Path, tmp_path: Path, track, message) -> None:
    with pytest.raises(SourceError, match=message):
        build_map(tour, tmp_path / "m", poses=ToldPoses(track), landmarks=ToldSightings())


def test_a_tour_without_any_pose_is_no_map(tour: Path, tmp_path: Path) -> None:
    nowhere = PoseTrack.exact(np.full((3, 4, 4), np.nan))
    with pytest.raises(TourError, match="while a pose is known"):
        build_map(tour, tmp_path / "m", poses=ToldPoses(nowhere), landmarks=ToldSightings())


@pytest.mark.parametrize(
    ("seen", "message"), [(sofa("n9"), "node 'n9'"), (sofa(camera="top"), "camera 'top'")]
)
def test_a_finder_that_looks_at_nothing_is_refused(tour, tmp_path, seen, message) -> None:
    with pytest.raises(SourceError, match=message):
        build_map(
            tour, tmp_path / "m", poses=ToldPoses(exact()), landmarks=ToldSightings(seen),
            config=CONFIG,
        )  # fmt: skip
