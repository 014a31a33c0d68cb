"""The ``office`` family: one floor of 150 to 800 square metres from a seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from astra_core.errors import SceneError
from astra_sim.profile import load_profile
from astra_sim.scenes import decor
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.furnish_office import furnish_office
from astra_sim.scenes.furniture.piece import Kit
from astra_sim.scenes.layout.office import make_office_layout
from astra_sim.scenes.layout.types import Layout, Rect
from astra_sim.scenes.naming import placed_object, unreachable
from astra_sim.scenes.office_corners import spread_corners
from astra_sim.scenes.office_groups import OfficeTaste, office_taste
from astra_sim.scenes.office_landmarks import OfficeSigns, office_landmarks
from astra_sim.scenes.office_look import office_look, plan_office_windows
from astra_sim.scenes.office_signs import hang_door_signs, hang_exit_sign, hang_way_signs
from astra_sim.scenes.placing import Placed, RoomPlacer
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.shell import build_shell, floor_strip, wall_faces
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.types import Room, Scene, SceneObject

__all__ = ["make_office"]

_LAYOUTS = 12
_ROOM_TRIES = 36
#: The robot of the missions is 0.22 m wide from its centre; scenes leave it more.
_CLEARANCE_M = 0.32
_REACH_M = 0.8
_PICTURE_EVERY_M = 3.2
#: Least width of the ways through corridors and open offices.
_WAY_M = 0.9


def make_office(seed: int) -> Scene:
    """Make an office; every room and every landmark can be reached by the robot.

    Raises:
        SceneError: No layout could be furnished (not seen in hundreds of seeds).
    """
    problem = ""
    for attempt in range(_LAYOUTS):
        scene, problem = _try_office(seed, attempt)
        if scene is not None:
            return scene
    raise SceneError(
        f"office {seed}: {_LAYOUTS} floor plans could not be furnished; last: {problem}"
    )


def _try_office(seed: int, attempt: int) -> tuple[Scene | None, str]:
    layout = make_office_layout(stream(seed, "layout", attempt))
    textures = TextureStore(seed)
    faces = wall_faces(layout)
    look = office_look(layout, faces, seed, textures)
    profile = load_profile().signs
    beside = hang_door_signs(layout, faces, seed, profile, textures)
    windows = plan_office_windows(faces, seed)
    # Nothing tall may stand in front of a window or a sign.
    strips: dict[str, list[Rect]] = {room.name: [] for room in layout.rooms}
    for face, along, width in [*windows, *(sign[:3] for sign in beside)]:
        strips[face.room.name].append(floor_strip(face, along, width))
    kit = Kit(stream(seed, "taste"), textures, _style(seed))
    taste = office_taste(kit, spread_corners(stream(seed, "corners", attempt), layout))
    furniture: list[tuple[Placed, SceneObject]] = []
    counts: dict[str, int] = {}
    for room in range(len(layout.rooms)):
        placed = _furnish_room(layout, room, strips, seed, attempt, textures, taste)
        if placed is None:
            return None, f"no arrangement of the {layout.rooms[room].name}"
        for item in placed:
            kind = item.piece.kind
            counts[kind] = counts.get(kind, 0) + 1
            name = f"{kind.replace(' ', '-')}-{counts[kind]}"
            furniture.append((item, placed_object(item, name)))
    solid = [obj for _, obj in furniture]
    decor.block_behind_furniture(faces, [obj for obj in solid if obj.collides])
    pictures = decor.hang_pictures(faces, seed, textures, _PICTURE_EVERY_M)
    stairs = next(item for item, _ in furniture if item.piece.kind == "staircase")
    signs = OfficeSigns(
        tuple(sign for *_, sign in beside),
        tuple(hang_way_signs(layout, seed, profile, look.ceiling_m, textures)),
        hang_exit_sign(stairs, profile, look.ceiling_m, textures),
    )
    shell = build_shell(layout, faces, windows, look, textures)
    hung = [item.obj for item in (*signs.all(), *pictures)]
    scene = Scene(
        family="office",
        seed=seed,
        bounds_m=layout.bounds_m,
        rooms=tuple(Room(room.name, room.kind, room.bounds_m) for room in layout.rooms),
        objects=(*shell, *solid, *hung),
        landmarks=(),
        door_centers_m=np.asarray([door.center_m for door in layout.doors], dtype=np.float64),
    )
    plan = floor_plan(scene)
    landmarks = office_landmarks(seed, plan, furniture, signs, pictures, _CLEARANCE_M, _REACH_M)
    problem = unreachable(plan, landmarks, _CLEARANCE_M, _REACH_M)
    if problem:
        return None, problem
    names = (part.texture for obj in scene.objects for part in obj.parts)
    return replace(scene, landmarks=tuple(landmarks), textures=textures.draw(names)), ""


def _furnish_room(
    layout: Layout,
    room: int,
    strips: dict[str, list[Rect]],
    seed: int,
    attempt: int,
    textures: TextureStore,
    taste: OfficeTaste,
) -> list[Placed] | None:
    """Try arrangements, thriftier ones later, until all can be reached."""
    plan = layout.rooms[room]
    doors = [door for door in layout.doors if room in door.rooms]
    for trial in range(_ROOM_TRIES):
        rng = stream(seed, "furniture", attempt, plan.name, trial)
        placer = RoomPlacer(plan, doors, strips[plan.name], rng)
        kept = textures.mark()
        kit = Kit(rng, textures, _style(seed))
        way = _WAY_M if plan.kind in ("corridor", "open office") else 0.0
        if furnish_office(placer, kit, trial // 6, taste) and placer.reachable(way):
            return placer.placed
        textures.restore(kept)
    return None


def _style(seed: int) -> int:
    """Return the number of the woods of this office."""
    return int(stream(seed, "woods").integers(0, 25))
