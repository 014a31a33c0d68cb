"""Read a recorded tour (rosbag2, MCAP or SQLite) without ROS.

Only what a map needs is read: calibration, static transforms, poses, and the pictures of chosen
moments. Pictures stay compressed until somebody looks at them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import AstraError
from astra_core.time import NS_PER_S, from_seconds
from astra_global.mapping.config import TopicConfig

__all__ = ["TourBag", "TourError"]

_PICTURES = ("sensor_msgs/msg/CompressedImage", "sensor_msgs/msg/Image")


class TourError(AstraError):
    """A recorded tour is missing, damaged or lacks a topic."""


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
        self._stamps_of: dict[str, NDArray[np.int64]] = {}
        try:
            self.rig = self._read_rig()
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

    def image_topic(self, camera: str) -> str:
        """Return the topic that holds a camera's pictures.

        Raises:
            TourError: There is none.
        """
        return self._first(self.topics.image.format(camera=camera), "compressed")

    def depth_topic(self, camera: str) -> str:
        """Return the topic that holds a camera's depth.

        Raises:
            TourError: There is none.
        """
        return self._first(self.topics.depth.format(camera=camera), "compressedDepth")

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
        columns = [np.unique(self._stamps(self.image_topic(name))) for name in self.rig.names]
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

    def _stamps(self, topic: str) -> NDArray[np.int64]:
        self._connection(topic)
        if topic not in self._stamps_of:
            # A pass over a large bag takes long: one for all topics with pictures.
            known = self._by_topic.values()
            chosen = [item for item in known if item.topic == topic or item.msgtype in _PICTURES]
            stamps: dict[str, list[int]] = {item.topic: [] for item in chosen}
            for connection, _, raw in self._reader.messages(chosen):
                stamps[connection.topic].append(_raw_stamp(raw))
            for name, column in stamps.items():
                self._stamps_of[name] = np.array(column, dtype=np.int64)
        return self._stamps_of[topic]

    def nearest_stamps(self, topic: str, wanted: NDArray[np.int64]) -> list[int | None]:
        """Return for each wanted stamp ``(N,)`` the topic's closest one within the tolerance."""
        column = np.unique(self._stamps(topic))
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

    def _read_rig(self) -> CameraRig:
        pattern = re.escape(self.topics.camera_info).replace(r"\{camera\}", "([^/]+)")
        names = [
            found.group(1) for topic in self._by_topic if (found := re.fullmatch(pattern, topic))
        ]
        if not names:
            raise TourError(f"{self.folder}: no topic is called {self.topics.camera_info}")
        tree = self._static_transforms()
        cameras = []
        for name in names:
            topic = self.topics.camera_info.format(camera=name)
            info = next((message for _, message in self.messages([topic])), None)
            if info is None:
                raise TourError(f"{self.folder}: topic {topic} is empty")
            k = np.asarray(info.k, dtype=np.float64).reshape(3, 3)
            intrinsics = CameraIntrinsics(
                int(info.width),
                int(info.height),
                float(k[0, 0]),
                float(k[1, 1]),
                float(k[0, 2]),
                float(k[1, 2]),
                tuple(float(value) for value in info.d) if np.any(info.d) else (),
            )
            cameras.append(Camera(name, intrinsics, self._to_base(tree, info.header.frame_id)))
        return CameraRig(tuple(cameras))

    def _static_transforms(self) -> dict[str, tuple[str, NDArray[np.float64]]]:
        tree = {}
        for _, message in self.messages(["/tf_static"]):
            for item in message.transforms:
                t, q = item.transform.translation, item.transform.rotation
                tree[item.child_frame_id] = (
                    item.header.frame_id,
                    se3.from_position_quaternion((t.x, t.y, t.z), (q.x, q.y, q.z, q.w)),
                )
        return tree

    def _to_base(
        self, tree: dict[str, tuple[str, NDArray[np.float64]]], frame: str
    ) -> NDArray[np.float64]:
        result, at = np.eye(4), frame
        for _ in range(len(tree) + 1):
            if at == self.topics.base_frame:
                return result
            if at not in tree:
                break
            at, t_parent_child = tree[at]
            result = t_parent_child @ result
        raise TourError(
            f"{self.folder}: /tf_static does not connect {frame} to {self.topics.base_frame}"
        )


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
