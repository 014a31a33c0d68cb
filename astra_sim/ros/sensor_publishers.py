"""Publishes what a simulated robot senses, as drivers of a real one would."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Vector3
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image, Imu

from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame, ImuSample, Observation, WheelSample
from astra_core.records import Velocity
from astra_core.ros.camera_input import intrinsics_to_msg
from astra_core.ros.images import color_to_msg, depth_to_msg
from astra_core.ros.poses import header, rigid_transform, velocity_to_msg
from astra_core.ros.qos import sensor_output
from astra_core.ros.tf import TransformBroadcaster
from astra_sim.ros.config import SimNodeConfig

__all__ = ["SensorPublishers"]

_NO_ORIENTATION = np.array([-1.0] + [0.0] * 8)


class SensorPublishers:
    """One publisher per sensor topic of a robot."""

    def __init__(
        self, node: Node, rig: CameraRig, config: SimNodeConfig, namespace: str = ""
    ) -> None:
        """Create the publishers and send the mounting of the cameras.

        Args:
            node: The node.
            rig: The cameras.
            config: Settings, with the frames of this robot.
            namespace: Of its topics, with a slash at the end.
        """
        self._config = config
        self._rig = rig
        self._imu = node.create_publisher(Imu, f"{namespace}imu", sensor_output(50))
        self._wheels = node.create_publisher(
            Odometry, f"{namespace}wheel_odometry", sensor_output(50)
        )
        self._color, self._depth, self._infos = {}, {}, {}
        for camera in rig.cameras:
            topic = f"{namespace}camera/{camera.name}"
            qos = sensor_output(5)
            self._color[camera.name] = node.create_publisher(Image, f"{topic}/image_raw", qos)
            self._infos[camera.name] = (
                node.create_publisher(CameraInfo, f"{topic}/camera_info", qos),
                intrinsics_to_msg(camera, CameraInfo()),
            )
            if config.depth:
                self._depth[camera.name] = node.create_publisher(
                    Image, f"{topic}/depth/image_raw", qos
                )
        self._static = TransformBroadcaster(node, static=True)
        mountings = {self._frame_of(camera.name): camera.t_base_optical for camera in rig.cameras}
        if config.imu_frame != config.base_frame:
            # Simulated readings have the axes of the base, whatever the frame is called.
            mountings[config.imu_frame] = np.eye(4)
        self._static.send(
            rigid_transform(mounting, 0, config.base_frame, frame_id)
            for frame_id, mounting in mountings.items()
        )

    def send_calibration(self, stamp_ns: int) -> None:
        """Publish the calibration of every camera, whether or not there is an image of it yet.

        Images come late (exposure, transport), but nodes learn their rig from the calibration
        before they take part in the first tick.
        """
        for camera in self._rig.cameras:
            self._send_info(camera.name, stamp_ns)

    def send(self, observation: Observation) -> None:
        """Publish a tick: images first, wheels last."""
        for frame in observation.frames:
            self._send_frame(frame)
        for imu in observation.imu:
            self._imu.publish(self._imu_msg(imu))
        for wheels in observation.wheels:
            self._wheels.publish(self._wheels_msg(wheels))

    def _frame_of(self, camera: str) -> str:
        return f"{self._config.frame_prefix.lstrip('/')}{self._rig[camera].frame_id}"

    def _send_frame(self, frame: CameraFrame) -> None:
        frame_id = self._frame_of(frame.camera)
        self._send_info(frame.camera, frame.stamp_ns)
        # Converting an image that nobody hears is the largest cost of this node.
        color = self._color[frame.camera]
        if color.get_subscription_count():
            color.publish(color_to_msg(frame.image, frame.stamp_ns, frame_id))
        depth = self._depth.get(frame.camera)
        if depth is not None and frame.depth_m is not None and depth.get_subscription_count():
            depth.publish(depth_to_msg(frame.depth_m, frame.stamp_ns, frame_id))

    def _send_info(self, camera: str, stamp_ns: int) -> None:
        publisher, info = self._infos[camera]
        info.header = header(stamp_ns, self._frame_of(camera))
        publisher.publish(info)

    def _imu_msg(self, sample: ImuSample) -> Imu:
        wx, wy, wz = sample.angular_velocity_rad_s
        ax, ay, az = sample.linear_acceleration_m_s2
        return Imu(
            header=header(sample.stamp_ns, self._config.imu_frame),
            orientation_covariance=_NO_ORIENTATION,
            angular_velocity=Vector3(x=float(wx), y=float(wy), z=float(wz)),
            linear_acceleration=Vector3(x=float(ax), y=float(ay), z=float(az)),
        )

    def _wheels_msg(self, sample: WheelSample) -> Odometry:
        message = Odometry(
            header=header(sample.stamp_ns, "wheel_odom"), child_frame_id=self._config.base_frame
        )
        message.twist.twist = velocity_to_msg(
            Velocity(sample.linear_velocity_mps, sample.angular_velocity_rad_s)
        )
        return message
