"""Thin the tour to key frames: a new node every so many metres or degrees (paper, section 1.3)."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.angles import wrap_angle
from astra_core.time import NS_PER_S
from astra_global.mapping.config import KeyFrameConfig
from astra_global.mapping.errors import TourError
from astra_global.mapping.images import color_jpeg, depth_png
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


def select_stage(work: Work, config: KeyFrameConfig) -> dict[str, int]:
    """Choose key frames from ``poses.npz``; writes ``key_frames.npz``."""
    tour = work.read_arrays("poses")
    chosen = choose_key_frames(tour["poses"], config)
    if not len(chosen):
        raise TourError("no picture of the tour has a known pose")
    work.write_arrays(
        "key_frames",
        stamps_ns=tour["stamps_ns"][chosen],
        poses=tour["poses"][chosen],
        covariance=tour["covariance"][chosen],
        tour_index=chosen.astype(np.int64),
    )
    return {"image_sets": len(tour["poses"]), "nodes": len(chosen)}


def extract_pictures(bag: TourBag, work: Work, progress: Progress) -> dict[str, int]:
    """Copy pictures and depth of the key frames out of the bag into ``nodes/`` and ``depth/``.

    Depth is copied where there is some of the moment.

    Raises:
        TourError: A picture cannot be read.
    """
    frames, rig = work.key_frames(), work.rig()
    places: dict[str, dict[int, Path]] = {}
    for column, camera in enumerate(rig.names):
        stamps = frames.stamps_ns[:, column]
        colors = places.setdefault(bag.image_topic(camera), {})
        for node_id, stamp in zip(frames.ids, stamps, strict=True):
            colors[int(stamp)] = work.color_path(node_id, camera)
        depth_topic = bag.depth_topic(camera)
        if depth_topic is None:
            continue
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
        is_depth = path.suffix == ".png"
        path.write_bytes(depth_png(message) if is_depth else color_jpeg(message))
        num_depth += is_depth
        if done % 50 == 0:
            progress(done / total, f"pictures {done}/{total}")
    return {"pictures": len(frames.ids) * len(rig.names), "with_depth": num_depth}
