"""What hangs on the walls: door signs, windows, pictures."""

from __future__ import annotations

from functools import partial

import numpy as np

from astra_sim.scenes.layout.types import Layout
from astra_sim.scenes.parts import PartList, solid_footprints
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.shell import WallFace
from astra_sim.scenes.textures.lettering import sign_texture
from astra_sim.scenes.textures.palette import ACCENTS, COLORS, shade
from astra_sim.scenes.textures.pictures import PICTURE_KINDS, picture_texture
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.types import SceneObject

__all__ = [
    "SIGN_TEXTS",
    "Hanging",
    "block_behind_furniture",
    "hang_pictures",
    "hang_signs",
    "plan_windows",
]

#: Kind of room to the words its door sign may carry.
SIGN_TEXTS: dict[str, tuple[str, ...]] = {
    "living room": ("LIVING ROOM", "LOUNGE"),
    "kitchen": ("KITCHEN",),
    "bedroom": ("BEDROOM",),
    "guest room": ("GUEST ROOM", "GUESTS"),
    "study": ("STUDY", "OFFICE"),
    "bathroom": ("BATHROOM", "BATH"),
    "laundry": ("LAUNDRY",),
}
_PLATES = ("white", "blue", "green", "black", "yellow", "red")


class Hanging:
    """A sign or picture: the object and the words for its landmark."""

    def __init__(self, obj: SceneObject, color: str, material: str, text: str, about: str) -> None:
        """Keep the object with its colour, background, text, and room or picture kind."""
        self.obj, self.color, self.material, self.text, self.about = (
            obj,
            color,
            material,
            text,
            about,
        )


def plan_windows(
    faces: dict[tuple[str, str], WallFace], seed: int
) -> list[tuple[WallFace, float, float]]:
    """Choose windows in the outer walls: (face, place along it, width), and mark them taken."""
    rng = stream(seed, "windows")
    windows = []
    for face in faces.values():
        if not face.outside or (face.room.kind == "hall" and rng.random() < 0.5):
            continue
        if rng.random() < 0.25 or face.length_m < 2.0:
            continue
        width = round(float(min(rng.uniform(1.0, 1.7), face.length_m - 0.9)), 2)
        half = width / 2.0 + 0.3
        place = float(rng.uniform(-face.length_m / 2.0 + half, face.length_m / 2.0 - half))
        if face.is_free(place - half + 0.1, place + half - 0.1, 0.9, 2.3):
            face.taken.append((place - half, place + half, 0.75, 2.4))
            windows.append((face, place, width))
    return windows


def hang_signs(
    layout: Layout, faces: dict[tuple[str, str], WallFace], seed: int, textures: TextureStore
) -> list[Hanging]:
    """Hang the name of every room beside the door through which one comes from the hall."""
    rng = stream(seed, "signs")
    plate = str(rng.choice(_PLATES))
    ink = (24, 24, 28) if plate in ("white", "yellow") else (240, 240, 236)
    signs = []
    for index, room in enumerate(layout.rooms):
        if room.kind not in SIGN_TEXTS:
            continue
        doors = [door for door in layout.doors if index in door.rooms]
        outside = [next(k for k in door.rooms if k != index) for door in doors]
        order = sorted(range(len(doors)), key=lambda i: layout.rooms[outside[i]].kind != "hall")
        text = str(rng.choice(SIGN_TEXTS[room.kind]))
        longest = max(len(word) for word in text.split(" "))
        width = round(float(np.clip(0.055 * longest + 0.06, 0.32, 0.5)), 2)
        height = 0.2 if " " in text else 0.15
        for i in order:
            hung = _beside(doors[i].center_m, layout.rooms[outside[i]].name, faces, width, height)
            if hung is not None:
                face, along = hung
                draw = partial(
                    sign_texture, text=text, size_m=(width, height), ground=COLORS[plate], ink=ink
                )
                name = f"sign-{room.name}".replace(" ", "-")
                front = textures.add(name, draw)
                p = PartList()
                p.box((0.015, width, height), 0.0, 0.0, 1.42, front, fit=True)
                pose = face.at(along, 0.008)
                obj = SceneObject(name, "sign", pose, tuple(p.parts), collides=False)
                signs.append(Hanging(obj, plate, f"{plate} plate", text, room.kind))
                break
    return signs


def _beside(
    center: tuple[float, float],
    room: str,
    faces: dict[tuple[str, str], WallFace],
    width: float,
    height: float,
) -> tuple[WallFace, float] | None:
    for (name, _), face in faces.items():
        if name != room:
            continue
        for a, b in face.doors:
            if abs((a + b) / 2.0 - face.along(*center)) > 0.01 or not _near(face, center):
                continue
            for along in (a - 0.16 - width / 2.0, b + 0.16 + width / 2.0):
                rect = (along - width / 2.0, along + width / 2.0, 1.36, 1.48 + height)
                if face.is_free(*rect):
                    face.taken.append((rect[0] - 0.05, rect[1] + 0.05, 1.2, 1.8))
                    return face, along
    return None


def _near(face: WallFace, center: tuple[float, float]) -> bool:
    x, y, _ = face.at(face.along(*center), 0.0)
    return abs(x - center[0]) + abs(y - center[1]) < 0.1


def block_behind_furniture(
    faces: dict[tuple[str, str], WallFace], objects: list[SceneObject]
) -> None:
    """Mark the parts of walls that furniture hides or carries."""
    feet = [foot for obj in objects for foot in solid_footprints(obj)]
    bounds = np.asarray([foot.bounds() for foot in feet])
    heights = [(foot.bottom_m, foot.top_m) for foot in feet]
    for face in faces.values():
        x, y, theta = face.pose
        out_x, out_y = round(np.cos(theta)), round(np.sin(theta))
        # The wall is parallel to an axis, so bounds stay bounds in its frame.
        across = np.sort((bounds[:, [0, 2]] - x) * out_x + (bounds[:, [1, 3]] - y) * out_y, axis=1)
        along = np.sort((bounds[:, [1, 3]] - y) * out_x - (bounds[:, [0, 2]] - x) * out_y, axis=1)
        half = face.length_m / 2.0
        close = (across[:, 0] < 0.45) & (across[:, 1] > -0.02)
        close &= (along[:, 0] < half) & (along[:, 1] > -half)
        for i in np.nonzero(close)[0]:
            low, high = heights[i]
            face.taken.append((along[i, 0] - 0.04, along[i, 1] + 0.04, low, high + 0.06))


def hang_pictures(
    faces: dict[tuple[str, str], WallFace],
    seed: int,
    textures: TextureStore,
    every_m: float = 2.0,
) -> list[Hanging]:
    """Hang about one picture per ``every_m`` of wall where there is room, each one unique."""
    pictures = []
    for (room, side), face in faces.items():
        rng = stream(seed, "pictures", room, side)
        wanted = max(1, round(face.length_m / every_m))
        for attempt in range(14):
            if wanted == 0:
                break
            width = round(float(rng.uniform(0.35, 0.9)), 2)
            height = round(float(np.clip(width * rng.uniform(0.65, 1.35), 0.35, 0.8)), 2)
            along = float(rng.uniform(-0.5, 0.5) * (face.length_m - width - 0.2))
            low = 1.55 - height / 2.0 + float(rng.uniform(-0.08, 0.12))
            gap = 0.22
            if not face.is_free(
                along - width / 2 - gap, along + width / 2 + gap, low, low + height
            ):
                continue
            wanted -= 1
            face.taken.append((along - width / 2, along + width / 2, low, low + height))
            color = str(rng.choice(ACCENTS))
            kind = str(rng.choice(PICTURE_KINDS))
            draw = partial(
                picture_texture, kind=kind, rgb=shade(COLORS[color], rng), size_m=(width, height)
            )
            name = f"picture-{room}-{side}-{attempt}".replace(" ", "-")
            p = PartList()
            p.box((0.03, width, height), 0.0, 0.0, low, textures.add(name, draw), fit=True)
            obj = SceneObject(
                name, "picture", face.at(along, 0.015), tuple(p.parts), collides=False
            )
            pictures.append(Hanging(obj, color, "canvas", "", kind))
    return pictures
