"""Could anybody tell where this picture was taken? A privileged checker (DESIGN section 8).

A place counts as identifiable when a camera shows, large enough to be read or recognised,

* a text that stands at one place of the building only (the two ends of an aisle, and the two faces
  of a sign, count as one), with letters at least :data:`READABLE_PX` high; or
* a thing whose category, colour and material together exist once in the building, over at least
  :data:`OBJECT_SHARE` of the picture (1,152 pixels of 320x240). Where things of its kind stand
  about that nobody named (pallets in racks), it is not counted as unique.

What a picture shows is taken from the simulator's own object image, so that what is hidden does not
count. Layout, daylight and the order of things may tell more: the share is no upper bound, but a
fair measure of how hard a set of queries is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_sim.profile import SignProfile
from astra_sim.scenes.types import Scene, SceneLandmark

__all__ = ["OBJECT_SHARE", "READABLE_PX", "Identifier", "letter_height_m"]

#: Height of letters that can be read, pixels.
READABLE_PX = 6.0
#: Share of a picture over which a thing can be recognised.
OBJECT_SHARE = 0.015
_COLUMNS_PER_LETTER = 3.0
_OVERHEAD_M = 1.9
#: Of the height of a plate where letters fill it, on one line or two (signs of homes).
_HOME_SHARE = 0.3


@dataclass(frozen=True)
class _Thing:
    landmark: SceneLandmark
    letter_m: float  # 0 where it is known by its looks


class Identifier:
    """Knows what identifies a place in one building."""

    def __init__(self, scene: Scene, signs: SignProfile) -> None:
        """Find the texts and the things that are unique.

        Args:
            scene: The building as it is when the pictures are taken.
            signs: How large letters are.
        """
        looks = Counter(_looks(mark) for mark in scene.landmarks)
        named = {mark.object_id for mark in scene.landmarks}
        unnamed_kinds = {thing.kind for thing in scene.objects if thing.id not in named}
        places: dict[str, list[SceneLandmark]] = defaultdict(list)
        for mark in scene.landmarks:
            if mark.text:
                places[mark.text].append(mark)
        numbers = {thing.id: number for number, thing in enumerate(scene.objects)}
        self._things: dict[int, list[_Thing]] = defaultdict(list)
        for mark in scene.landmarks:
            number = numbers.get(mark.object_id)
            if number is None:
                continue
            letter_m = letter_height_m(mark, scene.family, signs)
            if letter_m > 0.0:
                if _is_one_place(places[mark.text]):
                    self._things[number].append(_Thing(mark, letter_m))
            elif looks[_looks(mark)] == 1 and mark.category not in unnamed_kinds:
                self._things[number].append(_Thing(mark, 0.0))

    def what_tells(self, picture: NDArray[np.int32]) -> str:
        """Return the landmark that tells where a picture was taken, empty if none does.

        Args:
            picture: ``(H, W)`` object numbers, from ``Simulator.object_image``.
        """
        counts = np.bincount(picture[picture >= 0])
        for number in np.flatnonzero(counts):
            for thing in self._things.get(int(number), ()):
                if thing.letter_m == 0.0:
                    if counts[number] >= OBJECT_SHARE * picture.size:
                        return thing.landmark.id
                elif _is_readable(picture == number, thing):
                    return thing.landmark.id
        return ""


def letter_height_m(landmark: SceneLandmark, family: str, signs: SignProfile) -> float:
    """Return the height of the letters on a sign, 0 for what is no sign."""
    if not landmark.text:
        return 0.0
    if landmark.category == "aisle sign":
        return signs.aisle_letter_m
    if landmark.category == "rack bay":
        return signs.bay_letter_m
    if landmark.category == "dock door":
        return signs.dock_letter_m
    if landmark.category != "sign":
        return 0.0
    if family == "home":
        return _HOME_SHARE * landmark.size_m[2]
    overhead = landmark.position_m[2] > _OVERHEAD_M
    return signs.overhead_letter_m if overhead else signs.room_letter_m


def _looks(landmark: SceneLandmark) -> tuple[str, str, str]:
    return landmark.category, landmark.color, landmark.material


def _is_one_place(marks: Sequence[SceneLandmark]) -> bool:
    return len(marks) == 1 or (
        len(marks) == 2 and all(mark.category == "aisle sign" for mark in marks)
    )


def _is_readable(mask: NDArray[np.bool_], thing: _Thing) -> bool:
    """Return whether the letters on an object, of which a mask shows the visible part, are read."""
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    if rows[0] == 0:
        return False  # cut off above, where the letters of doors and hanging signs are
    height_px = float(rows[-1] - rows[0] + 1)
    width_px = float(columns[-1] - columns[0] + 1)
    letters_px = height_px / max(thing.landmark.size_m[2], thing.letter_m) * thing.letter_m
    wide_enough = width_px >= _COLUMNS_PER_LETTER * len(thing.landmark.text)
    return letters_px >= READABLE_PX and wide_enough
