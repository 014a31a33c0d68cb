"""Core types to messages and back."""

import array
import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from geometry_msgs.msg import PoseStamped, Quaternion, Twist, Vector3
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import Image
from tf2_msgs.msg import TFMessage

from astra_core import se3
from astra_core.errors import ConfigError, NotLocalized
from astra_core.messages.color import color_of
from astra_core.messages.depth import depth_of
from astra_core.messages.problem import ImageFormatError
from astra_core.messages.transforms import StaticTree
from astra_core.records import LocalOdometry, SubGoal, Trajectory, TrajectorySource, Velocity
from astra_core.ros.checks import MessageError
from astra_core.ros.images import color_to_msg, depth_to_msg
from astra_core.ros.poses import (
    command_from_msg,
    covariance_from_msg,
    covariance_to_msg,
    pose_from_msg,
    pose_to_msg,
    rigid_from_msg,
    rigid_transform,
)
from astra_core.ros.records import (
    odometry_from_msg,
    odometry_to_msg,
    odometry_twin,
    sub_goal_from_msg,
    sub_goal_to_msg,
)
from astra_core.ros.stamps import from_stamp, to_stamp
from astra_global.ros.conversions import goal_from_msg, path_to_msg, pose_in_map, result_to_msg
from astra_global.types import MissionResult
from astra_local.ros.conversions import distance_grid, trajectory_to_msg
from astra_local.ros.guard_conversions import nearest_from_msg, nearest_to_msg
from astra_local.types import GridField, NearestObstacle
from astra_msgs.msg import GoalSpec
from astra_msgs.msg import SubGoal as SubGoalMsg

finite = st.floats(-1e3, 1e3)
angles = st.floats(-math.pi + 1e-9, math.pi)


@given(st.integers(0, 2**31 * 10**9 - 1))
def test_stamps_are_exact(stamp_ns):
    assert from_stamp(to_stamp(stamp_ns)) == stamp_ns


@given(finite, finite, angles)
def test_planar_poses_round_trip(x, y, theta):
    pose = pose_from_msg(pose_to_msg((x, y, theta)))
    np.testing.assert_allclose(pose[:2], (x, y), atol=1e-9)
    assert math.cos(pose[2] - theta) == pytest.approx(1.0, abs=1e-12)


def test_a_zero_quaternion_is_refused():
    message = pose_to_msg((0.0, 0.0, 0.0))
    message.orientation = Quaternion(x=0.0, y=0.0, z=0.0, w=0.0)
    with pytest.raises(ValueError, match="not a rotation"):
        pose_from_msg(message)


def test_covariances_take_the_places_of_rep_103():
    planar = np.arange(9.0).reshape(3, 3)
    full = covariance_to_msg(planar).reshape(6, 6)
    assert full[0, 1] == planar[0, 1] and full[5, 5] == planar[2, 2] and full[5, 0] == planar[2, 0]
    assert np.count_nonzero(full) == 8  # planar[0, 0] is zero
    np.testing.assert_array_equal(covariance_from_msg(full.ravel()), planar)


def test_rigid_transforms_round_trip():
    matrix = se3.from_xyz_rpy((1.0, -2.0, 3.0), (0.3, -0.4, 2.0))
    message = rigid_transform(matrix, 5, "a", "b")
    assert (message.header.frame_id, message.child_frame_id) == ("a", "b")
    np.testing.assert_allclose(rigid_from_msg(message.transform), matrix, atol=1e-12)


def test_static_transforms_chain_in_both_directions():
    t_base_mast = se3.from_xyz_rpy((0.0, 0.0, 1.0))
    t_mast_eye = se3.from_xyz_rpy((0.1, 0.0, 0.0), (0.0, 0.0, math.pi / 2))
    tree = StaticTree()
    assert tree.lookup("base_link", "eye") is None
    tree.update(TFMessage(transforms=[rigid_transform(t_mast_eye, 0, "mast", "eye")]))
    assert tree.lookup("base_link", "eye") is None
    tree.update(TFMessage(transforms=[rigid_transform(t_base_mast, 0, "/base_link", "mast")]))
    np.testing.assert_allclose(
        tree.lookup("base_link", "eye"), t_base_mast @ t_mast_eye, atol=1e-12
    )
    np.testing.assert_allclose(
        tree.lookup("eye", "base_link"), se3.inverse(t_base_mast @ t_mast_eye), atol=1e-12
    )
    assert tree.lookup("base_link", "unknown") is None


def test_static_transforms_that_turn_and_shift_chain_by_hand():
    # The mast stands 1 m ahead, turned to the left; the eye is 0.2 m before the mast's middle,
    # so 0.2 m to the left of it for the robot. The plate is 1 m to the left and faces backward.
    tree = StaticTree()
    t_base_mast = se3.from_xyz_rpy((1.0, 0.0, 0.5), (0.0, 0.0, math.pi / 2))
    t_mast_eye = se3.from_xyz_rpy((0.2, 0.0, 0.1))
    t_base_plate = se3.from_xyz_rpy((0.0, 1.0, 0.0), (0.0, 0.0, math.pi))
    tree.update(
        TFMessage(
            transforms=[
                rigid_transform(t_base_mast, 0, "base_link", "mast"),
                rigid_transform(t_mast_eye, 0, "mast", "/eye"),
                rigid_transform(t_base_plate, 0, "base_link", "plate"),
            ]
        )
    )
    expected = se3.from_xyz_rpy((1.0, 0.2, 0.6), (0.0, 0.0, math.pi / 2))
    np.testing.assert_allclose(tree.lookup("base_link", "eye"), expected, atol=1e-12)
    # From the plate, which looks back from (0, 1), the eye is 1 m behind and 0.8 m to the left.
    expected = se3.from_xyz_rpy((-1.0, 0.8, 0.6), (0.0, 0.0, -math.pi / 2))
    np.testing.assert_allclose(tree.lookup("/plate", "eye"), expected, atol=1e-12)


def test_a_newer_static_transform_replaces_the_older_one_and_a_broken_one_is_left_out():
    tree = StaticTree()
    before, after = se3.from_xyz_rpy((1.0, 0.0, 0.0)), se3.from_xyz_rpy((2.0, 0.0, 0.0))
    tree.update(TFMessage(transforms=[rigid_transform(before, 0, "base_link", "eye")]))
    broken = rigid_transform(before, 0, "base_link", "ear")
    broken.transform.rotation = Quaternion(x=0.0, y=0.0, z=0.0, w=0.0)
    message = TFMessage(transforms=[broken, rigid_transform(after, 0, "base_link", "eye")])
    with pytest.raises(MessageError, match="base_link to ear"):
        tree.update(message)
    np.testing.assert_array_equal(tree.lookup("base_link", "eye"), after)
    assert tree.lookup("base_link", "ear") is None


def test_a_loop_of_transforms_ends():
    tree = StaticTree()
    eye = np.eye(4)
    tree.update(
        TFMessage(transforms=[rigid_transform(eye, 0, "a", "b"), rigid_transform(eye, 0, "b", "a")])
    )
    assert tree.lookup("base_link", "a") is None


RGB = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def image(encoding, data, step, width=3, height=2, big=0):
    return Image(
        encoding=encoding,
        width=width,
        height=height,
        step=step,
        is_bigendian=big,
        data=array.array("B", data),
    )


def test_colour_images_round_trip():
    message = color_to_msg(RGB, 7, "eye")
    assert (message.encoding, message.step, message.header.frame_id) == ("rgb8", 9, "eye")
    np.testing.assert_array_equal(color_of(message), RGB)


def test_other_encodings_and_padded_rows():
    bgr = RGB[..., ::-1].tobytes()
    np.testing.assert_array_equal(color_of(image("bgr8", bgr, 9)), RGB)
    padded = b"".join(row.tobytes() + b"\xff\xff" for row in RGB)
    np.testing.assert_array_equal(color_of(image("rgb8", padded, 11)), RGB)
    gray = color_of(image("mono8", bytes(range(6)), 3))
    assert gray.shape == (2, 3, 3)
    np.testing.assert_array_equal(gray[1, 2], [5, 5, 5])


def test_yuv422_of_gray_is_gray():
    pytest.importorskip("cv2")
    # UYVY: chroma 128 is neutral.
    data = bytes([128, 100, 128, 100] * 2)
    pixels = color_of(image("yuv422", data, 4, width=2, height=2))
    assert np.ptp(pixels) <= 2
    assert pixels.shape == (2, 2, 3)


def test_yuv422_has_its_chroma_first():
    pytest.importorskip("cv2")
    # Red in BT.601: Y 81, U 90, V 240.
    pixels = color_of(image("uyvy", bytes([90, 81, 240, 81] * 2), 4, width=2, height=2))
    assert pixels[..., 0].min() > 240 and pixels[..., 1:].max() < 15


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (image("16UC3", bytes(36), 18), "is not known; known are rgb8"),
        (image("rgb8", bytes(17), 9), "17 bytes are too few"),
        (image("rgb8", bytes(18), 8), "too few"),
    ],
)
def test_unusable_images_are_refused_with_a_reason(message, text):
    with pytest.raises(ImageFormatError, match=text):
        color_of(message)


def test_depth_is_kept_to_the_millimetre():
    depth = np.array([[0.0, 0.1234, 8.0004]], dtype=np.float32)
    message = depth_to_msg(depth, 7, "eye")
    assert message.encoding == "16UC1"
    np.testing.assert_allclose(depth_of(message), [[0.0, 0.123, 8.0]], atol=1e-6)


def test_depth_in_metres_and_in_foreign_byte_order():
    values = np.array([[1.5, np.nan, np.inf]], dtype=">f4")
    message = image("32FC1", values.tobytes(), 12, height=1, big=1)
    np.testing.assert_array_equal(depth_of(message), [[1.5, 0.0, 0.0]])


def test_odometry_round_trips():
    record = LocalOdometry(
        123456789012,
        np.array([1.0, -2.0, 0.5]),
        np.diag([0.1, 0.2, 0.3]),
        Velocity(0.4, -0.2),
        frozenset({"imu", "wheel"}),
        frozenset({"rear", "front"}),
    )
    message = odometry_to_msg(record, "odom", "base_link")
    assert list(message.doubted_cameras) == ["front", "rear"]
    assert list(message.modalities) == ["wheel", "imu"]
    back = odometry_from_msg(message)
    assert back.stamp_ns == record.stamp_ns
    assert back.velocity == record.velocity
    assert back.modalities == record.modalities
    assert back.doubted_cameras == record.doubted_cameras
    np.testing.assert_allclose(back.pose, record.pose)
    np.testing.assert_array_equal(back.covariance, record.covariance)
    twin = odometry_twin(message)
    assert twin.header == message.header and twin.pose == message.pose
    assert not message.stationary


@pytest.mark.parametrize(
    ("extra", "mode"),
    [
        ({}, SubGoalMsg.MODE_GO),
        ({"halt": True}, SubGoalMsg.MODE_HALT),
        ({"spin_rad": -1.5}, SubGoalMsg.MODE_SPIN),
    ],
)
def test_sub_goals_round_trip(extra, mode):
    record = SubGoal(5, np.array([1.0, 2.0, -3.0]), True, 0.5, sequence=9, **extra)
    message = sub_goal_to_msg(record, "odom")
    assert message.mode == mode and message.header.frame_id == "odom"
    back = sub_goal_from_msg(message)
    np.testing.assert_allclose(back.pose, record.pose)
    for name in ("stamp_ns", "is_final", "max_speed_mps", "halt", "spin_rad", "sequence"):
        assert getattr(back, name) == getattr(record, name)


@pytest.mark.parametrize("sideways_mps", [0.3, -0.001, float("nan")])
def test_a_command_to_move_sideways_is_refused_and_not_bent(sideways_mps):
    ahead = Twist(linear=Vector3(x=0.4), angular=Vector3(z=-0.2))
    assert command_from_msg("cmd_vel", ahead) == Velocity(0.4, -0.2)
    ahead.linear.y = sideways_mps
    with pytest.raises(MessageError, match="cmd_vel asks to move sideways"):
        command_from_msg("cmd_vel", ahead)


def test_the_result_says_what_was_otherwise_than_asked():
    record = MissionResult(0, remark="the nearest free place, 0.32 m away")
    message = result_to_msg(record, 0, "map", 0.0)
    assert (message.error_code, message.error_msg, message.remark) == (0, "", record.remark)


@pytest.mark.parametrize(
    ("velocity", "stationary"),
    [
        (Velocity(), True),
        (Velocity(0.1, 0.0), False),
        (Velocity(0.0, -0.1), False),
        (Velocity(-0.1, 0.2), False),
    ],
)
def test_who_drives_or_turns_is_not_stationary(velocity, stationary):
    record = LocalOdometry(5, np.zeros(3), np.eye(3), velocity)
    assert odometry_to_msg(record, "odom", "base_link").stationary == stationary


def test_to_halt_goes_before_to_spin_and_an_angle_counts_in_a_spin_only():
    halted = SubGoal(5, np.zeros(3), halt=True, spin_rad=1.0)
    assert sub_goal_to_msg(halted, "odom").mode == SubGoalMsg.MODE_HALT
    message = SubGoalMsg(mode=SubGoalMsg.MODE_GO, pose=pose_to_msg((0, 0, 0)), spin_angle=1.5)
    assert sub_goal_from_msg(message).spin_rad == 0.0


def test_a_sub_goal_with_a_negative_speed_is_refused():
    with pytest.raises(MessageError, match=r"the speed -0\.1 m/s"):
        sub_goal_from_msg(SubGoalMsg(pose=pose_to_msg((0, 0, 0)), max_speed=-0.1))


def test_a_sub_goal_of_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="unknown mode 7"):
        sub_goal_from_msg(SubGoalMsg(mode=7, pose=pose_to_msg((0, 0, 0))))


def test_obstacle_summaries_round_trip():
    for held in (-1, 0, 1):
        record = replace(summary(0.5, math.inf, -0.25, -math.inf), held=held)
        assert nearest_from_msg(nearest_to_msg(record, "base_link"), 5, "base_link", 0.25) == record


def summary(*sectors, distance_m=0.5, resolution_m=0.0625, sector_angle_rad=None):
    angle = 2.0 * math.pi / max(len(sectors), 1) if sector_angle_rad is None else sector_angle_rad
    angle = float(np.float32(angle))  # as it crosses ROS
    return NearestObstacle(5, True, distance_m, -1.0, resolution_m, angle, sectors)


@pytest.mark.parametrize(
    ("record", "named"),
    [
        (summary(), "0 sectors"),
        (summary(1.0, 1.0, 1.0), "3 sectors"),
        (summary(*[1.0] * 3601), "3601 sectors"),
        # Half of the way round, and the whole way with the sign of the angle wrong.
        (summary(*[1.0] * 8, sector_angle_rad=math.pi / 8), "180 degrees"),
        (summary(*[1.0] * 8, sector_angle_rad=-math.pi / 4), "-360 degrees"),
        (summary(*[1.0] * 8, sector_angle_rad=math.nan), "not finite"),
        (summary(1.0, 1.0, math.nan, 1.0), "nan m in sector 2"),
        # The footprint is 0.25 m and a cell 0.0625 m: nothing is 0.4 m inside.
        (summary(1.0, -0.4, 1.0, 1.0), "-0.4 m in sector 1"),
        (summary(*[1.0] * 4, distance_m=math.nan), "a distance of nan m"),
        (summary(*[1.0] * 4, distance_m=-math.inf), "a distance of -inf m"),
        (summary(*[1.0] * 4, resolution_m=-0.05), "cells of -0.05 m"),
        (replace(summary(*[1.0] * 4), held=2), "2 holds the robot"),
    ],
)
def test_a_malformed_obstacle_summary_is_none(record, named):
    with pytest.raises(MessageError, match=named):
        nearest_from_msg(nearest_to_msg(record, "base_link"), 5, "base_link", 0.25)


def test_an_obstacle_summary_in_another_frame_is_none():
    message = nearest_to_msg(summary(*[1.0] * 4), "odom")
    with pytest.raises(MessageError, match="in frame 'odom' instead of 'base_link'"):
        nearest_from_msg(message, 5, "base_link", 0.25)


def test_trajectory_points_are_at_the_end_of_their_step():
    poses = np.array([[0.1, 0.0, 0.0], [0.2, 0.0, 0.0]])
    record = Trajectory(
        5, 0.75, poses, np.array([[1.0, 0.0], [1.0, 0.5]]), TrajectorySource.SAMPLE, 0.3, "mppi"
    )
    message = trajectory_to_msg(record, "odom", planning_time_s=0.02)
    times = [p.time_from_start.sec + p.time_from_start.nanosec * 1e-9 for p in message.points]
    assert times == pytest.approx([0.75, 1.5])
    assert message.points[1].velocity.angular.z == 0.5
    assert (message.source, message.is_fallback) == ("mppi-sample", True)


def test_distance_grids_are_full_at_obstacles_and_empty_far_away():
    field = GridField(np.array([[-0.2, 0.0, 0.25, 1.0, 2.0]], np.float32), (-1.0, 2.0), 0.05)
    grid = distance_grid(field, 5, "odom")
    assert list(grid.data) == [100, 100, 75, 0, 0]
    assert (grid.info.width, grid.info.height) == (5, 1)
    assert (grid.info.origin.position.x, grid.info.origin.position.y) == (-1.0, 2.0)


FRAMES = {"map": np.zeros(3), "odom": np.array([1.0, 0.0, math.pi / 2]), "base_link": None}


def stamped(frame, pose):
    message = PoseStamped(pose=pose_to_msg(pose))
    message.header.frame_id = frame
    return message


def test_poses_are_brought_into_the_map():
    np.testing.assert_allclose(pose_in_map(stamped("map", (1, 2, 0.5)), FRAMES), [1, 2, 0.5])
    np.testing.assert_allclose(pose_in_map(stamped("", (1, 2, 0.5)), FRAMES), [1, 2, 0.5])
    np.testing.assert_allclose(
        pose_in_map(stamped("odom", (1, 0, 0)), FRAMES), [1, 1, math.pi / 2], atol=1e-12
    )
    with pytest.raises(NotLocalized, match="a pose in base_link"):
        pose_in_map(stamped("base_link", (1, 0, 0)), FRAMES)
    with pytest.raises(ConfigError, match="pose in frame 'moon'; known are map, odom"):
        pose_in_map(stamped("moon", (1, 0, 0)), FRAMES)


def test_poses_in_frames_that_are_fixed_to_known_ones():
    def fixed(target, source):
        if (target, source) != ("odom", "shelf"):
            return None
        # One metre ahead of the origin of odom, and looking back.
        return se3.from_xyz_rpy((1.0, 0.0, 0.3), (0.0, 0.0, math.pi))

    pose = pose_in_map(stamped("shelf", (0.5, 0.0, 0.0)), FRAMES, fixed)
    # odom lies at (1, 0) and is turned by a quarter: x of odom is y of the map.
    np.testing.assert_allclose(pose, [1.0, 0.5, -math.pi / 2], atol=1e-12)


@pytest.mark.parametrize(
    ("points", "headings"),
    [
        ([], []),
        ([[1.0, 2.0]], [0.0]),
        ([[0.0, 0.0], [0.0, 2.0], [-1.0, 2.0]], [math.pi / 2, math.pi, math.pi]),
    ],
)
def test_routes_of_any_length_look_along_themselves(points, headings):
    message = path_to_msg(np.array(points).reshape(-1, 2), 5, "map")
    assert [pose_from_msg(item.pose)[2] for item in message.poses] == pytest.approx(headings)


def test_goals_of_every_kind():
    assert goal_from_msg(GoalSpec(kind=0, text="I am thirsty"), FRAMES).text == "I am thirsty"
    assert goal_from_msg(GoalSpec(kind=1, landmark_id="sofa"), FRAMES).landmark_id == "sofa"
    spec = GoalSpec(kind=2, pose=stamped("map", (1, 2, 3)))
    np.testing.assert_allclose(goal_from_msg(spec, FRAMES).pose, [1, 2, 3])
    cv2 = pytest.importorskip("cv2")
    spec = GoalSpec(kind=3)
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    spec.image.data = cv2.imencode(".png", red[..., ::-1])[1].tobytes()
    np.testing.assert_array_equal(goal_from_msg(spec, FRAMES).image, red)


@pytest.mark.parametrize(
    "spec", [GoalSpec(kind=0, text="  "), GoalSpec(kind=1), GoalSpec(kind=3), GoalSpec(kind=9)]
)
def test_goals_that_say_nothing_are_refused(spec):
    with pytest.raises(ConfigError):
        goal_from_msg(spec, FRAMES)


def test_depth_is_rounded_to_the_nearest_millimetre():
    depth = np.array([[1.2344, 1.2346, 0.0, 70.0, 0.0004]], np.float32)
    message = depth_to_msg(depth, 5, "eye")
    assert np.frombuffer(message.data, "<u2").tolist() == [1234, 1235, 0, 65535, 0]


def _goal_picture(data: bytes) -> GoalSpec:
    spec = GoalSpec(kind=GoalSpec.KIND_IMAGE)
    spec.image.data = data
    return spec


@pytest.mark.parametrize("kind", ["EPS", "GIF", "TIFF", "BMP", "PPM"])
def test_a_picture_of_a_goal_that_is_neither_jpeg_nor_png_starts_no_decoder(kind, monkeypatch):
    """An EPS is a program: PIL hands it to Ghostscript."""
    import io
    import subprocess

    from PIL import Image as Pictures

    monkeypatch.setattr(subprocess, "check_call", lambda *a, **k: pytest.fail("Ghostscript"))
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("Ghostscript"))
    picture = Pictures.new("RGB", (8, 8), (200, 10, 10))
    for good in ("JPEG", "PNG"):
        file = io.BytesIO()
        picture.save(file, good)
        assert goal_from_msg(_goal_picture(file.getvalue()), {}).image.shape == (8, 8, 3)
    file = io.BytesIO()
    picture.save(file, kind)
    with pytest.raises(ConfigError, match="neither JPEG nor PNG"):
        goal_from_msg(_goal_picture(file.getvalue()), {})


@given(st.data())
def test_a_damaged_picture_of_a_goal_is_one_sentence(data):
    import io

    from PIL import Image as Pictures

    file = io.BytesIO()
    Pictures.new("RGB", (8, 8), (200, 10, 10)).save(
        file, data.draw(st.sampled_from(["JPEG", "PNG"]))
    )
    damaged = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        goal = goal_from_msg(_goal_picture(bytes(damaged[: data.draw(st.integers(0, 2000))])), {})
    except ConfigError as error:
        assert "picture of the goal" in str(error)
    else:
        assert goal.image.ndim == 3
