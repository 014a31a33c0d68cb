"""Signs of a warehouse: what tells one aisle, bay, dock or zone from the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from astra_sim.profile import SignProfile
from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.furniture.warehouse_racks import bay_centers_m
from astra_sim.scenes.layout.types import WALL_M
from astra_sim.scenes.layout.warehouse import WarehouseLayout
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures.palette import COLORS
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.textures.warehouse_plates import plate_size_m, plate_texture, plates_texture
from astra_sim.scenes.types import Part, SceneObject

__all__ = ["BayLabel", "Sign", "aisle_signs", "bay_labels", "dock_door", "room_signs", "zone_sign"]

_LABEL_Z_M = 1.5
_AISLE_Z_M = 2.35
_INKS = {"white": (24, 24, 28), "yellow": (24, 24, 28)}
_LIGHT = (242, 242, 238)


@dataclass(frozen=True)
class Sign:
    """A sign: the object, its words and the colour of its plate."""

    obj: SceneObject
    text: str
    color: str


@dataclass(frozen=True)
class BayLabel(Sign):
    """The label of a rack bay; ``aisle`` and ``number`` say which."""

    aisle: str
    number: int


def _ink(plate: str) -> tuple[int, int, int]:
    return _INKS.get(plate, _LIGHT)


def aisle_signs(
    layout: WarehouseLayout, plate: str, signs: SignProfile, textures: TextureStore
) -> list[Sign]:
    """Hang a plate with two equal faces over both ends of every aisle."""
    hung = []
    letter = signs.aisle_letter_m
    size = plate_size_m("AISLE M", letter)
    for aisle in layout.aisles:
        draw = partial(
            plate_texture,
            text=aisle.name,
            size_m=size,
            letter_m=letter,
            ground=COLORS[plate],
            ink=_ink(plate),
        )
        name = aisle.name.replace(" ", "-").lower()
        texture = textures.add(f"plate-{name}", draw)
        parts = _hanging(size, _AISLE_Z_M, layout.height_m, texture, textures)
        x0, y0, x1, y1 = aisle.bounds_m
        for end, y, theta in (("front", y0 + 0.25, -math.pi / 2), ("back", y1 - 0.25, math.pi / 2)):
            pose = ((x0 + x1) / 2.0, y, theta)
            obj = SceneObject(f"{name}-{end}", "aisle sign", pose, parts, collides=False)
            hung.append(Sign(obj, aisle.name, plate))
    return hung


def _hanging(
    size: tuple[float, float], z: float, height_m: float, face: str, textures: TextureStore
) -> tuple[Part, ...]:
    """A plate on two rods from the roof."""
    p = PartList()
    p.box((0.03, *size), 0.0, 0.0, z, face, fit=True)
    rod = textures.material("metal", "grey")
    for side in (-1, 1):
        p.box((0.02, 0.02, height_m - z - size[1]), 0.0, 0.4 * side * size[0], z + size[1], rod)
    return tuple(p.parts)


def bay_labels(
    layout: WarehouseLayout, plate: str, signs: SignProfile, textures: TextureStore
) -> list[BayLabel]:
    """Put a label on an upright of every bay: odd numbers on one side, even on the other."""
    labels = []
    letter = signs.bay_letter_m
    size = plate_size_m("M-00", letter)
    centers = bay_centers_m(layout.rack)
    for aisle in layout.aisles:
        code = aisle.name[-1]
        shown = [
            n for n in range(1, 2 * len(centers) + 1) if ((n - 1) // 2) % signs.bays_per_label == 0
        ]
        texts = [f"{code}-{n:02d}" for n in shown]
        draw = partial(
            plates_texture,
            texts=texts,
            size_m=size,
            letter_m=letter,
            ground=COLORS[plate],
            ink=_ink(plate),
        )
        atlas = textures.add(f"labels-{code}", draw)
        x0, y0, x1, y1 = aisle.bounds_m
        middle = (x0 + x1) / 2.0
        for row, number in enumerate(shown):
            bay, east = divmod(number - 1, 2)
            # On the upright where one gets to the bay from the front of the hall.
            y = (y0 + y1) / 2.0 + centers[bay] - layout.rack.bay_m / 2.0
            y += 0.05 + size[0] / 2.0 if bay == 0 else 0.05
            side = 1.0 if east else -1.0
            x = middle + side * (layout.aisle_m / 2.0 - 0.012)
            uv = (0.0, row / len(shown), 1.0, (row + 1) / len(shown))
            part = Part("box", (0.02, *size), (0.0, 0.0, _LABEL_Z_M), atlas, uv=uv)
            pose = (x, y, math.pi if east else 0.0)
            text = texts[row]
            obj = SceneObject(f"bay-{text}", "rack bay", pose, (part,), collides=False)
            labels.append(BayLabel(obj, text, plate, code, number))
    return labels


def room_signs(
    layout: WarehouseLayout, plate: str, signs: SignProfile, textures: TextureStore
) -> list[Sign]:
    """Hang the name of every corner room beside its door, on the side of the hall."""
    hung = []
    for door in layout.doors:
        room = layout.rooms[door.rooms[0]]
        text = room.name.upper()
        size = plate_size_m(text, signs.room_letter_m)
        draw = partial(
            plate_texture,
            text=text,
            size_m=size,
            letter_m=signs.room_letter_m,
            ground=COLORS[plate],
            ink=_ink(plate),
        )
        name = f"sign-{room.name}".replace(" ", "-")
        p = PartList()
        p.box((0.016, *size), 0.0, 0.0, 1.42, textures.add(name, draw), fit=True)
        out = 1.0 if layout.corner_west else -1.0
        x, y = door.center_m
        away = door.width_m / 2.0 + 0.12 + size[0] / 2.0
        _, y0, _, y1 = room.bounds_m
        y += away if y1 - y > y - y0 else -away
        pose = (x + out * (WALL_M / 2.0 + 0.01), y, 0.0 if layout.corner_west else math.pi)
        obj = SceneObject(name, "sign", pose, tuple(p.parts), collides=False)
        hung.append(Sign(obj, text, plate))
    return hung


def zone_sign(kit: Kit, text: str, plate: str, height_m: float, letter_m: float) -> Piece:
    """Make a plate that hangs from the roof over a zone; the floor below it stays free."""
    size = plate_size_m(text, letter_m)
    draw = partial(
        plate_texture,
        text=text,
        size_m=size,
        letter_m=letter_m,
        ground=COLORS[plate],
        ink=_ink(plate),
    )
    face = kit.textures.add(f"plate-{text.lower()}", draw)
    parts = _hanging(size, 2.3, height_m, face, kit.textures)
    return Piece("sign", parts, (0.7, 0.7, 2.6), plate, f"{plate} plate", 0.0, text=text)


def dock_door(kit: Kit, number: int, color: str, letter_m: float, door: str) -> Piece:
    """Make a dock door: sections in a frame, bumpers, a leveller, its number above.

    Args:
        kit: Textures.
        number: Its number.
        color: Colour word of the door.
        letter_m: Height of the letters.
        door: Texture of the sections.
    """
    text = f"DOCK {number}"
    size = plate_size_m(text, letter_m)
    plate = kit.textures.add(
        f"plate-dock-{number}",
        partial(
            plate_texture,
            text=text,
            size_m=size,
            letter_m=letter_m,
            ground=(30, 66, 130),
            ink=_LIGHT,
        ),
    )
    frame, dark = kit.surface("metal", "grey"), kit.surface("lacquer", "black")
    p = PartList()
    p.box((0.04, 2.8, 3.0), -0.03, 0.0, 0.0, door, fit=True)
    for side in (-1, 1):
        p.box((0.10, 0.12, 3.06), 0.0, side * 1.46, 0.0, frame)
        p.box((0.14, 0.16, 0.9), 0.0, side * 1.47, 0.0, "hazard")
        p.box((0.05, 0.14, 0.30), 0.0, side * 1.66, 1.3, dark)
    p.cylinder(0.08, 0.04, 0.0, 1.66, 1.46, kit.surface("lacquer", "green"))
    p.box((0.12, 3.04, 0.14), 0.0, 0.0, 3.02, frame)
    p.box((0.03, *size), 0.0, 0.0, 3.2, plate, fit=True)
    return Piece("dock door", tuple(p.parts), (0.16, 3.5, 3.8), color, "metal", 1.3, text=text)
