"""Writes what crosses ROS into an MCAP bag, for machines without `ros2 bag`.

Messages are written as they came over the wire, without being understood. Only camera images are:
raw ones would fill a disk, so they are stored as JPEG (colour) and PNG (depth), under the names
that image_transport uses.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from ament_index_python.packages import get_package_share_directory
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from sensor_msgs.msg import CompressedImage, Image

from astra_core.bag_qos import bag_qos
from astra_core.ros.main import run_node

__all__ = ["BagRecorder", "main"]

JPEG_QUALITY = 90
# compressed_depth_image_transport puts its two float parameters before the PNG; for 16UC1 unused.
DEPTH_HEADER = bytes(12)


class BagRecorder(Node):
    """Subscribes to every topic that appears and appends it to a bag."""

    def __init__(self, folder: Path) -> None:
        """Open the bag in a folder that must not exist yet."""
        # Stamped with the simulated clock where there is one, as `ros2 bag record --use-sim-time`.
        super().__init__(
            "astra_recorder", parameter_overrides=[Parameter("use_sim_time", value=True)]
        )
        self._types = get_typestore(Stores.ROS2_JAZZY)
        self._register_own_types()
        self._writer = Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP)
        self._writer.open()
        self._lock = threading.Lock()
        self._connections: dict[str, Any] = {}
        self.num_messages = 0
        # Topics appear whether or not the simulated clock runs yet.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self.create_timer(0.5, self._look_for_topics, clock=steady)
        self._look_for_topics()

    def close(self) -> None:
        """Finish the bag; without this its index is missing."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _look_for_topics(self) -> None:
        for topic, type_names in self.get_topic_names_and_types():
            if topic in self._connections or len(type_names) != 1:
                continue
            # A topic that only has readers yet does not say what its publishers will promise;
            # subscribed to too early, what is latched (/tf_static) would be missed.
            if self.count_publishers(topic):
                self._subscribe(topic, type_names[0])

    def _subscribe(self, topic: str, type_name: str) -> None:
        if type_name not in self._types.types:
            self._connections[topic] = None  # A type nobody described: skipped, once and for all.
            self.get_logger().warning(f"{topic} is not recorded: type {type_name} is unknown")
            return
        offers = [info.qos_profile for info in self.get_publishers_info_by_topic(topic)]
        qos = _strongest(offers)
        if type_name == "sensor_msgs/msg/Image":
            depth = topic.endswith("/depth/image_raw")
            stored = topic + ("/compressedDepth" if depth else "/compressed")
            connection = self._connect(stored, "sensor_msgs/msg/CompressedImage", offers)
            self._connections[topic] = connection
            self.create_subscription(
                Image, topic, lambda message: self._write_image(connection, message, depth), qos
            )
            return
        connection = self._connect(topic, type_name, offers)
        self._connections[topic] = connection
        self.create_subscription(
            message_class(type_name),
            topic,
            lambda raw: self._write(connection, bytes(raw)),
            qos,
            raw=True,
        )

    def _connect(self, topic: str, type_name: str, offers: Sequence[QoSProfile]) -> Any:
        # With the publishers' promises, so that a player makes the same ones.
        told = [
            bag_qos(reliable=_is_reliable(offer), latched=_is_latched(offer), depth=offer.depth)
            for offer in offers
        ]
        return self._writer.add_connection(
            topic, type_name, typestore=self._types, offered_qos_profiles=told
        )

    def _write_image(self, connection: Any, message: Image, depth: bool) -> None:
        from rclpy.serialization import serialize_message

        data = encode_depth(message) if depth else encode_color(message)
        if data is None:
            return
        kind = (
            "16UC1; compressedDepth png" if depth else f"{message.encoding}; jpeg compressed bgr8"
        )
        compressed = CompressedImage(header=message.header, format=kind)
        compressed.data.frombytes(data)
        self._write(connection, bytes(serialize_message(compressed)))

    def _write(self, connection: Any, data: bytes) -> None:
        stamp_ns = self.get_clock().now().nanoseconds
        with self._lock:
            if self._writer is not None:
                self._writer.write(connection, stamp_ns, data)
                self.num_messages += 1

    def _register_own_types(self) -> None:
        for package in ("astra_msgs", "tf2_msgs"):
            folder = Path(get_package_share_directory(package)) / "msg"
            for path in sorted(folder.glob("*.msg")):
                name = f"{package}/msg/{path.stem}"
                if name not in self._types.types:
                    self._types.register(get_types_from_msg(path.read_text(), name))


def _is_reliable(offer: QoSProfile) -> bool:
    return bool(offer.reliability == ReliabilityPolicy.RELIABLE)


def _is_latched(offer: QoSProfile) -> bool:
    return bool(offer.durability == DurabilityPolicy.TRANSIENT_LOCAL)


def _strongest(offers: Sequence[QoSProfile]) -> QoSProfile:
    """Return the strongest promise that every publisher of a topic keeps."""
    reliable = bool(offers) and all(_is_reliable(offer) for offer in offers)
    latched = bool(offers) and all(_is_latched(offer) for offer in offers)
    return QoSProfile(
        depth=100,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


def message_class(type_name: str) -> type:
    """Return the Python class of a type such as ``nav_msgs/msg/Odometry``."""
    package, kind, name = type_name.split("/")
    return getattr(importlib.import_module(f"{package}.{kind}"), name)


def encode_color(message: Image) -> bytes | None:
    """Return a JPEG of an rgb8, bgr8 or mono8 image, ``None`` for other encodings."""
    channels = {"rgb8": 3, "bgr8": 3, "mono8": 1}.get(message.encoding)
    if channels is None:
        return None
    pixels = np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, channels)
    if message.encoding == "rgb8":
        pixels = pixels[..., ::-1]
    ok, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes() if ok else None


def encode_depth(message: Image) -> bytes | None:
    """Return a compressedDepth payload (millimetres) of a 16UC1 or 32FC1 image, else ``None``."""
    shape = (message.height, message.width)
    if message.encoding == "32FC1":
        metres = np.frombuffer(message.data, np.float32).reshape(shape)
        clipped = np.nan_to_num(metres, nan=0.0, posinf=0.0, neginf=0.0) * 1000.0
        millimetres = np.clip(np.rint(clipped), 0, 65535).astype(np.uint16)
    elif message.encoding == "16UC1":
        millimetres = np.frombuffer(message.data, np.uint16).reshape(shape)
    else:
        return None
    ok, data = cv2.imencode(".png", millimetres, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return DEPTH_HEADER + data.tobytes() if ok else None


def main() -> int:
    """Record until told to stop: `astra_recorder FOLDER`."""
    return run_node(lambda: BagRecorder(Path(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
