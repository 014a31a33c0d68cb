"""The ``warehouse`` family: a hall of 300 to 2,000 square metres with look-alike racks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from astra_core.errors import SceneError
from astra_sim.profile import load_profile
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.functions_warehouse import (
    AISLE_FUNCTION,
    FUNCTIONS,
    GOODS,
    SIGN_FUNCTIONS,
    STORED,
)
from astra_sim.scenes.furniture.piece import Kit
from astra_sim.scenes.furniture.warehouse_loads import ATLAS
from astra_sim.scenes.furniture.warehouse_racks import (
    bay_centers_m,
    draw_fillings,
    load_parts,
    plinth_parts,
    rack_parts,
)
from astra_sim.scenes.furniture.warehouse_walls import fire_extinguisher
from astra_sim.scenes.layout.types import Doorway
from astra_sim.scenes.layout.warehouse import WarehouseLayout, make_warehouse_layout
from astra_sim.scenes.naming import name_landmark, placed_object, unreachable
from astra_sim.scenes.placing import Placed, RoomPlacer
from astra_sim.scenes.quarter_turns import turned
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures import warehouse as surfaces
from astra_sim.scenes.textures.palette import COLORS, shade
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.textures.warehouse_loads import loads_texture
from astra_sim.scenes.types import Part, Room, Scene, SceneLandmark, SceneObject
from astra_sim.scenes.warehouse_furnish import furnish_room, furnish_zone
from astra_sim.scenes.warehouse_shell import OUTER_WALL_M, build_hall
from astra_sim.scenes.warehouse_signs import (
    BayLabel,
    Sign,
    aisle_signs,
    bay_labels,
    room_signs,
)

__all__ = ["make_warehouse"]

_LAYOUTS = 12
_ROOM_TRIES = 24
_MOST_LANDMARKS = 120
#: Named bays of every aisle.
_FEWEST_BAYS = 3
_CLEARANCE_M = 0.32
_REACH_M = 0.8
#: Things of which only some are named.
_LESSER = frozenset(("pallet", "bench"))
_PLATES = ("white", "yellow", "blue", "green")


def make_warehouse(seed: int) -> Scene:
    """Make a warehouse; every zone, aisle, room and landmark can be reached by the robot.

    Raises:
        SceneError: No layout could be furnished (not seen in hundreds of seeds).
    """
    problem = ""
    for attempt in range(_LAYOUTS):
        scene, problem = _try_warehouse(seed, attempt)
        if scene is not None:
            return scene
    raise SceneError(
        f"warehouse {seed}: {_LAYOUTS} floor plans could not be furnished; last: {problem}"
    )


def _try_warehouse(seed: int, attempt: int) -> tuple[Scene | None, str]:
    layout = make_warehouse_layout(stream(seed, "layout", attempt))
    signs = load_profile().signs
    textures = TextureStore(seed)
    textures.add(ATLAS, loads_texture)
    textures.add("hazard", surfaces.hazard_texture)
    textures.add("rollers", surfaces.roller_texture)
    rng = stream(seed, "signs")
    plate, label_plate = (str(value) for value in rng.choice(_PLATES, 2))
    hung: list[Sign] = [
        *aisle_signs(layout, plate, signs, textures),
        *room_signs(layout, plate, signs, textures),
    ]
    labels = bay_labels(layout, label_plate, signs, textures)
    furniture: list[tuple[Placed, SceneObject]] = []
    counts: dict[str, int] = {}
    for placed in (
        *_zone_things(layout, seed, attempt, textures, plate),
        *_room_things(layout, seed, attempt, textures),
    ):
        if placed is None:
            return None, "a corner room could not be furnished"
        for item in placed:
            kind = item.piece.kind
            counts[kind] = counts.get(kind, 0) + 1
            obj = placed_object(item, f"{kind.replace(' ', '-')}-{counts[kind]}")
            furniture.append((item, obj))
    rooms = (*layout.zones, *layout.aisles, *layout.rooms)
    scene = Scene(
        family="warehouse",
        seed=seed,
        bounds_m=(
            -OUTER_WALL_M,
            -OUTER_WALL_M,
            layout.width_m + OUTER_WALL_M,
            layout.depth_m + OUTER_WALL_M,
        ),
        rooms=tuple(Room(room.name, room.kind, room.bounds_m) for room in rooms),
        objects=(
            *build_hall(layout, seed, textures),
            *_racks(layout, seed, textures),
            *(obj for _, obj in furniture),
            *(sign.obj for sign in (*hung, *labels)),
        ),
        landmarks=(),
        door_centers_m=np.asarray([door.center_m for door in layout.doors], dtype=np.float64),
    )
    plan = floor_plan(scene)
    landmarks = _landmarks(seed, layout, furniture, hung, labels)
    problem = unreachable(plan, landmarks, _CLEARANCE_M, _REACH_M)
    if problem:
        return None, problem
    names = (part.texture for obj in scene.objects for part in obj.parts)
    scene = replace(scene, landmarks=tuple(landmarks), textures=textures.draw(names))
    quarter = int(stream(seed, "turn").integers(0, 4))
    return turned(scene, quarter), ""


def _zone_things(
    layout: WarehouseLayout, seed: int, attempt: int, textures: TextureStore, plate: str
) -> list[list[Placed]]:
    signs = load_profile().signs
    taste = stream(seed, "taste")
    style, color = int(taste.integers(0, 25)), str(taste.choice(["white", "grey", "blue", "green"]))
    face = textures.add("dock", partial(surfaces.dock_texture, rgb=COLORS[color]))
    things, docks = [], 1
    for zone in layout.zones:
        kit = Kit(stream(seed, "zone", attempt, zone.name), textures, style)
        placed = furnish_zone(layout, zone, kit, signs, plate, docks, (face, color))
        docks += sum(item.piece.kind == "dock door" for item in placed)
        things.append(placed)
    # An extinguisher on every second column, towards the cross aisle.
    kit = Kit(stream(seed, "columns"), textures, style)
    piece = fire_extinguisher(kit)
    y = layout.aisles[0].bounds_m[1] - 0.3 - 0.14 - piece.size_m[0] / 2.0
    start = int(kit.rng.integers(1, 3))
    things.append(
        [
            Placed(piece, (k * layout.pitch_m, y, -np.pi / 2.0))
            for k in range(start, len(layout.aisles), 2)
        ]
    )
    return things


def _room_things(
    layout: WarehouseLayout, seed: int, attempt: int, textures: TextureStore
) -> list[list[Placed] | None]:
    style = int(stream(seed, "taste").integers(0, 25))
    things: list[list[Placed] | None] = []
    for index, room in enumerate(layout.rooms):
        doors: list[Doorway] = [door for door in layout.doors if door.rooms[0] == index]
        found = None
        for trial in range(_ROOM_TRIES):
            rng = stream(seed, "room", attempt, room.name, trial)
            placer = RoomPlacer(room, doors, [], rng)
            kept = textures.mark()
            if furnish_room(placer, Kit(rng, textures, style), trial // 4) and placer.reachable():
                found = placer.placed
                break
            textures.restore(kept)
        things.append(found)
    return things


def _racks(layout: WarehouseLayout, seed: int, textures: TextureStore) -> list[SceneObject]:
    """Stand a rack on both sides of every aisle, all of one look but for a few odd bays."""
    rng = stream(seed, "racks")
    post = str(rng.choice(["blue", "green", "grey", "turquoise"]))
    upright = textures.add(
        "upright", partial(surfaces.upright_texture, rgb=shade(COLORS[post], rng, 6.0))
    )
    beam = textures.material("lacquer", str(rng.choice(["orange", "yellow", "red"])))
    steel = rack_parts(layout.rack, upright, beam)
    plinth = plinth_parts(layout.rack, textures.material("stone", "grey"))
    fillings = draw_fillings(rng, layout.rack, int(rng.integers(1, 4)))
    strange = draw_fillings(rng, layout.rack, 3)
    odd_share = float(rng.uniform(0.0, 0.08))
    objects = []
    centers = bay_centers_m(layout.rack)
    for aisle in layout.aisles:
        x0, y0, x1, y1 = aisle.bounds_m
        middle = ((x0 + x1) / 2.0, (y0 + y1) / 2.0)
        reach = (layout.aisle_m + layout.rack.depth_m) / 2.0
        for name, side, theta in (("west", -1.0, 0.0), ("east", 1.0, np.pi)):
            pose = (middle[0] + side * reach, middle[1], float(theta))
            key = f"{aisle.name[-1]}-{name}"
            odd = stream(seed, "odd bays", key).random(len(centers)) < odd_share
            goods: list[Part] = []
            for k, center in enumerate(centers):
                filling = fillings[k % len(fillings)]
                if odd[k]:
                    filling = (*strange, ())[(k + len(key)) % 4]
                goods += load_parts(layout.rack, center, filling)
            objects += [
                SceneObject(f"plinth-{key}", "plinth", pose, plinth),
                SceneObject(f"goods-{key}", "goods", pose, tuple(goods), collides=False),
                SceneObject(f"rack-{key}", "rack", pose, steel),
            ]
    return objects


def _landmarks(
    seed: int,
    layout: WarehouseLayout,
    furniture: list[tuple[Placed, SceneObject]],
    hung: list[Sign],
    labels: list[BayLabel],
) -> list[SceneLandmark]:
    rng = stream(seed, "landmarks")

    def pick(words: tuple[str, ...]) -> str:
        return words[int(rng.integers(0, len(words)))]

    landmarks = []
    bays = 2 * sum(layout.rack.bays)
    for sign in hung:
        if sign.obj.kind == "aisle sign":
            words = pick(AISLE_FUNCTION).format(letter=sign.text[-1], last=bays)
        else:
            words = pick(SIGN_FUNCTIONS[sign.text])
        landmarks.append(
            name_landmark(
                sign.obj, sign.obj.kind, sign.color, f"{sign.color} plate", sign.text, words
            )
        )
    share = float(rng.uniform(0.3, 1.0))
    for item, obj in furniture:
        piece = item.piece
        if not piece.landmark or (piece.kind not in FUNCTIONS and piece.kind != "sign"):
            continue
        if piece.kind in _LESSER and rng.random() > share:
            continue
        words = pick(SIGN_FUNCTIONS[piece.text] if piece.kind == "sign" else FUNCTIONS[piece.kind])
        landmarks.append(
            name_landmark(obj, piece.kind, piece.color, piece.material, piece.text, words)
        )
    # Bays keep their place when there is very much else.
    least = min(len(labels), _FEWEST_BAYS * len(layout.aisles))
    landmarks.sort(key=lambda landmark: landmark.category in _LESSER)
    del landmarks[_MOST_LANDMARKS - least :]
    goods = [GOODS[int(k)] for k in rng.permutation(len(GOODS))]
    most = min(_MOST_LANDMARKS - len(landmarks), len(goods))
    chosen = _some_bays(rng, labels, min(most, round(rng.uniform(0.5, 1.0) * len(labels))))
    for label, stored in zip(chosen, goods, strict=False):
        words = pick(STORED).format(goods=stored)
        landmarks.append(
            name_landmark(label.obj, "rack bay", label.color, "steel rack", label.text, words)
        )
    return landmarks


def _some_bays(rng: np.random.Generator, labels: list[BayLabel], count: int) -> list[BayLabel]:
    """Choose labels, as many from every aisle as from the others (but for one)."""
    aisles: dict[str, list[BayLabel]] = {}
    for label in labels:
        aisles.setdefault(label.aisle, []).append(label)
    # One of every aisle, then a second one of every aisle, and so on.
    turns = [
        [(k, own[int(i)]) for k, i in enumerate(rng.permutation(len(own)))]
        for own in aisles.values()
    ]
    ordered = sorted((item for turn in turns for item in turn), key=lambda item: item[0])
    return [label for _, label in ordered[:count]]
