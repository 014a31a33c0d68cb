"""A camera that is not where the robot's rig says: found, said, and not used; no false alarm."""

from __future__ import annotations

import re

import numpy as np
import pytest
from rig_world import RIG, TWINS, changed, make_places
from scipy.spatial import cKDTree

from astra_core import se3
from astra_core.camera import Camera, CameraRig
from astra_core.stack_spec import StackSpec
from astra_global.localize.config import FeatureConfig, LocalizeConfig, MountingConfig
from astra_global.localize.features import DESCRIPTOR_SCALE
from astra_global.localize.hypothesis import Hypothesis
from astra_global.localize.index import LocalizationIndex
from astra_global.localize.mounting import MountingCheck, Sighting, agreed_deviation
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.query import Query, QueryPicture
from astra_global.localize.rig_pose import Correspondences
from astra_global.stack import build_localizer
from astra_global.types import AstraMap, MapNode, MountingError

# --- one camera against the others: points without pictures --------------------------------------


class Points:
    """A room of points that can be told apart, a map of it, and what cameras see there."""

    def __init__(self, count: int = 900) -> None:
        rng = np.random.default_rng(4)
        angle, radius = rng.uniform(-np.pi, np.pi, count), rng.uniform(2.0, 5.0, count)
        self.points = np.stack(
            [radius * np.cos(angle), radius * np.sin(angle), rng.uniform(0.0, 2.4, count)], axis=1
        )
        raw = np.abs(rng.normal(size=(count, 128)))
        raw /= np.linalg.norm(raw, axis=1, keepdims=True)
        self.descriptors = np.rint(raw * DESCRIPTOR_SCALE).astype(np.uint8)
        nodes = tuple(
            MapNode(f"n{number}", se3.from_se2([x, 0.0, 0.5 * number]))
            for number, x in enumerate((-0.5, 0.0, 0.5))
        )
        seen = [self.seen(camera, node.t_map_base)[0] for node in nodes for camera in RIG.cameras]
        ids = np.concatenate(seen)
        index = LocalizationIndex(
            FeatureConfig(words=2), tuple(node.id for node in nodes), RIG.names,
            np.repeat(np.arange(3), 4).astype(np.int32), np.tile(np.arange(4), 3).astype(np.int32),
            np.concatenate([[0], np.cumsum([len(one) for one in seen])]).astype(np.int64),
            self.descriptors[ids], self.points[ids].astype(np.float32),
            np.zeros((2, 128), np.float32), np.zeros((12, 256), np.float16),
            np.zeros((12, 60, 80), np.float16),
        )  # fmt: skip
        self.places = PlaceMap(AstraMap(nodes, (), (), RIG), index)

    def seen(self, camera: Camera, t_map_base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which points a camera sees, and where."""
        to_optical = se3.inverse(t_map_base @ camera.t_base_optical)
        optical = se3.transform_points(to_optical, self.points)
        with np.errstate(invalid="ignore"):
            pixels = camera.intrinsics.project(optical)
            inside = (optical[:, 2] > 0.3) & (pixels > 0).all(axis=1) & (pixels < [320, 240]).all(1)
        ids = np.flatnonzero(inside)
        return ids, pixels[ids]

    def query(self, rig: CameraRig, pose: np.ndarray, noise_px: float = 0.2) -> Query:
        """Return what the cameras of a robot see from a planar pose."""
        rng = np.random.default_rng(int(1000 * abs(pose).sum()))
        pictures, first = [], 0
        for number, camera in enumerate(rig.cameras):
            ids, pixels = self.seen(camera, se3.from_se2(pose))
            pixels = pixels + noise_px * rng.normal(size=pixels.shape)
            floats = self.descriptors[ids].astype(np.float32) / np.float32(DESCRIPTOR_SCALE)
            pictures.append(
                QueryPicture(
                    number, np.zeros((1, 1, 3), np.uint8), pixels, floats, first, cKDTree(pixels)
                )
            )
            first += len(ids)
        return Query(1, tuple(pictures))


POINTS = Points()


def believed(query: Query, pose: np.ndarray, agreeing: tuple[str, ...]) -> Hypothesis:
    """Return the pose that some cameras agree on."""
    parts = [
        Correspondences(
            picture.pixels, np.zeros((len(picture.pixels), 3)),
            np.full(len(picture.pixels), picture.camera),
            picture.first_feature + np.arange(len(picture.pixels)),
            np.zeros(len(picture.pixels), np.intp),
        )
        for picture in query.pictures if RIG.names[picture.camera] in agreeing
    ]  # fmt: skip
    inliers = Correspondences.join(parts)
    return Hypothesis(pose, 1e-4 * np.eye(3), inliers, inliers.num_features, np.eye(4))


def watch(true_rig: CameraRig, agreeing: tuple[str, ...], poses) -> MountingCheck:
    check = MountingCheck(POINTS.places, RIG, LocalizeConfig())
    for pose in poses:
        query = POINTS.query(true_rig, pose)
        check.look(query, believed(query, pose, agreeing))
    return check


TURNING = [np.array([0.1 * k - 0.4, 0.05 * k, 0.4 * k]) for k in range(8)]
OTHERS = ("front", "rear", "right")


@pytest.mark.parametrize(
    ("yaw_deg", "move", "told"),
    [
        (10.0, (0, 0, 0), r"turned by (9\.[6-9]|10\.[0-4]) degrees to the left"),
        (-10.0, (0, 0, 0), r"turned by (9\.[6-9]|10\.[0-4]) degrees to the right"),
        (0.0, (0.3, 0, 0), r"moved by 0\.(29|3[01]) m forwards"),
        (0.0, (0, -0.3, 0), r"moved by 0\.(29|3[01]) m to the right"),
        (0.0, (0, 0, 0.2), r"moved by 0\.(19|2[01]) m up"),
    ],
)
def test_what_a_camera_sees_says_how_it_is_mounted(yaw_deg, move, told) -> None:
    check = watch(changed(RIG, "left", yaw_deg, move), OTHERS, TURNING)
    error = check.errors["left"]
    np.testing.assert_allclose(np.rad2deg(error.turned_rad), [0, 0, yaw_deg], atol=0.5)
    np.testing.assert_allclose(error.moved_m, move, atol=0.02)
    assert re.match(f"camera left is {told} against", str(error)), str(error)
    assert "front, rear, right agree" in str(error)
    assert check.distrusted == {"left"} and set(check.errors) == {"left"}


def test_a_good_rig_is_never_blamed_and_soon_not_looked_at_any_more() -> None:
    for agreeing in (RIG.names, OTHERS):  # the left one may see nothing that is on the map
        check = watch(RIG, agreeing, TURNING * 3)
        assert not check.errors and not check.distrusted
        if agreeing == RIG.names:
            assert set(check._num_looks.values()) == {4}


def test_small_errors_and_switched_off_checks_say_nothing() -> None:
    assert not watch(changed(RIG, "left", 2.0, (0.05, 0, 0)), OTHERS, TURNING).errors
    off = LocalizeConfig(mounting=MountingConfig(check=False))
    check = MountingCheck(POINTS.places, RIG, off)
    for pose in TURNING:
        query = POINTS.query(changed(RIG, "left", 10.0), pose)
        check.look(query, believed(query, pose, OTHERS))
    assert not check.errors


def test_one_standpoint_or_one_heading_is_not_enough() -> None:
    turned = changed(RIG, "left", 10.0)
    assert not watch(turned, OTHERS, [TURNING[0]] * 20).errors
    # A stretch of a map that repeats itself looks like this as long as the robot does not turn.
    straight = [np.array([0.31 * k - 0.9, 0.0, 0.3]) for k in range(7)]
    assert not watch(turned, OTHERS, straight).errors
    assert watch(turned, OTHERS, [*straight, np.array([0.0, 0.4, 1.2])]).errors


def test_a_camera_is_looked_at_from_new_standpoints_and_until_it_is_found_out() -> None:
    turned = changed(RIG, "left", 10.0)
    assert watch(turned, OTHERS, [TURNING[0]] * 5)._num_looks["left"] == 1
    check = watch(turned, OTHERS, TURNING * 3)
    assert check.errors and check._num_looks["left"] < 8


def test_what_is_much_too_far_away_is_another_place() -> None:
    assert not watch(changed(RIG, "left", move=(1.0, 0, 0)), OTHERS, TURNING).errors


def test_a_few_matches_say_nothing() -> None:
    check = MountingCheck(POINTS.places, RIG, LocalizeConfig())
    for pose in TURNING:
        query = POINTS.query(changed(RIG, "left", 10.0), pose)
        front, left, *rest = query.pictures
        few = QueryPicture(
            left.camera, left.image, left.pixels[:20], left.descriptors[:20],
            left.first_feature, cKDTree(left.pixels[:20]),
        )  # fmt: skip
        check.look(Query(1, (front, few, *rest)), believed(query, pose, OTHERS))
    assert check._num_looks["left"] > 4 and not check._sightings["left"]


def test_one_camera_against_one_blames_neither() -> None:
    check = watch(changed(RIG, "left", 10.0), ("front",), TURNING * 3)
    assert str(check.errors["left"]).startswith("cameras left and front contradict each other")
    assert check.distrusted == set()


def test_a_camera_alone_is_not_judged() -> None:
    assert not watch(changed(RIG, "left", 10.0), ("left",), TURNING).errors


def sighting(heading: float, turned: float, moved: float = 0.0) -> Sighting:
    away = np.array([0.0, 0.0, turned]), np.array([moved, 0.0, 0.0])
    return Sighting(np.array([0.0, 0.0, heading]), *away, ("front", "rear"))


def test_sightings_must_agree() -> None:
    same = [sighting(0.3 * k, 0.17) for k in range(4)]
    turned, moved = agreed_deviation(same)
    assert turned[2] == pytest.approx(0.17) and moved[0] == 0.0
    assert agreed_deviation(same[:3]) is None
    assert agreed_deviation([*same, sighting(2.0, -0.5)]) is not None, "one may err"
    scattered = [sighting(0.3 * k, 0.17 * k) for k in range(6)]
    assert agreed_deviation(scattered) is None
    assert agreed_deviation([sighting(0.1, 0.17) for _ in range(8)]) is None


def test_an_error_says_what_to_do() -> None:
    error = MountingError("top", np.array([0.0, 0.1, 0.1]), np.zeros(3), ("a", "b"))
    assert str(error) == (
        "camera top is turned by 8.1 degrees against what the robot's rig says (a, b agree with "
        "each other): it is not used; correct its mounting in /tf_static"
    )
    both = MountingError("top", np.array([0, 0, -0.1]), np.array([0, 0.2, 0]), ("a", "b"))
    assert "turned by 5.7 degrees to the right and moved by 0.20 m to the left" in str(both)


# --- the whole localizer, with pictures ----------------------------------------------------------


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> PlaceMap:
    return make_places(tmp_path_factory.mktemp("mounting"))


@pytest.mark.parametrize(
    ("true_rig", "told"),
    [
        (changed(RIG, "left", 10.0), r"camera left is turned by (9\.[5-9]|10\.[0-5]) degrees"),
        (changed(RIG, "right", move=(0.3, 0, 0)), r"camera right is moved by 0\.(2[7-9]|3[0-3]) m"),
    ],
)
def test_the_images_contradict_the_rig(places: PlaceMap, true_rig, told) -> None:
    localizer = build_localizer(StackSpec(), places, RIG)
    for number in range(7):
        pose = np.array([1.4 + 0.35 * number, 1.3 + 0.05 * number, 0.5 * number])
        frames = TWINS.frames(true_rig, pose, noise_seed=number)
        fix = localizer.localize(frames, expected=[pose], everywhere=False)
        # Three against one: the pose is right all the time.
        assert np.linalg.norm(fix.pose[:2] - pose[:2]) < 0.02
        if localizer.problems:
            break
    assert len(localizer.problems) == 1
    assert re.match(told, localizer.problems[0]), localizer.problems
    fix = localizer.localize(frames, expected=[pose], everywhere=False)
    assert fix.log["cameras"] == 3.0, "its pictures have no vote any more"
    only = [frame for frame in frames if frame.camera == ("left", "right")["right" in told]]
    assert localizer.localize(only, expected=[pose], everywhere=False).log["cameras"] == 1.0
