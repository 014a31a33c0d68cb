"""Whether what a camera sees moves as the robot does.

Points of an earlier image are carried into the present one by odometry, and by each of the faults
of :mod:`astra_local.sight.stories`. Where one of the two finds its point at the depth measured
there and the other does not, the point votes; people who walk by vote for nobody. Letters: ``H, W``
of the thinned image, ``N`` points, ``S`` faults.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.camera import Camera
from astra_core.time import to_seconds
from astra_local.sight.config import SightConfig
from astra_local.sight.image_points import MIN_POINTS, ImagePoints
from astra_local.sight.problem import Problem
from astra_local.sight.stories import WAY_FACTORS, PoseAt, Stories, View, other_ways

__all__ = ["MotionWatch"]

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
_UNSTEADY = Problem(
    "unsteady", "what it shows does not stay in place while the robot moves", is_misplaced=True
)


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
        self._stories, self._mount = Stories(camera, others), camera.t_base_optical
        self._image = ImagePoints(camera, config.pixel_stride)
        self._kept: list[tuple[View, NDArray[np.float32]]] = []
        self._last: View | None = None
        # The faults, then other ways than that of odometry.
        self._faults = slice(len(self._stories.faults))
        self._ways = slice(len(self._stories.faults), None)
        self._votes_for = np.zeros(len(self._stories.faults) + len(WAY_FACTORS))
        self._votes_against = np.zeros_like(self._votes_for)
        self._looked_m = self._found_m = 0.0
        self._accused: Problem | None = None
        self._others: tuple[MotionWatch, ...] = ()

    def hear(self, others: Sequence[MotionWatch]) -> None:
        """Let the other cameras testify, in the order in which they were given at the start."""
        self._others = tuple(others)

    @property
    def is_in_place(self) -> bool:
        """Return whether odometry explains what is seen clearly better than any other mounting."""
        elsewhere_m = self.disagreement_m[: len(self._others)]
        return bool((elsewhere_m < -self._config.min_disagreement_m).all())

    @property
    def found_share(self) -> float:
        """Return how much of what was seen was seen again where odometry says; 1 before a look."""
        enough = self._looked_m > 0.4 * self._config.evidence_window_m
        return self._found_m / self._looked_m if enough else 1.0

    @property
    def disagreement_m(self) -> NDArray[np.float64]:
        """Return by how much way each fault fits better than odometry ``(S,)``; may be negative."""
        return (self._votes_for - self._votes_against)[self._faults]

    def look(
        self,
        thinned_m: NDArray[np.float32],
        now: View,
        pose_at: PoseAt,
        farthest_floor: float,
        twins: frozenset[int] = frozenset(),
    ) -> Problem | None:
        """Compare an image with an earlier one.

        Args:
            thinned_m: ``(H, W)`` metres.
            now: When and from where it was taken.
            pose_at: Where the robot was.
            farthest_floor: See ``FloorReading``: a camera that sees the floor where it is does not
                read too short.
            twins: Numbers of the other cameras that show the very same image.
        """
        last = self._last
        if last is None or now.stamp_ns <= last.stamp_ns:  # the first, or the clock went back
            self._forget()
            self._kept = [(now, self._image.points(thinned_m))]
            self._last = now
            return None
        step_m = _metres(last, now)
        if step_m > _STILL_M:
            self._last = now
            earlier = self._earlier(now)
            if earlier is not None:
                self._vote(thinned_m, earlier, now, pose_at, step_m)
            if not self._kept or _is_step(self._kept[-1][0], now):
                self._kept.append((now, self._image.points(thinned_m)))
            self._judge(farthest_floor, twins)
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
        return (view, points) if is_far and points.shape[1] >= MIN_POINTS else None

    def _vote(
        self,
        thinned_m: NDArray[np.float32],
        earlier: tuple[View, NDArray[np.float32]],
        now: View,
        pose_at: PoseAt,
        step_m: float,
    ) -> None:
        view, points = earlier
        stories = self._stories.transforms(view, now, pose_at)
        ways = other_ways(self._mount, view.pose, now.pose)[1:]
        transforms = np.concatenate([stories, ways])
        found, shown = self._image.find(thinned_m, transforms, points)
        both = shown[1:] & shown[0]
        count = np.maximum(both.sum(axis=1), MIN_POINTS)
        fading = math.exp(-step_m / self._config.evidence_window_m)
        for votes, won in (
            (self._votes_for, found[1:] & ~found[0]),
            (self._votes_against, found[0] & ~found[1:]),
        ):
            votes *= fading
            votes += step_m * (won & both).sum(axis=1) / count
        share = float(found[0].sum()) / max(int(shown[0].sum()), MIN_POINTS)
        self._looked_m = fading * self._looked_m + step_m
        self._found_m = fading * self._found_m + step_m * share

    def _judge(self, farthest_floor: float, twins: frozenset[int]) -> None:
        """Accuse the camera of the fault that fits best, or acquit it."""
        c, faults = self._config, self._stories.faults
        other_way_m = float((self._votes_for - self._votes_against)[self._ways].max())
        if farthest_floor > 1.0 - c.floor_tolerance:
            self._votes_for[self._faults][_SHORT] = 0.0
        else:
            other_way_m = 0.0  # depth that is too short makes ways look too long
        score = self.disagreement_m
        score[_SHORT] *= 2.0  # that no floor is seen speaks for it as well
        unclear = self._votes_for[self._faults] < _EXPLAINS * self._votes_against[self._faults]
        unclear[_SHORT] = False
        # A swap takes two. Who overtakes the robot moves as if another camera had seen him; that
        # one is in its place.
        for number, other in enumerate(self._others):
            unclear[number] |= other.is_in_place and number not in twins
        score[unclear] = np.minimum(score[unclear], 0.0)
        worst = int(np.argmax(score))
        is_steady = self.found_share >= c.min_found_share
        # What is not found where it must be needs less to be explained.
        least_m = c.min_disagreement_m * (1.0 if is_steady else 0.25)
        # What wheels that count wrongly explain better is no fault of the camera.
        if score[worst] > least_m and score[worst] >= other_way_m:
            fault = faults[worst]
            if fault is faults[_SHORT]:
                text = f"depth reads {farthest_floor:.1f} times what it should: check its scale"
                fault = replace(fault, text=text)
            self._accused = fault
        elif not is_steady and other_way_m <= least_m:
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
