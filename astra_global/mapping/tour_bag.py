"""Read a recorded tour (rosbag2, MCAP or SQLite) without ROS.

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

from astra_core import se3
from astra_core.camera import CameraRig
from astra_core.observation import ImuSample, WheelSample
from astra_core.time import NS_PER_S, from_seconds
from astra_global.mapping.bag_rig import read_rig
from astra_global.mapping.config import TopicConfig
from astra_global.mapping.errors import TourError

__all__ = ["TourBag", "bag_fingerprint"]

_PICTURES = ("sensor_msgs/msg/CompressedImage", "sensor_msgs/msg/Image")


class TourBag:
    """An open bag. Use it as a context manager.

    Attributes:
        rig: The cameras, from ``camera_info`` and ``/tf_static``.
    """

    rig: CameraRig

    def __init__(self, folder: Path | str, topics: TopicConfig) -> None:
        """Open the bag and read the rig.

        Raises:
            TourError: It cannot be opened, or has no camera with calibration and place.
        """
        from rosbags.highlevel import AnyReader
        from rosbags.typesys import Stores, get_typestore

        self.folder = Path(folder)
        self.topics = topics
        if not self.folder.exists():
            raise TourError(f"{self.folder}: there is no such bag")
        try:
            self._reader: Any = AnyReader(
                [self.folder], default_typestore=get_typestore(Stores.ROS2_JAZZY)
            )
            self._reader.open()
        except Exception as error:  # rosbags raises many kinds for damaged files
            raise TourError(f"{self.folder}: not a readable bag: {error}") from error
        self._by_topic = {item.topic: item for item in self._reader.connections}
        self._times_of: dict[str, NDArray[np.int64]] = {}
        try:
            self.rig = read_rig(self)
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
        return self._first(self.topics.image.format(camera=camera), "compressed")

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
        stamps, poses = [], []
        for _, message in self.messages([self.topics.pose]):
            stamps.append(_stamp(message.header))
            p, q = message.pose.position, message.pose.orientation
            poses.append(se3.from_position_quaternion((p.x, p.y, p.z), (q.x, q.y, q.z, q.w)))
        if not stamps:
            raise TourError(f"{self.folder}: topic {self.topics.pose} has no poses")
        order = np.argsort(np.array(stamps, dtype=np.int64), kind="stable")
        return np.array(stamps, dtype=np.int64)[order], np.array(poses)[order]

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
            raise TourError(f"{self.folder}: the cameras never took pictures at the same moment")
        return np.array(sets, dtype=np.int64)

    def messages(
        self, topics: Sequence[str], stamps: dict[str, set[int]] | None = None
    ) -> Iterator[tuple[str, Any]]:
        """Yield (topic, message) in the order of the bag.

        Args:
            topics: Which.
            stamps: Header stamps wanted per topic; all by default. Others are not even parsed.

        Raises:
            TourError: A topic is missing.
        """
        connections = [self._connection(topic) for topic in topics]
        for connection, _, raw in self._reader.messages(connections=connections):
            if stamps is not None and _raw_stamp(raw) not in stamps[connection.topic]:
                continue
            yield connection.topic, self._reader.deserialize(raw, connection.msgtype)

    def message(self, topic: str, stamp_ns: int) -> Any:
        """Return the message of a topic with pictures that has a header stamp.

        Raises:
            TourError: There is none.
        """
        times = self._times(topic)
        for stored_ns in times[times[:, 0] == stamp_ns, 1]:
            found = self._reader.messages([self._by_topic[topic]], stored_ns, stored_ns + 1)
            for connection, _, raw in found:
                if _raw_stamp(raw) == stamp_ns:
                    return self._reader.deserialize(raw, connection.msgtype)
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
        self._connection(topic)
        if topic not in self._times_of:
            # A pass over a large bag takes long: one for all topics with pictures.
            known = self._by_topic.values()
            chosen = [item for item in known if item.topic == topic or item.msgtype in _PICTURES]
            times: dict[str, list[tuple[int, int]]] = {item.topic: [] for item in chosen}
            for connection, stored_ns, raw in self._reader.messages(chosen):
                times[connection.topic].append((_raw_stamp(raw), stored_ns))
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

    def _connection(self, topic: str) -> Any:
        if topic not in self._by_topic:
            raise TourError(
                f"{self.folder}: topic {topic} is missing; it has {', '.join(self._by_topic)}"
            )
        return self._by_topic[topic]

    def _first(self, topic: str, transport: str) -> str:
        compressed = f"{topic}/{transport}"
        return compressed if compressed in self._by_topic else self._connection(topic).topic


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


def _raw_stamp(raw: bytes | memoryview) -> int:
    # CDR: four bytes of encapsulation, then header.stamp; byte 1 says the byte order.
    order = "<" if raw[1] & 1 else ">"
    seconds, nanoseconds = struct.unpack_from(f"{order}iI", raw, 4)
    return int(seconds * NS_PER_S + nanoseconds)


def _stamp(header: Any) -> int:
    return int(header.stamp.sec) * NS_PER_S + int(header.stamp.nanosec)


def _nearest(column: NDArray[np.int64], stamp: int) -> int | None:
    if not len(column):
        return None
    at = int(np.searchsorted(column, stamp))
    around = column[max(at - 1, 0) : at + 1]
    return int(around[np.argmin(np.abs(around - stamp))])
