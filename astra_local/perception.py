"""The surroundings from depth images: rolling occupancy, split into what stands and who walks."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_core.time import from_seconds
from astra_local.belief import WorldBelief
from astra_local.config import MotionConfig, OccupancyConfig
from astra_local.moving.watch import MotionWatch
from astra_local.voxel.coverage import RigCoverage, blind_cameras
from astra_local.voxel.occupancy import OccupancyView, RollingOccupancy

__all__ = ["HISTORY_S", "DepthPerception", "Eyes"]

#: How far back the history of a belief reaches.
HISTORY_S = 2.0
# What lies nearer was seen by the others on the way here and is kept in memory, as is the ring
# under the cameras; beyond, a direction without eyes is unknown ground.
_MEMORY_M = 0.6


class Eyes(Protocol):
    """Whoever sees depth in colour pictures."""

    def measure(self, frames: Sequence[CameraFrame]) -> Sequence[CameraFrame]:
        """Return the frames of one moment with depth, whatever depth they had."""
        ...


class DepthPerception:
    """The surroundings from depth: that of sensors, or what eyes see in the pictures."""

    def __init__(
        self,
        rig: CameraRig,
        occupancy: OccupancyConfig,
        motion: MotionConfig,
        footprint_radius_m: float,
        eyes: Eyes | None = None,
    ) -> None:
        """Start with nothing seen; without eyes, frames bring their depth."""
        self._eyes = eyes
        self._config = occupancy
        self._grid = RollingOccupancy(rig, occupancy, footprint_radius_m)
        self._motion = MotionWatch(motion)
        self._coverage = RigCoverage(rig, occupancy.num_sectors)
        self._past: deque[OccupancyView] = deque()

    def measure(self, frames: Sequence[CameraFrame]) -> Sequence[CameraFrame]:
        """Return the frames with what the eyes see; without eyes, as they are.

        Raises:
            PerceptionError: The eyes cannot do with the frames.
        """
        return frames if self._eyes is None else self._eyes.measure(frames)

    def perceive(
        self, frames: Sequence[CameraFrame], poses_odom: Sequence[NDArray[np.float64]]
    ) -> WorldBelief | None:
        """Add the depth images of one moment; ``None`` where no frame has depth.

        Args:
            frames: Images of any of the rig's cameras; those without depth are skipped.
            poses_odom: Pose ``(3,)`` of the robot in ``odom`` at the stamp of each.

        Raises:
            PerceptionError: A camera is not in the rig or an image has the wrong size.
        """
        if not self._grid.update(frames, poses_odom):
            return None
        seen = self._motion.update(self._known_by_eyes(poses_odom[-1]))
        self._grid.forget(seen.ghosts)
        belief = WorldBelief.from_occupancy(
            seen.standing,
            self._config.max_distance_m,
            seen.movers,
            everything=seen.everything,
            history=self._history(seen.everything.stamp_ns),
        )
        self._past.append(seen.everything)
        return belief

    def _known_by_eyes(self, pose: NDArray[np.float64]) -> OccupancyView:
        """Return the grid without the free space that nobody looks at any more; obstacles stay."""
        view, c = self._grid.view(), self._config
        dark = self._coverage.blind_cells(
            blind_cameras(view.camera_stamps_ns, view.stamp_ns, c.max_age_s),
            pose,
            view.origin_m,
            view.resolution_m,
            view.known.shape,
            _MEMORY_M,
        )
        return replace(view, known=view.known & (view.occupied | ~dark))

    def _history(self, stamp_ns: int) -> tuple[OccupancyView, ...]:
        """Return the grids before a stamp that are not too old; a clock gone back empties it."""
        oldest_ns = stamp_ns - from_seconds(HISTORY_S)
        if self._past and self._past[-1].stamp_ns >= stamp_ns:
            self._past.clear()
        while self._past and self._past[0].stamp_ns < oldest_ns:
            self._past.popleft()
        return tuple(self._past)
