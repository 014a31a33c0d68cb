"""Names of landmarks on the map: none over another, and equal ones told apart by place."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Label", "LandmarkShown", "lay_out", "names_by_place"]

_LINE, _LETTER = 1.8, 0.62  # Of a label's box, times the height of its letters.
_SMALLEST_M, _LARGEST_M, _SHARE = 0.17, 0.6, 0.015
_STEPS = (0, 1, -1, 2, -2, 3, -3)
#: A view from the side shortens the floor, not the letters.
_SLANT = 1.5


@dataclass(frozen=True)
class LandmarkShown:
    """A landmark: what to write, centre ``(3,)`` and extent ``(3,)`` in ``map``, metres."""

    id: str
    label: str
    position_m: tuple[float, float, float]
    size_m: tuple[float, float, float]


@dataclass(frozen=True)
class Label:
    """Where a name stands.

    Attributes:
        number: Of the landmark.
        center_m: On the floor plan, ``map``.
        width_m: Of its box.
        height_m: Of its box, along the floor.
        letter_m: Height of the letters.
    """

    number: int
    center_m: tuple[float, float]
    width_m: float
    height_m: float
    letter_m: float

    def overlaps(self, other: Label) -> bool:
        """Return whether both cover some spot."""
        return abs(self.center_m[0] - other.center_m[0]) < 0.5 * (
            self.width_m + other.width_m
        ) and abs(self.center_m[1] - other.center_m[1]) < 0.5 * (self.height_m + other.height_m)


def lay_out(landmarks: Sequence[LandmarkShown]) -> list[Label]:
    """Return where names go so that none covers another, seen from above or from the south.

    Written names (signs) come first, then large things. A name gives way by up to three lines;
    where that is not enough it is left out, and a click on the thing says it.
    """
    if not landmarks:
        return []
    centers = np.array([landmark.position_m[:2] for landmark in landmarks])
    reach_m = float(np.ptp(centers, axis=0).max())
    letter_m = min(max(_SHARE * reach_m, _SMALLEST_M), _LARGEST_M)
    placed: list[Label] = []
    for number in sorted(range(len(landmarks)), key=lambda n: _rank(landmarks[n])):
        landmark = landmarks[number]
        x_m, y_m, _ = landmark.position_m
        width_m = letter_m * (_LETTER * len(landmark.label) + 0.5)
        height_m = letter_m * _LINE * _SLANT
        for step in _STEPS:
            center = (x_m, y_m + 0.5 * step * height_m)
            label = Label(number, center, width_m, height_m, letter_m)
            if not any(label.overlaps(other) for other in placed):
                placed.append(label)
                break
    return placed


def names_by_place(landmarks: Sequence[LandmarkShown]) -> list[str]:
    """Return a name for each landmark that no other has.

    Of several with the same label each is told by the sign or the single thing it is nearest to,
    and by its place on the map where that is not enough.
    """
    counts = Counter(landmark.label for landmark in landmarks)
    single = [landmark for landmark in landmarks if counts[landmark.label] == 1]
    names = [
        landmark.label if counts[landmark.label] == 1 else _near(landmark, single)
        for landmark in landmarks
    ]
    again = Counter(names)
    return [
        name
        if again[name] == 1
        else f"{name} at ({landmark.position_m[0]:.1f}, {landmark.position_m[1]:.1f}) m"
        for name, landmark in zip(names, landmarks, strict=True)
    ]


def _near(landmark: LandmarkShown, single: Sequence[LandmarkShown]) -> str:
    if not single:
        return landmark.label
    nearest = min(single, key=lambda s: math.dist(s.position_m[:2], landmark.position_m[:2]))
    return f"{landmark.label} near {nearest.label}"


def _rank(landmark: LandmarkShown) -> tuple[bool, float, str]:
    return "(" not in landmark.label, -math.prod(landmark.size_m[:2]), landmark.id
