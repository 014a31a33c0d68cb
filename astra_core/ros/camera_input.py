"""Subscriptions for the cameras of a rig: images, depth, calibration and mounting."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from tf2_msgs.msg import TFMessage

from astra_core.camera import Camera, CameraRig
from astra_core.config import setting
from astra_core.errors import AstraError, ConfigError
from astra_core.messages.color import color_of
from astra_core.messages.depth import depth_of
from astra_core.messages.problem import ImageFormatError
from astra_core.observation import CameraFrame
from astra_core.ros.direct import DirectLane
from astra_core.ros.frame_sync import FrameSync, SyncConfig
from astra_core.ros.node_clock import NodeClock
from astra_core.ros.qos import latched, sensor_input
from astra_core.ros.rig_gathering import RigGathering
from astra_core.ros.topic_names import whence

PixelT = TypeVar("PixelT", np.uint8, np.float32)

__all__ = ["CameraInput", "CameraInputConfig", "intrinsics_to_msg"]

# A part of the name of a topic.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


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

    def __post_init__(self) -> None:
        """Refuse names that are no part of a topic, or of which two are alike."""
        wrong = [name for name in self.names if not _NAME.fullmatch(name)]
        twice = [name for name, count in Counter(self.names).items() if count > 1]
        if wrong or twice or not self.names:
            told = ", ".join(map(repr, wrong or twice)) or "there is none"
            raise ConfigError(
                f"names must be different names of cameras, of letters, digits and _: {told}"
            )


class CameraInput:
    """Hears the cameras; calls back with synchronised frames once the rig is known.

    Attributes:
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
        self._clock = clock
        self._gathering = RigGathering(config.names, base_frame, self._whence)
        self._unfit: dict[tuple[str, str], str] = {}
        self.refused: Counter[str] = Counter()
        self.sync = FrameSync(config.names, config.sync, self._forward, color=color, depth=depth)
        qos = sensor_input(config.reliable)
        # Who joins late hears what is latched only if it asks for that, and whoever asks for it
        # hears nothing of those who do not offer it: static transforms come both ways.
        lane.subscribe(TFMessage, "/tf_static", self._on_static, latched(100))
        lane.subscribe(TFMessage, "/tf_static", self._on_static, sensor_input(depth=100))
        for name in config.names:
            topic = f"camera/{name}"
            lane.subscribe(CameraInfo, f"{topic}/camera_info", self._info_callback(name), qos)
            # A driver may say it once.
            lane.subscribe(CameraInfo, f"{topic}/camera_info", self._info_callback(name), latched())
            if color and config.transport == "raw":
                lane.subscribe(Image, f"{topic}/image_raw", self._color_callback(name), qos)
            elif color:
                lane.subscribe(
                    CompressedImage,
                    f"{topic}/image_raw/compressed",
                    self._color_callback(name),
                    qos,
                )
            if depth:
                lane.subscribe(Image, f"{topic}/depth/image_raw", self._depth_callback(name), qos)

    @property
    def rig(self) -> CameraRig | None:
        """Return the cameras; ``None`` until calibration and mounting of each are known."""
        return self._gathering.rig

    @property
    def missing(self) -> str:
        """Say what the rig still lacks; empty once it is known."""
        return self._gathering.missing

    @property
    def problem(self) -> str:
        """Say which images are refused at present and why; empty when none are."""
        return "; ".join(self._unfit.values())

    @property
    def where_images_come(self) -> str:
        """Return the cameras with the topics of their images, for sentences."""
        behind = "/compressed" if self._config.transport == "compressed" else ""
        told = []
        for name in self._config.names:
            topic = f"camera/{name}/image_raw{behind}"
            # The name is told in any case: nobody knows yet where images should come from.
            why = whence(self._node, topic, self._config.reliable, "cameras.reliable")
            resolved = self._node.resolve_topic_name(topic)
            told.append(f"{name} ({resolved}){why.removeprefix(f' ({resolved})')}")
        return ", ".join(told)

    @property
    def unfit(self) -> frozenset[str]:
        """Return the cameras of which no image can be used at present."""
        return frozenset(name for name, _ in self._unfit)

    def mounting(self, frame_id: str) -> NDArray[np.float64] | None:
        """Return ``T_base_frame`` ``(4, 4)`` by ``/tf_static``, ``None`` while unknown."""
        return self.fixed(self._base_frame, frame_id)

    def fixed(self, target: str, source: str) -> NDArray[np.float64] | None:
        """Return ``T_target_source`` ``(4, 4)`` by ``/tf_static``, ``None`` while unknown."""
        return self._gathering.fixed(target, source)

    def _forward(self, stamp_ns: int, frames: tuple[CameraFrame, ...]) -> None:
        if self.rig is not None:
            self._on_frames(stamp_ns, frames)

    def _on_static(self, message: TFMessage) -> None:
        try:
            self._gathering.hear_static(message)
        finally:
            self._try_rig()

    def _info_callback(self, name: str) -> Callable[[CameraInfo], None]:
        def callback(message: CameraInfo) -> None:
            told = self._gathering.missing
            try:
                self._gathering.hear_info(name, message)
            except AstraError as error:
                # It comes with every image; health goes on saying it.
                if str(error) not in told:
                    self._node.get_logger().error(str(error))
                return
            self._try_rig()

        return callback

    def _try_rig(self) -> None:
        if self._gathering.complete():
            self._on_rig(self._gathering.rig)

    def _color_callback(self, name: str) -> Callable[[Any], None]:
        def callback(message: Image | CompressedImage) -> None:
            stamp_ns = self._clock.check(f"the image of {name}", message.header.stamp)
            image = self._fitting(name, "image", lambda: color_of(message))
            self.sync.add_color(name, stamp_ns, image)

        return callback

    def _depth_callback(self, name: str) -> Callable[[Image], None]:
        def callback(message: Image) -> None:
            if self._is_registered(name, message.header.frame_id):
                stamp_ns = self._clock.check(f"the depth of {name}", message.header.stamp)
                image = self._fitting(name, "depth", lambda: depth_of(message))
                self.sync.add_depth(name, stamp_ns, image)

        return callback

    def _fitting(
        self, name: str, what: str, read: Callable[[], NDArray[PixelT]]
    ) -> NDArray[PixelT]:
        """Return an image; one of another size than that of its calibration would be misread."""
        try:
            image = read()
            size, (height, width) = self._gathering.size_of(name), image.shape[:2]
            if size is not None and (width, height) != size:
                raise ImageFormatError(
                    f"the {what} of {name} is {width}x{height}, its camera_info says "
                    f"{size[0]}x{size[1]}: publish the calibration of these images"
                )
        except AstraError as error:
            self._unfit = self._unfit | {(name, what): str(error)}
            raise
        self._forget((name, what))
        return image

    def _is_registered(self, name: str, depth_frame: str) -> bool:
        """Return whether depth is told in the frame of the colour camera, pixel for pixel."""
        color_frame = self._gathering.frame_of(name)
        if color_frame is None:
            return False  # nothing is forwarded before the rig is known anyway
        key = (name, "frame of depth")
        if depth_frame.lstrip("/") == color_frame.lstrip("/"):
            self._forget(key)
            return True
        self.refused["depth in another frame"] += 1
        if key not in self._unfit:
            reason = (
                f"depth of {name} is in {depth_frame!r} and not in {color_frame!r}: "
                "let its driver register it to the colour image"
            )
            self._unfit = self._unfit | {key: reason}
            self._node.get_logger().error(reason)
        return False

    def _forget(self, key: tuple[str, str]) -> None:
        if key in self._unfit:  # replaced and not changed: another thread may be reading it
            self._unfit = {other: why for other, why in self._unfit.items() if other != key}

    def _whence(self, name: str) -> str:
        """Return what to say of the topic of a calibration that does not come."""
        return whence(
            self._node, f"camera/{name}/camera_info", self._config.reliable, "cameras.reliable"
        )


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
