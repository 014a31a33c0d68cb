"""Calibration and mounting are heard however their drivers offer them, over real DDS."""

import fake_robot
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from sensor_msgs.msg import CameraInfo
from tf2_msgs.msg import TFMessage

from astra_core.ros.camera_input import CameraInput, CameraInputConfig, intrinsics_to_msg
from astra_core.ros.direct import DirectLane
from astra_core.ros.node_clock import NodeClock
from astra_core.ros.poses import rigid_transform
from astra_core.ros.qos import event, latched, sensor_input

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
