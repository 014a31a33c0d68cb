"""Calibration and mounting are heard however their drivers offer them, over real DDS."""

import fake_robot
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import rclpy
from sensor_msgs.msg import CameraInfo
from tf2_msgs.msg import TFMessage

from astra_core.ros.camera_input import CameraInput, CameraInputConfig, intrinsics_to_msg
from astra_core.ros.direct import DirectLane
from astra_core.ros.node_clock import NodeClock
from astra_core.ros.poses import rigid_transform
from astra_core.ros.qos import event, latched, sensor_input

INFO = "camera/front/camera_info"
FRONT = fake_robot.make_rig()["front"]
OFFERS = {"latched": latched(), "reliable": event(), "best effort": sensor_input()}


@pytest.mark.parametrize(
    ("info_offer", "static_offer"),
    [("latched", "reliable"), ("reliable", "best effort"), ("best effort", "latched")],
)
def test_the_rig_is_known_whatever_is_offered(node, until, info_offer, static_offer):
    infos = node.create_publisher(CameraInfo, "camera/front/camera_info", OFFERS[info_offer])
    statics = node.create_publisher(TFMessage, "/tf_static", OFFERS[static_offer])
    info = intrinsics_to_msg(FRONT, CameraInfo())
    info.header.frame_id = FRONT.frame_id
    mounting = rigid_transform(FRONT.t_base_optical, 0, "base_link", FRONT.frame_id)

    def say(publisher, message, offer, is_first):
        # What is latched is said once, before anybody listens; the rest again and again.
        if is_first == (offer == "latched"):
            publisher.publish(message)

    def say_all(is_first):
        say(infos, info, info_offer, is_first)
        say(statics, TFMessage(transforms=[mounting]), static_offer, is_first)

    say_all(is_first=True)
    lane, rigs = DirectLane(node), []
    cameras = CameraInput(
        node,
        lane,
        NodeClock(node, lane, stamp_ahead_s=0.1, clock_timeout_s=5.0),
        CameraInputConfig(names=("front",)),
        "base_link",
        on_rig=rigs.append,
        on_frames=lambda stamp_ns, frames: None,
        color=False,
        depth=True,
    )
    lane.start()
    try:

        def is_known():
            say_all(is_first=False)
            return rigs

        until(is_known, "the rig", 20.0)
    finally:
        lane.close()
    assert cameras.missing == ""


@pytest.fixture
def told(domain_id):
    """Return what a node says that lacks the calibration of its camera."""
    context = rclpy.Context()

    def told(*arguments, reliable=False):
        rclpy.init(args=["--ros-args", *arguments], context=context, domain_id=domain_id)
        node = rclpy.create_node("driven", context=context)
        config = CameraInputConfig(names=("front",), reliable=reliable)
        lane = DirectLane(node)
        return CameraInput(
            node,
            lane,
            NodeClock(node, lane, stamp_ahead_s=0.1, clock_timeout_s=5.0),
            config,
            "base_link",
            on_rig=lambda rig: None,
            on_frames=lambda stamp_ns, frames: None,
            color=True,
            depth=False,
        )

    yield told
    context.try_shutdown()


def test_a_topic_with_another_name_is_told_by_that(told):
    cameras = told("-r", f"{INFO}:=/front/info", "-r", "camera/front/image_raw:=/front/color")
    assert cameras.missing == "waiting for camera_info of front (/front/info)"
    assert cameras.where_images_come == "front (/front/color)"


def test_a_driver_that_is_not_heard_for_its_quality_of_service_is_told(node, until, told):
    publisher = node.create_publisher(CameraInfo, INFO, sensor_input())
    cameras = told(reliable=True)
    words = " (offered best effort, asked for reliable: set cameras.reliable to false)"
    until(lambda: words in cameras.missing, "the driver to be discovered", 20.0)
    assert cameras.missing == f"waiting for camera_info of front{words}"
    node.destroy_publisher(publisher)
