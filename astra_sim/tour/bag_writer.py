"""Writes what a robot senses into a rosbag2 folder (MCAP), all or nothing, without ROS."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from astra_core.bag_qos import bag_qos
from astra_core.camera import CameraRig
from astra_core.errors import AstraError, ConfigError
from astra_core.observation import Observation
from astra_core.own_folder import FolderKind, place_of
from astra_core.untrusted.yaml_text import read_yaml
from astra_sim.tour.messages import MessageFactory

__all__ = ["BagError", "BagWriter"]


#: In the metadata, so that a recording of somebody's robot is never taken for one of ours.
_MARK = ("astra", "recorded in simulation")


class BagError(AstraError):
    """A recording cannot be written."""

    code: ClassVar[int] = 911


class BagWriter:
    """A bag that appears under its name when :meth:`close` succeeds, and leaves nothing otherwise.

    Use it as a context manager: an exception, Ctrl-C included, discards what was written.
    """

    def __init__(
        self,
        folder: Path,
        rig: CameraRig,
        *,
        name: str = "tour",
        pose_topic: str = "/tour/pose",
        pose_frame: str = "map",
    ) -> None:
        """Start a bag.

        Args:
            folder: Where it will appear; an earlier recording of this class and of the same name
                is replaced, with nothing else in it.
            rig: The cameras; written to ``/tf_static`` at once.
            name: The file is ``<name>.mcap``.
            pose_topic: Topic of :meth:`write_pose`.
            pose_frame: Its frame.

        Raises:
            BagError: The folder holds something else, or cannot be written.
        """
        from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
        from rosbags.typesys import Stores, get_typestore

        self._name = name
        try:
            self._folder = place_of(folder, _recording(name))
        except ConfigError as error:
            raise BagError(str(error)) from error
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            self._temporary = Path(
                tempfile.mkdtemp(prefix=f".{self._folder.name}.", dir=self._folder.parent)
            )
        except OSError as error:
            raise BagError(f"cannot write to {self._folder.parent}: {error.strerror}") from error
        self._rig = rig
        self._pose_topic = pose_topic
        self._pose_frame = pose_frame
        self._typestore = get_typestore(Stores.ROS2_JAZZY)
        self._factory = MessageFactory(self._typestore)
        self._connections: dict[str, Any] = {}
        # The folder of a rosbag gives the file its name, so it is made under that name.
        self.staging = self._temporary / name
        self._writer = Writer(self.staging, version=9, storage_plugin=StoragePlugin.MCAP)
        self._writer.set_custom_data(*_MARK)
        # Images are compressed already; this halves the rest.
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._writer.open()
        self._write("/tf_static", self._factory.static_transforms(rig, 0), 0, latched=True)

    def write_observation(self, observation: Observation) -> None:
        """Write all samples and frames of one observation."""
        factory = self._factory
        for imu in observation.imu:
            self._write("/imu", factory.imu(imu), imu.stamp_ns)
        for wheels in observation.wheels:
            self._write("/wheel_odometry", factory.wheels(wheels), wheels.stamp_ns)
        for frame in observation.frames:
            camera, base = self._rig[frame.camera], f"/camera/{frame.camera}"
            stamp, frame_id = frame.stamp_ns, camera.frame_id
            self._write(f"{base}/camera_info", factory.camera_info(camera, stamp), stamp)
            self._write(f"{base}/image_raw/compressed", factory.image(frame, frame_id), stamp)
            if frame.depth_m is not None:
                topic = f"{base}/depth/image_raw/compressedDepth"
                self._write(topic, factory.depth(frame.depth_m, stamp, frame_id), stamp)

    def write_pose(self, stamp_ns: int, pose: NDArray[np.float64]) -> None:
        """Write a planar pose ``(3,)`` to the pose topic."""
        message = self._factory.pose(stamp_ns, pose, self._pose_frame)
        self._write(self._pose_topic, message, stamp_ns)

    def close(self) -> Path:
        """Finish: everything in :attr:`staging` moves to its final place.

        Returns:
            The folder of the bag.
        """
        self._writer.close()
        earlier = None
        if self._folder.exists():
            earlier = self._temporary / "earlier"
            self._folder.replace(earlier)
        try:
            self.staging.replace(self._folder)
        except OSError:
            if earlier is not None:
                earlier.replace(self._folder)
            raise
        shutil.rmtree(self._temporary)
        return self._folder

    def discard(self) -> None:
        """Forget everything written."""
        # Old versions of rosbags have no abort; closing what is deleted next does no harm.
        finish = getattr(self._writer, "abort", self._writer.close)
        try:
            finish()
        finally:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> BagWriter:
        """Return the writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close, or discard when an exception is on its way."""
        if kind is None:
            self.close()
        else:
            self.discard()

    def _write(self, topic: str, message: Any, stamp_ns: int, latched: bool = False) -> None:
        connection = self._connections.get(topic)
        if connection is None:
            connection = self._writer.add_connection(
                topic,
                message.__msgtype__,
                typestore=self._typestore,
                offered_qos_profiles=[bag_qos(latched=latched, depth=1 if latched else 0)],
            )
            self._connections[topic] = connection
        self._writer.write(connection, stamp_ns, self._factory.serialize(message))


def _recording(name: str) -> FolderKind:
    def own_files(folder: Path) -> list[str]:
        try:
            data = read_yaml(folder / "metadata.yaml", BagError)
            custom = data["rosbag2_bagfile_information"]["custom_data"]
            is_ours = custom.get(_MARK[0]) == _MARK[1]
        except (BagError, KeyError, TypeError, AttributeError):
            return []
        return [f"{name}.mcap", "metadata.yaml", "landmarks.yaml"] if is_ours else []

    return FolderKind("recording of ours", own_files)
