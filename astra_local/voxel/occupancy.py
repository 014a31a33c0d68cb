"""Rolling occupancy around the robot from depth images, in ``odom``.

The grid has a few height layers ``[Z, Y, X]`` (index 0 lowest) so that seeing past a table does not
erase the shoe box below the camera's view: each voxel is cleared only by a ray that went through
that very voxel. The planner uses the maximum over z (paper, section 3.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_local.config import OccupancyConfig
from astra_local.types import PerceptionError
from astra_local.voxel.departed import DepartedBodies
from astra_local.voxel.depth import DepthCamera
from astra_local.voxel.sudden import sudden_matter

__all__ = ["OccupancyView", "RollingOccupancy"]

_KNEE_M = 0.25


@dataclass(frozen=True, eq=False)
class OccupancyView:
    """The grid at one moment, flattened by the maximum over z.

    Attributes:
        occupied: ``(H, W)`` bool.
        known: ``(H, W)`` bool: occupied, or the lowest layer was seen free.
        origin_m: Outer corner of cell [0, 0] in ``odom``.
        resolution_m: Side of a cell.
        stamp_ns: Stamp of the newest images in it.
        camera_stamps_ns: Of every camera of the rig, in its order: the newest depth image that
            measured anything. A camera that never gave one has the stamp of the first images of
            any, so that it is waited for as long as for one that fell silent.
        hit: ``(H, W)`` bool: cells that the newest images hit; ``None`` where the grid did not
            come from images.
        hit_upright: ``(H, W)`` bool: the same above knee height only.
        passed_upright: ``(H, W)`` bool: cells that the newest images saw through above knee
            height; ``None`` where the grid did not come from images.
    """

    occupied: NDArray[np.bool_]
    known: NDArray[np.bool_]
    origin_m: tuple[float, float]
    resolution_m: float
    stamp_ns: int
    camera_stamps_ns: Mapping[str, int] = field(default_factory=dict)
    hit: NDArray[np.bool_] | None = None
    hit_upright: NDArray[np.bool_] | None = None
    passed_upright: NDArray[np.bool_] | None = None


class RollingOccupancy:
    """Log-odds of a square that moves with the robot by whole cells.

    Attributes:
        log_odds: ``(Z, H, W)`` float32; 0 is unknown.
    """

    def __init__(self, rig: CameraRig, config: OccupancyConfig, footprint_radius_m: float) -> None:
        """Start with nothing known."""
        self._config = config
        self._radius_m = footprint_radius_m
        self._cameras = {c.name: DepthCamera(c, config.pixel_stride) for c in rig.cameras}
        self._cells = round(config.size_m / config.resolution_m)
        self._edges = np.asarray(config.layer_edges_m, dtype=np.float32)
        self._centers = (self._edges[1:] + self._edges[:-1]) / 2.0
        shape = (len(self._centers), self._cells, self._cells)
        self.log_odds = np.zeros(shape, dtype=np.float32)
        self._hit = self._hit_upright = self._passed_upright = np.zeros(shape[1:], dtype=bool)
        self._upright = self._centers > _KNEE_M
        self._departed = DepartedBodies(shape)
        # As much as two pictures say: more than one wrong picture does, and no more than that.
        self._sure_log_odds = min(2.0 * config.hit_log_odds, config.max_log_odds)
        self._corner: NDArray[np.int64] | None = None  # cell number (x, y) of [0, 0]
        self._stamp_ns = 0
        self._camera_stamps_ns: dict[str, int] = {}

    @property
    def origin_m(self) -> tuple[float, float]:
        """Return the outer corner of cell [0, 0] in ``odom``."""
        corner = np.zeros(2) if self._corner is None else self._corner
        r = self._config.resolution_m
        return float(corner[0] * r), float(corner[1] * r)

    def view(self) -> OccupancyView:
        """Return the flattened grid; the arrays are new."""
        occupied = np.any(self.log_odds > self._config.occupied_log_odds, axis=0)
        known = occupied | (self.log_odds[0] < 0.0)
        return OccupancyView(
            occupied,
            known,
            self.origin_m,
            self._config.resolution_m,
            self._stamp_ns,
            dict(self._camera_stamps_ns),
            self._hit,
            self._hit_upright,
            self._passed_upright,
        )

    def update(
        self, frames: Sequence[CameraFrame], t_odom_base: Sequence[NDArray[np.float64]]
    ) -> bool:
        """Add the depth images of one moment.

        Args:
            frames: Images; those without depth are skipped.
            t_odom_base: Pose ``(3,)`` of the robot in ``odom`` at the stamp of each frame.

        Returns:
            Whether any image had depth.

        Raises:
            PerceptionError: A camera is not in the rig or an image has the wrong size.
        """
        seen = []
        stamps: dict[str, int | None] = {}  # None: an image in which nothing was measured
        for frame, pose in zip(frames, t_odom_base, strict=True):
            if frame.depth_m is None:
                continue
            if frame.camera not in self._cameras:
                known = ", ".join(self._cameras)
                raise PerceptionError(f"no camera {frame.camera!r} in the rig; known: {known}")
            camera = self._cameras[frame.camera]
            depth = camera.thin(frame.depth_m)
            seen.append((camera, depth, np.asarray(pose, dtype=np.float64)))
            stamps[frame.camera] = frame.stamp_ns if depth.any() else None
        if not seen:
            return False
        c = self._config
        newest = max(frame.stamp_ns for frame in frames)
        self._recenter(seen[-1][2])
        evidence = self._evidence(seen)
        hit = evidence > c.min_evidence
        self._hit = np.any(hit, axis=0)
        self._hit_upright = np.any(hit[self._upright], axis=0)
        passed = self._passes(seen)
        self._passed_upright = np.any(passed[self._upright], axis=0)
        sudden = sudden_matter(
            hit & (self.log_odds < 0.0),
            evidence,
            self.log_odds >= c.max_log_odds,
            self._within(seen[-1][2], c.sure_range_m),
            c.sure_evidence,
        )
        self.log_odds += np.where(hit, np.float32(c.hit_log_odds), np.float32(0.0))
        self.log_odds -= np.where(passed & ~hit, np.float32(c.miss_log_odds), np.float32(0.0))
        self.log_odds[sudden] = np.maximum(self.log_odds[sudden], np.float32(self._sure_log_odds))
        # Seen once and out of view since, close by where nothing is seen again: a stray pixel.
        certain = self.log_odds > 1.5 * c.hit_log_odds
        stray = (self.log_odds > 0.0) & ~(certain | hit | passed)
        self.log_odds -= np.where(stray, np.float32(c.stray_log_odds), np.float32(0.0))
        np.clip(self.log_odds, -c.max_log_odds, c.max_log_odds, out=self.log_odds)
        feet = self._departed.feet(self.log_odds > c.occupied_log_odds, certain, hit)
        self.log_odds[feet] = -c.miss_log_odds
        self._clear_footprint(seen[-1][2])
        self._stamp_ns = max(self._stamp_ns, newest)
        if not self._camera_stamps_ns:
            self._camera_stamps_ns = dict.fromkeys(self._cameras, newest)
        for name, stamp_ns in stamps.items():
            if stamp_ns is not None:
                self._camera_stamps_ns[name] = max(self._camera_stamps_ns[name], stamp_ns)
        return True

    def forget(self, cells: NDArray[np.bool_]) -> None:
        """Free the columns of cells ``(H, W)``: what was there is known to have left."""
        if cells.any():
            free = np.float32(-self._config.miss_log_odds)
            self.log_odds[:, cells] = np.minimum(self.log_odds[:, cells], free)

    def _recenter(self, pose: NDArray[np.float64]) -> None:
        wanted = np.floor(pose[:2] / self._config.resolution_m).astype(np.int64)
        wanted -= self._cells // 2
        if self._corner is None:
            self._corner = wanted
            return
        shift = wanted - self._corner
        # A few cells of slack, so that the copy is rare.
        if np.abs(shift).max() < 4:
            return
        dx, dy = int(shift[0]), int(shift[1])
        self.log_odds = _moved(self.log_odds, dx, dy)
        self._departed.certain = _moved(self._departed.certain, dx, dy)
        self._corner = wanted

    def _evidence(
        self, seen: list[tuple[DepthCamera, NDArray[np.float32], NDArray[np.float64]]]
    ) -> NDArray[np.float64]:
        """Return the share of the face of each voxel that was hit, ``(Z, H, W)``."""
        c, n = self._config, self._cells
        assert self._corner is not None
        face_m2 = c.resolution_m * float(np.diff(self._edges).min())
        evidence = np.zeros(self.log_odds.size)
        for camera, depth, pose in seen:
            points, z_optical = camera.points_base(depth, c.min_depth_m, c.max_depth_m)
            height = points[2]
            ground = points[0] ** 2 + points[1] ** 2
            keep = (height > self._edges[0]) & (height < self._edges[-1])
            keep &= ground > self._radius_m**2  # never the robot itself
            keep = np.flatnonzero(keep)
            x, y = points[0, keep], points[1, keep]
            cos, sin = np.float32(np.cos(pose[2])), np.float32(np.sin(pose[2]))
            # Relative to the grid's corner in float64 first: odom may be far from its origin.
            shift = pose[:2] / c.resolution_m - self._corner
            inverse = np.float32(1.0 / c.resolution_m)
            column = np.floor((cos * x - sin * y) * inverse + np.float32(shift[0])).astype(np.int32)
            row = np.floor((sin * x + cos * y) * inverse + np.float32(shift[1])).astype(np.int32)
            layer = np.searchsorted(self._edges, height[keep], side="right") - 1
            inside = (column >= 0) & (column < n) & (row >= 0) & (row < n)
            index = ((layer * n + row) * n + column)[inside]
            # Cap one pixel's share below the threshold, so that a lone outlier marks nothing.
            share = np.minimum(
                z_optical[keep][inside] ** 2 * (camera.pixel_area_m2 / face_m2),
                0.7 * c.min_evidence,
            )
            evidence += np.bincount(index, weights=share, minlength=evidence.size)
        return evidence.reshape(self.log_odds.shape)

    def _passes(
        self, seen: list[tuple[DepthCamera, NDArray[np.float32], NDArray[np.float64]]]
    ) -> NDArray[np.bool_]:
        """Mark voxels that a ray went through, ``(Z, H, W)``: measured depth lies behind them."""
        c, n = self._config, self._cells
        assert self._corner is not None
        passed = np.zeros((len(self._centers), n * n), dtype=bool)
        for camera, depth, pose in seen:
            local = (np.arange(n) + 0.5 + self._corner[:, None]) * c.resolution_m - pose[:2, None]
            local = local.astype(np.float32)
            cos, sin = np.float32(np.cos(pose[2])), np.float32(np.sin(pose[2]))
            x = (cos * local[0][None, :] + sin * local[1][:, None]).ravel()
            y = (-sin * local[0][None, :] + cos * local[1][:, None]).ravel()
            facing = self._in_view(camera, x, y)
            x, y = x[facing], y[facing]
            for layer, z in enumerate(self._centers):
                voxel, measured = camera.look_up(depth, x, y, float(z))
                margin = c.clear_margin_m + c.clear_margin_fraction * voxel
                passed[layer, facing[measured > voxel + margin]] = True
        return passed.reshape(self.log_odds.shape)

    def _within(self, pose: NDArray[np.float64], range_m: float) -> NDArray[np.bool_]:
        """Return the cells ``(H, W)`` whose centres are this near to the robot."""
        assert self._corner is not None
        centers = (np.arange(self._cells) + 0.5 + self._corner[:, None]) * self._config.resolution_m
        dx, dy = centers - pose[:2, None]
        near: NDArray[np.bool_] = dx[None, :] ** 2 + dy[:, None] ** 2 < range_m**2
        return near

    def _in_view(
        self, camera: DepthCamera, x: NDArray[np.float32], y: NDArray[np.float32]
    ) -> NDArray[np.intp]:
        """Return the cells inside the camera's horizontal wedge; a cheap first sieve."""
        pose = camera.camera.t_base_optical
        k = camera.camera.intrinsics
        forward, right = pose[:2, 2], pose[:2, 0]
        dx, dy = x - np.float32(pose[0, 3]), y - np.float32(pose[1, 3])
        ahead = dx * np.float32(forward[0]) + dy * np.float32(forward[1])
        side = dx * np.float32(right[0]) + dy * np.float32(right[1])
        if abs(pose[2, 0]) > 0.05:  # rolled camera: only keep the half plane
            return np.flatnonzero(ahead > -1.0)
        steep = max(k.cx_px, k.width_px - k.cx_px) / k.fx_px
        # A pitched camera sees wider near its foot; the sieve must never be too narrow.
        tilt = float(np.hypot(forward[0], forward[1]))
        slack = np.float32(0.1 + 1.5 * (1.0 - tilt))
        return np.flatnonzero(
            (ahead > -slack)
            & (np.abs(side) < np.abs(ahead) * np.float32(steep / max(tilt, 0.2)) + slack)
        )

    def _clear_footprint(self, pose: NDArray[np.float64]) -> None:
        """Free the cells the robot stands on: nothing else can be there."""
        c, n = self._config, self._cells
        assert self._corner is not None
        reach = int(np.ceil(self._radius_m / c.resolution_m)) + 1
        column, row = np.floor(pose[:2] / c.resolution_m).astype(np.int64) - self._corner
        rows = np.arange(max(row - reach, 0), min(row + reach + 1, n))
        columns = np.arange(max(column - reach, 0), min(column + reach + 1, n))
        if rows.size == 0 or columns.size == 0:
            return
        y = (rows + 0.5 + self._corner[1]) * c.resolution_m - pose[1]
        x = (columns + 0.5 + self._corner[0]) * c.resolution_m - pose[0]
        # Half a cell less than the radius: a wall that is touched stays a wall.
        inside = y[:, None] ** 2 + x[None, :] ** 2 < (self._radius_m - 0.5 * c.resolution_m) ** 2
        window = self.log_odds[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        window[:, inside] = -c.max_log_odds


def _moved(grid: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    """Return a grid ``(Z, H, W)`` whose origin moved by whole cells; what comes in is zero."""
    moved = np.zeros_like(grid)
    height, width = grid.shape[1:]
    if abs(dx) < width and abs(dy) < height:
        target_y, source_y = _overlap(dy, height)
        target_x, source_x = _overlap(dx, width)
        moved[:, target_y, target_x] = grid[:, source_y, source_x]
    return moved


def _overlap(shift: int, size: int) -> tuple[slice, slice]:
    """Return target and source slices of an axis whose origin moved by ``shift`` cells."""
    if shift >= 0:
        return slice(0, size - shift), slice(shift, size)
    return slice(-shift, size), slice(0, size + shift)
