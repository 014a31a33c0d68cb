"""Subscriptions for the cameras of a rig: images, depth, calibration and mounting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from tf2_msgs.msg import TFMessage

from astra_core.camera import Camera, CameraRig
from astra_core.config import setting
from astra_core.errors import AstraError
from astra_core.messages.calibration import intrinsics_of
from astra_core.messages.color import color_of
from astra_core.messages.depth import depth_of
from astra_core.messages.problem import ImageFormatError
from astra_core.messages.transforms import StaticTree
from astra_core.observation import CameraFrame
from astra_core.ros.direct import DirectLane
from astra_core.ros.frame_sync import FrameSync, SyncConfig
from astra_core.ros.node_clock import NodeClock
from astra_core.ros.qos import latched, sensor_input

PixelT = TypeVar("PixelT", np.uint8, np.float32)

__all__ = ["CameraInput", "CameraInputConfig", "intrinsics_to_msg"]


@dataclass(frozen=True)
class CameraInputConfig:
    """Which cameras are heard and how."""

    names: tuple[str, ...] = setting(
        ("front", "left", "rear", "right"),
        "Cameras; topics are camera/<name>/image_raw, camera_info and depth/image_raw.",
    )
    transport: str = setting("raw", "How colour images travel.", choices=("raw", "compressed"))
    reliable: bool = setting(
        False, "Ask for every image (needs a reliable publisher, such as the simulator)."
    )
    sync: SyncConfig = field(default_factory=SyncConfig)


class CameraInput:
    """Hears the cameras; calls back with synchronised frames once the rig is known.

    Attributes:
        rig: The cameras; ``None`` until calibration and mounting of each are known.
        sync: Puts the images of one moment together.
        refused: How many images were not taken, by reason.
    """

    def __init__(
        self,
        node: Node,
        lane: DirectLane,
        clock: NodeClock,
        config: CameraInputConfig,
        base_frame: str,
        *,
        on_rig: Callable[[CameraRig], None],
        on_frames: Callable[[int, tuple[CameraFrame, ...]], None],
        color: bool,
        depth: bool,
    ) -> None:
        """Subscribe on a lane that has not been started.

        Args:
            node: The node.
            lane: Serves the subscriptions.
            clock: Judges the stamps.
            config: Settings.
            base_frame: Frame in which the mounting is wanted.
            on_rig: Called once, when calibration and mounting of every camera are known.
            on_frames: Called with stamp and frames of each set after that.
            color: Whether colour images are wanted.
            depth: Whether depth images are.
        """
        self._node, self._config, self._base_frame = node, config, base_frame
        self._on_rig, self._on_frames = on_rig, on_frames
        self._tree = StaticTree()
        self._clock = clock
        self._infos: dict[str, CameraInfo] = {}
        self._unusable: dict[str, str] = {}
        self._unregistered: dict[str, str] = {}
        self.refused: Counter[str] = Counter()
        self.rig: CameraRig | None = None
        self.sync = FrameSync(config.names, config.sync, self._forward, color=color, depth=depth)
        qos = sensor_input(config.reliable)
        lane.subscribe(TFMessage, "/tf_static", self._on_static, latched(100))
        for name in config.names:
            topic = f"camera/{name}"
            lane.subscribe(CameraInfo, f"{topic}/camera_info", self._info_callback(name), qos)
            if color and config.transport == "raw":
                lane.subscribe(Image, f"{topic}/image_raw", self._color_callback(name), qos)
            elif color:
                lane.subscribe(
                    CompressedImage,
                    f"{topic}/image_raw/compressed",
                    self._compressed_callback(name),
                    qos,
                )
            if depth:
                lane.subscribe(Image, f"{topic}/depth/image_raw", self._depth_callback(name), qos)

    @property
    def missing(self) -> str:
        """Say what the rig still lacks; empty once it is known."""
        if self.rig is not None:
            return ""
        if self._unusable:
            return "; ".join(self._unusable.values())
        infos = [name for name in self._config.names if name not in self._infos]
        if infos:
            return f"waiting for camera_info of {', '.join(infos)}"
        return f"waiting for the mounting of the cameras on {self._base_frame} in /tf_static"

    @property
    def problem(self) -> str:
        """Say which images are refused at present and why; empty when none are."""
        return "; ".join(self._unregistered.values())

    def mounting(self, frame_id: str) -> NDArray[np.float64] | None:
        """Return ``T_base_frame`` ``(4, 4)`` by ``/tf_static``, ``None`` while unknown."""
        return self.fixed(self._base_frame, frame_id)

    def fixed(self, target: str, source: str) -> NDArray[np.float64] | None:
        """Return ``T_target_source`` ``(4, 4)`` by ``/tf_static``, ``None`` while unknown."""
        return self._tree.lookup(target, source)

    def _forward(self, stamp_ns: int, frames: tuple[CameraFrame, ...]) -> None:
        if self.rig is not None:
            self._on_frames(stamp_ns, frames)

    def _on_static(self, message: TFMessage) -> None:
        try:
            self._tree.update(message)
        finally:
            self._try_rig()

    def _info_callback(self, name: str) -> Callable[[CameraInfo], None]:
        def callback(message: CameraInfo) -> None:
            if self.rig is not None:
                return
            self._infos[name] = message
            try:
                intrinsics_of(message)
            except AstraError as error:
                self._unusable = self._unusable | {name: str(error)}
                self._node.get_logger().error(str(error), throttle_duration_sec=5.0)
                return
            self._unusable = {k: v for k, v in self._unusable.items() if k != name}
            self._try_rig()

        return callback

    def _try_rig(self) -> None:
        waiting = len(self._infos) < len(self._config.names) or self._unusable
        if self.rig is not None or waiting:
            return
        cameras = []
        for name in self._config.names:
            info = self._infos[name]
            mounting = self.mounting(info.header.frame_id)
            if mounting is None:
                return
            cameras.append(Camera(name, intrinsics_of(info), mounting))
        self.rig = CameraRig(tuple(cameras))
        self._on_rig(self.rig)

    def _color_callback(self, name: str) -> Callable[[Image], None]:
        def callback(message: Image) -> None:
            stamp_ns = self._clock.check(f"the image of {name}", message.header.stamp)
            self.sync.add_color(name, stamp_ns, self._sized(name, color_of(message)))

        return callback

    def _compressed_callback(self, name: str) -> Callable[[CompressedImage], None]:
        def callback(message: CompressedImage) -> None:
            stamp_ns = self._clock.check(f"the image of {name}", message.header.stamp)
            self.sync.add_color(name, stamp_ns, self._sized(name, color_of(message)))

        return callback

    def _depth_callback(self, name: str) -> Callable[[Image], None]:
        def callback(message: Image) -> None:
            if self._is_registered(name, message.header.frame_id):
                stamp_ns = self._clock.check(f"the depth of {name}", message.header.stamp)
                self.sync.add_depth(name, stamp_ns, self._sized(name, depth_of(message)))

        return callback

    def _sized(self, name: str, image: NDArray[PixelT]) -> NDArray[PixelT]:
        """Return the image; another size than that of its calibration would be misread."""
        info = self._infos.get(name)
        height, width = image.shape[:2]
        if info is not None and (width, height) != (info.width, info.height):
            raise ImageFormatError(
                f"the image of {name} is {width}x{height}, its camera_info says "
                f"{info.width}x{info.height}"
            )
        return image

    def _is_registered(self, name: str, depth_frame: str) -> bool:
        """Return whether depth is told in the frame of the colour camera, pixel for pixel."""
        info = self._infos.get(name)
        if info is None:
            return False  # nothing is forwarded before the rig is known anyway
        color_frame = info.header.frame_id
        if depth_frame.lstrip("/") == color_frame.lstrip("/"):
            if name in self._unregistered:
                self._unregistered = {k: v for k, v in self._unregistered.items() if k != name}
            return True
        self.refused["depth in another frame"] += 1
        if name not in self._unregistered:
            reason = (
                f"depth of {name} is in {depth_frame!r} and not in {color_frame!r}: "
                "let its driver register it to the colour image"
            )
            self._unregistered = self._unregistered | {name: reason}
            self._node.get_logger().error(reason)
        return False


def intrinsics_to_msg(camera: Camera, message: CameraInfo) -> CameraInfo:
    """Fill size, K, D, R and P of a message from a camera and return it."""
    k = camera.intrinsics
    message.width, message.height = k.width_px, k.height_px
    message.distortion_model = k.distortion_model
    message.d = list(k.distortion) or [0.0] * 5
    message.k = k.matrix().ravel()
    message.r = np.eye(3).ravel()
    message.p = np.hstack([k.matrix(), np.zeros((3, 1))]).ravel()
    return message
