"""Observations as ROS 2 messages, made without ROS (types of ``rosbags``).

The image topics are those of ``image_transport``: ``compressed`` is JPEG, ``compressedDepth`` is a
16 bit PNG in millimetres behind the 12 byte header of ``compressed_depth_image_transport``.
"""

from __future__ import annotations

import struct
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera, CameraRig
from astra_core.observation import CameraFrame, ImuSample, WheelSample
from astra_core.time import NS_PER_S

__all__ = ["MessageFactory"]

_JPEG_QUALITY = 95
# struct ConfigHeader {int32 format = INV_DEPTH; float depthParam[2]}; unused for 16UC1.
_DEPTH_HEADER = struct.pack("<iff", 0, 0.0, 0.0)
_UNKNOWN_VARIANCE = 1e6


class MessageFactory:
    """Builds and serializes the messages of a bag."""

    def __init__(self, typestore: Any) -> None:
        """Keep the store of message types (``rosbags.typesys``)."""
        self.typestore = typestore

    @cached_property
    def _types(self) -> dict[str, Any]:
        return {name.rsplit("/", 1)[1]: kind for name, kind in self.typestore.types.items()}

    def serialize(self, message: Any) -> bytes:
        """Return the CDR bytes of a message."""
        data: bytes = self.typestore.serialize_cdr(message, message.__msgtype__)
        return data

    def image(self, frame: CameraFrame, frame_id: str) -> Any:
        """Build ``sensor_msgs/CompressedImage``, JPEG."""
        bgr = cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR)
        _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        header = self.header(frame.stamp_ns, frame_id)
        return self._types["CompressedImage"](header, "rgb8; jpeg compressed bgr8", data.ravel())

    def depth(self, depth_m: NDArray[np.float32], stamp_ns: int, frame_id: str) -> Any:
        """Build ``sensor_msgs/CompressedImage``, 16 bit PNG in millimetres; 0 is unknown."""
        millimetres = depth_to_millimetres(depth_m)
        _, png = cv2.imencode(".png", millimetres, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        data = np.concatenate([np.frombuffer(_DEPTH_HEADER, np.uint8), png.ravel()])
        header = self.header(stamp_ns, frame_id)
        return self._types["CompressedImage"](header, "16UC1; compressedDepth png", data)

    def camera_info(self, camera: Camera, stamp_ns: int) -> Any:
        """Build ``sensor_msgs/CameraInfo``."""
        k = camera.intrinsics
        projection = np.zeros((3, 4))
        projection[:, :3] = k.matrix()
        distortion = np.array(k.distortion or (0.0,) * 5, dtype=np.float64)
        region = self._types["RegionOfInterest"](0, 0, 0, 0, False)
        return self._types["CameraInfo"](
            self.header(stamp_ns, camera.frame_id),
            k.height_px,
            k.width_px,
            k.distortion_model,
            distortion,
            k.matrix().ravel(),
            np.eye(3).ravel(),
            projection.ravel(),
            0,
            0,
            region,
        )

    def imu(self, sample: ImuSample) -> Any:
        """Build ``sensor_msgs/Imu`` without orientation."""
        no_orientation = np.zeros(9)
        no_orientation[0] = -1.0  # REP-145: the field is absent
        return self._types["Imu"](
            self.header(sample.stamp_ns, "base_link"),
            self._types["Quaternion"](0.0, 0.0, 0.0, 1.0),
            no_orientation,
            self._types["Vector3"](*sample.angular_velocity_rad_s),
            np.zeros(9),
            self._types["Vector3"](*sample.linear_acceleration_m_s2),
            np.zeros(9),
        )

    def wheels(self, sample: WheelSample) -> Any:
        """Build ``nav_msgs/Odometry`` of which only the twist means something."""
        types = self._types
        twist = types["Twist"](
            types["Vector3"](sample.linear_velocity_mps, 0.0, 0.0),
            types["Vector3"](0.0, 0.0, sample.angular_velocity_rad_s),
        )
        nowhere = types["Pose"](
            types["Point"](0.0, 0.0, 0.0), types["Quaternion"](0.0, 0.0, 0.0, 1.0)
        )
        unknown = np.diag(np.full(6, _UNKNOWN_VARIANCE)).ravel()
        return types["Odometry"](
            self.header(sample.stamp_ns, "odom"),
            "base_link",
            types["PoseWithCovariance"](nowhere, unknown),
            types["TwistWithCovariance"](twist, np.zeros(36)),
        )

    def pose(self, stamp_ns: int, pose: NDArray[np.float64], frame_id: str) -> Any:
        """Build ``geometry_msgs/PoseStamped`` of a planar pose ``(3,)``."""
        position, quaternion = se3.to_position_quaternion(se3.from_se2(pose))
        types = self._types
        body = types["Pose"](types["Point"](*position), types["Quaternion"](*quaternion))
        return types["PoseStamped"](self.header(stamp_ns, frame_id), body)

    def static_transforms(self, rig: CameraRig, stamp_ns: int) -> Any:
        """Build ``tf2_msgs/TFMessage`` with the poses of all cameras in ``base_link``."""
        types = self._types
        transforms = []
        for camera in rig.cameras:
            position, quaternion = se3.to_position_quaternion(camera.t_base_optical)
            body = types["Transform"](types["Vector3"](*position), types["Quaternion"](*quaternion))
            header = self.header(stamp_ns, "base_link")
            transforms.append(types["TransformStamped"](header, camera.frame_id, body))
        return types["TFMessage"](transforms)

    def header(self, stamp_ns: int, frame_id: str) -> Any:
        """Build ``std_msgs/Header``."""
        seconds, nanoseconds = divmod(stamp_ns, NS_PER_S)
        return self._types["Header"](self._types["Time"](seconds, nanoseconds), frame_id)


def depth_to_millimetres(depth_m: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Convert depth ``(H, W)`` in metres to uint16 millimetres, rounded; 0 stays unknown."""
    millimetres = np.clip(depth_m * np.float32(1000.0), 0.0, 65535.0)
    rounded: NDArray[np.uint16] = np.rint(millimetres).astype(np.uint16)
    return rounded
