"""Signs of an office: beside every door, over the corridors, at the stairs."""

from __future__ import annotations

import math
from functools import partial

from astra_sim.profile import SignProfile
from astra_sim.scenes.decor import Hanging
from astra_sim.scenes.layout.types import Doorway, Layout, RoomPlan
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.placing import Placed
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.shell import WallFace
from astra_sim.scenes.textures.palette import COLORS
from astra_sim.scenes.textures.plates import letter_plate, plate_size_m
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.types import SceneObject

__all__ = ["hang_door_signs", "hang_exit_sign", "hang_way_signs"]

_PLATES = ("white", "silver", "blue", "green", "black", "red", "grey", "turquoise")
_DARK_INK, _LIGHT_INK = (22, 22, 26), (242, 242, 238)
#: Middle of the signs beside doors, and lower edge of those that hang over a way.
_EYE_M, _OVER_M = 1.4, 2.2
#: From the opening of a door to its sign.
_GAP_M = 0.14


class _Maker:
    """Makes plates of one colour."""

    def __init__(self, color: str, textures: TextureStore) -> None:
        self.color, self.textures = color, textures
        self.ground = COLORS[color]
        self.ink = _DARK_INK if sum(self.ground) > 440 else _LIGHT_INK

    def texture(self, name: str, lines: tuple[str, ...], letter_m: float) -> str:
        draw = partial(
            letter_plate, lines=lines, letter_m=letter_m, ground=self.ground, ink=self.ink
        )
        return self.textures.add(name, draw)

    def hanging(
        self,
        name: str,
        pose: tuple[float, float, float],
        parts: PartList,
        text: str,
        about: str,
    ) -> Hanging:
        obj = SceneObject(name, "sign", pose, tuple(parts.parts), collides=False)
        return Hanging(obj, self.color, f"{self.color} plate", text, about)


def _room_plates(seed: int, textures: TextureStore) -> _Maker:
    return _Maker(str(stream(seed, "signs").choice(_PLATES)), textures)


def hang_door_signs(
    layout: Layout,
    faces: dict[tuple[str, str], WallFace],
    seed: int,
    profile: SignProfile,
    textures: TextureStore,
) -> list[tuple[WallFace, float, float, Hanging]]:
    """Hang the name of every room beside its first door, on the side of the corridor.

    Returns:
        (face, place along it, width, sign) of every sign.
    """
    maker = _room_plates(seed, textures)
    signs = []
    for index, room in enumerate(layout.rooms):
        if room.kind == "corridor":
            continue
        text, name = room.name.upper(), f"sign-{room.name}".replace(" ", "-")
        doors = [door for door in layout.doors if door.rooms[0] == index]
        letter = profile.room_letter_m
        lines, place = _beside(doors, layout, faces, text, letter)
        if place is None:
            # No wall beside the door: over it.
            face, middle = _face_of(doors[0], layout.rooms[doors[0].rooms[1]], faces)
            place, low = (face, middle), _OVER_M
        else:
            low = _EYE_M - plate_size_m(lines, letter)[1] / 2.0
        width, height = plate_size_m(lines, letter)
        face, along = place
        face.taken.append((along - width / 2.0 - 0.05, along + width / 2.0 + 0.05, low, low + 0.5))
        p = PartList()
        front = maker.texture(name, lines, letter)
        p.box((0.015, width, height), 0.0, 0.0, low, front, fit=True)
        sign = maker.hanging(name, face.at(along, 0.008), p, text, room.name)
        signs.append((face, along, width, sign))
    return signs


def _beside(
    doors: list[Doorway],
    layout: Layout,
    faces: dict[tuple[str, str], WallFace],
    text: str,
    letter_m: float,
) -> tuple[tuple[str, ...], tuple[WallFace, float] | None]:
    """Return the lines of a sign and a free place beside one of the doors."""
    words = text.split(" ")
    options = [(text,), (" ".join(words[:-1]), words[-1])] if len(words) > 1 else [(text,)]
    for lines in options:
        width, height = plate_size_m(lines, letter_m)
        low = _EYE_M - height / 2.0
        for door in doors:
            face, middle = _face_of(door, layout.rooms[door.rooms[1]], faces)
            away = door.width_m / 2.0 + _GAP_M + width / 2.0
            for along in (middle - away, middle + away):
                a, b = along - width / 2.0, along + width / 2.0
                if face.is_free(a - 0.02, b + 0.02, low, low + height):
                    return lines, (face, along)
    return options[-1], None


def _face_of(
    door: Doorway, room: RoomPlan, faces: dict[tuple[str, str], WallFace]
) -> tuple[WallFace, float]:
    """Return the face of a room that a door is in, and the door's place along it."""
    for side in ("west", "south", "east", "north"):
        face = faces[room.name, side]
        if (side in ("south", "north")) != door.along_x:
            continue
        along = face.along(*door.center_m)
        x, y, _ = face.at(along, 0.0)
        if math.hypot(x - door.center_m[0], y - door.center_m[1]) < 0.1:
            return face, along
    raise ValueError(f"the door at {door.center_m} is in no wall of the {room.name}")


def hang_way_signs(
    layout: Layout, seed: int, profile: SignProfile, ceiling_m: float, textures: TextureStore
) -> list[Hanging]:
    """Hang a sign across every longer corridor that says which rooms are along it."""
    rng = stream(seed, "way signs")
    maker = _Maker(str(rng.choice(_PLATES)), textures)
    signs = []
    for index, room in enumerate(layout.rooms):
        x0, y0, x1, y1 = room.bounds_m
        if room.kind != "corridor" or max(x1 - x0, y1 - y0) < 6.0:
            continue
        doors = [door for door in layout.doors if index in door.rooms]
        around = {k for door in doors for k in door.rooms if k != index}
        lines = _way_lines([layout.rooms[k] for k in sorted(around)])
        wide = min(x1 - x0, y1 - y0)
        fitting = [
            line for line in lines if plate_size_m((line,), profile.overhead_letter_m)[0] < wide
        ]
        if not fitting:
            continue
        text = fitting[int(rng.integers(0, len(fitting)))]
        # Across the corridor, not in front of a portal.
        along = float(rng.uniform(0.25, 0.75))
        if x1 - x0 > y1 - y0:
            pose = (x0 + along * (x1 - x0), (y0 + y1) / 2.0, 0.0)
        else:
            pose = ((x0 + x1) / 2.0, y0 + along * (y1 - y0), math.pi / 2.0)
        name = f"way-sign-{room.name}".replace(" ", "-")
        p = _hung(maker, name, (text,), profile.overhead_letter_m, ceiling_m)
        signs.append(maker.hanging(name, pose, p, text, text.lower()))
    return signs


def _way_lines(rooms: list[RoomPlan]) -> list[str]:
    """Return what a sign may say about the rooms along a corridor."""
    lines = []
    offices = sorted(room.name for room in rooms if room.kind == "office")
    if len(offices) > 1:
        first, last = (name.split(" ")[1] for name in (offices[0], offices[-1]))
        lines.append(f"ROOMS {first} - {last}")
    numbers = sorted(int(room.name.split(" ")[2]) for room in rooms if room.kind == "meeting room")
    if len(numbers) > 1:
        lines.append(f"MEETING {numbers[0]} - {numbers[-1]}")
    return lines


def _hung(
    maker: _Maker, name: str, lines: tuple[str, ...], letter_m: float, ceiling_m: float
) -> PartList:
    """Return a plate read from both sides, on two rods from the ceiling."""
    width, height = plate_size_m(lines, letter_m)
    steel = maker.textures.material("metal", "grey")
    p = PartList()
    p.box((0.03, width, height), 0.0, 0.0, _OVER_M, maker.texture(name, lines, letter_m), fit=True)
    for side in (-1, 1):
        top = _OVER_M + height
        p.box((0.015, 0.015, ceiling_m - top), 0.0, side * width / 3.0, top, steel)
    return p


def hang_exit_sign(
    stairs: Placed, profile: SignProfile, ceiling_m: float, textures: TextureStore
) -> Hanging:
    """Hang EXIT from the ceiling at the foot of the stairs."""
    maker = _Maker("green", textures)
    letter = profile.overhead_letter_m
    p = _hung(maker, "exit-sign", ("EXIT",), letter, ceiling_m)
    x, y, theta = stairs.pose
    out = stairs.piece.size_m[0] / 2.0 + 0.05
    pose = (x + math.cos(theta) * out, y + math.sin(theta) * out, theta)
    return maker.hanging("exit-sign", pose, p, "EXIT", "way out")
