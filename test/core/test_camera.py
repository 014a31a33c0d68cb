"""The pinhole model and the rig."""

import math

import numpy as np
import pytest

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import ConfigError


def _rig() -> CameraRig:
    intrinsics = CameraIntrinsics.from_horizontal_fov(320, 240, math.radians(100))
    pose = se3.from_xyz_rpy((0.15, 0.0, 1.1), (-math.pi / 2, 0.0, -math.pi / 2))
    return CameraRig((Camera("front", intrinsics, pose),))


def test_focal_length_by_hand() -> None:
    # 160 px / tan 50 deg = 134.256 px.
    intrinsics = CameraIntrinsics.from_horizontal_fov(320, 240, math.radians(100))
    assert intrinsics.fx_px == pytest.approx(134.256, abs=1e-3)
    assert (intrinsics.cx_px, intrinsics.cy_px) == (159.5, 119.5)


def test_optical_axis_points_forward_and_left_is_left() -> None:
    camera = _rig()["front"]
    # A point 2 m ahead at the height of the camera hits the centre; one to the left has smaller u.
    points_base = np.array([[2.15, 0.0, 1.1], [2.15, 0.5, 1.1], [2.15, 0.0, 1.6]])
    points = se3.transform_points(se3.inverse(camera.t_base_optical), points_base)
    pixels = camera.intrinsics.project(points)
    np.testing.assert_allclose(pixels[0], [159.5, 119.5], atol=1e-9)
    assert pixels[1, 0] < 159.5
    assert pixels[2, 1] < 119.5


def test_unproject_undoes_project_and_points_behind_are_nan() -> None:
    intrinsics = _rig()["front"].intrinsics
    points = np.array([[0.3, -0.2, 2.0], [-1.0, 0.5, 4.0]])
    pixels = intrinsics.project(points)
    np.testing.assert_allclose(intrinsics.unproject(pixels, points[:, 2]), points)
    assert np.isnan(intrinsics.project(np.array([[0.0, 0.0, -1.0]]))).all()


def test_rig_round_trip_keeps_everything() -> None:
    rig = _rig()
    again = CameraRig.from_dict(rig.to_dict())
    assert again.names == rig.names
    assert again["front"].intrinsics == rig["front"].intrinsics
    np.testing.assert_allclose(
        again["front"].t_base_optical, rig["front"].t_base_optical, atol=1e-12
    )


def test_each_axis_has_its_own_focal_length_and_centre() -> None:
    k = CameraIntrinsics(320, 240, fx_px=200.0, fy_px=100.0, cx_px=160.0, cy_px=110.0)
    # 0.5 m to the right and 0.6 m down at 2 m: 50 px right, 30 px down of the centre.
    point = np.array([0.5, 0.6, 2.0])
    np.testing.assert_allclose(k.project(point), [210.0, 140.0])
    np.testing.assert_allclose(k.unproject(np.array([210.0, 140.0]), np.array(2.0)), point)
    np.testing.assert_allclose(k.matrix() @ point / 2.0, [210.0, 140.0, 1.0])


def test_a_point_in_the_plane_of_the_camera_is_nowhere_in_the_picture() -> None:
    intrinsics = _rig()["front"].intrinsics
    assert np.isnan(intrinsics.project(np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 0.0]]))).all()


def test_lens_distortion_survives_the_round_trip() -> None:
    k = CameraIntrinsics(320, 240, 200.0, 201.0, 160.0, 110.0, (0.1, -0.2, 0.001, 0.002, 0.03))
    rig = CameraRig((Camera("front", k, np.eye(4)),))
    assert CameraRig.from_dict(rig.to_dict())["front"].intrinsics == k


def test_a_damaged_rig_names_the_camera() -> None:
    data = _rig().to_dict()
    del data[0]["fx_px"]
    with pytest.raises(ConfigError, match=r"camera 0.*fx_px"):
        CameraRig.from_dict(data)


def test_empty_rig_and_double_names_are_refused() -> None:
    camera = _rig()["front"]
    with pytest.raises(ConfigError):
        CameraRig(())
    with pytest.raises(ConfigError, match="unique"):
        CameraRig((camera, camera))


@pytest.mark.parametrize(
    ("count", "model"),
    [(0, "plumb_bob"), (4, "plumb_bob"), (5, "plumb_bob"), (8, "rational_polynomial"),
     (12, "rational_polynomial"), (14, "rational_polynomial")],
)  # fmt: skip
def test_a_lens_is_called_by_its_coefficients(count, model):
    lens = (0.01,) * count
    assert CameraIntrinsics(4, 3, 1.0, 1.0, 2.0, 1.5, lens).distortion_model == model


@pytest.mark.parametrize("count", [1, 3, 6, 15])
def test_other_numbers_of_coefficients_are_no_lens(count):
    with pytest.raises(ConfigError, match=f"{count} coefficients"):
        CameraIntrinsics(4, 3, 1.0, 1.0, 2.0, 1.5, (0.01,) * count)
