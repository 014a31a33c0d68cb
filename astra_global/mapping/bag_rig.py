"""The cameras of a bag: calibration from ``camera_info``, mounts from ``/tf_static``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_global.mapping.errors import TourError

if TYPE_CHECKING:
    from astra_global.mapping.tour_bag import TourBag

__all__ = ["read_rig"]


def read_rig(bag: TourBag) -> CameraRig:
    """Return the rig, in the order of the bag's topics.

    Raises:
        TourError: There is no calibration, or a camera is not connected to the robot.
    """
    pattern = re.escape(bag.topics.camera_info).replace(r"\{camera\}", "([^/]+)")
    names = [found.group(1) for topic in bag.topic_names if (found := re.fullmatch(pattern, topic))]
    if not names:
        raise TourError(f"{bag.folder}: no topic is called {bag.topics.camera_info}")
    tree = _static_transforms(bag)
    cameras = []
    for name in names:
        topic = bag.topics.camera_info.format(camera=name)
        info = next((message for _, message in bag.messages([topic])), None)
        if info is None:
            raise TourError(f"{bag.folder}: topic {topic} is empty")
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
        cameras.append(Camera(name, intrinsics, _to_base(bag, tree, info.header.frame_id)))
    return CameraRig(tuple(cameras))


def _static_transforms(bag: TourBag) -> dict[str, tuple[str, NDArray[np.float64]]]:
    tree = {}
    for _, message in bag.messages(["/tf_static"]):
        for item in message.transforms:
            t, q = item.transform.translation, item.transform.rotation
            tree[item.child_frame_id] = (
                item.header.frame_id,
                se3.from_position_quaternion((t.x, t.y, t.z), (q.x, q.y, q.z, q.w)),
            )
    return tree


def _to_base(
    bag: TourBag, tree: dict[str, tuple[str, NDArray[np.float64]]], frame: str
) -> NDArray[np.float64]:
    result, at = np.eye(4), frame
    for _ in range(len(tree) + 1):
        if at == bag.topics.base_frame:
            return result
        if at not in tree:
            break
        at, t_parent_child = tree[at]
        result = t_parent_child @ result
    raise TourError(f"{bag.folder}: /tf_static does not connect {frame} to {bag.topics.base_frame}")
