"""Plays cameras and Astra-Local of a robot that stands."""

import threading
import time

from sensor_msgs.msg import CameraInfo, Image
from tf2_msgs.msg import TFMessage

from astra_core.camera import Camera, CameraIntrinsics
from astra_core.ros.camera_input import intrinsics_to_msg
from astra_core.ros.poses import header, rigid_transform
from astra_core.ros.qos import event, latched
from astra_core.se3 import from_xyz_rpy
from astra_msgs.msg import LocalOdometry

FRONT = Camera("front", CameraIntrinsics.from_horizontal_fov(32, 24, 1.7), from_xyz_rpy((0, 0, 1)))


class StandingRobot:
    """Stands still and says so at 50 Hz, with a black picture five times a second.

    Attributes:
        ahead_ns: By how much its clock is ahead of this computer's.
        width_px: Of its pictures; 0: none come.
    """

    def __init__(self, node, width_px=32):
        self._node = node
        self._odometry = node.create_publisher(LocalOdometry, "local/odometry", event(50))
        self._static = node.create_publisher(TFMessage, "/tf_static", latched(100))
        self._info = node.create_publisher(CameraInfo, "camera/front/camera_info", event(5))
        self._image = node.create_publisher(Image, "camera/front/image_raw", event(5))
        mounting = rigid_transform(FRONT.t_base_optical, 0, "base_link", FRONT.frame_id)
        self._static.publish(TFMessage(transforms=[mounting]))
        self.ahead_ns, self.width_px = 0, width_px
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        number = 0
        while not self._stop.wait(0.02):
            stamp_ns, number = time.time_ns() + self.ahead_ns, number + 1
            odometry = LocalOdometry(header=header(stamp_ns, "odom"))
            odometry.pose.pose.orientation.w = 1.0
            self._odometry.publish(odometry)
            if number % 10 == 0:
                info = intrinsics_to_msg(FRONT, CameraInfo())
                info.header = header(stamp_ns, FRONT.frame_id)
                self._info.publish(info)
                if width := self.width_px:
                    data = bytes(width * 24 * 3)
                    image = Image(width=width, height=24, step=3 * width, data=data)
                    image.encoding, image.header = "rgb8", info.header
                    self._image.publish(image)
