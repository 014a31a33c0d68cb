"""Pixels to points and back, for every thinning."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flat_world import make_rig

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics
from astra_local.voxel.depth import DepthCamera

#: 100 pixels per metre at 1 m; the axis goes through pixel (12, 9) of 24 x 18.
K = CameraIntrinsics(24, 18, 100.0, 100.0, 12.0, 9.0)


def level_camera(stride: int) -> DepthCamera:
    """Return a camera 1 m above the centre that looks ahead: x is depth, y left, z up."""
    mounting = se3.from_xyz_rpy((0.0, 0.0, 1.0), (-math.pi / 2, 0.0, -math.pi / 2))
    return DepthCamera(Camera("eye", K, mounting), stride)


def test_thinning_takes_the_middle_of_each_block() -> None:
    depth = np.arange(1.0, 1.0 + 24 * 18, dtype=np.float32).reshape(18, 24)
    thinned = level_camera(2).thin(depth)
    assert thinned.shape == (9, 12)
    assert thinned[0].tolist() == depth[1, 1::2].tolist()
    assert level_camera(3).thin(depth)[0].tolist() == depth[1, 1::3].tolist()


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_pixel_becomes_the_point_on_its_own_ray(stride: int) -> None:
    # Pixel (16, 4) is 4 px right of the axis and 5 px above it: 0.08 m and 0.1 m at 2 m.
    depth = np.zeros((18, 24), np.float32)
    depth[4, 16] = 2.0
    camera = level_camera(stride)
    points, depths = camera.points_base(camera.thin(depth), 0.1, 5.0)
    assert depths.tolist() == [2.0]
    # Alone in its block it speaks for the middle of it, a pixel beside: 2 cm at 2 m.
    beside = 0.02 if stride == 2 else 0.0
    np.testing.assert_allclose(points[:, 0], [2.0, -0.08 - beside, 1.1 - beside], atol=1e-6)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_looking_at_a_lifted_point_finds_its_own_pixel(stride: int) -> None:
    rng = np.random.default_rng(stride)
    camera = DepthCamera(make_rig(32, 24).cameras[1], stride)
    thinned = camera.thin(rng.uniform(0.5, 4.0, (24, 32)).astype(np.float32))
    points, depths = camera.points_base(thinned, 0.1, 5.0)
    assert points.shape[1] == thinned.size
    for (x, y, z), depth in zip(points.T, depths, strict=True):
        voxel, measured = camera.look_up(thinned, np.array([x]), np.array([y]), float(z))
        assert voxel[0] == pytest.approx(depth, abs=1e-5)
        assert measured[0] == depth


def test_nothing_is_measured_beside_and_behind_the_picture() -> None:
    camera = level_camera(1)
    thinned = camera.thin(np.full((18, 24), 2.0, np.float32))
    # At 1 m the picture reaches from 0.125 m left (pixel -0.5) to 0.115 m right (pixel 23.5).
    x = np.array([1.0, 1.0, 1.0, 1.0, -1.0, 0.0], np.float32)
    y = np.array([0.12, 0.13, -0.11, -0.12, 0.0, 0.0], np.float32)
    _, measured = camera.look_up(thinned, x, y, 1.0)
    assert measured.tolist() == [2.0, 0.0, 2.0, 0.0, 0.0, 0.0]


def test_readings_out_of_range_are_left_out_and_the_limits_are_not() -> None:
    camera = level_camera(1)
    depth = np.zeros((18, 24), np.float32)
    depth[0, :5] = 0.4, 0.5, 1.0, 3.0, 3.1
    _, depths = camera.points_base(camera.thin(depth), 0.5, 3.0)
    assert depths.tolist() == [0.5, 1.0, 3.0]


@pytest.mark.parametrize("stride", [1, 2, 4])
def test_a_thinned_pixel_stands_for_all_that_it_replaces(stride: int) -> None:
    # At 1 m a pixel is 1 cm wide and high.
    assert level_camera(stride).pixel_area_m2 == pytest.approx(1e-4 * stride**2)
