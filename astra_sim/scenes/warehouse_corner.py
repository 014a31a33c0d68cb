"""The walled rooms in the corner of a warehouse: inside, outside, door frames."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from astra_sim.scenes.layout.types import WALL_M, Doorway, RoomPlan
from astra_sim.scenes.layout.warehouse import WarehouseLayout
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.placing import SIDES, wall_frame
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures import walls as wall_textures
from astra_sim.scenes.textures.palette import shade
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.textures.warehouse import office_front_texture
from astra_sim.scenes.types import Part, SceneObject
from astra_sim.scenes.warehouse_panels import DOOR_HEIGHT_M, field_wall, slab

__all__ = ["build_corner"]

_ROOM_HEIGHT_M = 2.7
_TINTS = ((206, 208, 204), (190, 202, 208), (212, 204, 186), (196, 206, 190))


def build_corner(layout: WarehouseLayout, seed: int, textures: TextureStore) -> list[SceneObject]:
    """Build the corner rooms as one sees them from inside and from the hall.

    Args:
        layout: The plan.
        seed: Seed of the scene.
        textures: Where the textures go.
    """
    objects: list[SceneObject] = []
    for room in layout.rooms:
        objects += _room_inside(layout, room, seed, textures)
    objects += _corner_outside(layout, seed, textures)
    for index, door in enumerate(layout.doors):
        objects.append(_door_frame(index, door, textures))
    return objects


def _room_inside(
    layout: WarehouseLayout, room: RoomPlan, seed: int, textures: TextureStore
) -> list[SceneObject]:
    name = room.name.replace(" ", "-")
    rng = stream(seed, "room", room.name)
    style = "tiles" if room.kind == "toilet" else str(rng.choice(["plaster", "stripes", "panels"]))
    tint = shade(_TINTS[int(rng.integers(0, len(_TINTS)))], rng, 10.0)
    objects = []
    for side in SIDES:
        x, y, theta, length = wall_frame(room.bounds_m, side)
        texture = textures.add(
            f"wall-{name}-{side}",
            partial(
                wall_textures.wall_texture,
                style=style,
                rgb=tint,
                length_m=length,
                height_m=_ROOM_HEIGHT_M,
            ),
        )
        doors = _openings(layout, (x, y, theta), length)
        reach = WALL_M / 2.0 if side in ("west", "east") else 0.0
        objects.append(
            field_wall(
                f"wall-{name}-{side}",
                (x, y, theta),
                length,
                _ROOM_HEIGHT_M,
                WALL_M / 2.0,
                texture,
                length,
                doors,
                reach,
            )
        )
    x0, y0, x1, y1 = room.cell_m
    size = (x1 - x0, y1 - y0)
    floor = textures.add(
        f"floor-{name}",
        partial(
            wall_textures.floor_texture,
            style="tiles" if room.kind != "office" else "carpet",
            rgb=shade((150, 150, 146), rng, 14.0),
            size_m=size,
        ),
    )
    above = textures.add(f"ceiling-{name}", partial(wall_textures.ceiling_texture, size_m=size))
    lid = Part("box", (*size, 0.1), (0.0, 0.0, _ROOM_HEIGHT_M + 0.05), above)
    pose = ((x0 + x1) / 2.0, (y0 + y1) / 2.0, 0.0)
    objects.append(slab(name, room.cell_m, floor))
    objects.append(SceneObject(f"ceiling-{name}", "ceiling", pose, (lid,), collides=False))
    return objects


def _openings(
    layout: WarehouseLayout, pose: tuple[float, float, float], length: float
) -> list[tuple[float, float]]:
    """Return the doors (from, to) in a wall that runs along y, from its middle, left positive."""
    x, y, theta = pose
    into = math.cos(theta)
    found = []
    for door in layout.doors:
        along = into * (door.center_m[1] - y)
        if abs(into) > 0.5 and abs(door.center_m[0] - x) < WALL_M and abs(along) < length / 2.0:
            found.append((along - door.width_m / 2.0, along + door.width_m / 2.0))
    return sorted(found)


def _corner_outside(
    layout: WarehouseLayout, seed: int, textures: TextureStore
) -> list[SceneObject]:
    """Build what the hall sees of the corner rooms: two walls with panels and windows."""
    rng = stream(seed, "office front")
    tint = shade((214, 214, 208), rng, 10.0)
    cells = np.asarray([room.cell_m for room in layout.rooms])
    x0, y0 = cells[:, :2].min(axis=0)
    x1, y1 = cells[:, 2:].max(axis=0)
    half = WALL_M / 2.0
    x, theta = (x1 + half, 0.0) if layout.corner_west else (x0 - half, math.pi)
    walls = []
    for side, pose, length, reach in (
        ("side", (float(x), float((y0 + y1) / 2.0), theta), float(y1 - y0), 0.0),
        ("end", (float((x0 + x1) / 2.0), float(y1 + half), math.pi / 2.0), float(x1 - x0), half),
    ):
        texture = textures.add(
            f"wall-rooms-{side}",
            partial(office_front_texture, rgb=tint, length_m=length, height_m=_ROOM_HEIGHT_M),
        )
        doors = _openings(layout, pose, length)
        walls.append(
            field_wall(
                f"wall-rooms-{side}",
                pose,
                length,
                _ROOM_HEIGHT_M + 0.1,
                half,
                texture,
                length,
                doors,
                reach,
            )
        )
    return walls


def _door_frame(index: int, door: Doorway, textures: TextureStore) -> SceneObject:
    """A casing around the opening; what is clear to pass stays clear."""
    texture = textures.material("lacquer", "grey")
    p = PartList()
    half = door.width_m / 2.0
    for face in (-1, 1):
        x = face * (WALL_M / 2.0 + 0.008)
        for side in (-1, 1):
            p.box((0.016, 0.06, DOOR_HEIGHT_M + 0.06), x, side * (half + 0.03), 0.0, texture)
        p.box((0.016, door.width_m, 0.06), x, 0.0, DOOR_HEIGHT_M, texture)
    for side in (-1, 1):
        p.box((WALL_M, 0.006, DOOR_HEIGHT_M), 0.0, side * (half - 0.002), 0.0, texture)
    p.box((WALL_M, door.width_m, 0.006), 0.0, 0.0, DOOR_HEIGHT_M - 0.005, texture)
    p.box((WALL_M, door.width_m, 0.004), 0.0, 0.0, 0.0, textures.material("metal", "silver"))
    return SceneObject(
        f"door-{index}", "door", (*door.center_m, 0.0), tuple(p.parts), collides=False
    )
