"""Thin the tour to key frames: a new node every so many metres or degrees (paper, section 1.3)."""

from __future__ import annotations

import shutil

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.angles import wrap_angle
from astra_core.time import NS_PER_S
from astra_global.mapping.config import KeyFrameConfig, TopicConfig
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


def extract_pictures(
    bag: TourBag, work: Work, topics: TopicConfig, progress: Progress
) -> dict[str, int]:
    """Copy pictures and depth of the key frames out of the bag into ``nodes/`` and ``depth/``.

    Raises:
        TourError: A picture has no depth, or a size other than its calibration says.
    """
    frames, rig = work.key_frames(), work.rig()
    wanted: dict[str, set[int]] = {}
    places: dict[tuple[str, int], tuple[str, str, bool]] = {}
    for column, camera in enumerate(rig.names):
        stamps = frames.stamps_ns[:, column]
        color_topic, depth_topic = bag.image_topic(camera), bag.depth_topic(camera)
        if depth_topic is None:
            raise TourError(f"{bag.folder}: there is no depth of camera {camera}")
        for node_id, stamp, depth_stamp in zip(
            frames.ids, stamps, bag.nearest_stamps(depth_topic, stamps), strict=True
        ):
            if depth_stamp is None:
                raise TourError(
                    f"{bag.folder}: {depth_topic} has no depth within "
                    f"{topics.sync_tolerance_s} s of the picture at {stamp} ns"
                )
            for topic, at, is_depth in (
                (color_topic, int(stamp), False),
                (depth_topic, depth_stamp, True),
            ):
                wanted.setdefault(topic, set()).add(at)
                places[topic, at] = (node_id, camera, is_depth)
    for name in ("nodes", "depth"):
        # Pictures of an earlier choice of key frames must not end up in the map.
        shutil.rmtree(work.folder / name, ignore_errors=True)
        (work.folder / name).mkdir(parents=True)
    total, done = len(places), 0
    for topic, message in bag.messages(list(wanted), wanted):
        stamp = message.header.stamp.sec * NS_PER_S + message.header.stamp.nanosec
        node_id, camera, is_depth = places[topic, stamp]
        if is_depth:
            work.depth_path(node_id, camera).write_bytes(depth_png(message))
        else:
            work.color_path(node_id, camera).write_bytes(color_jpeg(message))
        done += 1
        if done % 50 == 0:
            progress(done / total, f"pictures {done}/{total}")
    return {"pictures": done}
