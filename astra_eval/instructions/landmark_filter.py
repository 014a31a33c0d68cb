"""Which landmarks of a building fit: a predicate over attributes, written in YAML.

A mapping whose keys must all hold::

    category, color, material, text, room    one word or a list of them; any of the list will do
    near: {...}                              another landmark that fits stands near
    not: {...}                               the landmark does not fit that
    any: [{...}, {...}]                      it fits at least one of them

Words are compared without regard to case. The word ``nothing`` instead of a mapping fits nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from astra_core.errors import ConfigError

if TYPE_CHECKING:
    from astra_sim.scenes.types import Room, Scene, SceneLandmark

__all__ = ["NEAR_M", "LandmarkFilter", "gap_m", "room_of"]

#: Gap between the bounds of two things that people still call "next to", metres.
NEAR_M = 2.0
#: What hangs on a wall or stands in it belongs to the room at most this far away, metres.
_WALL_M = 0.3
_WORDS = ("category", "color", "material", "text", "room")


@dataclass(frozen=True)
class LandmarkFilter:
    """A predicate; see the module.

    Attributes:
        words: Attribute to accepted words, folded to one case.
        near: What another landmark near this one must be.
        excluded: What this one must not be.
        alternatives: It must fit one of these, where there are any.
        impossible: Fits nothing.
    """

    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    near: LandmarkFilter | None = None
    excluded: LandmarkFilter | None = None
    alternatives: tuple[LandmarkFilter, ...] = ()
    impossible: bool = False

    @classmethod
    def parse(cls, data: object, where: str) -> LandmarkFilter:
        """Read a filter from plain data.

        Args:
            data: A mapping as in the module's text, or ``nothing``.
            where: For the error message.

        Raises:
            ConfigError: A key is unknown or nothing is asked.
        """
        if data == "nothing":
            return cls(impossible=True)
        if not isinstance(data, Mapping) or not data:
            raise ConfigError(f"{where}: expected a mapping or the word nothing, got {data!r}")
        unknown = sorted(set(data) - {*_WORDS, "near", "not", "any"}, key=str)
        if unknown:
            raise ConfigError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(_WORDS)}")
        return cls(
            words=tuple((name, _folded(data[name])) for name in _WORDS if name in data),
            near=cls.parse(data["near"], f"{where}: near") if "near" in data else None,
            excluded=cls.parse(data["not"], f"{where}: not") if "not" in data else None,
            alternatives=tuple(cls.parse(item, f"{where}: any") for item in data.get("any", ())),
        )

    def matches(self, landmark: SceneLandmark, scene: Scene) -> bool:
        """Return whether a landmark of a scene fits."""
        if self.impossible:
            return False
        if not all(_word(landmark, name, scene) in words for name, words in self.words):
            return False
        if self.excluded is not None and self.excluded.matches(landmark, scene):
            return False
        if self.alternatives and not any(a.matches(landmark, scene) for a in self.alternatives):
            return False
        return self.near is None or any(
            other.id != landmark.id
            and self.near.matches(other, scene)
            and _is_near(landmark, other, scene)
            for other in scene.landmarks
        )


def gap_m(first: SceneLandmark, second: SceneLandmark) -> float:
    """Return the gap between the bounds of two landmarks on the floor plan; 0 if they touch."""
    distance = np.abs(np.subtract(first.position_m, second.position_m))[:2]
    reach = 0.5 * np.add(first.size_m, second.size_m)[:2]
    return float(np.hypot(*np.maximum(distance - reach, 0.0)))


def room_of(scene: Scene, x_m: float, y_m: float) -> Room | None:
    """Return the room of a point, walls included; ``None`` outside of all."""
    best, best_m = None, _WALL_M
    for room in scene.rooms:
        x0, y0, x1, y1 = room.bounds_m
        away_m = float(np.hypot(max(x0 - x_m, x_m - x1, 0.0), max(y0 - y_m, y_m - y1, 0.0)))
        if away_m < best_m or (best is None and away_m <= best_m):
            best, best_m = room, away_m
    return best


def _is_near(landmark: SceneLandmark, other: SceneLandmark, scene: Scene) -> bool:
    # What stands behind a wall is not next to anything.
    rooms = [room_of(scene, *thing.position_m[:2]) for thing in (landmark, other)]
    apart = None not in rooms and rooms[0] is not rooms[1]
    return not apart and gap_m(landmark, other) <= NEAR_M


def _word(landmark: SceneLandmark, name: str, scene: Scene) -> str:
    if name != "room":
        return str(getattr(landmark, name)).casefold()
    room = room_of(scene, *landmark.position_m[:2])
    return "" if room is None else room.kind.casefold()


def _folded(value: Any) -> tuple[str, ...]:
    return tuple(str(word).casefold() for word in (value if isinstance(value, list) else [value]))
