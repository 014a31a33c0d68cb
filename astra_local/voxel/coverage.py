"""Which directions each camera of the rig sees, and which of them nobody sees any more."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera, CameraRig
from astra_core.time import to_seconds
from astra_local.safety.stopping import BLIND_MARGIN_RAD

__all__ = ["RigCoverage", "blind_cameras"]

# Where a camera must see something of a direction to count for it: a robot's length and more away
# (nearer is the ring under the cameras that nobody sees), from shoe to table height.
_RANGES_M = (1.0, 1.5, 2.0, 3.0)
_HEIGHTS_M = (0.05, 0.3, 0.6, 0.9, 1.2)


def blind_cameras(
    camera_stamps_ns: Mapping[str, int], now_ns: int, max_age_s: float
) -> tuple[str, ...]:
    """Return the cameras whose last depth image is older than ``max_age_s``, in rig order.

    Args:
        camera_stamps_ns: Of every camera of the rig, see ``OccupancyView``.
        now_ns: Now.
        max_age_s: Older images do not count as seeing.
    """
    return tuple(
        name
        for name, stamp_ns in camera_stamps_ns.items()
        if to_seconds(now_ns - stamp_ns) > max_age_s
    )


class RigCoverage:
    """The rig's view in sectors: sector 0 is centred ahead, counter-clockwise."""

    def __init__(self, rig: CameraRig, num_sectors: int) -> None:
        """Find out which sectors each camera sees."""
        self._num_sectors = num_sectors
        self._seen = {camera.name: _sectors_seen(camera, num_sectors) for camera in rig.cameras}

    @property
    def cameras(self) -> tuple[str, ...]:
        """Return the names of the rig's cameras, in its order."""
        return tuple(self._seen)

    def blind_sectors(self, blind: Collection[str]) -> NDArray[np.bool_]:
        """Return ``(num_sectors,)``: who covers it is blind, every one of them.

        A sector that no camera of the rig covers is not blind: nobody ever expected to see there.

        Args:
            blind: Names of the cameras that see nothing.
        """
        lost = np.zeros(self._num_sectors, dtype=bool)
        kept = np.zeros(self._num_sectors, dtype=bool)
        for name, sectors in self._seen.items():
            (lost if name in blind else kept)[sectors] = True
        return lost & ~kept

    def age_along_s(
        self, ages_s: Mapping[str, float], directions_rad: Sequence[float]
    ) -> tuple[float, str]:
        """Return how old the view is of what lies in given directions, and the camera to blame.

        A sector is seen by the freshest of the cameras that cover it, a direction by the worst of
        its sectors, within the margin that the guard keeps. What no camera covers has no age.

        Args:
            ages_s: Of the newest image of every camera of the rig.
            directions_rad: Bearings in ``base_link``; without any nothing is old.
        """
        ages = np.full(self._num_sectors, np.inf)
        blame = np.full(self._num_sectors, -1)
        for number, (name, sectors) in enumerate(self._seen.items()):
            fresher = sectors & (ages_s.get(name, 0.0) < ages)
            ages[fresher], blame[fresher] = ages_s.get(name, 0.0), number
        bearing = np.arange(self._num_sectors) * (2.0 * math.pi / self._num_sectors)
        along = np.zeros(self._num_sectors, dtype=bool)
        for direction in directions_rad:
            along |= np.cos(bearing - direction) > math.cos(BLIND_MARGIN_RAD)
        ages[~along | (blame < 0)] = 0.0
        oldest = int(np.argmax(ages))
        return float(ages[oldest]), self.cameras[blame[oldest]] if ages[oldest] > 0.0 else ""

    def drivable(self, blind: Collection[str]) -> tuple[bool, bool]:
        """Return whether the robot may drive ahead and back, by the rule of the guard."""
        bearing = np.flatnonzero(self.blind_sectors(blind)) * (2.0 * math.pi / self._num_sectors)
        along = np.cos(bearing)
        limit = math.cos(BLIND_MARGIN_RAD)
        return not (along > limit).any(), not (along < -limit).any()

    def blind_cells(
        self,
        blind: Collection[str],
        pose: NDArray[np.float64],
        origin_m: tuple[float, float],
        resolution_m: float,
        shape: tuple[int, int],
        beyond_m: float,
    ) -> NDArray[np.bool_]:
        """Return the cells ``(H, W)`` of a grid that lie in blind sectors.

        Args:
            blind: Names of the cameras that see nothing.
            pose: ``(3,)`` of the robot, in the frame of the grid.
            origin_m: Outer corner of cell [0, 0].
            resolution_m: Side of a cell.
            shape: (H, W).
            beyond_m: Cells nearer to the robot's centre than this are left out.
        """
        sectors = self.blind_sectors(blind)
        if not sectors.any():
            return np.zeros(shape, dtype=bool)
        dx = (np.arange(shape[1]) + 0.5) * resolution_m + origin_m[0] - pose[0]
        dy = (np.arange(shape[0]) + 0.5) * resolution_m + origin_m[1] - pose[1]
        bearing = np.arctan2(dy[:, None], dx[None, :]) - pose[2]
        number = np.rint(bearing * (self._num_sectors / (2.0 * math.pi))).astype(int)
        far = np.hypot(dy[:, None], dx[None, :]) > beyond_m
        cells: NDArray[np.bool_] = sectors[number % self._num_sectors] & far
        return cells


def _sectors_seen(camera: Camera, num_sectors: int) -> NDArray[np.bool_]:
    """Return ``(num_sectors,)``: the camera sees a point on the sector's central line."""
    bearing = np.arange(num_sectors) * (2.0 * math.pi / num_sectors)
    ranges, heights = (part.ravel() for part in np.meshgrid(_RANGES_M, _HEIGHTS_M))
    points = np.stack(
        [
            np.cos(bearing)[:, None] * ranges,
            np.sin(bearing)[:, None] * ranges,
            np.broadcast_to(heights, (num_sectors, heights.size)),
        ],
        axis=-1,
    )
    pose = camera.t_base_optical
    optical = (points - pose[:3, 3]) @ pose[:3, :3]
    k = camera.intrinsics
    pixels = k.project(optical.reshape(-1, 3)).reshape(num_sectors, -1, 2)
    # Behind the camera is NaN, and NaN compares as outside.
    inside = (pixels >= -0.5) & (pixels <= (k.width_px - 0.5, k.height_px - 0.5))
    sees: NDArray[np.bool_] = np.any(np.all(inside, axis=-1), axis=-1)
    return sees
