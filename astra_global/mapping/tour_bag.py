"""Read a recorded tour (rosbag2 as MCAP or SQLite, or a ROS 1 bag) without ROS.

Only what a map needs is read: calibration, static transforms, poses, IMU and wheels, and the
pictures of chosen moments. Pictures stay compressed until somebody looks at them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.errors import AstraError
from astra_core.messages.problem import MessageError
from astra_core.messages.transforms import stamped_pose
from astra_core.observation import ImuSample, WheelSample
from astra_core.time import NS_PER_S, from_seconds
from astra_global.mapping.bag_limits import BagLimits
from astra_global.mapping.bag_rig import read_rig
from astra_global.mapping.bag_storage import open_bag
from astra_global.mapping.config import TopicConfig
from astra_global.mapping.errors import TourError

__all__ = ["TourBag", "bag_fingerprint"]

_COMPRESSED = "sensor_msgs/msg/CompressedImage"
_PICTURES = (_COMPRESSED, "sensor_msgs/msg/Image")
_POSES = (
    "geometry_msgs/msg/PoseStamped",
    "geometry_msgs/msg/PoseWithCovarianceStamped",
    "nav_msgs/msg/Odometry",
    "geometry_msgs/msg/TransformStamped",
)
#: All that is read of a bag; the last is what ROS 1 calls TFMessage.
_READ = (
    *_PICTURES,
    *_POSES,
    "sensor_msgs/msg/CameraInfo",
    "sensor_msgs/msg/Imu",
    "tf2_msgs/msg/TFMessage",
    "tf/msg/tfMessage",
)


class TourBag:
    """An open bag. Use it as a context manager.

    Attributes:
        rig: The cameras, from ``camera_info`` and ``/tf_static``.
        left_out: What of the bag is not used, in words: cameras without calibration, for example.
    """

    rig: CameraRig
    left_out: tuple[str, ...]

    def __init__(self, folder: Path | str, topics: TopicConfig) -> None:
        """Open the bag and read the rig.

        Raises:
            TourError: It cannot be opened, or has no camera with calibration and place.
        """
        self.folder = Path(folder)
        self.topics = topics
        if not self.folder.exists():
            raise TourError(f"{self.folder}: there is no such bag")
        try:
            self._limits = BagLimits.of(self.folder)
            self._reader: Any = open_bag(self.folder, self._limits, _READ)
        except Exception as error:  # rosbags raises many kinds for damaged files
            raise TourError(f"{self.folder}: not a readable bag: {error}") from error
        # Every publisher of a topic has a connection of its own.
        self._by_topic: dict[str, list[Any]] = {}
        for item in self._reader.connections:
            self._by_topic.setdefault(item.topic, []).append(item)
        self._times_of: dict[str, NDArray[np.int64]] = {}
        try:
            self.rig, self.left_out = read_rig(self)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> TourBag:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the bag."""
        self.close()

    def close(self) -> None:
        """Close the bag."""
        self._reader.close()

    @property
    def topic_names(self) -> tuple[str, ...]:
        """Return what the bag has, in its order."""
        return tuple(self._by_topic)

    def image_topic(self, camera: str) -> str:
        """Return the topic that holds a camera's pictures.

        Raises:
            TourError: There is none.
        """
        topic = self.topics.image.format(camera=camera)
        compressed = f"{topic}/compressed"
        if compressed in self._by_topic:
            return compressed
        self.require(topic, "image", _PICTURES)
        return topic

    def depth_topic(self, camera: str) -> str | None:
        """Return the topic that holds a camera's depth; ``None`` where there is none."""
        if not self.topics.depth:
            return None
        topic = self.topics.depth.format(camera=camera)
        known = (name for name in (f"{topic}/compressedDepth", topic) if name in self._by_topic)
        return next(known, None)

    def poses(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return stamps ``(P,)`` and poses ``(P, 4, 4)`` of the pose topic, in time order.

        Raises:
            TourError: The topic is missing or empty.
        """
        self.require(self.topics.pose, "pose", _POSES)
        found: dict[int, NDArray[np.float64]] = {}
        problem = "the topic is empty"
        for _, message in self.messages([self.topics.pose]):
            try:
                found[_stamp(message.header)] = stamped_pose(message)
            except MessageError as error:
                problem = str(error)
        if not found:
            raise TourError(f"{self.folder}: topic {self.topics.pose} has no poses: {problem}")
        stamps = np.array(sorted(found), dtype=np.int64)
        return stamps, np.array([found[int(stamp)] for stamp in stamps])

    def image_sets(self) -> NDArray[np.int64]:
        """Return the stamps ``(S, C)`` of moments at which every camera of the rig took a picture.

        Raises:
            TourError: There is no such moment.
        """
        columns = [np.unique(self.stamps(self.image_topic(name))) for name in self.rig.names]
        tolerance = from_seconds(self.topics.sync_tolerance_s)
        sets = []
        for stamp in columns[0]:
            row = [_nearest(column, int(stamp)) for column in columns]
            if all(found is not None and abs(found - stamp) <= tolerance for found in row):
                sets.append(row)
        if not sets:
            counts = ", ".join(
                f"{name} {len(column)}"
                for name, column in zip(self.rig.names, columns, strict=True)
            )
            raise TourError(
                f"{self.folder}: the cameras never took pictures at the same moment (pictures: "
                f"{counts}): choose some with topics.cameras, or allow more than "
                f"{self.topics.sync_tolerance_s:g} s with topics.sync_tolerance_s"
            )
        return np.array(sets, dtype=np.int64)

    def messages(
        self, topics: Sequence[str], stamps: dict[str, set[int]] | None = None
    ) -> Iterator[tuple[str, Any]]:
        """Yield (topic, message) in the order of the bag.

        Args:
            topics: Which.
            stamps: Header stamps wanted per topic; all by default. Others are not even parsed.

        Raises:
            TourError: A topic is missing, or the bag is damaged.
        """
        connections = [item for topic in topics for item in self._connections(topic)]
        for connection, _, raw in self._raw(connections):
            if stamps is not None and self._raw_stamp(raw) not in stamps[connection.topic]:
                continue
            yield connection.topic, self._parsed(connection, raw)

    def message(self, topic: str, stamp_ns: int) -> Any:
        """Return the message of a topic with pictures that has a header stamp.

        Raises:
            TourError: There is none.
        """
        times = self._times(topic)
        for stored_ns in times[times[:, 0] == stamp_ns, 1]:
            for connection, _, raw in self._raw(self._by_topic[topic], stored_ns, stored_ns + 1):
                if self._raw_stamp(raw) == stamp_ns:
                    return self._parsed(connection, raw)
        raise TourError(f"{self.folder}: topic {topic} has no message of {stamp_ns} ns")

    def imu(self) -> list[ImuSample]:
        """Return what the IMU measured, in time order; nothing where it was not recorded."""
        if self.topics.imu not in self._by_topic:
            return []
        samples = []
        for _, message in self.messages([self.topics.imu]):
            rate, force = message.angular_velocity, message.linear_acceleration
            samples.append(
                ImuSample(
                    _stamp(message.header),
                    (float(rate.x), float(rate.y), float(rate.z)),
                    (float(force.x), float(force.y), float(force.z)),
                )
            )
        return sorted(samples, key=lambda sample: sample.stamp_ns)

    def wheels(self) -> list[WheelSample]:
        """Return what the wheels measured, in time order; nothing where it was not recorded."""
        if self.topics.wheel_odometry not in self._by_topic:
            return []
        samples = []
        for _, message in self.messages([self.topics.wheel_odometry]):
            twist = message.twist.twist
            samples.append(
                WheelSample(_stamp(message.header), float(twist.linear.x), float(twist.angular.z))
            )
        return sorted(samples, key=lambda sample: sample.stamp_ns)

    def stamps(self, topic: str) -> NDArray[np.int64]:
        """Return the header stamps ``(M,)`` of a topic with pictures, in the order of the bag.

        Raises:
            TourError: The topic is missing.
        """
        return self._times(topic)[:, 0]

    def _times(self, topic: str) -> NDArray[np.int64]:
        """Return (header stamp, time in the bag) ``(M, 2)`` of a topic, in the bag's order."""
        self._connections(topic)
        if topic not in self._times_of:
            # A pass over a large bag takes long: one for all topics with pictures.
            known = (item for items in self._by_topic.values() for item in items)
            chosen = [item for item in known if item.topic == topic or item.msgtype in _PICTURES]
            times: dict[str, list[tuple[int, int]]] = {item.topic: [] for item in chosen}
            for connection, stored_ns, raw in self._raw(chosen):
                times[connection.topic].append((self._raw_stamp(raw), stored_ns))
            for name, rows in times.items():
                self._times_of[name] = np.array(rows, dtype=np.int64).reshape(-1, 2)
        return self._times_of[topic]

    def nearest_stamps(self, topic: str, wanted: NDArray[np.int64]) -> list[int | None]:
        """Return for each wanted stamp ``(N,)`` the topic's closest one within the tolerance."""
        column = np.unique(self.stamps(topic))
        tolerance = from_seconds(self.topics.sync_tolerance_s)
        result = []
        for stamp in wanted:
            found = _nearest(column, int(stamp))
            close = found is not None and abs(found - int(stamp)) <= tolerance
            result.append(found if close else None)
        return result

    def require(self, topic: str, option: str, kinds: Sequence[str]) -> None:
        """Refuse a topic that is not there or is none of these kinds.

        Args:
            topic: Its name.
            option: Setting of :class:`~astra_global.mapping.config.TopicConfig` that names it.
            kinds: Types of messages that would do.

        Raises:
            TourError: It says what there is instead, and which option names it.
        """
        there = self._by_topic.get(topic, [])
        if there and all(item.msgtype in kinds for item in there):
            return
        fitting = [
            f"{name} ({items[0].msgtype})"
            for name, items in self._by_topic.items()
            if items[0].msgtype in kinds
        ]
        wrong = f"is {there[0].msgtype}" if there else "is missing"
        what = "; these would do: " + ", ".join(fitting) if fitting else ""
        others = "" if fitting else f"; the bag has {', '.join(self._by_topic) or 'no topics'}"
        raise TourError(
            f"{self.folder}: topic {topic} {wrong}{what}{others}. "
            f"Name the right one with --topic {option}=NAME"
        )

    def _connections(self, topic: str) -> list[Any]:
        if topic not in self._by_topic:
            raise TourError(
                f"{self.folder}: topic {topic} is missing; it has {', '.join(self._by_topic)}"
            )
        return self._by_topic[topic]

    def _raw(
        self, connections: Sequence[Any], start_ns: int | None = None, stop_ns: int | None = None
    ) -> Iterator[tuple[Any, int, bytes]]:
        """Yield what the bag holds of some connections, not parsed yet."""
        self._limits.begin()
        try:
            for item in self._reader.messages(connections, start_ns, stop_ns):
                self._limits.take(1)
                yield item
        except AstraError:
            raise
        except Exception as error:  # rosbags raises many kinds for damaged files
            raise TourError(
                f"{self.folder}: the bag is damaged or cut off ({error}): try `ros2 bag reindex` "
                "or `mcap recover`"
            ) from error

    def _parsed(self, connection: Any, raw: bytes) -> Any:
        try:
            return self._reader.deserialize(raw, connection.msgtype)
        except Exception as error:
            raise TourError(
                f"{self.folder}: a message of {connection.topic} is no {connection.msgtype}: "
                f"{error}"
            ) from error

    def _raw_stamp(self, raw: bytes | memoryview) -> int:
        # CDR: four bytes of encapsulation, of which the second says the byte order, then
        # header.stamp. ROS 1: header.seq, then header.stamp, little endian.
        if len(raw) < 12:
            raise TourError(f"{self.folder}: a message is too short to have a stamp")
        order = "<" if not self._reader.is2 or raw[1] & 1 else ">"
        seconds, nanoseconds = struct.unpack_from(f"{order}iI", raw, 4)
        return int(seconds * NS_PER_S + nanoseconds)


def bag_fingerprint(folder: Path) -> str:
    """Return text that changes when the recording does: names, sizes and times of its files."""
    # Other files may lie beside the bag; changing them must not read the tour again.
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".mcap", ".db3", ".zstd")
    ]
    files = files or [path for path in (folder,) if path.is_file()]
    return json.dumps([[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in files])


def _stamp(header: Any) -> int:
    return int(header.stamp.sec) * NS_PER_S + int(header.stamp.nanosec)


def _nearest(column: NDArray[np.int64], stamp: int) -> int | None:
    if not len(column):
        return None
    at = int(np.searchsorted(column, stamp))
    around = column[max(at - 1, 0) : at + 1]
    return int(around[np.argmin(np.abs(around - stamp))])
