"""Cameras: geometry, depth, semantics, rate, GL library."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from plain_scene import plain_room

from astra_core import se3
from astra_core.errors import ConfigError
from astra_core.records import Velocity
from astra_sim import rendering
from astra_sim.profile import load_profile
from astra_sim.rig import default_rig
from astra_sim.simulator import Simulator

QUIET = load_profile().quiet()
FOCAL_PX = 160.0 / math.tan(math.radians(50.0))


@pytest.fixture(scope="module")
def still():
    """A robot that looks around from (0.5, -0.5), heading east, without noise."""
    with Simulator(
        plain_room(), QUIET, 1, start_pose=(0.5, -0.5, 0.0), semantics=True
    ) as simulator:
        observation = simulator.step(Velocity())
        yield simulator, {frame.camera: frame for frame in observation.frames}


def test_first_step_has_one_frame_per_camera_in_rig_order(still):
    simulator, frames = still
    assert tuple(frames) == simulator.rig.names == ("front", "left", "rear", "right")
    for frame in frames.values():
        assert frame.stamp_ns == 20_000_000
        assert (frame.image.shape, frame.image.dtype) == ((240, 320, 3), np.uint8)
        assert (frame.depth_m.shape, frame.depth_m.dtype) == ((240, 320), np.float32)


@pytest.mark.parametrize(
    ("camera", "wall_m"),
    # Distance of the optical centre, 0.15 m off the robot's centre, to the wall it looks at.
    [("front", 2.35), ("left", 2.35), ("rear", 3.35), ("right", 1.35)],
)
def test_depth_of_walls_is_the_distance_along_the_optical_axis(still, camera, wall_m):
    depth = still[1][camera].depth_m
    # The same all over the wall: depth along the axis, not along the ray.
    assert depth[118:122, 100:220:20] == pytest.approx(wall_m, abs=0.003)


def test_depth_of_the_floor_follows_from_the_height_of_the_camera(still):
    depth = still[1]["rear"].depth_m
    for row in (225, 239):
        assert depth[row, 160] == pytest.approx(1.1 * FOCAL_PX / (row - 119.5), abs=0.005)


def test_depth_beyond_the_range_is_unknown(still):
    # Above the walls there is nothing: this room has no ceiling.
    assert np.all(still[1]["rear"].depth_m[0, 120:200] == 0.0)


def test_objects_appear_where_the_rig_projects_them(still):
    simulator, _ = still
    corners = [(1.1, 0.6), (1.1, 1.4), (1.9, 0.6)]
    table = [thing.id for thing in simulator.scene.objects].index("table")
    t_map_base = se3.from_se2(simulator.truth().pose)
    for name in ("front", "left"):
        camera = simulator.rig[name]
        labels = simulator.object_image(name)
        t_optical_map = se3.inverse(t_map_base @ camera.t_base_optical)
        points = se3.transform_points(t_optical_map, np.array([(*c, 0.75) for c in corners]))
        pixels = camera.intrinsics.project(points)
        rows, columns = np.nonzero(labels == table)
        for u, v in pixels:
            inside = 5 < u < 314 and 5 < v < 234
            if inside:
                # The corner of the table top touches table pixels within a pixel or two.
                gap = np.hypot(columns - u, rows - v).min()
                assert gap < 2.0
        assert len(rows) > 500
    walls = set(np.unique(simulator.object_image("rear")))
    ids = [thing.id for thing in simulator.scene.objects]
    assert {"west", "floor"} <= {ids[number] for number in walls if number >= 0}
    assert "table" not in {ids[number] for number in walls if number >= 0}


def test_object_images_must_be_asked_for():
    simulator = Simulator(plain_room(), QUIET, 1, start_pose=(0.0, 0.0, 0.0), camera_hz=0.0)
    with pytest.raises(ConfigError, match="semantics"):
        simulator.object_image("front")


def test_pictures_show_texture(still):
    for frame in still[1].values():
        assert frame.image[100:200].std() > 10.0


@pytest.mark.parametrize(
    ("camera_hz", "expected_ms"),
    [
        (10.0, [20, 120, 220, 320, 420]),
        # Due at 353.3 and 686.7 ms: taken at the first tick not before, without drift.
        (3.0, [20, 360, 700, 1020]),
    ],
)
def test_frames_come_at_the_camera_rate(camera_hz, expected_ms):
    with Simulator(
        plain_room(), QUIET, 1, start_pose=(0.0, 0.0, 0.0), camera_hz=camera_hz
    ) as simulator:
        steps = expected_ms[-1] // 20
        seen = [simulator.step(Velocity()) for _ in range(steps)]
    assert [o.stamp_ns // 1_000_000 for o in seen if o.frames] == expected_ms


def test_no_gl_context_without_frames():
    simulator = Simulator(plain_room(), QUIET, 1, start_pose=(0.0, 0.0, 0.0), camera_hz=0.0)
    assert simulator.step(Velocity()).frames == ()
    assert simulator._robots[0].renderer is None


def test_rig_is_the_one_in_the_contract():
    rig = default_rig()
    for camera in rig.cameras:
        k = camera.intrinsics
        assert (k.width_px, k.height_px) == (320, 240)
        assert k.fx_px == pytest.approx(134.256, abs=0.01)
        assert camera.t_base_optical[2, 3] == pytest.approx(1.1)
        assert np.hypot(*camera.t_base_optical[:2, 3]) == pytest.approx(0.15)
        # The image's down is the robot's down; the camera looks away from the centre.
        assert camera.t_base_optical[:3, 1] == pytest.approx([0.0, 0.0, -1.0], abs=1e-12)
        forward = camera.t_base_optical[:3, 2]
        assert forward[:2] * 0.15 == pytest.approx(camera.t_base_optical[:2, 3], abs=1e-9)
    assert rig["left"].t_base_optical[1, 3] == pytest.approx(0.15)


def test_gl_choice_is_kept_where_the_user_made_one(monkeypatch):
    monkeypatch.setenv("MUJOCO_GL", "egl")
    assert rendering.select_gl_backend() == "egl"
    assert os.environ["MUJOCO_GL"] == "egl"


def test_missing_gl_library_names_the_package(monkeypatch):
    monkeypatch.setenv("MUJOCO_GL", "")
    monkeypatch.setattr(rendering.sys, "platform", "linux")
    monkeypatch.setattr(rendering, "_linux_backend", lambda: "osmesa")
    monkeypatch.setattr(rendering, "_has_osmesa", lambda: False)
    with pytest.raises(rendering.RenderingError, match="libosmesa6"):
        rendering.select_gl_backend()


def test_images_show_the_very_instant_of_their_stamp():
    with Simulator(plain_room(), QUIET, 1, start_pose=(-2.0, -1.0, 0.0)) as simulator:
        checked = 0
        for _ in range(100):
            frames = simulator.step(Velocity(0.8)).frames
            if frames:
                wall_m = 3.0 - (simulator.truth().pose[0] + 0.15)
                # One physics step late would be 4 mm off at full speed.
                assert frames[0].depth_m[120, 160] == pytest.approx(wall_m, abs=0.0015)
                checked += 1
        assert checked == 20
