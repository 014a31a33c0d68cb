"""What the camera input refuses, and how it says so."""

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
from sensor_msgs.msg import CameraInfo
from tf2_msgs.msg import TFMessage

from astra_core.errors import ConfigError
from astra_core.messages.problem import ImageFormatError
from astra_core.ros.camera_input import CameraInput, CameraInputConfig, intrinsics_to_msg
from astra_core.ros.images import depth_to_msg
from astra_core.ros.node_clock import NodeClock
from astra_core.ros.poses import rigid_transform

RIG = fake_robot.make_rig()
FRONT = RIG["front"]


class Lane:
    """Takes subscriptions as a DirectLane does; the test plays the middleware."""

    def __init__(self):
        self.callbacks = {}

    def subscribe(self, kind, topic, callback, qos, *, is_urgent=False):
        self.callbacks[topic] = callback


class Input:
    def __init__(self, node):
        lane = Lane()
        self.rigs, self.sets = [], []
        self.cameras = CameraInput(
            node,
            lane,
            NodeClock(node, lane, stamp_ahead_s=0.1, clock_timeout_s=5.0),
            CameraInputConfig(names=("front",)),
            "base_link",
            on_rig=self.rigs.append,
            on_frames=lambda stamp_ns, frames: self.sets.append(frames),
            color=False,
            depth=True,
        )
        self._callbacks = lane.callbacks

    def info(self, model="plumb_bob", coefficient=0.0, frame_id=FRONT.frame_id, k=None):
        message = intrinsics_to_msg(FRONT, CameraInfo())
        message.header.frame_id = frame_id
        message.k = message.k if k is None else k
        message.distortion_model = model
        message.d = [coefficient] * 5
        self._callbacks["camera/front/camera_info"](message)

    def mounting(self, base_frame="base_link"):
        item = rigid_transform(FRONT.t_base_optical, 0, base_frame, FRONT.frame_id)
        self._callbacks["/tf_static"](TFMessage(transforms=[item]))

    def depth(self, stamp_ns, frame_id=FRONT.frame_id, size=(48, 64)):
        image = np.full(size, 2.0, dtype=np.float32)
        self._callbacks["camera/front/depth/image_raw"](depth_to_msg(image, stamp_ns, frame_id))


@pytest.fixture
def cameras(node):
    return Input(node)


def test_it_says_what_it_waits_for(cameras):
    assert cameras.cameras.missing == "waiting for camera_info of front"
    cameras.info()
    assert cameras.cameras.missing.startswith("waiting for the mounting of the cameras")
    cameras.mounting()
    assert cameras.cameras.missing == "" and len(cameras.rigs) == 1


def test_a_distortion_model_that_is_not_known_is_named(cameras):
    cameras.mounting()
    cameras.info("equidistant", 0.1)
    assert "'equidistant' is not known" in cameras.cameras.missing
    assert cameras.rigs == []
    cameras.info()
    assert cameras.cameras.missing == "" and len(cameras.rigs) == 1


def test_depth_that_is_not_registered_to_the_colour_camera_is_refused(cameras):
    cameras.mounting()
    cameras.info()
    cameras.depth(1_000_000_000, "camera_front_depth_optical_frame")
    assert cameras.sets == []
    assert cameras.cameras.refused == {"depth in another frame": 1}
    assert cameras.cameras.problem.startswith(
        "depth of front is in 'camera_front_depth_optical_frame' and not in "
        "'camera_front_optical_frame'"
    )
    cameras.depth(1_100_000_000)
    assert len(cameras.sets) == 1 and cameras.cameras.problem == ""


@pytest.mark.parametrize("size", [(24, 64), (48, 32), (64, 48)])
def test_an_image_of_another_size_than_its_calibration_is_refused(cameras, size):
    cameras.mounting()
    cameras.info()
    with pytest.raises(ImageFormatError, match=f"{size[1]}x{size[0]}, its camera_info says 64x48"):
        cameras.depth(1_000_000_000, size=size)
    assert cameras.sets == []
    words = f"is {size[1]}x{size[0]}, its camera_info says 64x48"
    assert words in cameras.cameras.problem and cameras.cameras.unfit == {"front"}
    cameras.depth(1_000_000_000)
    assert len(cameras.sets) == 1
    assert cameras.cameras.problem == "" and not cameras.cameras.unfit


def test_who_has_no_place_is_named_with_what_is_connected(cameras):
    cameras.info()
    words = "waiting for the mounting of the cameras on base_link in /tf_static: front in "
    frame = "'camera_front_optical_frame'"
    assert cameras.cameras.missing == f"{words}{frame} (nothing was heard on it)"
    cameras.mounting("base_footprint")
    known = "base_footprint, camera_front_optical_frame"
    assert cameras.cameras.missing == f"{words}{frame} (it connects {known})"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"frame_id": ""}, "names no frame"),
        # The picture of 64x48 was made smaller by its driver, its calibration was not.
        ({"k": [54.0, 0, 63.5, 0, 54.0, 47.5, 0, 0, 1.0]}, "of about 128x96, and not of 64x48"),
        ({"coefficient": -1.5}, "cannot be undone"),
    ],
)
def test_a_camera_that_cannot_work_is_refused_when_it_is_known(cameras, given, words):
    cameras.mounting()
    cameras.info(**given)
    assert cameras.cameras.missing.startswith("camera front cannot be used: ")
    assert words in cameras.cameras.missing and not cameras.rigs
    cameras.info()
    assert cameras.cameras.missing == "" and len(cameras.rigs) == 1


@pytest.mark.parametrize(
    ("names", "words"),
    [(("front", "front"), "'front'"), (("front cam",), "'front cam'"), ((), "there is none")],
)
def test_names_that_cannot_be_those_of_cameras_are_refused(names, words):
    with pytest.raises(ConfigError, match=words):
        CameraInputConfig(names=names)
