"""What a landmark finder reports: things in pictures, or things whose place is known already."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from astra_global.mapping.errors import SourceError

__all__ = ["Attributes", "PlacedSighting", "Sighting", "sighting_from_dict"]


@dataclass(frozen=True)
class Attributes:
    """What a thing is, in words, as in the paper; empty where nothing can be said.

    Attributes:
        category: fridge, sofa, door, sign, ...
        color: Colour word.
        material: Material word, or the background of a sign.
        text: What is written on it.
        function: What it is good for, free text.
    """

    category: str = ""
    color: str = ""
    material: str = ""
    text: str = ""
    function: str = ""


@dataclass(frozen=True)
class Sighting:
    """A thing in one picture. Where it stands is for the map builder to find out.

    Attributes:
        node_id: Node whose picture it is.
        camera: Which of the node's pictures.
        box_px: (u_min, v_min, u_max, v_max) around the thing, pixels of the picture as recorded.
        attributes: What it is.
        confidence: How sure the finder is, in (0, 1].
        depth_m: Distance of its surface along the optical axis, where the finder knows it.
    """

    node_id: str
    camera: str
    box_px: tuple[float, float, float, float]
    attributes: Attributes
    confidence: float = 1.0
    depth_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is not a box, a confidence or a distance.

        Raises:
            SourceError: The box is empty or a number is out of range or not finite.
        """
        where = f"sighting of {self.attributes.category!r} in {self.node_id} {self.camera}"
        u_min, v_min, u_max, v_max = self.box_px
        if not all(map(math.isfinite, self.box_px)) or u_max <= u_min or v_max <= v_min:
            raise SourceError(f"{where}: not a box (u_min, v_min, u_max, v_max): {self.box_px}")
        _check_confidence(self.confidence, where)
        if self.depth_m is not None and not 0.0 < self.depth_m < math.inf:
            raise SourceError(f"{where}: depth_m must be above 0, got {self.depth_m}")


@dataclass(frozen=True)
class PlacedSighting:
    """A thing whose place is known: from a list that people wrote, from a plan, by a simulator.

    Attributes:
        id: Its name in the map.
        attributes: What it is.
        position_m: Centre (x, y, z) in ``map``.
        size_m: Axis-aligned extents in ``map``; zeros where unknown.
        confidence: How sure the finder is, in (0, 1].
    """

    id: str
    attributes: Attributes
    position_m: tuple[float, float, float]
    size_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    confidence: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a place that is none.

        Raises:
            SourceError: A number is out of range or not finite.
        """
        where = f"landmark {self.id!r}"
        if not all(map(math.isfinite, (*self.position_m, *self.size_m))):
            raise SourceError(f"{where}: position_m and size_m must be finite")
        if min(self.size_m) < 0.0:
            raise SourceError(f"{where}: size_m must not be negative, got {self.size_m}")
        _check_confidence(self.confidence, where)


def sighting_from_dict(data: dict[str, Any]) -> Sighting | PlacedSighting:
    """Build a sighting from the plain data of ``dataclasses.asdict``."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    values["attributes"] = Attributes(**data["attributes"])
    return PlacedSighting(**values) if "position_m" in values else Sighting(**values)


def _check_confidence(confidence: float, where: str) -> None:
    if not 0.0 < confidence <= 1.0:
        raise SourceError(f"{where}: confidence must be in (0, 1], got {confidence}")
