"""Fuse the depth of all key frames into static 2D occupancy.

A voxel grid over the height of the robot gathers log odds: a depth pixel in a voxel speaks for it
(a hit), looking through a voxel speaks against it (a miss). A column is occupied when one of its
voxels is, free when enough of it was looked through or the tour drove there, else unknown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera
from astra_global.map.occupancy_file import occupancy_to_bytes
from astra_global.mapping.config import FusionConfig
from astra_global.mapping.stages import Progress
from astra_global.mapping.work import Work
from astra_global.types import FREE, OCCUPIED, UNKNOWN, OccupancyMap

__all__ = ["VoxelFusion", "occupancy_stage"]


@dataclass
class VoxelFusion:
    """A growing belief about the voxels of one building.

    Attributes:
        config: Settings.
        origin_m: (x, y) of the grid's corner in ``map``.
        log_odds: ``(Z, Y, X)`` float32; positive means occupied.
        seen: ``(Z, Y, X)`` bool; looked through at least once.
        driven: ``(Y, X)`` bool; the robot's body was here.
    """

    config: FusionConfig
    origin_m: NDArray[np.float64]
    log_odds: NDArray[np.float32]
    seen: NDArray[np.bool_]
    driven: NDArray[np.bool_]

    @classmethod
    def over(
        cls, low_m: NDArray[np.float64], high_m: NDArray[np.float64], config: FusionConfig
    ) -> VoxelFusion:
        """Make an empty grid over the box from ``low_m`` to ``high_m`` (x, y)."""
        origin = np.floor(low_m / config.resolution_m) * config.resolution_m
        columns, rows = np.ceil((high_m - origin) / config.resolution_m).astype(int) + 1
        layers = max(1, round((config.ceiling_m - config.floor_m) / config.layer_m))
        shape = (layers, int(rows), int(columns))
        return cls(
            config,
            origin,
            np.zeros(shape, np.float32),
            np.zeros(shape, bool),
            np.zeros(shape[1:], bool),
        )

    def add_depth(
        self, depth_m: NDArray[np.float32], camera: Camera, t_map_optical: NDArray[np.float64]
    ) -> None:
        """Take in one depth picture ``(H, W)`` from a camera at ``t_map_optical`` ``(4, 4)``."""
        window = self._window(camera, t_map_optical)
        evidence = self._hits(depth_m, camera, t_map_optical, window)
        through = self._looked_through(depth_m, camera, t_map_optical, window)
        evidence -= np.float32(self.config.miss_log_odds) * through
        self.seen[window] |= through
        limit = np.float32(self.config.clamp_log_odds)
        # Only a window of a large building changes.
        log_odds = self.log_odds[window]
        log_odds += evidence
        np.clip(log_odds, -limit, limit, out=log_odds)

    def add_body(self, xy_m: NDArray[np.float64], radius_m: float) -> None:
        """Note that a robot of this radius stood at ``xy_m`` ``(2,)``."""
        reach = int(np.ceil(radius_m / self.config.resolution_m)) + 1
        column, row = np.floor((xy_m - self.origin_m) / self.config.resolution_m).astype(int)
        rows = np.arange(max(row - reach, 0), min(row + reach + 1, self.driven.shape[0]))
        columns = np.arange(max(column - reach, 0), min(column + reach + 1, self.driven.shape[1]))
        y = self.origin_m[1] + (rows + 0.5) * self.config.resolution_m - xy_m[1]
        x = self.origin_m[0] + (columns + 0.5) * self.config.resolution_m - xy_m[0]
        inside = x[None, :] ** 2 + y[:, None] ** 2 <= radius_m**2
        self.driven[np.ix_(rows, columns)] |= inside

    def occupancy(self) -> OccupancyMap:
        """Return the belief as free, occupied and unknown cells."""
        config = self.config
        occupied = np.any(self.log_odds > config.occupied_log_odds, axis=0)
        share = self.seen.mean(axis=0)
        free = ((share >= config.min_seen_fraction) | self.driven) & ~occupied
        # Where the robot itself has been, a lone hit is noise.
        free |= self.driven
        cells = np.full(occupied.shape, UNKNOWN, dtype=np.int8)
        cells[occupied] = OCCUPIED
        cells[free] = FREE
        return OccupancyMap(
            cells, (float(self.origin_m[0]), float(self.origin_m[1])), config.resolution_m
        )

    def _hits(
        self,
        depth_m: NDArray[np.float32],
        camera: Camera,
        t_map_optical: NDArray[np.float64],
        window: tuple[slice, slice, slice],
    ) -> NDArray[np.float32]:
        """Return the evidence for the voxels of a window ``(Z, Y, X)``."""
        config, k = self.config, camera.intrinsics
        rows, columns = np.nonzero(
            (depth_m >= config.min_range_m) & (depth_m <= config.max_range_m)
        )
        depth = depth_m[rows, columns]
        optical = np.empty((3, len(depth)), np.float32)
        optical[0] = (columns - k.cx_px) / k.fx_px * depth
        optical[1] = (rows - k.cy_px) / k.fy_px * depth
        optical[2] = depth
        # In cells of the window: what is outside of it is outside of the grid or beyond the range.
        steps = np.array([config.layer_m, config.resolution_m, config.resolution_m])
        corner = np.array([config.floor_m, self.origin_m[1], self.origin_m[0]])
        corner += steps * [part.start for part in window]
        turn = t_map_optical[2::-1] / steps[:, None]
        places = turn[:, :3].astype(np.float32) @ optical
        places += (turn[:, 3] - corner / steps).astype(np.float32)[:, None]
        shape = tuple(part.stop - part.start for part in window)
        inside = np.all((places >= 0.0) & (places < np.array(shape)[:, None]), axis=0)
        layer, row, column = places[:, inside].astype(np.intp)
        # A voxel on the surface fills with pixels; one beside it gets the few that noise threw
        # there. So evidence counts pixels against those that a filled voxel would get.
        filled = k.fx_px * config.resolution_m * k.fy_px * config.layer_m / depth[inside] ** 2
        weight = 1.0 / np.maximum(config.filled_fraction * filled, 1.0)
        flat = (layer * shape[1] + row) * shape[2] + column
        share = np.bincount(flat, weights=weight, minlength=math.prod(shape)).reshape(shape)
        return (np.minimum(share, 1.0) * config.hit_log_odds).astype(np.float32)

    def _looked_through(
        self,
        depth_m: NDArray[np.float32],
        camera: Camera,
        t_map_optical: NDArray[np.float64],
        window: tuple[slice, slice, slice],
    ) -> NDArray[np.bool_]:
        """Return which voxels of a window ``(Z, Y, X)`` lie before what was measured."""
        import cv2

        config, k = self.config, camera.intrinsics
        height, width = depth_m.shape
        columns, optical = self._columns_in_view(camera, t_map_optical, window)
        z = optical[2]
        with np.errstate(divide="ignore", invalid="ignore"):
            u = np.rint(k.fx_px * optical[0] / z + k.cx_px)
            v = np.rint(k.fy_px * optical[1] / z + k.cy_px)
        visible = (z > config.min_range_m) & (z < config.max_range_m)
        visible &= (u >= 0) & (u < width) & (v >= 0) & (v < height)
        at = np.flatnonzero(visible)
        # A voxel is wider than a pixel: looked through means past all pixels around it, or thin
        # poles would vanish. An unknown pixel there (0) is no evidence of free space either.
        nearest = cv2.erode(depth_m, np.ones((3, 3), np.uint8))
        measured = nearest[v.ravel()[at].astype(np.intp), u.ravel()[at].astype(np.intp)]
        margin = 0.5 * config.resolution_m + config.noise_sigmas * config.noise_ratio * measured
        past = (measured > 0.0) & (z.ravel()[at] < measured - margin)
        through = np.zeros(z.shape, dtype=bool)
        through.ravel()[at[past]] = True
        shape = tuple(part.stop - part.start for part in window)
        result = np.zeros((shape[0], shape[1] * shape[2]), dtype=bool)
        result[:, columns] = through
        return result.reshape(shape)

    def _window(
        self, camera: Camera, t_map_optical: NDArray[np.float64]
    ) -> tuple[slice, slice, slice]:
        """Return a window of the grid around what the camera can see: slices (z, y, x)."""
        config, k = self.config, camera.intrinsics
        # The far corners of the picture and the camera itself bound what it sees.
        corners = np.array([(u, v) for u in (0, k.width_px - 1) for v in (0, k.height_px - 1)])
        far = k.unproject(corners, np.full(4, config.max_range_m))
        reach = np.vstack([se3.transform_points(t_map_optical, far), t_map_optical[:3, 3]])[:, :2]
        low = np.floor((reach.min(axis=0) - self.origin_m) / config.resolution_m).astype(int) - 1
        high = np.ceil((reach.max(axis=0) - self.origin_m) / config.resolution_m).astype(int) + 1
        layers, height, width = self.log_odds.shape
        rows = slice(max(int(low[1]), 0), max(min(int(high[1]), height), 0))
        columns = slice(max(int(low[0]), 0), max(min(int(high[0]), width), 0))
        return slice(0, layers), rows, columns

    def _columns_in_view(
        self,
        camera: Camera,
        t_map_optical: NDArray[np.float64],
        window: tuple[slice, slice, slice],
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return the columns ``(N,)`` of a window that a camera may see, and their voxels.

        Returns:
            Numbers ``row * X + column``, and optical coordinates ``(3, Z, N)`` of voxel centres.
        """
        config, k, step = self.config, camera.intrinsics, self.config.resolution_m
        layers, rows, columns = window
        centers = (
            self.origin_m[0] + (np.arange(columns.start, columns.stop) + 0.5) * step,
            self.origin_m[1] + (np.arange(rows.start, rows.stop) + 0.5) * step,
            config.floor_m + (np.arange(layers.start, layers.stop) + 0.5) * config.layer_m,
        )
        x, y, z = (values.astype(np.float32) for values in centers)
        t = np.linalg.inv(t_map_optical).astype(np.float32)
        plane = t[:3, 0, None, None] * x + t[:3, 1, None, None] * y[:, None] + t[:3, 3, None, None]
        plane = plane.reshape(3, -1)
        # Depth and place along u change linearly with height: both ends tell.
        ends = plane[:, None] + t[:3, 2, None, None] * z[[0, -1]][:, None]
        far, near = ends[2].max(axis=0), ends[2].min(axis=0)
        width = max(k.width_px - k.cx_px, k.cx_px + 1.0) / k.fx_px
        seen = (far > config.min_range_m) & (near < config.max_range_m)
        seen &= np.abs(ends[0]).min(axis=0) <= width * far
        numbers = np.flatnonzero(seen)
        optical = plane[:, None, numbers] + t[:3, 2, None, None] * z[:, None]
        return numbers, optical


def occupancy_stage(
    work: Work, config: FusionConfig, robot_radius_m: float, progress: Progress
) -> dict[str, float]:
    """Fuse the depth of all key frames; writes ``occupancy.npz``, if there is any depth at all."""
    work.occupancy_path.unlink(missing_ok=True)
    rig, frames = work.rig(), work.key_frames()
    tour = work.read_arrays("poses")["poses"]
    xy = frames.poses[:, :2, 3]
    reach = config.max_range_m + config.padding_m
    fusion = VoxelFusion.over(xy.min(axis=0) - reach, xy.max(axis=0) + reach, config)
    fused = 0
    for number, (node_id, pose) in enumerate(zip(frames.ids, frames.poses, strict=True)):
        for camera in rig.cameras:
            depth = work.depth(camera, node_id)
            if depth is not None:
                fusion.add_depth(depth, camera, pose @ camera.t_base_optical)
                fused += 1
        progress((number + 1) / len(frames.ids), f"occupancy: node {number + 1}/{len(frames.ids)}")
    if not fused:
        return {"free_m2": 0.0, "occupied_m2": 0.0}
    for transform in tour[np.isfinite(tour[:, 0, 3])]:
        fusion.add_body(transform[:2, 3], robot_radius_m)
    occupancy = _cropped(fusion.occupancy(), config.padding_m)
    work.occupancy_path.write_bytes(occupancy_to_bytes(occupancy))
    area = occupancy.resolution_m**2
    return {
        "free_m2": round(float(np.count_nonzero(occupancy.cells == FREE)) * area, 2),
        "occupied_m2": round(float(np.count_nonzero(occupancy.cells == OCCUPIED)) * area, 2),
    }


def _cropped(occupancy: OccupancyMap, padding_m: float) -> OccupancyMap:
    rows, columns = np.nonzero(occupancy.cells != UNKNOWN)
    pad = round(padding_m / occupancy.resolution_m)
    row, column = max(rows.min() - pad, 0), max(columns.min() - pad, 0)
    cells = occupancy.cells[row : rows.max() + pad + 1, column : columns.max() + pad + 1]
    origin = (
        occupancy.origin_m[0] + float(column) * occupancy.resolution_m,
        occupancy.origin_m[1] + float(row) * occupancy.resolution_m,
    )
    return OccupancyMap(np.ascontiguousarray(cells), origin, occupancy.resolution_m)
