"""Whether several cameras see the robot come another way than its wheels count.

A wrong radius shows in no acceleration as long as the robot drives evenly, nor in any if it speeds
up gently; walls that come nearer twice as fast as odometry says show it at once. One camera may be
wrong, or somebody walks before it: two must see the same, each on two stretches of way one after
the other, or a single push would look like wheels that count wrongly. Letters: ``H, W`` of the
thinned image, ``F`` other ways.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.camera import Camera, CameraRig
from astra_core.time import to_seconds
from astra_local.sight.config import SightConfig
from astra_local.sight.image_points import MIN_POINTS, ImagePoints
from astra_local.sight.stories import WAY_FACTORS, View, other_ways

__all__ = ["WayWatch"]

# A stretch: far enough to tell half of it from the whole, short enough for several to the metre.
_STRETCH_M, _MOST_TURN_RAD, _OLDEST_S = 0.12, 0.5, 4.0
# Half of such a stretch is less than what must be allowed for a single point; many are compared.
_EXACTNESS = 2.0
_WITNESSES, _STRETCHES = 2, 2
# Of the points in sight: so many must speak for one way and not the other, and so many times those
# that say the reverse.
_LEAST_SHARE, _CLEARLY = 0.1, 3.0


class WayWatch:
    """The cameras of a rig against the way of odometry."""

    def __init__(self, rig: CameraRig, config: SightConfig) -> None:
        """Start with nothing seen."""
        self._witnesses = {camera.name: _Witness(camera, config) for camera in rig.cameras}

    def look(self, camera: str, image_m: NDArray[np.float32], now: View) -> None:
        """Take an image of a camera that is believed.

        Args:
            camera: Its name.
            image_m: Thinned, ``(H, W)`` metres.
            now: When and from where it was taken.
        """
        self._witnesses[camera].look(image_m, now)

    def take_problem(self) -> str:
        """Return what is wrong with the wheels, for people; it must show anew after that."""
        witnesses = self._witnesses.values()
        sure = {
            name: witness.other_way
            for name, witness in self._witnesses.items()
            if witness.num_stretches >= _STRETCHES
            and not any(other.denied[witness.other_way] for other in witnesses)
        }
        for number in sorted(set(sure.values())):
            agree = [name for name, other in sure.items() if 0 <= other - number <= 1]
            if len(agree) >= _WITNESSES:
                for witness in witnesses:
                    witness.forget()
                return _sentence(agree, WAY_FACTORS[number])
        return ""


class _Witness:
    """One camera, and the image at the beginning of its stretch.

    Attributes:
        other_way: Number of the way that it has seen, and not that of odometry.
        num_stretches: On so many stretches, one after the other.
        denied: ``(F,)`` ways that it has not seen, but that of odometry, on the last stretch that
            told anything.
    """

    def __init__(self, camera: Camera, config: SightConfig) -> None:
        self._image = ImagePoints(camera, config.pixel_stride)
        self._mount = camera.t_base_optical
        self.forget()

    def forget(self) -> None:
        self._begun: tuple[View, NDArray[np.float32]] | None = None
        self.other_way = self.num_stretches = 0
        self.denied: NDArray[np.bool_] = np.zeros(len(WAY_FACTORS), dtype=bool)

    def look(self, image_m: NDArray[np.float32], now: View) -> None:
        if self._begun is not None:
            before, points = self._begun
            x, y, theta = se2.between(before.pose, now.pose)
            age_s = to_seconds(now.stamp_ns - before.stamp_ns)
            if 0.0 <= age_s <= _OLDEST_S and abs(theta) <= _MOST_TURN_RAD:
                if math.hypot(x, y) < _STRETCH_M:
                    return
                if points.shape[1] >= MIN_POINTS:
                    self._vote(image_m, before, now, points)
        self._begun = now, self._image.points(image_m)

    def _vote(
        self,
        image_m: NDArray[np.float32],
        before: View,
        now: View,
        points: NDArray[np.float32],
    ) -> None:
        transforms = other_ways(self._mount, before.pose, now.pose)
        found, shown = self._image.find(image_m, transforms, points, _EXACTNESS)
        both = shown[1:] & shown[0]
        count = np.maximum(both.sum(axis=1), MIN_POINTS)
        shares_for = (found[1:] & ~found[0] & both).sum(axis=1) / count
        shares_against = (found[0] & ~found[1:] & both).sum(axis=1) / count
        tells = np.maximum(shares_for, shares_against) > _LEAST_SHARE
        if not tells.any():
            return
        self.denied = tells & (shares_against > _CLEARLY * shares_for)
        best = int(np.argmax(shares_for - shares_against))
        if tells[best] and shares_for[best] > _CLEARLY * shares_against[best]:
            goes_on = self.num_stretches > 0 and abs(best - self.other_way) <= 1
            self.num_stretches = self.num_stretches + 1 if goes_on else 1
            self.other_way = best
        elif self.denied[self.other_way]:
            self.num_stretches = 0


def _sentence(names: list[str], factor: float) -> str:
    cameras = f"the {', '.join(names[:-1])} and {names[-1]} cameras see"
    if factor == 0.0:
        return (
            f"{cameras} that the robot hardly moves while its wheels count a way: they slip, "
            "something holds it, or what they report is not so"
        )
    return (
        f"{cameras} the robot come about {factor:g} times as far as its wheels report: check "
        "wheel radius, gear and counts, or do they slip?"
    )
