"""Where the floor must be in a depth image, and whether it is there.

How a camera is mounted tells how far away the floor is in each of its pixels. What stands on the
floor is nearer, and nothing is farther: so a wrong scale or unit shows in a single image, as does
an image that tells nothing where there must be floor or something on it. Letters: ``H, W`` of the
thinned image, ``Z`` those of its pixels that look at the floor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera
from astra_local.sight.config import SightConfig
from astra_local.sight.problem import Problem

__all__ = ["FloorReading", "FloorView"]

_NUM_PARTS = 4
# Fewer pixels of floor than this in a quarter of the image are no view of it.
_MIN_PIXELS = 20
# The nearest floor: this share of the pixels, of which so many must see it where it is.
_NEAREST, _MOST = 0.25, 0.5
# A reading this near may hide what is nearer than the sensor can measure.
_NEAR_M = 0.5
# A part of a scale error lies within this share of its median.
_SAME_SCALE = 0.1
_UNIT_RANGE = (500.0, 2000.0)  # around a thousand


@dataclass(frozen=True)
class FloorReading:
    """One image where the floor must be.

    Attributes:
        seen: Share of the pixels that see the floor or what stands on it, 0 to 1.
        beyond: Share that measures more than the floor can be away.
        seen_parts: ``seen`` of each quarter of the width that looks at the floor, left to right.
        farthest: The 95th percentile of measured depth over that of the floor; 1 where floor is
            seen, 0 where nothing is.
        problem: What follows; ``None`` where the image can be believed.
    """

    seen: float
    beyond: float
    farthest: float
    seen_parts: tuple[float, ...]
    problem: Problem | None


class FloorView:
    """The floor in the thinned images of one camera.

    Attributes:
        num_pixels: Those that look at it; a camera that looks up has none and is not judged.
    """

    def __init__(self, camera: Camera, config: SightConfig) -> None:
        """Find the pixels in which the floor must be."""
        self._config = config
        k, pose = camera.intrinsics, camera.t_base_optical
        start = config.pixel_stride // 2
        u = np.arange(start, k.width_px, config.pixel_stride)
        v = np.arange(start, k.height_px, config.pixel_stride)
        x, y = np.meshgrid((u - k.cx_px) / k.fx_px, (v - k.cy_px) / k.fy_px)
        # Ray of depth 1 in base_link: how far it goes down, and its length.
        down = -(pose[2, 0] * x + pose[2, 1] * y + pose[2, 2])
        steep = down > np.sin(config.min_floor_angle_rad) * np.sqrt(x * x + y * y + 1.0)
        depth = np.divide(pose[2, 3], down, where=steep, out=np.full_like(down, np.inf))
        zone = (depth > config.min_depth_m) & (depth < config.max_floor_depth_m)
        self._shape = zone.shape
        self._zone = np.flatnonzero(zone)
        self._inverse = (1.0 / depth[zone]).astype(np.float32)
        count = round(_NEAREST * self._zone.size)
        self._nearest = np.argsort(-self._inverse, kind="stable")[:count]
        part = np.nonzero(zone)[1] * _NUM_PARTS // zone.shape[1]
        sizes = np.bincount(part, minlength=_NUM_PARTS)
        self._part = np.where(sizes >= _MIN_PIXELS, 1.0 / np.maximum(sizes, 1), 0.0)
        self._part_of = part
        self.num_pixels = self._zone.size if self._part.any() else 0

    def read(self, thinned_m: NDArray[np.float32]) -> FloorReading:
        """Compare an image with where the floor must be.

        Args:
            thinned_m: ``(H, W)`` as the sensor tells it, metres; what is not a positive number is
                no reading.
        """
        c = self._config
        if not self.num_pixels:
            return self._without_floor(thinned_m)
        depth = thinned_m.ravel()[self._zone]
        with np.errstate(invalid="ignore", over="ignore"):
            ratio = depth * self._inverse
        told = np.isfinite(ratio) & (ratio > 0.0)
        beyond = told & (ratio > 1.0 + c.floor_tolerance)
        seen = told & ~beyond & (depth >= c.min_depth_m)
        counts = np.bincount(self._part_of, weights=seen, minlength=_NUM_PARTS) * self._part
        parts = tuple(counts[self._part > 0.0].tolist())
        seen_share, beyond_share = float(seen.mean()), float(beyond.mean())
        problem = None
        # Floor that is right before the robot and falls off farther away is a ramp, or stairs.
        if beyond_share > c.max_beyond_share and not self._is_near_floor(ratio):
            problem = _seen_through(ratio[beyond], beyond_share)
            if self._is_floor(thinned_m[::-1]):
                problem = Problem(
                    "turned",
                    "its images are upside down: check how it is mounted",
                    is_misplaced=True,
                )
        elif seen_share < c.min_seen_share:
            problem = _not_seen(depth[told], ratio[told], seen_share, c.min_depth_m)
        elif min(parts) < c.min_seen_share_of_part and not (depth[seen] < _NEAR_M).any():
            share = 100.0 / _NUM_PARTS
            problem = Problem("part", f"a part of its image ({share:.0f} %) has no depth")
        farthest = float(np.percentile(ratio[told], 95.0)) if told.any() else 0.0
        return FloorReading(seen_share, beyond_share, farthest, parts, problem)

    def _is_near_floor(self, ratio: NDArray[np.float32]) -> bool:
        near = np.abs(ratio[self._nearest] - 1.0) < self._config.floor_tolerance
        return bool(near.mean() > _MOST)

    def _is_floor(self, thinned_m: NDArray[np.float32]) -> bool:
        """Return whether half of an image is just where the floor must be."""
        with np.errstate(invalid="ignore", over="ignore"):
            ratio = thinned_m.ravel()[self._zone] * self._inverse
            return bool((np.abs(ratio - 1.0) < self._config.floor_tolerance).mean() > 0.5)

    def _without_floor(self, thinned_m: NDArray[np.float32]) -> FloorReading:
        with np.errstate(invalid="ignore"):
            told = np.isfinite(thinned_m) & (thinned_m >= self._config.min_depth_m)
        seen = float(told.mean())
        # A camera that looks over an empty hall may have little to tell.
        problem = None if told.any() else Problem("empty", "its images have no depth")
        return FloorReading(seen, 0.0, 1.0, (), problem)


def _seen_through(ratio: NDArray[np.float32], share: float) -> Problem:
    """Name the fault of an image in which the floor is too far away."""
    scale = float(np.median(ratio))
    if _UNIT_RANGE[0] < scale < _UNIT_RANGE[1]:
        return Problem("unit", "depth reads a thousand times too long: it is told in millimetres")
    same = np.abs(ratio / scale - 1.0) < _SAME_SCALE
    if same.mean() > 0.8:
        return Problem("scale", f"depth reads {scale:.1f} times too long: check its scale")
    return Problem(
        "floor",
        f"{100.0 * share:.0f} % of the floor in its view reads farther away than the floor can be: "
        "check depth and mounting",
    )


def _not_seen(
    depth_m: NDArray[np.float32], ratio: NDArray[np.float32], share: float, min_depth_m: float
) -> Problem:
    """Name the fault of an image that tells too little."""
    if depth_m.size and (depth_m < min_depth_m).mean() > 0.5:
        scale = float(np.median(ratio))
        if 1.0 / _UNIT_RANGE[1] < scale < 1.0 / _UNIT_RANGE[0]:
            return Problem("unit", "depth reads a thousand times too short: check its unit")
        return Problem(
            "covered",
            f"depth reads nearer than {min_depth_m:g} m everywhere: is the lens covered?",
        )
    if share < 0.01:
        return Problem("empty", "its images have no depth")
    return Problem("empty", f"only {100.0 * share:.0f} % of the floor in its view has depth")
