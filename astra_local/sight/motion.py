"""Whether what a camera sees moves as the robot does.

Points of an earlier image are carried into the present one by odometry, and by each of the faults
of :mod:`astra_local.sight.stories`. Where one of the two finds its point at the depth measured
there and the other does not, the point votes; people who walk by vote for nobody. Letters: ``H, W``
of the thinned image, ``N`` points, ``S`` faults.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.camera import Camera
from astra_core.time import to_seconds
from astra_local.sight.config import SightConfig
from astra_local.sight.problem import Problem
from astra_local.sight.stories import PoseAt, Stories, View

__all__ = ["MotionWatch"]

# Points of an image to compare with: enough for shares of a few percent, few enough to be quick.
_MAX_POINTS, _MIN_POINTS = 250, 40
# They stand above the floor, which looks the same from everywhere, and not too far to be exact.
_MIN_HEIGHT_M, _MIN_DEPTH_M, _MAX_DEPTH_M = 0.1, 0.2, 4.0
# A point is found again within 5 cm and 3 % of its depth: three times the noise.
_FOUND_M, _FOUND_SHARE = 0.05, 0.03
# The earlier image: far enough away to tell, near enough to show the same and to trust odometry.
_NEAREST_M, _NEAREST_RAD = 0.08, 0.12
_FARTHEST_M, _FARTHEST_RAD, _OLDEST_S = 0.4, 0.5, 2.0
# New ones are kept after so much motion.
_STEP_M, _STEP_RAD = 0.04, 0.06
# A right angle tells as much as a metre; less than a few millimetres is standing.
_METRES_PER_RAD = 2.0 / math.pi
_STILL_M = 0.003
_SHORT = -1  # the last fault
# A camera's fault explains nearly all that odometry explains, and more. Somebody who walks beside
# the robot fits another camera's story; the walls behind him fit odometry alone.
_EXPLAINS = 2.0
_UNSTEADY = Problem("unsteady", "what it shows does not stay in place while the robot moves")


class MotionWatch:
    """The images of one camera against odometry."""

    def __init__(self, camera: Camera, others: list[Camera], config: SightConfig) -> None:
        """Start with nothing seen.

        Args:
            camera: The camera.
            others: Of the same rig.
            config: Limits.
        """
        self._config = config
        self._stories = Stories(camera, others)
        k, start, stride = camera.intrinsics, config.pixel_stride // 2, config.pixel_stride
        self._focal = np.float32(k.fx_px / stride), np.float32(k.fy_px / stride)
        self._center = (k.cx_px - start) / stride, (k.cy_px - start) / stride
        # Points are taken from every second pixel; they are looked up in all.
        u = np.arange(start + stride, k.width_px, 2 * stride)
        v = np.arange(start + stride, k.height_px, 2 * stride)
        x, y = np.meshgrid((u - k.cx_px) / k.fx_px, (v - k.cy_px) / k.fy_px)
        self._rays = np.stack([x.ravel(), y.ravel(), np.ones(x.size)]).astype(np.float32)
        mount = camera.t_base_optical
        self._rise = (mount[2, :3] @ self._rays).astype(np.float32)
        self._height_m = np.float32(mount[2, 3])
        self._kept: list[tuple[View, NDArray[np.float32]]] = []
        self._last: View | None = None
        self._votes_for = np.zeros(len(self._stories.faults))
        self._votes_against = np.zeros(len(self._stories.faults))
        self._looked_m = self._found_m = 0.0
        self._accused: Problem | None = None

    @property
    def found_share(self) -> float:
        """Return how much of what was seen was seen again where odometry says; 1 before a look."""
        enough = self._looked_m > 0.4 * self._config.evidence_window_m
        return self._found_m / self._looked_m if enough else 1.0

    @property
    def disagreement_m(self) -> NDArray[np.float64]:
        """Return by how much way each fault fits better than odometry ``(S,)``; may be negative."""
        return self._votes_for - self._votes_against

    def look(
        self,
        thinned_m: NDArray[np.float32],
        now: View,
        pose_at: PoseAt,
        farthest_floor: float,
    ) -> Problem | None:
        """Compare an image with an earlier one.

        Args:
            thinned_m: ``(H, W)`` metres.
            now: When and from where it was taken.
            pose_at: Where the robot was.
            farthest_floor: See ``FloorReading``: a camera that sees the floor where it is does not
                read too short.
        """
        last = self._last
        if last is None or now.stamp_ns <= last.stamp_ns:  # the first, or the clock went back
            self._forget()
            self._kept = [(now, self._points(thinned_m))]
            self._last = now
            return None
        step_m = _metres(last, now)
        if step_m > _STILL_M:
            self._last = now
            earlier = self._earlier(now)
            if earlier is not None:
                self._vote(thinned_m, earlier, now, pose_at, step_m)
            if not self._kept or _is_step(self._kept[-1][0], now):
                self._kept.append((now, self._points(thinned_m)))
            self._judge(farthest_floor)
        elif to_seconds(now.stamp_ns - last.stamp_ns) > self._config.retry_after_s:
            self._forget()
        return self._accused

    def _forget(self) -> None:
        self._votes_for[:] = self._votes_against[:] = 0.0
        self._looked_m = self._found_m = 0.0
        self._accused = None

    def _earlier(self, now: View) -> tuple[View, NDArray[np.float32]] | None:
        """Return the oldest image that still serves, if it is far enough away."""
        while self._kept and not _is_within(self._kept[0][0], now):
            self._kept.pop(0)
        if not self._kept:
            return None
        view, points = self._kept[0]
        way_m, turn_rad = _way(view, now)
        is_far = way_m >= _NEAREST_M or turn_rad >= _NEAREST_RAD
        return (view, points) if is_far and points.shape[1] >= _MIN_POINTS else None

    def _vote(
        self,
        thinned_m: NDArray[np.float32],
        earlier: tuple[View, NDArray[np.float32]],
        now: View,
        pose_at: PoseAt,
        step_m: float,
    ) -> None:
        view, points = earlier
        transforms = self._stories.transforms(view, now, pose_at)
        found, shown = self._find(thinned_m, transforms, points)
        both = shown[1:] & shown[0]
        count = np.maximum(both.sum(axis=1), _MIN_POINTS)
        fading = math.exp(-step_m / self._config.evidence_window_m)
        for votes, won in (
            (self._votes_for, found[1:] & ~found[0]),
            (self._votes_against, found[0] & ~found[1:]),
        ):
            votes *= fading
            votes += step_m * (won & both).sum(axis=1) / count
        share = float(found[0].sum()) / max(int(shown[0].sum()), _MIN_POINTS)
        self._looked_m = fading * self._looked_m + step_m
        self._found_m = fading * self._found_m + step_m * share

    def _find(
        self,
        thinned_m: NDArray[np.float32],
        transforms: NDArray[np.float32],
        points: NDArray[np.float32],
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return where points have the depth measured, and where anything is, ``(1 + S, N)``."""
        height, width = thinned_m.shape
        moved = transforms[:, :3, :3] @ points + transforms[:, :3, 3:]
        depth = moved[:, 2]
        inverse = 1.0 / np.maximum(depth, np.float32(0.05))
        u = moved[:, 0] * inverse * self._focal[0] + np.float32(self._center[0] + 0.5)
        v = moved[:, 1] * inverse * self._focal[1] + np.float32(self._center[1] + 0.5)
        shown = (depth > 0.05) & (u >= 0.0) & (u < width) & (v >= 0.0) & (v < height)
        # Clip before the cast: casting a huge float to an integer is undefined.
        pixel = np.clip(v, 0, height - 1).astype(np.int32) * width
        pixel += np.clip(u, 0, width - 1).astype(np.int32)
        measured = thinned_m.ravel()[pixel]
        shown &= measured > 0.0
        return shown & (np.abs(measured - depth) < _FOUND_M + _FOUND_SHARE * depth), shown

    def _points(self, thinned_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return some points ``(3, N)`` of an image that stand above the floor."""
        depth = thinned_m[1::2, 1::2].ravel()
        tall = self._rise * depth + self._height_m > _MIN_HEIGHT_M
        keep = np.flatnonzero((depth > _MIN_DEPTH_M) & (depth < _MAX_DEPTH_M) & tall)
        if keep.size > _MAX_POINTS:
            keep = keep[np.linspace(0, keep.size - 1, _MAX_POINTS).astype(np.intp)]
        points: NDArray[np.float32] = self._rays[:, keep] * depth[keep]
        return points

    def _judge(self, farthest_floor: float) -> None:
        """Accuse the camera of the fault that fits best, or acquit it."""
        c, faults = self._config, self._stories.faults
        if farthest_floor > 1.0 - c.floor_tolerance:
            self._votes_for[_SHORT] = 0.0
        score = self.disagreement_m
        score[_SHORT] *= 2.0  # that no floor is seen speaks for it as well
        unclear = self._votes_for < _EXPLAINS * self._votes_against
        unclear[_SHORT] = False
        score[unclear] = np.minimum(score[unclear], 0.0)
        worst = int(np.argmax(score))
        is_steady = self.found_share >= c.min_found_share
        # What is not found where it must be needs less to be explained.
        if score[worst] > c.min_disagreement_m * (1.0 if is_steady else 0.25):
            fault = faults[worst]
            if fault is faults[_SHORT]:
                text = f"depth reads {farthest_floor:.1f} times what it should: check its scale"
                fault = replace(fault, text=text)
            self._accused = fault
        elif not is_steady:
            self._accused = _UNSTEADY
        elif score[worst] < 0.0 and self.found_share > 2.0 * c.min_found_share:
            self._accused = None


def _way(before: View, now: View) -> tuple[float, float]:
    x, y, theta = se2.between(before.pose, now.pose)
    return math.hypot(x, y), abs(float(theta))


def _metres(before: View, now: View) -> float:
    way_m, turn_rad = _way(before, now)
    return way_m + _METRES_PER_RAD * turn_rad


def _is_step(before: View, now: View) -> bool:
    way_m, turn_rad = _way(before, now)
    return way_m > _STEP_M or turn_rad > _STEP_RAD


def _is_within(before: View, now: View) -> bool:
    way_m, turn_rad = _way(before, now)
    is_young = to_seconds(now.stamp_ns - before.stamp_ns) <= _OLDEST_S
    return is_young and way_m <= _FARTHEST_M and turn_rad <= _FARTHEST_RAD
