"""The ``home`` family: a flat of 100 to 160 square metres from a seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from astra_core.errors import SceneError
from astra_sim.scenes import decor
from astra_sim.scenes.floor_plan import FloorPlan, floor_plan
from astra_sim.scenes.functions import FUNCTIONS, SIGN_FUNCTION
from astra_sim.scenes.furnish import furnish
from astra_sim.scenes.furniture.piece import Kit
from astra_sim.scenes.home_look import home_look
from astra_sim.scenes.layout import Layout, make_home_layout
from astra_sim.scenes.naming import name_landmark, placed_object, unreachable
from astra_sim.scenes.placing import Placed, RoomPlacer
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.shell import WallFace, build_shell, floor_strip, wall_faces
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.types import Room, Scene, SceneLandmark, SceneObject

__all__ = ["make_home"]

_LAYOUTS = 12
_ROOM_TRIES = 36
_MOST_LANDMARKS = 45
_FEWEST_PICTURES = 2
#: The robot of the missions is 0.22 m wide from its centre; scenes leave it more.
_CLEARANCE_M = 0.32
_REACH_M = 0.8
#: Things of which only some are named.
_LESSER = frozenset(
    (
        "lamp",
        "plant",
        "coffee table",
        "laundry basket",
        "bench",
        "sideboard",
        "storage shelf",
        "mirror",
        "dresser",
        "trash bin",
    )
)


def make_home(seed: int) -> Scene:
    """Make a home; every room and every landmark can be reached by the robot.

    Raises:
        SceneError: No layout could be furnished (not seen in thousands of seeds).
    """
    problem = ""
    for attempt in range(_LAYOUTS):
        scene, problem = _try_home(seed, attempt)
        if scene is not None:
            return scene
    raise SceneError(f"home {seed}: {_LAYOUTS} floor plans could not be furnished; last: {problem}")


def _try_home(seed: int, attempt: int) -> tuple[Scene | None, str]:
    layout = make_home_layout(stream(seed, "layout", attempt))
    textures = TextureStore(seed)
    faces = wall_faces(layout)
    signs = decor.hang_signs(layout, faces, seed, textures)
    windows = decor.plan_windows(faces, seed)
    furniture: list[tuple[Placed, SceneObject]] = []
    counts: dict[str, int] = {}
    dining_room = _dining_room(layout)
    for room in range(len(layout.rooms)):
        placed = _furnish_room(layout, room, windows, seed, attempt, textures, dining_room == room)
        if placed is None:
            return None, f"no arrangement of the {layout.rooms[room].name}"
        for item in placed:
            kind = item.piece.kind
            counts[kind] = counts.get(kind, 0) + 1
            name = f"{kind.replace(' ', '-')}-{counts[kind]}"
            furniture.append((item, placed_object(item, name)))
    solid = [obj for _, obj in furniture]
    decor.block_behind_furniture(faces, [obj for obj in solid if obj.collides])
    pictures = decor.hang_pictures(faces, seed, textures)
    shell = build_shell(layout, faces, windows, home_look(seed, textures), textures)
    hung = [item.obj for item in (*signs, *pictures)]
    scene = Scene(
        family="home",
        seed=seed,
        bounds_m=layout.bounds_m,
        rooms=tuple(Room(room.name, room.kind, room.bounds_m) for room in layout.rooms),
        objects=(*shell, *solid, *hung),
        landmarks=(),
        door_centers_m=np.asarray([door.center_m for door in layout.doors], dtype=np.float64),
    )
    plan = floor_plan(scene)
    landmarks = _landmarks(seed, plan, furniture, signs, pictures)
    problem = unreachable(plan, landmarks, _CLEARANCE_M, _REACH_M)
    if problem:
        return None, problem
    names = (part.texture for obj in scene.objects for part in obj.parts)
    return replace(scene, landmarks=tuple(landmarks), textures=textures.draw(names)), ""


def _furnish_room(
    layout: Layout,
    room: int,
    windows: list[tuple[WallFace, float, float]],
    seed: int,
    attempt: int,
    textures: TextureStore,
    dine_here: bool,
) -> list[Placed] | None:
    """Try arrangements, thriftier ones later, until all can be reached."""
    plan = layout.rooms[room]
    doors = [door for door in layout.doors if room in door.rooms]
    strips = [floor_strip(face, a, w) for face, a, w in windows if face.room is plan]
    style = int(stream(seed, "taste").integers(0, 25))
    for trial in range(_ROOM_TRIES):
        rng = stream(seed, "furniture", attempt, plan.name, trial)
        placer = RoomPlacer(plan, doors, strips, rng)
        # A stream of its own per trial, but textures depend on names only.
        kept = textures.mark()
        if furnish(placer, Kit(rng, textures, style), trial // 6, dine_here) and placer.reachable():
            return placer.placed
        textures.restore(kept)
    return None


def _dining_room(layout: Layout) -> int:
    """Index of the room with the dining table: the kitchen where it is large enough."""
    area = {room.kind: (room.area_m2, index) for index, room in enumerate(layout.rooms)}
    kitchen, living = area["kitchen"], area["living room"]
    return kitchen[1] if kitchen[0] > 12.5 or living[0] < 22.0 else living[1]


def _landmarks(
    seed: int,
    plan: FloorPlan,
    furniture: list[tuple[Placed, SceneObject]],
    signs: list[decor.Hanging],
    pictures: list[decor.Hanging],
) -> list[SceneLandmark]:
    """Name what people would name: furniture, signs, some pictures that can be approached."""
    rng = stream(seed, "landmarks")
    landmarks = []
    # Tours differ in how many of the lesser things get a name.
    share = rng.uniform(0.05, 0.7)
    for item, obj in furniture:
        piece = item.piece
        if piece.landmark and not (piece.kind in _LESSER and rng.random() > share):
            words = FUNCTIONS[piece.kind]
            function = words[int(rng.integers(0, len(words)))]
            landmarks.append(
                name_landmark(obj, piece.kind, piece.color, piece.material, piece.text, function)
            )
    # Signs and a few pictures keep their place when there is very much furniture.
    most = _MOST_LANDMARKS - len(signs) - _FEWEST_PICTURES
    landmarks.sort(key=lambda landmark: landmark.category in _LESSER)
    del landmarks[most:]
    for sign in signs:
        function = SIGN_FUNCTION[int(rng.integers(0, len(SIGN_FUNCTION)))].format(room=sign.about)
        landmarks.append(
            name_landmark(sign.obj, "sign", sign.color, sign.material, sign.text, function)
        )
    wanted = min(int(rng.integers(_FEWEST_PICTURES, 6)), _MOST_LANDMARKS - len(landmarks))
    for index in rng.permutation(len(pictures)):
        words = FUNCTIONS["picture"]
        function = words[int(rng.integers(0, len(words)))]
        art = pictures[index]
        named = name_landmark(art.obj, "picture", art.color, art.material, "", function)
        if wanted > 0 and plan.reachable_near(named, _CLEARANCE_M, _REACH_M) is not None:
            wanted -= 1
            landmarks.append(named)
    return landmarks
