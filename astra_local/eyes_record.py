"""The record of what eyes see: pictures of all cameras of one moment, and the depth behind them.

A shard holds the N moments of one scene, all through the same rig, whose calibration stands in its
header. All arrays have N as their first axis.

Letters
    N moments; C cameras; H, W = 96, 128 pixels; P = 8 people; L bytes, of the longest picture.

Frames
    Depth is along the optical axis, metres. People are in ``base_link`` at the moment, x forward, y
    left.

Padding: who is not there stands at (100, 100) m with radius 0. Encoded pictures are padded with
zeros to equal length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.errors import ConfigError, ShapeError, ShardError
from astra_core.shard_file import read_shard, write_shard
from astra_local.depth_code import decode_depth, encode_depth

__all__ = [
    "EYES_SHAPE",
    "KIND",
    "NUM_PEOPLE",
    "SCHEMA",
    "EyesMoment",
    "EyesMoments",
    "read_eyes_shard",
    "shrunk_color",
    "shrunk_depth",
    "write_eyes_shard",
]

SCHEMA = 1
KIND = "eyes"
#: (H, W) of all pictures that networks see.
EYES_SHAPE = (96, 128)
NUM_PEOPLE = 8
_FAR_M = 100.0
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95]
_FIELDS = {"color": "u1", "depth": "u1", "pose": "f4", "people": "f4", "drive": "u2", "tick": "u4"}
_HEADER_KEYS = (
    *("schema", "kind", "family", "seed", "split", "conditions", "way", "profile", "code"),
    *("rig", "robot"),
)


class EyesMoment(NamedTuple):
    """One moment, before it is written.

    Attributes:
        color: ``(C, H, W, 3)`` uint8 RGB.
        depth_m: ``(C, H, W)`` along the optical axis, metres, 0 unknown.
        pose: ``(3,)`` of the robot in ``map``.
        people: ``(P', 5)`` x, y, vx, vy, radius in ``base_link``, nearest first.
        drive: Which drive of the scene; moments of one drive belong together.
        tick: Tenths of a second since that began.
    """

    color: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    pose: NDArray[np.float64]
    people: NDArray[np.float64]
    drive: int
    tick: int


@dataclass(frozen=True, eq=False)
class EyesMoments:
    """The moments of one scene.

    Attributes:
        color: ``(N, C, H, W, 3)`` uint8 RGB.
        depth_code: ``(N, C, H, W)`` uint8 of :mod:`astra_local.depth_code`.
        pose: ``(N, 3)`` x, y, theta in ``map``.
        people: ``(N, P, 5)`` x, y, vx, vy, radius in ``base_link``.
        drive: ``(N,)``.
        tick: ``(N,)`` tenths of a second since the drive began.
        rig: The cameras, of pictures of this size.
        meta: The header.
    """

    color: NDArray[np.uint8]
    depth_code: NDArray[np.uint8]
    pose: NDArray[np.float32]
    people: NDArray[np.float32]
    drive: NDArray[np.uint16]
    tick: NDArray[np.uint32]
    rig: CameraRig
    meta: dict[str, Any]

    def __len__(self) -> int:
        """Return N."""
        return len(self.pose)

    def depth_m(self) -> NDArray[np.float32]:
        """Return the depth ``(N, C, H, W)`` in metres, 0 unknown."""
        return decode_depth(self.depth_code)


def shrunk_color(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture ``(., ., 3)`` at the size that networks see; each pixel is a mean."""
    height, width = EYES_SHAPE
    if image.shape[:2] == EYES_SHAPE:
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def shrunk_depth(depth_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return depth ``(., .)`` at that size: of the pixel in the middle, because means lie."""
    if depth_m.shape == EYES_SHAPE:
        return depth_m
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp)
        for old, new in zip(depth_m.shape, EYES_SHAPE, strict=True)
    )
    return depth_m[np.ix_(rows, columns)]


def write_eyes_shard(
    path: Path, moments: Sequence[EyesMoment], rig: CameraRig, header: Mapping[str, Any]
) -> None:
    """Write the moments of a scene.

    Args:
        path: The shard.
        moments: At least one.
        rig: What took the pictures; its intrinsics are of the size of :data:`EYES_SHAPE`.
        header: All keys but schema, kind, count, rig and statistics.

    Raises:
        ShapeError: Pictures are not of that size, or not one for each camera.
        ShardError: There are no moments.
    """
    if not moments:
        raise ShardError(f"{path}: no moments to write")
    wanted = (len(rig.cameras), *EYES_SHAPE)
    for moment in moments:
        if moment.color.shape != (*wanted, 3) or moment.depth_m.shape != wanted:
            raise ShapeError(f"{path}: pictures", expected=(*wanted, 3), actual=moment.color.shape)
    people = np.zeros((len(moments), NUM_PEOPLE, 5), np.float32)
    people[..., :2] = _FAR_M
    for row, moment in zip(people, moments, strict=True):
        row[: len(moment.people)] = moment.people[:NUM_PEOPLE]
    codes = [encode_depth(moment.depth_m) for moment in moments]
    arrays: dict[str, NDArray[Any]] = {
        "color": _padded([[_jpeg(one) for one in moment.color] for moment in moments]),
        "depth": _padded([[_png(one) for one in code] for code in codes]),
        "pose": np.array([moment.pose for moment in moments], np.float32),
        "people": people,
        "drive": np.array([moment.drive for moment in moments], np.uint16),
        "tick": np.array([moment.tick for moment in moments], np.uint32),
    }
    statistics = {
        "brightness": round(float(np.mean([moment.color.mean() for moment in moments])), 2),
        "known_depth_percent": round(100.0 * float(np.mean([code > 0 for code in codes])), 2),
        "people": round(float((people[..., 4] > 0).sum(axis=1).mean()), 3),
    }
    told = {"schema": SCHEMA, "kind": KIND, **header, "rig": rig.to_dict(), "count": len(moments)}
    write_shard(path, arrays, {**told, "statistics": statistics})


def read_eyes_shard(path: Path) -> EyesMoments:
    """Read the moments of a scene; pictures are decoded.

    Raises:
        ShardError: The file is missing, damaged, of another kind or schema, or lacks something.
    """
    arrays, header = read_shard(path)
    if header.get("kind") != KIND:
        raise ShardError(f"{path} holds {header.get('kind')!r}, not what eyes see")
    if header.get("schema") != SCHEMA:
        raise ShardError(
            f"{path} has schema {header.get('schema')} of pictures, this code reads {SCHEMA}: "
            "generate it anew"
        )
    missing = sorted({*_FIELDS, *_HEADER_KEYS} - {*arrays, *header})
    if missing:
        raise ShardError(f"{path} lacks {', '.join(missing)}")
    try:
        rig = CameraRig.from_dict(header["rig"])
    except ConfigError as error:
        raise ShardError(f"{path}: {error}") from error
    count, cameras = int(header["count"]), len(rig.cameras)
    shapes = {"pose": (3,), "people": (NUM_PEOPLE, 5), "drive": (), "tick": ()}
    for key, dtype in _FIELDS.items():
        found = arrays[key]
        fits = (
            found.shape == (count, *shapes[key])
            if key in shapes
            else (found.ndim == 3 and found.shape[:2] == (count, cameras))
        )
        if not fits or found.dtype != np.dtype(dtype):
            raise ShardError(f"{path}: {key} is {found.dtype} {found.shape}")
    return EyesMoments(
        _decoded(path, arrays["color"], cv2.IMREAD_COLOR),
        _decoded(path, arrays["depth"], cv2.IMREAD_GRAYSCALE),
        arrays["pose"], arrays["people"], arrays["drive"], arrays["tick"], rig, header,
    )  # fmt: skip


def _jpeg(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.imencode(".jpg", rgb[..., ::-1], _JPEG)[1], np.uint8)


def _png(code: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.imencode(".png", code)[1], np.uint8)


def _padded(pictures: Sequence[Sequence[NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    """Return encoded pictures ``(N, C, L)``: decoders stop where a picture ends."""
    longest = max(len(one) for row in pictures for one in row)
    packed = np.zeros((len(pictures), len(pictures[0]), longest), np.uint8)
    for row, target in zip(pictures, packed, strict=True):
        for one, room in zip(row, target, strict=True):
            room[: len(one)] = one
    return packed


def _decoded(path: Path, packed: NDArray[np.uint8], flags: int) -> NDArray[np.uint8]:
    count, cameras, _ = packed.shape
    is_color = flags == cv2.IMREAD_COLOR
    shape = (count, cameras, *EYES_SHAPE, *((3,) if is_color else ()))
    pictures = np.empty(shape, np.uint8)
    for row, target in zip(packed, pictures, strict=True):
        for data, room in zip(row, target, strict=True):
            picture = cv2.imdecode(data, flags)
            if picture is None or picture.shape != room.shape:
                raise ShardError(f"{path}: a picture in it is damaged")
            room[...] = picture[..., ::-1] if is_color else picture
    return pictures
