"""Thin the tour to key frames: a new node every so many metres or degrees (paper, section 1.3)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.angles import wrap_angle
from astra_core.messages.color import color_jpeg, color_of
from astra_core.messages.depth import depth_of, png_of
from astra_core.messages.problem import ImageFormatError
from astra_core.time import NS_PER_S
from astra_global.mapping.config import KeyFrameConfig
from astra_global.mapping.errors import TourError
from astra_global.mapping.stages import Progress
from astra_global.mapping.tour_bag import TourBag
from astra_global.mapping.work import Work

__all__ = ["choose_key_frames", "extract_pictures", "select_stage"]


def choose_key_frames(poses: NDArray[np.float64], config: KeyFrameConfig) -> NDArray[np.intp]:
    """Choose key frames greedily.

    Args:
        poses: ``T_map_base`` ``(S, 4, 4)`` in time order; NaN poses are skipped.
        config: Distance and angle to the last key frame that ask for a new one.

    Returns:
        Indices ``(N,)``; the first usable pose is always among them.
    """
    chosen: list[int] = []
    last = np.zeros(3)
    for number, transform in enumerate(poses):
        if not np.all(np.isfinite(transform)):
            continue
        pose = se3.to_se2(transform)
        way = float(np.linalg.norm(pose[:2] - last[:2]))
        turn = abs(float(wrap_angle(float(pose[2] - last[2]))))
        # A whisker below the threshold: a robot driving 0.1 m a picture means 0.4, not 0.5.
        if not chosen or way >= config.distance_m - 1e-6 or turn >= config.angle_rad - 1e-6:
            chosen.append(number)
            last = pose
    return np.array(chosen, dtype=np.intp)


def select_stage(bag: TourBag, work: Work, config: KeyFrameConfig) -> dict[str, int]:
    """Choose key frames from ``poses.npz``; writes ``key_frames.npz``.

    A moment of which a picture is damaged is left out, and another one chosen in its place.

    Raises:
        TourError: No moment is left.
    """
    tour = work.read_arrays("poses")
    usable = tour["poses"].copy()
    good: set[int] = set()
    damaged, problem = 0, "no picture of the tour has a known pose"
    while True:
        chosen = choose_key_frames(usable, config)
        fresh = [int(moment) for moment in chosen if int(moment) not in good]
        for moment in fresh:
            try:
                _look_at(bag, tour["stamps_ns"][moment])
            except ImageFormatError as error:
                usable[moment], damaged, problem = np.nan, damaged + 1, str(error)
            else:
                good.add(moment)
        if good.issuperset(chosen.tolist()):
            break
    if not len(chosen):
        raise TourError(f"{bag.folder}: {problem}")
    work.write_arrays(
        "key_frames",
        stamps_ns=tour["stamps_ns"][chosen],
        poses=tour["poses"][chosen],
        covariance=tour["covariance"][chosen],
        tour_index=chosen.astype(np.int64),
    )
    counts = {"image_sets": len(tour["poses"]), "nodes": len(chosen)}
    return {**counts, "damaged": damaged} if damaged else counts


def _look_at(bag: TourBag, stamps_ns: NDArray[np.int64]) -> None:
    """Refuse a moment ``(C,)`` of which a picture is damaged or not of its calibration's size."""
    for camera, stamp_ns in zip(bag.rig.cameras, stamps_ns, strict=True):
        height, width = color_of(bag.message(bag.image_topic(camera.name), int(stamp_ns))).shape[:2]
        k = camera.intrinsics
        if (width, height) != (k.width_px, k.height_px):
            raise ImageFormatError(
                f"the pictures of {camera.name} are {width}x{height}, its camera_info says "
                f"{k.width_px}x{k.height_px}"
            )


def extract_pictures(bag: TourBag, work: Work, progress: Progress) -> dict[str, int]:
    """Copy pictures and depth of the key frames out of the bag into ``nodes/`` and ``depth/``.

    Depth is copied where there is some of the moment that is not damaged.

    Raises:
        TourError: A picture cannot be read.
    """
    frames, rig = work.key_frames(), work.rig()
    places: dict[str, dict[int, Path]] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for column, camera in enumerate(rig.names):
        stamps = frames.stamps_ns[:, column]
        colors = places.setdefault(bag.image_topic(camera), {})
        for node_id, stamp in zip(frames.ids, stamps, strict=True):
            colors[int(stamp)] = work.color_path(node_id, camera)
        depth_topic = bag.depth_topic(camera)
        if depth_topic is None:
            continue
        k = rig[camera].intrinsics
        sizes[depth_topic] = (k.height_px, k.width_px)
        depths = places.setdefault(depth_topic, {})
        for node_id, at in zip(frames.ids, bag.nearest_stamps(depth_topic, stamps), strict=True):
            if at is not None:
                depths[at] = work.depth_path(node_id, camera)
    for name in ("nodes", "depth"):
        # Pictures of an earlier choice of key frames must not end up in the map.
        shutil.rmtree(work.folder / name, ignore_errors=True)
        (work.folder / name).mkdir(parents=True)
    total, num_depth = sum(map(len, places.values())), 0
    wanted = {topic: set(stamps) for topic, stamps in places.items()}
    for done, (topic, message) in enumerate(bag.messages(list(places), wanted), start=1):
        path = places[topic][message.header.stamp.sec * NS_PER_S + message.header.stamp.nanosec]
        if path.suffix == ".jpg":
            path.write_bytes(color_jpeg(message))
        elif (depth := _depth_of(message, sizes[topic])) is not None:
            path.write_bytes(depth)
            num_depth += 1
        if done % 50 == 0:
            progress(done / total, f"pictures {done}/{total}")
    return {"pictures": len(frames.ids) * len(rig.names), "with_depth": num_depth}


def _depth_of(message: Any, shape: tuple[int, int]) -> bytes | None:
    """Return depth as PNG; ``None`` for a damaged one or one of another size: it says nothing."""
    try:
        depth_m = depth_of(message)
    except ImageFormatError:
        return None
    return png_of(depth_m) if depth_m.shape == shape else None
