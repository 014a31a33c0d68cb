"""Astra-Local says what it lacks: blind cameras, silent sensors, frames that are not known."""

import sys
import threading

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
from nav_msgs.msg import Odometry
from sensor_msgs.msg import CameraInfo, Image, Imu

from astra_core.ros.camera_input import intrinsics_to_msg
from astra_core.ros.images import depth_to_msg
from astra_core.ros.poses import rigid_transform
from astra_core.ros.qos import event, sensor_output
from astra_core.ros.stamps import to_stamp
from astra_core.ros.tf import TransformBroadcaster
from astra_msgs.msg import Heartbeat

STACK = (
    ("astra_local", (sys.executable, "-m", "astra_local.ros.node")),
    (
        "astra_lifecycle",
        (
            *(sys.executable, "-m", "astra_core.ros.lifecycle_node"),
            *("--ros-args", "-p", "nodes:=['astra_local']"),
        ),
    ),
)


class Drivers:
    """The drivers of a robot that stands: each can be told to fall silent."""

    def __init__(self, node):
        self._node = node
        self._static = TransformBroadcaster(node, static=True)
        self._cameras = fake_robot.make_rig().cameras
        self._static.send(
            rigid_transform(camera.t_base_optical, 0, "base_link", camera.frame_id)
            for camera in self._cameras
        )

        def publisher(kind, topic):
            return node.create_publisher(kind, topic, sensor_output(5))

        self._wheels = publisher(Odometry, "wheel_odometry")
        self._imu = publisher(Imu, "imu")
        names = [camera.name for camera in self._cameras]
        self._infos = {n: publisher(CameraInfo, f"camera/{n}/camera_info") for n in names}
        self._depth = {n: publisher(Image, f"camera/{n}/depth/image_raw") for n in names}
        self.silent = set()
        self.imu_frame = "base_link"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        tick = 0
        while not self._stop.wait(0.02):
            stamp_ns = self._node.get_clock().now().nanoseconds
            if "imu" not in self.silent:
                message = Imu()
                message.header.stamp, message.header.frame_id = to_stamp(stamp_ns), self.imu_frame
                message.linear_acceleration.z = 9.81
                self._imu.publish(message)
            if "wheel_odometry" not in self.silent:
                message = Odometry()
                message.header.stamp = to_stamp(stamp_ns)
                self._wheels.publish(message)
            if tick % 5 == 0:
                self._send_images(stamp_ns)
            tick += 1

    def _send_images(self, stamp_ns):
        for camera in self._cameras:
            info = intrinsics_to_msg(camera, CameraInfo())
            info.header.frame_id, info.header.stamp = camera.frame_id, to_stamp(stamp_ns)
            self._infos[camera.name].publish(info)
            if camera.name not in self.silent:
                image = fake_robot.depth(camera.name, stamp_ns)
                self._depth[camera.name].publish(depth_to_msg(image, stamp_ns, camera.frame_id))


@pytest.fixture
def drivers(node):
    drivers = Drivers(node)
    yield drivers
    drivers.close()


def test_what_is_lacking_can_be_read_from_the_heartbeat(processes, drivers, node, until):
    heard = []
    node.create_subscription(
        Heartbeat, "heartbeat", lambda m: heard.append((m.state, m.reason)), event(50)
    )
    drivers.silent = {"wheel_odometry", "imu"}
    runner = processes(*STACK)

    def becomes(state, *words):
        def is_so():
            return bool(heard) and heard[-1][0] == state and all(w in heard[-1][1] for w in words)

        try:
            until(is_so, f"state {state} with {words}", 20.0, runner)
        except AssertionError as error:
            raise AssertionError(f"{error}; the last was {heard[-1:]}") from error

    becomes(Heartbeat.STATE_ERROR, "waiting for wheel_odometry")
    drivers.silent = {"imu"}
    becomes(Heartbeat.STATE_DEGRADED, "waiting for imu")
    drivers.silent = set()
    becomes(Heartbeat.STATE_OK)
    drivers.silent = {"rear"}
    becomes(Heartbeat.STATE_DEGRADED, "no depth images from rear")
    drivers.silent = {"imu"}
    becomes(Heartbeat.STATE_DEGRADED, "imu silent for more than 1 s")
    drivers.silent, drivers.imu_frame = set(), "imu_link"
    becomes(Heartbeat.STATE_DEGRADED, "'imu_link' on base_link is not in /tf_static")
    drivers.imu_frame = "base_link"
    becomes(Heartbeat.STATE_OK)
    drivers.silent = {"wheel_odometry"}
    becomes(Heartbeat.STATE_ERROR, "wheel_odometry silent for more than 1 s")
