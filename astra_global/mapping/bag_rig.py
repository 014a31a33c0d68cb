"""The cameras of a bag: calibration from ``camera_info``, mounts from ``/tf_static``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from astra_core.camera import Camera, CameraRig
from astra_core.errors import AstraError
from astra_core.messages.calibration import usable_intrinsics_of
from astra_core.messages.problem import MessageError
from astra_core.messages.transforms import StaticTree
from astra_global.mapping.errors import TourError

if TYPE_CHECKING:
    from astra_global.mapping.tour_bag import TourBag

__all__ = ["read_rig"]

_INFO = ("sensor_msgs/msg/CameraInfo",)
_STATIC = "/tf_static"
#: What a camera is called where the topics do not say so.
_ONLY = "camera"


def read_rig(bag: TourBag) -> tuple[CameraRig, tuple[str, ...]]:
    """Return the rig, in the order of the bag's topics, and which cameras are left out and why.

    Cameras that are asked for by name must be usable; of the others those are left out that have no
    calibration, no place on the robot or no pictures.

    Raises:
        TourError: No camera can be used, or one that is asked for cannot.
    """
    names = _names(bag)
    tree = _static_transforms(bag)
    cameras, left_out = [], []
    for name in names:
        try:
            cameras.append(_camera(bag, tree, name))
        except AstraError as error:
            problem = f"camera {name}: {str(error).removeprefix(f'{bag.folder}: ')}"
            if bag.topics.cameras:
                raise TourError(f"{bag.folder}: {problem}") from error
            left_out.append(problem)
    if not cameras:
        raise TourError(f"{bag.folder}: no camera can be used: {'; '.join(left_out)}")
    return CameraRig(tuple(cameras)), tuple(left_out)


def _names(bag: TourBag) -> tuple[str, ...]:
    topics = bag.topics
    if topics.cameras:
        return topics.cameras
    if "{camera}" not in topics.camera_info:
        return (_ONLY,)
    pattern = re.escape(topics.camera_info).replace(r"\{camera\}", "([^/]+)")
    names = [found.group(1) for topic in bag.topic_names if (found := re.fullmatch(pattern, topic))]
    if not names:
        bag.require(topics.camera_info, "camera_info", _INFO)
    return tuple(names)


def _camera(bag: TourBag, tree: StaticTree, name: str) -> Camera:
    topic = bag.topics.camera_info.format(camera=name)
    bag.require(topic, "camera_info", _INFO)
    info = next((message for _, message in bag.messages([topic])), None)
    if info is None:
        raise TourError(f"{bag.folder}: topic {topic} is empty")
    try:
        intrinsics = usable_intrinsics_of(info)
    except AstraError as error:
        raise TourError(f"{bag.folder}: {topic}: {error}") from error
    frame, base = str(info.header.frame_id), bag.topics.base_frame
    mounting = tree.lookup(base, frame)
    if mounting is None:
        known = f"it knows {', '.join(tree.frames)}" if tree.frames else "the bag has none"
        raise TourError(
            f"{bag.folder}: {_STATIC} does not connect {frame} to {base} ({known}). "
            "Name the robot's frame with --topic base_frame=NAME, or record the transforms as well"
        )
    pictures = bag.image_topic(name)
    if not len(bag.stamps(pictures)):
        raise TourError(f"{bag.folder}: topic {pictures} is empty")
    return Camera(name, intrinsics, mounting)


def _static_transforms(bag: TourBag) -> StaticTree:
    tree = StaticTree()
    if _STATIC not in bag.topic_names:
        return tree
    for _, message in bag.messages([_STATIC]):
        try:
            tree.update(message)
        except MessageError:
            # Who needs it is told that it is not connected; the others are none of its business.
            continue
    return tree
