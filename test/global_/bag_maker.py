"""Small bags as other people record them: ROS 2 and ROS 1, topics and types of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag1 import Writer as Writer1
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Writer2
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

BASE, FRAME = "base_link", "eye"
_DURATION = QosTime(0, 0)
_QOS = Qos(
    QosHistory.KEEP_LAST, 5, QosReliability.BEST_EFFORT, QosDurability.VOLATILE, _DURATION,
    _DURATION, QosLiveliness.AUTOMATIC, _DURATION, False,
)  # fmt: skip


class BagMaker:
    """Writes messages; the stamp of a message is when it is stored, too."""

    def __init__(self, path: Path, *, ros1: bool = False) -> None:
        self._ros1 = ros1
        self.path = path.with_suffix(".bag") if ros1 else path
        self._store = get_typestore(Stores.ROS1_NOETIC if ros1 else Stores.ROS2_JAZZY)
        if ros1:
            text = "geometry_msgs/TransformStamped[] transforms"
            self._store.register(get_types_from_msg(text, "tf2_msgs/msg/TFMessage"))
        self._writer: Any = (
            Writer1(self.path)
            if ros1
            else Writer2(path, version=9, storage_plugin=StoragePlugin.MCAP)
        )
        self._connections: dict[tuple[str, int], Any] = {}
        self._writer.open()

    def __enter__(self) -> BagMaker:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, topic: str, kind: str, message: Any, stamp_ns: int, channel: int = 0) -> None:
        key = (topic, channel)
        if key not in self._connections:
            # Of two publishers one says another name (ROS 1) or promises something else (ROS 2).
            other: dict[str, Any] = {"callerid": f"/talker{channel}"}
            if not self._ros1:
                other = {"offered_qos_profiles": [_QOS] * channel}
            self._connections[key] = self._writer.add_connection(
                topic, kind, typestore=self._store, **other
            )
        serialize = self._store.serialize_ros1 if self._ros1 else self._store.serialize_cdr
        self._writer.write(self._connections[key], stamp_ns, serialize(message, kind))

    def type(self, name: str, *values: Any) -> Any:
        return self._store.types[name](*values)

    def header(self, stamp_ns: int, frame: str = FRAME) -> Any:
        time = self.type("builtin_interfaces/msg/Time", stamp_ns // 10**9, stamp_ns % 10**9)
        return self.type("std_msgs/msg/Header", *((0,) if self._ros1 else ()), time, frame)

    def info(self, topic: str, *, frame: str = FRAME, calibrated: bool = True) -> None:
        k = np.array([[20.0, 0, 16], [0, 20.0, 12], [0, 0, 1]]) * calibrated
        roi = self.type("sensor_msgs/msg/RegionOfInterest", 0, 0, 0, 0, False)
        message = self.type(
            "sensor_msgs/msg/CameraInfo", self.header(1, frame), 24, 32, "plumb_bob", np.zeros(5),
            k.ravel(), np.eye(3).ravel(), np.zeros(12), 0, 0, roi,
        )  # fmt: skip
        self.write(topic, "sensor_msgs/msg/CameraInfo", message, 1)

    def picture(self, topic: str, stamp_ns: int, *, data: bytes | None = None, channel: int = 0,
                level: int = 0) -> None:  # fmt: skip
        if data is None:
            pixels = np.full((24, 32, 3), level, np.uint8)
            data = cv2.imencode(".jpg", pixels)[1].tobytes()
        message = self.type(
            "sensor_msgs/msg/CompressedImage", self.header(stamp_ns), "jpeg",
            np.frombuffer(data, np.uint8),
        )  # fmt: skip
        self.write(topic, "sensor_msgs/msg/CompressedImage", message, stamp_ns, channel)

    def mounted(self, *frames: str, base: str = BASE) -> None:
        vector = self.type("geometry_msgs/msg/Vector3", 0.1, 0.0, 1.0)
        transform = self.type("geometry_msgs/msg/Transform", vector, self._turn())
        items = [
            self.type("geometry_msgs/msg/TransformStamped", self.header(1, base), frame, transform)
            for frame in frames
        ]
        message = self.type("tf2_msgs/msg/TFMessage", items)
        self.write("/tf_static", "tf2_msgs/msg/TFMessage", message, 1)

    def pose(self, topic: str, kind: str, x_m: float, stamp_ns: int, w: float = 1.0) -> None:
        point = self.type("geometry_msgs/msg/Point", x_m, 0.0, 0.0)
        pose = self.type("geometry_msgs/msg/Pose", point, self._turn(w))
        if kind != "geometry_msgs/msg/PoseStamped":
            pose = self.type("geometry_msgs/msg/PoseWithCovariance", pose, np.zeros(36))
        rest: tuple[Any, ...] = (self.header(stamp_ns, "map"), pose)
        if kind == "nav_msgs/msg/Odometry":
            zero = self.type("geometry_msgs/msg/Vector3", 0.0, 0.0, 0.0)
            twist = self.type(
                "geometry_msgs/msg/TwistWithCovariance",
                self.type("geometry_msgs/msg/Twist", zero, zero), np.zeros(36),
            )  # fmt: skip
            rest = (rest[0], BASE, pose, twist)
        self.write(topic, kind, self.type(kind, *rest), stamp_ns)

    def _turn(self, w: float = 1.0) -> Any:
        return self.type("geometry_msgs/msg/Quaternion", 0.0, 0.0, 0.0, w)
