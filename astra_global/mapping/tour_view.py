"""What sources see of a tour: all of it before nodes are chosen, the nodes' pictures after."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.messages.color import color_of
from astra_core.messages.depth import depth_png
from astra_core.observation import CameraFrame, ImuSample, WheelSample
from astra_global.mapping.images import decode_depth
from astra_global.mapping.ports import PoseTrack
from astra_global.mapping.tour_bag import TourBag
from astra_global.mapping.work import Work

__all__ = ["BagView", "NodeView"]


class BagView:
    """A whole tour, before there are poses; its pictures are read from the bag one by one."""

    poses: PoseTrack | None = None
    node_ids: tuple[str, ...] = ()

    def __init__(self, bag: TourBag, stamps_ns: NDArray[np.int64]) -> None:
        """View the moments with stamps ``(S, C)`` of an open bag."""
        self._bag = bag
        self.stamps_ns = stamps_ns

    @property
    def rig(self) -> CameraRig:
        """Return the cameras of the bag."""
        return self._bag.rig

    def frames(self, moment: int) -> tuple[CameraFrame, ...]:
        """Return the pictures of a moment in rig order."""
        return tuple(
            self._frame(camera, int(stamp))
            for camera, stamp in zip(self.rig.names, self.stamps_ns[moment], strict=True)
        )

    def imu(self) -> list[ImuSample]:
        """Return the readings of the IMU."""
        return self._bag.imu()

    def wheels(self) -> list[WheelSample]:
        """Return the readings of the wheels."""
        return self._bag.wheels()

    def _frame(self, camera: str, stamp_ns: int) -> CameraFrame:
        bag, where = self._bag, f"{self._bag.folder}: {camera} at {stamp_ns} ns"
        image = color_of(bag.message(bag.image_topic(camera), stamp_ns))
        depth, topic = None, bag.depth_topic(camera)
        if topic is not None:
            (found,) = bag.nearest_stamps(topic, np.array([stamp_ns]))
            if found is not None:
                png = depth_png(bag.message(topic, found))
                depth = decode_depth(png, self.rig[camera].intrinsics, where)
        return CameraFrame(camera, stamp_ns, image, depth)


class NodeView:
    """The moments that became nodes, with their poses; pictures lie in the work folder."""

    def __init__(self, bag: TourBag, work: Work) -> None:
        """View the key frames of a work folder; IMU and wheels come from the open bag."""
        self._bag = bag
        self._work = work
        self._frames = work.key_frames()

    @cached_property
    def rig(self) -> CameraRig:
        """Return the cameras of the tour."""
        return self._work.rig()

    @property
    def stamps_ns(self) -> NDArray[np.int64]:
        """Return the times of exposure ``(S, C)``."""
        return self._frames.stamps_ns

    @property
    def poses(self) -> PoseTrack:
        """Return the poses of the nodes."""
        return self._frames.track

    @property
    def node_ids(self) -> tuple[str, ...]:
        """Return the names of the nodes."""
        return self._frames.ids

    def frames(self, moment: int) -> tuple[CameraFrame, ...]:
        """Return the pictures of a node in rig order."""
        node_id = self.node_ids[moment]
        return tuple(
            CameraFrame(
                camera.name,
                int(stamp),
                self._work.color(node_id, camera.name),
                self._work.recorded_depth(camera, node_id),
            )
            for camera, stamp in zip(self.rig.cameras, self.stamps_ns[moment], strict=True)
        )

    def imu(self) -> list[ImuSample]:
        """Return the readings of the IMU over the whole tour."""
        return self._bag.imu()

    def wheels(self) -> list[WheelSample]:
        """Return the readings of the wheels over the whole tour."""
        return self._bag.wheels()
