"""The floor that the robot reaches, kept up to date while things are moved about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from astra_sim.scenes.floor_plan import HEIGHTS_M, floor_plan
from astra_sim.scenes.parts import object_bounds, solid_footprints
from astra_sim.scenes.raster import draw_footprint, free_distance
from astra_sim.scenes.types import Scene, SceneLandmark, SceneObject

__all__ = ["OpenFloor"]

#: What the robot of the missions needs (as in the making of scenes).
_CLEARANCE_M, _REACH_M = 0.32, 0.8
#: Floor that one change may cut off, apart from what the thing itself takes.
_LOST_M2 = 0.15
#: Beyond this distance from a thing nothing changes about what is free.
_MARGIN_M = 0.5

#: Rows and columns of a grid.
_Window = tuple[slice, slice]


class OpenFloor:
    """An occupancy count of a scene, and the region a robot can drive in.

    Only what is near a moved thing is computed anew; where the floor hangs together is.
    """

    def __init__(self, scene: Scene) -> None:
        """Draw the scene and note what can be reached."""
        plan = floor_plan(scene)
        self._origin_m, self._resolution_m = plan.origin_m, plan.resolution_m
        self._shape = plan.occupied.shape
        # 1 for all that stays where it is, and 1 for each movable object.
        fixed = np.zeros_like(plan.occupied)
        for obj in scene.objects:
            if not obj.movable:
                self._draw(fixed, obj, plan.origin_m)
        self._cover = fixed.astype(np.int16)
        for obj in scene.objects:
            if obj.movable:
                window, mask = self._mask(obj)
                self._cover[window] += mask
        # Cells outside of the building have no free distance at all.
        self._indoors = (plan.free_distance_m > 0.0) | plan.occupied
        self._free = plan.free_distance_m >= _CLEARANCE_M
        self._reachable = _largest(self._free)
        self._rooms = [self._window(room.bounds_m) for room in scene.rooms]
        self._rooms = [room for room in self._rooms if self._reachable[room].any()]
        self._room_bounds = [room.bounds_m for room in scene.rooms]
        self._landmarks = [
            landmark.id
            for landmark in scene.landmarks
            if self._is_approachable(self._reachable, landmark)
        ]

    def is_empty(self, obj: SceneObject, ignore: SceneObject | None, space_m: float) -> bool:
        """Whether nothing but ``ignore`` is within a space around a thing."""
        window, mask = self._mask(obj, space_m)
        cover = self._cover[window]
        if ignore is not None:
            cover = cover - self._mask_in(window, ignore)
        return not bool((cover[mask] > 0).any())

    def accept(
        self,
        old: SceneObject | None,
        new: SceneObject,
        landmarks: Mapping[str, SceneLandmark],
    ) -> bool:
        """Make a change unless the robot would lose a room, a landmark or much of the floor.

        Args:
            old: The object as it stands now; ``None`` for one that is added.
            new: The same object at its new place.
            landmarks: All landmarks by id, as they would be.

        Returns:
            Whether the change was made.
        """
        cover, free = self._cover.copy(), self._free.copy()
        windows = []
        for obj, sign in ((old, -1), (new, 1)):
            if obj is not None:
                window, mask = self._mask(obj)
                cover[window] += np.int16(sign) * mask
                windows.append(self._around(obj))
        for low, high in windows:
            self._refresh(free, cover, low, high)
        reachable = _largest(free)
        lost = int((self._reachable & free & ~reachable).sum())
        if lost * self._resolution_m**2 > _LOST_M2:
            return False
        if not all(reachable[room].any() for room in self._rooms):
            return False
        if not all(self._is_approachable(reachable, landmarks[name]) for name in self._landmarks):
            return False
        self._cover, self._free, self._reachable = cover, free, reachable
        return True

    def _around(self, obj: SceneObject) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        low, high = object_bounds(obj)
        return low[:2] - _MARGIN_M, high[:2] + _MARGIN_M

    def _refresh(
        self,
        free: NDArray[np.bool_],
        cover: NDArray[np.int16],
        low: NDArray[np.float64],
        high: NDArray[np.float64],
    ) -> None:
        """Compute anew what is free between two corners."""
        inner = self._window((*low, *high))
        outer = self._window((*(low - _MARGIN_M), *(high + _MARGIN_M)))
        distance = free_distance(cover[outer] > 0, self._resolution_m)
        rows, columns = (
            slice(a.start - b.start, a.stop - b.start) for a, b in zip(inner, outer, strict=True)
        )
        free[inner] = (distance[rows, columns] >= _CLEARANCE_M) & self._indoors[inner]

    def _is_approachable(self, reachable: NDArray[np.bool_], landmark: SceneLandmark) -> bool:
        """Whether there is a place near a landmark, in its room, as FloorPlan.reachable_near."""
        x, y = landmark.position_m[:2]
        half_x, half_y = landmark.size_m[0] / 2.0, landmark.size_m[1] / 2.0
        reach_x, reach_y = half_x + _REACH_M, half_y + _REACH_M
        window = self._window((x - reach_x, y - reach_y, x + reach_x, y + reach_y))
        rows, columns = np.nonzero(reachable[window])
        xs = self._origin_m[0] + (window[1].start + columns + 0.5) * self._resolution_m
        ys = self._origin_m[1] + (window[0].start + rows + 0.5) * self._resolution_m
        gap = np.hypot(
            np.maximum(np.abs(xs - x) - half_x, 0.0), np.maximum(np.abs(ys - y) - half_y, 0.0)
        )
        near = gap <= _REACH_M
        for x0, y0, x1, y1 in self._room_bounds:
            if x0 <= x <= x1 and y0 <= y <= y1:
                near &= (xs >= x0) & (xs <= x1) & (ys >= y0) & (ys <= y1)
                break
        return bool(near.any())

    def _window(self, bounds_m: Iterable[float]) -> _Window:
        """Return the cells that a rectangle (x0, y0, x1, y1) touches."""
        x0, y0, x1, y1 = bounds_m
        height, width = self._shape
        step, (ox, oy) = self._resolution_m, self._origin_m
        columns = slice(
            min(max(int((x0 - ox) // step), 0), width),
            min(max(int((x1 - ox) // step) + 1, 0), width),
        )
        rows = slice(
            min(max(int((y0 - oy) // step), 0), height),
            min(max(int((y1 - oy) // step) + 1, 0), height),
        )
        return rows, columns

    def _mask(self, obj: SceneObject, margin_m: float = 0.0) -> tuple[_Window, NDArray[np.bool_]]:
        """Return the cells around an object, and which of them it covers."""
        low, high = object_bounds(obj)
        slack = margin_m + 2.0 * self._resolution_m
        window = self._window((*(low[:2] - slack), *(high[:2] + slack)))
        return window, self._mask_in(window, obj, margin_m)

    def _mask_in(
        self, window: _Window, obj: SceneObject, margin_m: float = 0.0
    ) -> NDArray[np.bool_]:
        rows, columns = window
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), bool)
        corner = (
            self._origin_m[0] + columns.start * self._resolution_m,
            self._origin_m[1] + rows.start * self._resolution_m,
        )
        self._draw(mask, obj, corner, margin_m)
        return mask

    def _draw(
        self,
        grid: NDArray[np.bool_],
        obj: SceneObject,
        origin_m: tuple[float, float],
        margin_m: float = 0.0,
    ) -> None:
        if not obj.collides:
            return
        for foot in solid_footprints(obj):
            if foot.bottom_m < HEIGHTS_M[1] and foot.top_m > HEIGHTS_M[0]:
                foot = replace(
                    foot, half_x_m=foot.half_x_m + margin_m, half_y_m=foot.half_y_m + margin_m
                )
                draw_footprint(grid, origin_m, self._resolution_m, foot)


def _largest(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, _ = ndimage.label(free)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels == int(np.argmax(sizes)) if sizes.max() > 0 else np.zeros_like(free)
