"""What the simulator senses crosses process borders unchanged."""

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
from nav_msgs.msg import Odometry
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image, Imu
from tf2_msgs.msg import TFMessage

from astra_core.messages.calibration import intrinsics_of
from astra_core.messages.color import color_of
from astra_core.messages.depth import depth_of
from astra_core.ros.poses import rigid_from_msg
from astra_core.ros.qos import event, latched, sensor_input
from astra_core.ros.stamps import from_stamp

FAKE = str(Path(fake_robot.__file__))


@pytest.fixture
def running(processes):
    return processes(
        (
            "astra_sim",
            (sys.executable, FAKE, "--ros-args", "-p", "lockstep_nodes:=['']"),
        )
    )


def listen(node, kind, topic, qos, limit=400):
    heard = []
    node.create_subscription(
        kind, topic, lambda message: len(heard) < limit and heard.append(message), qos
    )
    return heard


def test_images_and_calibration_arrive_as_they_were_made(running, node, until):
    color = listen(node, Image, "camera/left/image_raw", sensor_input())
    depth = listen(node, Image, "camera/rear/depth/image_raw", sensor_input())
    infos = listen(node, CameraInfo, "camera/left/camera_info", sensor_input())
    until(lambda: min(len(color), len(depth), len(infos)) >= 5, "images", runner=running)
    camera = fake_robot.make_rig()["left"]
    for message in color[:5]:
        stamp_ns = from_stamp(message.header.stamp)
        assert stamp_ns % fake_robot.TICK_NS == 0
        expected = fake_robot.picture("left", stamp_ns)
        np.testing.assert_array_equal(color_of(message), expected)
        assert message.header.frame_id == "camera_left_optical_frame"
    for message in depth[:5]:
        expected = fake_robot.depth("rear", from_stamp(message.header.stamp))
        np.testing.assert_allclose(depth_of(message), expected, atol=1e-6)
    intrinsics = intrinsics_of(infos[0])
    np.testing.assert_allclose(intrinsics.matrix(), camera.intrinsics.matrix())


def test_the_rig_is_known_before_the_first_image(processes, node, until):
    # Nodes learn their cameras from the calibration before they take part; images come late.
    infos = {
        name: listen(node, CameraInfo, f"camera/{name}/camera_info", sensor_input())
        for name in fake_robot.NAMES
    }
    clock = listen(node, Clock, "/clock", event(50))
    argv = [sys.executable, FAKE, "--ros-args", "-p", "seed:=3", "-p", "lockstep_nodes:=['late']"]
    runner = processes(("astra_sim", argv))
    until(lambda: all(infos.values()), "calibration", runner=runner)
    assert {from_stamp(message.clock) for message in clock} <= {fake_robot.TICK_NS}


def test_samples_come_at_their_rates_with_growing_stamps(running, node, until):
    imu = listen(node, Imu, "imu", sensor_input(depth=50))
    wheels = listen(node, Odometry, "wheel_odometry", sensor_input(depth=50))
    clock = listen(node, Clock, "/clock", event(50))
    until(
        lambda: len(imu) >= 60 and len(wheels) >= 30 and len(clock) >= 30,
        "samples",
        runner=running,
    )
    for heard, period_ns in ((imu, 10_000_000), (wheels, 20_000_000)):
        stamps = np.array([from_stamp(message.header.stamp) for message in heard])
        assert set(np.diff(stamps)) == {period_ns}
    assert imu[0].linear_acceleration.z == 9.81
    assert imu[0].orientation_covariance[0] == -1.0  # REP: no orientation
    ticks = np.array([from_stamp(message.clock) for message in clock])
    assert set(np.diff(ticks)) == {20_000_000}


def test_late_listeners_get_the_mounting_of_the_cameras(running, node, until):
    heard = listen(node, TFMessage, "/tf_static", latched())
    until(lambda: heard, "/tf_static", runner=running)
    by_frame = {item.child_frame_id: item for item in heard[0].transforms}
    for camera in fake_robot.make_rig().cameras:
        item = by_frame[camera.frame_id]
        assert item.header.frame_id == "base_link"
        np.testing.assert_allclose(
            rigid_from_msg(item.transform), camera.t_base_optical, atol=1e-12
        )


def test_an_imu_with_a_frame_of_its_own_has_a_mounting(processes, node, until):
    heard = listen(node, TFMessage, "/tf_static", latched())
    argv = (sys.executable, FAKE, "--ros-args", "-p", "lockstep_nodes:=['']")
    runner = processes(("astra_sim", (*argv, "-p", "imu_frame:=imu_link")))
    until(lambda: heard, "/tf_static", runner=runner)
    (item,) = [item for item in heard[0].transforms if item.child_frame_id == "imu_link"]
    assert item.header.frame_id == "base_link"
    np.testing.assert_array_equal(rigid_from_msg(item.transform), np.eye(4))


def test_truth_is_told_only_on_request(running, node, until):
    wheels = listen(node, Odometry, "wheel_odometry", sensor_input())
    until(lambda: len(wheels) > 10, "samples", runner=running)
    topics = {name for name, _ in node.get_topic_names_and_types()}
    assert "/wheel_odometry" in topics
    assert not {"/sim/ground_truth", "/sim/score"} & topics
