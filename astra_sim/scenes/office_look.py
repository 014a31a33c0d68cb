"""What an office is made of: its walls, floors, ceilings, door casings and windows."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from astra_sim.scenes.layout.types import Layout, RoomPlan
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.shell import ShellLook, WallFace
from astra_sim.scenes.textures.city import city_texture
from astra_sim.scenes.textures.office_floors import grid_ceiling, office_floor
from astra_sim.scenes.textures.office_walls import OFFICE_WALLS
from astra_sim.scenes.textures.palette import COLORS, WALL_TINTS, WOODS, shade
from astra_sim.scenes.textures.room_walls import OFFICE_ROOM_WALLS
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.textures.walls import painted_wall
from astra_sim.scenes.types import SceneObject

__all__ = ["office_look", "plan_office_windows"]

_FLOORS = {
    "reception": ("slabs", "planks", "tiles"),
    "kitchen": ("tiles", "planks"),
    "toilets": ("tiles",),
    "print room": ("planks", "carpet tiles"),
    "server room": ("slabs",),
    "storage": ("slabs", "planks"),
    "mail room": ("slabs", "planks"),
}
#: Rooms that do without windows.
_BLIND = frozenset(("server room", "storage", "print room", "toilets", "mail room"))
#: Bytes that all wall textures may take; large buildings get coarser ones.
_WALL_BYTES = 15e6
_WALL_MPP = (0.0125, 0.021)


def office_look(
    layout: Layout, faces: dict[tuple[str, str], WallFace], seed: int, textures: TextureStore
) -> ShellLook:
    """Return the look of an office."""
    rng = stream(seed, "office look")
    ceiling = round(float(rng.uniform(2.75, 3.1)), 2)
    area = sum(face.length_m for face in faces.values()) * ceiling
    mpp = float(np.clip(math.sqrt(3.0 * area / _WALL_BYTES), *_WALL_MPP))
    frames = ("white", "grey", "black", "blue", "green", "red")
    frame = textures.material("lacquer", str(rng.choice(frames)))
    if rng.random() < 0.3:
        frame = textures.material(list(WOODS)[int(rng.integers(0, len(WOODS)))])
    return ShellLook(
        ceiling,
        frame,
        partial(_wall, seed=seed, ceiling_m=ceiling, mpp=mpp, textures=textures),
        partial(_floor, seed=seed, textures=textures),
        partial(_window, seed=seed, textures=textures),
    )


def _wall(face: WallFace, seed: int, ceiling_m: float, mpp: float, textures: TextureStore) -> str:
    kind, name = face.room.kind, f"{face.room.name}-{face.side}".replace(" ", "-")
    rng = stream(seed, "wall", name)
    # Rooms of one kind share a tint: corridors look alike, and so do meeting rooms.
    base = stream(seed, "wall color", kind)
    tint = shade(WALL_TINTS[int(base.integers(0, len(WALL_TINTS)))], base, 8.0)
    main, other = base.choice(len(OFFICE_ROOM_WALLS[kind]), 2)
    style = OFFICE_ROOM_WALLS[kind][int(main if rng.random() < 0.6 else other)]
    draw = partial(
        painted_wall,
        paint=OFFICE_WALLS[style],
        rgb=shade(np.trunc(tint), rng, 6.0),
        length_m=face.length_m,
        height_m=ceiling_m,
        meters_per_pixel=mpp,
    )
    return textures.add(f"wall-{name}", draw)


def _floor(room: RoomPlan, seed: int, textures: TextureStore) -> tuple[str, str]:
    name = room.name.replace(" ", "-")
    x0, y0, x1, y1 = room.cell_m
    size = (x1 - x0, y1 - y0)
    rng = stream(seed, "floor", room.kind)
    style = str(rng.choice(_FLOORS.get(room.kind, ("carpet tiles", "carpet", "planks"))))
    if style == "planks":
        rgb = WOODS[list(WOODS)[int(rng.integers(0, len(WOODS)))]][0]
    else:
        rgb = COLORS[str(rng.choice(["grey", "beige", "light blue", "brown", "silver", "blue"]))]
    own = stream(seed, "floor", room.name)
    draw = partial(office_floor, style=style, rgb=shade(rgb, own, 6.0), size_m=size)
    floor = textures.add(f"floor-{name}", draw)
    lamps = 1.8 if room.kind == "corridor" else 2.4
    return floor, textures.add(f"ceiling-{name}", partial(grid_ceiling, size_m=size, lamps_m=lamps))


def plan_office_windows(
    faces: dict[tuple[str, str], WallFace], seed: int
) -> list[tuple[WallFace, float, float]]:
    """Choose rows of windows in the outer walls: (face, place along it, width)."""
    rng = stream(seed, "windows")
    width = round(float(rng.uniform(1.3, 2.0)), 2)
    post = float(rng.uniform(0.3, 0.7))
    windows = []
    for face in faces.values():
        if not face.outside or face.room.kind in _BLIND or rng.random() < 0.12:
            continue
        # The reception needs walls for the lift and the stairs.
        if face.room.kind == "reception" and rng.random() < 0.5:
            continue
        count = int((face.length_m - 0.5 + post) / (width + post))
        for index in range(count):
            place = (index - (count - 1) / 2.0) * (width + post)
            half = width / 2.0
            if face.is_free(place - half - 0.06, place + half + 0.06, 0.9, 2.4):
                face.taken.append((place - half - 0.1, place + half + 0.1, 0.75, 2.5))
                windows.append((face, place, width))
    return windows


def _window(
    index: int, face: WallFace, along: float, width: float, seed: int, textures: TextureStore
) -> SceneObject:
    """A pane with the city behind it, a sill, a blind pulled down by some way."""
    rng = stream(seed, "window", index)
    low, high = 0.95, 2.35
    view = textures.add(f"window-{index}", partial(city_texture, size_m=(width, high - low)))
    white = textures.material("lacquer", "white")
    p = PartList()
    p.box((0.02, width, high - low), 0.01, 0.0, low, view, fit=True)
    p.box((0.12, width + 0.1, 0.03), 0.06, 0.0, low - 0.03, white)
    p.box((0.07, width + 0.06, 0.07), 0.04, 0.0, high, white)
    if rng.random() < 0.5:
        drop = float(rng.uniform(0.15, 0.8)) * (high - low)
        slats = max(2, int(drop / 0.12))
        for slat in range(slats):
            p.box((0.02, width, 0.07), 0.04, 0.0, high - 0.1 - 0.12 * slat, white, pitch_rad=0.5)
    return SceneObject(
        f"window-{index}", "window", face.at(along, 0.0), tuple(p.parts), collides=False
    )
