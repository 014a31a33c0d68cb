"""The drivers of a robot that stands, and hears nothing."""

import threading

import fake_robot
from nav_msgs.msg import Odometry
from sensor_msgs.msg import CameraInfo, Image, Imu

from astra_core.ros.camera_input import intrinsics_to_msg
from astra_core.ros.images import depth_to_msg
from astra_core.ros.poses import rigid_transform
from astra_core.ros.qos import sensor_output
from astra_core.ros.stamps import to_stamp
from astra_core.ros.tf import TransformBroadcaster


class Drivers:
    """Each can be told to fall silent.

    Attributes:
        silent: Names of sensors that send nothing; of a camera, no images.
        cameras_known: Whether the cameras send anything at all.
        imu_frame: Where the IMU says it is.
        ahead_ns: By how much the clock of the drivers is ahead of this computer's.
    """

    def __init__(self, node, now_ns=None):
        self._node = node
        self._now_ns = now_ns or (lambda: node.get_clock().now().nanoseconds)
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
        self.cameras_known = True
        self.imu_frame = "base_link"
        self.ahead_ns = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        tick = 0
        while not self._stop.wait(0.02):
            stamp_ns = self._now_ns() + self.ahead_ns
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
        for camera in self._cameras if self.cameras_known else ():
            info = intrinsics_to_msg(camera, CameraInfo())
            info.header.frame_id, info.header.stamp = camera.frame_id, to_stamp(stamp_ns)
            self._infos[camera.name].publish(info)
            if camera.name not in self.silent:
                image = fake_robot.depth(camera.name, stamp_ns)
                self._depth[camera.name].publish(depth_to_msg(image, stamp_ns, camera.frame_id))
