"""A small kinematic world for closed-loop tests: boxes of any height on a flat floor.

Depth images come from marching a height map, so that tables, low boxes and walls hide and show
what they do in reality. Knows nothing of the stack but the types it is fed with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from astra_core import se2
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.observation import CameraFrame, ImuSample, Observation, WheelSample
from astra_core.records import Velocity

Box = tuple[float, float, float, float, float]  # x_min, y_min, x_max, y_max, height
RADIUS_M = 0.22
CAMERA_HEIGHT_M = 1.1


def make_rig(width_px: int = 160, height_px: int = 120) -> CameraRig:
    """Return four level cameras of 100 degrees, 0.15 m from the centre."""
    k = CameraIntrinsics.from_horizontal_fov(width_px, height_px, math.radians(100.0))
    cameras = []
    for name, yaw in (("front", 0.0), ("left", 90.0), ("rear", 180.0), ("right", -90.0)):
        c, s = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
        pose = np.eye(4)
        pose[:3, :3] = np.array([[s, 0.0, c], [-c, 0.0, s], [0.0, -1.0, 0.0]])
        pose[:3, 3] = (0.15 * c, 0.15 * s, CAMERA_HEIGHT_M)
        cameras.append(Camera(name, k, pose))
    return CameraRig(tuple(cameras))


class HeightMap:
    """Heights of boxes on a fine grid, and exact distances to the boxes."""

    def __init__(self, size_m: tuple[float, float], boxes: list[Box], cell_m: float = 0.02) -> None:
        self.size_m, self.boxes, self.cell_m = size_m, boxes, cell_m
        shape = (round(size_m[1] / cell_m), round(size_m[0] / cell_m))
        self.heights = np.zeros(shape, dtype=np.float32)
        for x0, y0, x1, y1, height in boxes:
            rows = slice(max(round(y0 / cell_m), 0), max(round(y1 / cell_m), 0))
            columns = slice(max(round(x0 / cell_m), 0), max(round(x1 / cell_m), 0))
            self.heights[rows, columns] = np.maximum(self.heights[rows, columns], height)

    def distance(self, x: float, y: float) -> float:
        """Return the distance of a point to the nearest box, 0 inside."""
        best = math.inf
        for x0, y0, x1, y1, _ in self.boxes:
            best = min(best, math.hypot(max(x0 - x, 0.0, x - x1), max(y0 - y, 0.0, y - y1)))
        return best

    def path(
        self, start: np.ndarray, goal: np.ndarray, radius_m: float = 0.22
    ) -> np.ndarray | None:
        """Return a shortest way ``(N, 2)`` on a 0.1 m grid that keeps off obstacles."""
        step = round(0.1 / self.cell_m)
        free = distance_transform_edt(self.heights <= 0.0) * self.cell_m
        free = free[step // 2 :: step, step // 2 :: step]
        price = 1.0 + 4.0 * np.clip(0.5 - free, 0.0, 0.5)
        height, width = free.shape
        cells = np.arange(free.size).reshape(free.shape)
        rows, columns, weights = [], [], []
        ok = free > radius_m
        for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
            a = (slice(0, height - dy), slice(max(-dx, 0), width - max(dx, 0)))
            b = (slice(dy, height), slice(max(dx, 0), width + min(dx, 0)))
            both = ok[a] & ok[b]
            rows.append(cells[a][both])
            columns.append(cells[b][both])
            weights.append((0.05 * math.hypot(dx, dy) * (price[a] + price[b]))[both])
        graph = coo_matrix(
            (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))),
            shape=(free.size, free.size),
        )
        source, target = (cells[int(p[1] / 0.1), int(p[0] / 0.1)] for p in (start, goal))
        distance, previous = dijkstra(
            graph.tocsr(), directed=False, indices=target, return_predecessors=True
        )
        if not math.isfinite(distance[source]):
            return None
        way = [source]
        while way[-1] != target:
            way.append(int(previous[way[-1]]))
        way = np.array(way)
        return np.stack([(way % width + 0.5) * 0.1, (way // width + 0.5) * 0.1], axis=-1)


@dataclass
class FlatWorld:
    """The robot in a height map; ``step`` is one tick of 20 ms."""

    map: HeightMap
    pose: np.ndarray
    seed: int = 0
    depth_noise: float = 0.015
    rig: CameraRig = field(default_factory=make_rig)
    stamp_ns: int = 0
    collisions: int = 0
    min_clearance_m: float = math.inf

    def __post_init__(self) -> None:
        """Draw the errors of this robot."""
        self.rng = np.random.default_rng(self.seed)
        self.v = self.w = 0.0
        self.bias = self.rng.normal(0.0, 0.005)
        self.scale = 1.0 + self.rng.normal(0.0, 0.02)
        self.travelled_m = 0.0
        self._touching = False

    def step(self, command: Velocity, cameras: bool) -> Observation:
        """Drive 20 ms and sense."""
        dt = 0.02
        want_v = min(max(command.linear_mps, -0.3), 0.8)
        want_w = min(max(command.angular_rad_s, -2.0), 2.0)
        self.v += min(max(want_v - self.v, -1.0 * dt), 1.0 * dt)
        self.w += min(max(want_w - self.w, -4.0 * dt), 4.0 * dt)
        step = [self.v * dt, 0.0, self.w * dt]
        new = se2.compose(self.pose, step)
        clearance = self.map.distance(float(new[0]), float(new[1])) - RADIUS_M
        self.min_clearance_m = min(self.min_clearance_m, clearance)
        if clearance < 0.0:
            self.collisions += not self._touching
            self.v = 0.0
        else:
            self.pose = new
            self.travelled_m += abs(self.v) * dt
        self._touching = clearance < 0.0
        self.stamp_ns += 20_000_000
        imu = tuple(
            ImuSample(
                self.stamp_ns - late,
                (0.0, 0.0, self.w + self.bias + self.rng.normal(0.0, 0.008)),
                (0.0, 0.0, 9.81),
            )
            for late in (10_000_000, 0)
        )
        slip = 1.0 + self.rng.normal(0.0, 0.05)
        wheels = (
            WheelSample(
                self.stamp_ns,
                round(self.v * self.scale * slip, 3),
                round(self.w * (1.0 + self.rng.normal(0.05, 0.1)), 3),
            ),
        )
        frames = self.frames() if cameras else ()
        return Observation(self.stamp_ns, imu, wheels, frames)

    def frames(self) -> tuple[CameraFrame, ...]:
        """Return four depth images (the colour is black)."""
        result = []
        for camera in self.rig.cameras:
            depth = self._depth(camera)
            image = np.zeros((*depth.shape, 3), dtype=np.uint8)
            result.append(CameraFrame(camera.name, self.stamp_ns, image, depth))
        return tuple(result)

    def _depth(self, camera: Camera) -> np.ndarray:
        k = camera.intrinsics
        position = se2.transform_points(self.pose, camera.t_base_optical[:2, 3])
        forward = camera.t_base_optical[:2, 2]
        yaw = math.atan2(forward[1], forward[0]) + float(self.pose[2])
        offset = np.arctan((k.cx_px - np.arange(k.width_px)) / k.fx_px)
        ranges = np.arange(0.04, 8.0, 0.03)
        x = position[0] + np.cos(yaw + offset)[:, None] * ranges
        y = position[1] + np.sin(yaw + offset)[:, None] * ranges
        cell = self.map.cell_m
        height, width = self.map.heights.shape
        columns = np.clip((x / cell).astype(int), 0, width - 1)
        rows = np.clip((y / cell).astype(int), 0, height - 1)
        slope = (self.map.heights[rows, columns] - CAMERA_HEIGHT_M) / ranges
        horizon = np.maximum.accumulate(slope, axis=1)
        # Slope of each pixel's ray over the ground distance, per column.
        cos = np.cos(offset)
        pixel = (k.cy_px - np.arange(k.height_px)) / k.fy_px
        depth = np.zeros((k.height_px, k.width_px), dtype=np.float32)
        floor = np.where(pixel < 0.0, CAMERA_HEIGHT_M / np.maximum(-pixel, 1e-9), np.inf)
        for column in range(k.width_px):
            first = np.searchsorted(horizon[column], pixel * cos[column])
            hit = first < len(ranges)
            along = ranges[np.minimum(first, len(ranges) - 1)] * cos[column]
            depth[:, column] = np.where(hit, np.minimum(along, floor), 0.0)
        noise = 1.0 + self.rng.normal(0.0, self.depth_noise, depth.shape)
        edges = np.abs(np.diff(depth, axis=1, prepend=depth[:, :1])) > 0.3
        dropped = (edges & (self.rng.random(depth.shape) < 0.5)) | (depth < 0.15)
        return np.where(dropped, 0.0, depth * noise).astype(np.float32)


def flat(seed: int) -> HeightMap:
    """Return a flat of four rooms with doors of 0.9 m and furniture, from a seed."""
    rng = np.random.default_rng(seed)
    w, h = 9.0, 8.0
    wall, tall = 0.1, 2.5
    boxes: list[Box] = [
        (0, 0, w, wall, tall),
        (0, h - wall, w, h, tall),
        (0, 0, wall, h, tall),
        (w - wall, 0, w, h, tall),
    ]
    cut_x, cut_y = rng.uniform(3.8, 5.2), rng.uniform(3.4, 4.6)

    def walled(low: float, high: float, at: float, vertical: bool) -> None:
        door = rng.uniform(low + 0.5, high - 1.4)
        for a, b in ((low, door), (door + 0.9, high)):
            box = (at, a, at + wall, b) if vertical else (a, at, b, at + wall)
            boxes.append((*box, tall))

    walled(0.0, cut_y, cut_x, True)
    walled(cut_y, h, cut_x, True)
    walled(0.0, cut_x, cut_y, False)
    walled(cut_x, w, cut_y, False)
    placed = 0
    for _ in range(60):
        if placed == 9:
            break
        size = rng.uniform(0.4, 1.3, 2)
        x, y = rng.uniform(0.2, w - size[0] - 0.2), rng.uniform(0.2, h - size[1] - 0.2)
        height = float(rng.choice([0.12, 0.3, 0.45, 0.75, 0.9, 1.8]))
        box = (x, y, x + size[0], y + size[1], height)
        gaps = [
            math.hypot(max(b[0] - box[2], box[0] - b[2], 0), max(b[1] - box[3], box[1] - b[3], 0))
            for b in boxes
        ]
        doorway = any(0.05 < gap < 0.6 for gap in gaps) or min(gaps) == 0.0
        if doorway:
            continue
        boxes.append(box)
        placed += 1
    return HeightMap((w, h), boxes)


def free_pose(world: HeightMap, rng: np.random.Generator, clearance_m: float = 0.15) -> np.ndarray:
    """Draw a pose that keeps its distance and can see some of every low box."""
    while True:
        x, y = rng.uniform(0.4, world.size_m[0] - 0.4), rng.uniform(0.4, world.size_m[1] - 0.4)
        low = [box for box in world.boxes if box[4] < 0.5]
        # A low box wholly inside the blind ring under the cameras is nobody's fault.
        hidden = any(
            math.hypot(max(abs(box[0] - x), abs(box[2] - x)), max(abs(box[1] - y), abs(box[3] - y)))
            < 2.0
            for box in low
        )
        if world.distance(x, y) > RADIUS_M + clearance_m and not hidden:
            return np.array([x, y, rng.uniform(-math.pi, math.pi)])
