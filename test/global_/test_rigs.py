"""A map made by one rig, a robot with another: what differs is said, and poses are as good."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from rig_world import RIG, TWINS, camera, changed, make_places
from room_world import make_rig

from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import ConfigError
from astra_core.observation import CameraFrame
from astra_core.stack_spec import StackSpec
from astra_global.localize.eye import Eye
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.rig_comparison import rig_differences, with_cameras_of_map
from astra_global.stack import build_localizer

POSE = np.array([2.6, 1.5, 0.7])


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> PlaceMap:
    return make_places(tmp_path_factory.mktemp("rigs"))


# --- what differs is said ------------------------------------------------------------------------


def test_equal_rigs_differ_in_nothing() -> None:
    assert rig_differences(RIG, make_rig()) == ()


def test_a_mounting_that_differs_is_told_in_centimetres_and_degrees() -> None:
    other = changed(RIG, "front", yaw_deg=10.0, move=(0.0, 0.018, 0.024))
    assert rig_differences(other, RIG) == ("camera front: 3.0 cm and 10.0 degrees from the map's",)
    # Half turns have no small sine.
    assert "180.0 degrees" in rig_differences(changed(RIG, "left", yaw_deg=180.0), RIG)[0]
    assert rig_differences(changed(RIG, "left", move=(0.001, 0, 0)), RIG) == ()


def test_names_numbers_and_lenses_that_differ_are_told() -> None:
    place = RIG["front"].t_base_optical

    def front(k: CameraIntrinsics) -> Camera:
        return Camera("front", k, place)

    wide = CameraIntrinsics.from_horizontal_fov(640, 480, np.deg2rad(100))
    rig = CameraRig((front(wide), Camera("top", wide, place)))
    assert rig_differences(rig, RIG) == (
        "camera front: 640x480 pixels, the map's 320x240",
        "camera top: the map was made without one of this name",
        "the map was also made with left, rear, right, which the robot lacks",
    )
    narrow = CameraIntrinsics.from_horizontal_fov(320, 240, np.deg2rad(60))
    assert (
        "60.0 degrees wide, the map's 100.0" in rig_differences(CameraRig((front(narrow),)), RIG)[0]
    )
    k = RIG["front"].intrinsics
    bent = CameraIntrinsics(320, 240, k.fx_px, k.fy_px, k.cx_px, k.cy_px, (-0.1, 0, 0, 0, 0))
    assert rig_differences(CameraRig((front(bent),)), RIG)[0] == "camera front: its lens distorts"


def test_rounding_of_files_is_no_difference_and_everything_else_is() -> None:
    rounded = changed(RIG, "rear", move=(3e-16, -1e-12, 0.0))
    same = with_cameras_of_map(rounded, RIG)
    for ours, maps in zip(same.cameras, RIG.cameras, strict=True):
        assert ours is maps
    moved = changed(RIG, "rear", move=(1e-6, 0.0, 0.0))
    mixed = with_cameras_of_map(moved, RIG)
    assert mixed["rear"] is moved["rear"] and mixed["front"] is RIG["front"]
    # The order is the robot's, since images are told by number.
    turned_round = CameraRig(RIG.cameras[::-1])
    assert with_cameras_of_map(turned_round, RIG).names == turned_round.names


def test_a_rig_of_coarse_cameras_only_is_refused_when_it_is_known(places: PlaceMap) -> None:
    # 20 pixels at 100 degrees: a focal length of 10 / tan(50 degrees) = 8.4 px; 22 take 52 pixels.
    tiny = camera("front", 0.0, 20, 15, 100.0, (0.1, 0.0, 0.9))
    fine = camera("rear", np.pi, 64, 48, 100.0, (-0.1, 0.0, 0.9))
    spec = StackSpec.parse("classical")
    with pytest.raises(ConfigError, match="front 20x15, at least 52 pixels wide"):
        build_localizer(spec, places, CameraRig((tiny,)))
    localizer = build_localizer(spec, places, CameraRig((tiny, fine)))
    told = [line for line in localizer.remarks if "too coarse" in line]
    assert told == ["camera front: its pictures are too coarse to know a place again"]


# --- poses are as good ---------------------------------------------------------------------------

OTHER_RIGS = {
    "turned camera": changed(RIG, "left", yaw_deg=10.0),
    "two large pictures": CameraRig(
        (
            camera("ahead", 0.3, 640, 480, 80, (0.1, 0.0, 0.8)),
            camera("behind", 2.6, 640, 480, 80, (-0.1, 0.05, 0.8)),
        )
    ),
    "one small picture": CameraRig((camera("only", -0.4, 240, 180, 100, (0.2, 0.1, 0.6)),)),
}


@pytest.mark.parametrize("name", OTHER_RIGS)
def test_a_robot_with_other_cameras_finds_itself(places: PlaceMap, name: str) -> None:
    rig = OTHER_RIGS[name]
    localizer = build_localizer(StackSpec(), places, rig)
    fix = localizer.localize(TWINS.frames(rig, POSE))
    assert np.linalg.norm(fix.pose[:2] - POSE[:2]) < 0.02
    assert abs(fix.pose[2] - POSE[2]) < np.deg2rad(0.3)
    assert fix.confidence > 0.95 and fix.contradiction < 0.1
    assert localizer.remarks == rig_differences(rig, places.rig) != ()
    assert localizer.problems == ()


def test_a_lens_that_distorts_is_seen_through(places: PlaceMap) -> None:
    ideal = camera("bent", 0.0, 320, 240, 100, (0.15, 0.0, 1.1))
    bent = camera("bent", 0.0, 320, 240, 100, (0.15, 0.0, 1.1), (-0.08, 0.01, 0.001, 0.0, 0.0))
    k = bent.intrinsics
    picture = TWINS.frames(CameraRig((ideal,)), POSE)[0].image
    # Where the ideal picture shows what each pixel of the distorted one sees.
    pixels = np.stack(np.meshgrid(np.arange(320.0), np.arange(240.0)), axis=-1).reshape(-1, 1, 2)
    seen = cv2.undistortPoints(pixels, k.matrix(), np.array(k.distortion), P=k.matrix())
    maps = seen.reshape(240, 320, 2).astype(np.float32)
    drawn = cv2.remap(picture, maps, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    frame = CameraFrame("bent", 1, drawn)
    fix = build_localizer(StackSpec(), places, CameraRig((bent,))).localize([frame])
    assert np.linalg.norm(fix.pose[:2] - POSE[:2]) < 0.03
    # What the judge looks at is the ideal picture again, but for what was smoothed twice.
    assert fix.contradiction < 0.1
    eye = Eye(bent, RIG["front"].intrinsics.fx_px)
    middle = (slice(60, 180), slice(80, 240))
    error = np.abs(eye.gray(drawn)[middle] - Eye(ideal, 134.0).gray(picture)[middle])
    assert not any(eye.camera.intrinsics.distortion) and float(np.median(error)) < 6.0


def test_a_picture_finer_than_the_map_is_compared_at_the_size_of_the_map() -> None:
    fine = camera("fine", 0.0, 640, 480, 100, (0, 0, 1))
    eye = Eye(fine, RIG["front"].intrinsics.fx_px)
    assert (eye.camera.intrinsics.width_px, eye.camera.intrinsics.height_px) == (320, 240)
    assert eye.camera.intrinsics == RIG["front"].intrinsics
    # An edge between columns 319 and 320 is one between 159 and 160.
    image = np.zeros((480, 640, 3), np.uint8)
    image[:, 320:] = 200
    row = eye.gray(image)[100]
    assert row[157] < 10.0 and row[162] > 190.0
    assert row[159] + row[160] == pytest.approx(200.0, abs=4.0)
    same = Eye(RIG["front"], RIG["front"].intrinsics.fx_px)
    assert same.camera.intrinsics is RIG["front"].intrinsics
