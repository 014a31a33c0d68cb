"""Puts messages of different rates on one time line, for scoring a drive over DDS.

Letters: ``T`` rows of the truth, ``O`` odometry, ``G`` global poses.
"""

from __future__ import annotations

import bisect

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_eval.drive_record import DriveRecord

__all__ = ["join_drive"]

_MAX_GAP_NS = 100_000_000
_GLOBAL_POSE_AGE_NS = 500_000_000

Poses = dict[int, NDArray[np.float64]]


def join_drive(
    truth: Poses,
    odometry: Poses,
    global_poses: dict[int, NDArray[np.float64] | None],
    *,
    num_collisions: int = 0,
    collided_with: tuple[str, ...] = (),
    goal_ns: int | None = None,
    end_ns: int | None = None,
) -> DriveRecord:
    """Join what arrived on three topics, keyed by stamp in nanoseconds.

    Odometry is taken at the stamp of the truth or nearest to it (at most 0.1 s away; rows without
    are dropped). The global pose is the newest one, carried on by the odometry since then, as TF
    does; ``None`` in ``global_poses`` means "not localized".
    """
    odometry_stamps = sorted(odometry)
    global_stamps = sorted(global_poses)
    rows = []
    for stamp_ns in sorted(truth):
        nearest = _nearest(odometry_stamps, stamp_ns)
        if nearest is None or abs(nearest - stamp_ns) > _MAX_GAP_NS:
            continue
        here = odometry[nearest]
        believed = np.full(3, np.nan)
        index = bisect.bisect_right(global_stamps, stamp_ns) - 1
        if index >= 0 and stamp_ns - global_stamps[index] <= _GLOBAL_POSE_AGE_NS:
            pose = global_poses[global_stamps[index]]
            then = _nearest(odometry_stamps, global_stamps[index])
            if pose is not None and then is not None:
                believed = se2.compose(pose, se2.between(odometry[then], here))
        rows.append((stamp_ns, truth[stamp_ns], here, believed))
    return DriveRecord(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows]).reshape(-1, 3),
        np.array([row[2] for row in rows]).reshape(-1, 3),
        np.array([row[3] for row in rows]).reshape(-1, 3),
        num_collisions,
        collided_with,
        goal_ns,
        end_ns,
    )


def _nearest(stamps: list[int], stamp_ns: int) -> int | None:
    index = bisect.bisect_left(stamps, stamp_ns)
    candidates = stamps[max(index - 1, 0) : index + 1]
    return min(candidates, key=lambda stamp: abs(stamp - stamp_ns), default=None)
