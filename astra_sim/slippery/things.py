"""Laying carpets, door sills and water into a scene, where such things lie."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from astra_sim.scenes.editor import SceneEditor
from astra_sim.scenes.layout.types import Rect
from astra_sim.scenes.parts import PartList, object_bounds
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures.lettering import sign_texture
from astra_sim.scenes.textures.materials import metal
from astra_sim.scenes.textures.palette import ACCENTS, COLORS, shade
from astra_sim.scenes.types import Room, Scene, SceneObject
from astra_sim.slippery.config import SlipperyFloor
from astra_sim.slippery.looks import carpet_texture, wet_texture

__all__ = ["slippery_scene"]

#: Rooms in which carpets or mats lie; in those that lead on they are runners.
_CARPETED = frozenset(
    (
        *("living room", "bedroom", "guest room", "study", "hall"),
        *("reception", "corridor", "open office", "office", "meeting room"),
        *("packing area", "break room"),
    )
)
#: Rooms in which water gets onto the floor: kitchens, baths, docks, entrances.
_WET = frozenset(
    (
        *("kitchen", "bathroom", "laundry", "hall"),
        *("toilets", "reception", "corridor"),
        *("receiving", "shipping", "charging area", "cross aisle", "aisle", "toilet"),
    )
)
#: Long rooms: carpets are runners, and water is what a mop or a scrubber left behind.
_LONG = frozenset(("hall", "corridor", "cross aisle", "aisle"))
#: Before what a carpet lies, and before what water drips, the likeliest first.
_CARPET_BEFORE = (
    *("bed", "sofa", "meeting table", "reception desk", "packing table", "dining table", "desk"),
    *("armchair", "bench", "bookshelf", "sideboard", "wardrobe", "vending machine"),
)
_WATER_BEFORE = (
    *("sink", "bathtub", "washbasin", "washing machine", "dock door", "fridge", "toilet"),
    *("coffee machine", "water dispenser", "lift", "staircase", "charging station"),
)
#: Nothing lies closer to a wall, metres.
_MARGIN_M = 0.08
_LEAST_CARPET_M = 0.7
#: Where a carpet lies beside a thing: before it, left or right; and how far it goes under it.
_SIDES, _UNDER_M = (0.0, math.pi / 2.0, -math.pi / 2.0), 0.35
_SILL_DEPTH_M = 0.1
#: Strips lie near the middle, where one walks: at the sides of an aisle stand racks.
_ASIDE = 0.15
_SIGN_TRIES = 24


def slippery_scene(scene: Scene, seed: int, floor: SlipperyFloor) -> Scene:
    """Lay onto the floor what wheels slip on, where the cameras see it.

    Rugs that are there stay and are slippery, too. The robot drives over all of it but for the
    warning signs, which stand where it still gets everywhere.

    Args:
        scene: The building as it stands at mission time.
        seed: Seed of the run.
        floor: How much of what.

    Returns:
        The scene with objects of the kinds ``carpet``, ``sill``, ``wet floor`` and ``wet sign``.
    """
    layer = _Layer(scene, seed, floor)
    for room in scene.rooms:
        layer.lay_carpet(room)
    for room in scene.rooms:
        layer.pour_water(room)
    for door in scene.objects:
        if door.kind == "door":
            layer.lay_sill(door)
    return layer.scene()


@dataclass(frozen=True)
class _Patch:
    """A rectangle on the floor: its middle, its direction, and its extents along and across."""

    pose: tuple[float, float, float]
    size_m: tuple[float, float]

    def bounds(self) -> Rect:
        x, y, theta = self.pose
        cos, sin = abs(math.cos(theta)), abs(math.sin(theta))
        dx = (cos * self.size_m[0] + sin * self.size_m[1]) / 2.0
        dy = (sin * self.size_m[0] + cos * self.size_m[1]) / 2.0
        return x - dx, y - dy, x + dx, y + dy


class _Layer:
    """A scene that things are laid into."""

    def __init__(self, scene: Scene, seed: int, floor: SlipperyFloor) -> None:
        self._scene, self._seed, self._floor = scene, seed, floor
        self._objects: list[SceneObject] = []
        self._textures = dict(scene.textures)
        self._taken: list[Rect] = [
            (*object_bounds(obj)[0][:2].tolist(), *object_bounds(obj)[1][:2].tolist())
            for obj in scene.objects
            if obj.kind == "rug"
        ]
        self._signs: list[SceneObject] = []

    def scene(self) -> Scene:
        """Return the scene with everything in it."""
        scene = replace(
            self._scene,
            objects=(*self._scene.objects, *self._objects),
            textures=self._textures,
        )
        if not self._signs:
            return scene
        editor = SceneEditor(scene)
        for sign in self._signs:
            self._stand(editor, sign)
        return editor.scene()

    def lay_carpet(self, room: Room) -> None:
        """Lay a carpet before the furniture of a room, or a runner along it."""
        rng = self._stream("carpet", room.name)
        if room.kind not in _CARPETED or rng.random() >= self._floor.carpeted_rooms:
            return
        deep, wide = float(rng.uniform(1.3, 2.0)), float(rng.uniform(1.6, 2.6))
        if room.kind in _LONG:
            patches: Iterator[_Patch] = iter([_strip(room, rng, (0.5, 0.85), (0.8, 1.2))])
        else:
            patches = (
                _beside(anchor, side, (deep, wide))
                for anchor in self._anchors(room, _CARPET_BEFORE)
                for side in _SIDES
            )
        for patch in patches:
            within = _within(patch, room)
            if within is not None and not self._overlaps(within):
                self._add_carpet(f"carpet-{room.name}".replace(" ", "-"), within, rng)
                return

    def pour_water(self, room: Room) -> None:
        """Wet a strip along a room, or a puddle before what drips."""
        rng = self._stream("water", room.name)
        if room.kind not in _WET or rng.random() >= self._floor.wet_rooms:
            return
        name = f"wet-{room.name}".replace(" ", "-")
        if room.kind in _LONG:
            patch = _within(_strip(room, rng, (0.25, 0.5), (0.7, 1.2)), room)
            if patch is None or self._overlaps(patch):
                return
            x0, y0, x1, y1 = patch.bounds()
            p = PartList()
            self._wet(p, rng, name, ((x0 + x1) / 2.0, (y0 + y1) / 2.0), (x1 - x0, y1 - y0))
        else:
            anchors = list(self._anchors(room, _WATER_BEFORE))
            if not anchors:
                return
            p = self._puddle(name, room, anchors[0], rng)
        if p.parts:
            wet = SceneObject(name, "wet floor", (0.0, 0.0, 0.0), tuple(p.parts), collides=False)
            self._objects.append(wet)
            if rng.random() < self._floor.wet_signs:
                self._signs.append(wet)

    def lay_sill(self, door: SceneObject) -> None:
        """Put a metal sill into a door."""
        if self._stream("sill", door.id).random() >= self._floor.doors_with_sill:
            return
        # Casings stand at both sides of the opening: their inner faces are what is clear.
        sides = [part for part in door.parts if part.size_m[2] > 1.0]
        if not sides:
            return
        clear = min(abs(part.position_m[1]) - part.size_m[1] / 2.0 for part in sides)
        p = PartList()
        size = (_SILL_DEPTH_M, 2.0 * clear, self._floor.sill_height_m)
        p.box(size, 0.0, 0.0, 0.0, self._steel())
        sill = SceneObject(f"sill-{door.id}", "sill", door.pose, tuple(p.parts), collides=False)
        self._objects.append(sill)

    def _add_carpet(self, name: str, patch: _Patch, rng: np.random.Generator) -> None:
        main, border = (COLORS[str(word)] for word in rng.choice(ACCENTS, 2, replace=False))
        self._textures[name] = carpet_texture(
            rng, shade(main, rng), shade(border, rng), patch.size_m
        )
        p = PartList()
        size = (*patch.size_m, self._floor.carpet_height_m)
        p.box(size, 0.0, 0.0, 0.001, name, fit=True)
        self._objects.append(
            SceneObject(name, "carpet", patch.pose, tuple(p.parts), collides=False)
        )
        self._taken.append(patch.bounds())

    def _puddle(
        self, name: str, room: Room, anchor: SceneObject, rng: np.random.Generator
    ) -> PartList:
        """Return a few discs of water that run into each other before a thing."""
        x, y, theta = anchor.pose
        out = _reach_m(anchor, 0.0) + float(rng.uniform(0.3, 0.7))
        middle = np.array([x + math.cos(theta) * out, y + math.sin(theta) * out])
        x0, y0, x1, y1 = room.bounds_m
        p = PartList()
        for number in range(int(rng.integers(3, 6))):
            radius = float(rng.uniform(0.25, 0.55))
            low = np.array([x0, y0]) + radius + _MARGIN_M
            high = np.array([x1, y1]) - radius - _MARGIN_M
            if (low >= high).any():
                continue
            center = np.clip(middle + rng.normal(0.0, 0.3, 2), low, high)
            side = 2.0 * radius
            place = (float(center[0]), float(center[1]))
            self._wet(p, rng, f"{name}-{number}", place, (side, side), round_=True)
        return p

    def _wet(
        self,
        p: PartList,
        rng: np.random.Generator,
        name: str,
        center_m: tuple[float, float],
        side_m: tuple[float, float],
        round_: bool = False,
    ) -> None:
        """Add one piece of wet floor in the axes of ``map``, a hair above those before it."""
        self._textures[name] = wet_texture(rng, self._scene, center_m, side_m)
        p.box((*side_m, 0.001 + 0.0005 * len(p.parts)), *center_m, 0.0, name, fit=True)
        if round_:
            p.parts[-1] = replace(p.parts[-1], shape="cylinder")

    def _stand(self, editor: SceneEditor, wet: SceneObject) -> None:
        """Stand a warning sign beside a wet place, where there is room."""
        name = "wet-sign"
        if name not in self._textures:
            yellow, black = (236, 196, 30), (24, 24, 28)
            rng = self._stream(name)
            self._textures[name] = sign_texture(
                rng, "WET FLOOR", (0.28, 0.5), ground=yellow, ink=black
            )
        rng = self._stream(name, wet.id)
        p = PartList()
        for side in (-1, 1):
            p.box((0.02, 0.28, 0.6), side * 0.09, 0.0, 0.0, name, fit=True, pitch_rad=-side * 0.2)
        low, high = object_bounds(wet)
        for _ in range(_SIGN_TRIES):
            x, y = rng.uniform(low[:2] - 0.3, high[:2] + 0.3)
            pose = (round(float(x), 3), round(float(y), 3), float(rng.uniform(-math.pi, math.pi)))
            sign = SceneObject(f"sign-{wet.id}", "wet sign", pose, tuple(p.parts))
            if editor.put(sign):
                return

    def _steel(self) -> str:
        name = "metal_sill"
        if name not in self._textures:
            self._textures[name] = metal(self._stream(name), COLORS["silver"])
        return name

    def _anchors(self, room: Room, kinds: tuple[str, ...]) -> Iterator[SceneObject]:
        """Yield the things of these kinds in a room, in the order of the kinds."""
        x0, y0, x1, y1 = room.bounds_m
        reach = 0.3
        for kind in kinds:
            for obj in self._scene.objects:
                x, y, _ = obj.pose
                near = x0 - reach <= x <= x1 + reach and y0 - reach <= y <= y1 + reach
                if obj.kind == kind and near:
                    yield obj

    def _overlaps(self, patch: _Patch) -> bool:
        a = patch.bounds()
        return any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in self._taken)

    def _stream(self, *names: str) -> np.random.Generator:
        return stream(self._seed, "slippery", self._scene.seed, *names)


def _strip(
    room: Room,
    rng: np.random.Generator,
    share: tuple[float, float],
    wide_m: tuple[float, float],
) -> _Patch:
    """Return a strip along a room, of a share of its length."""
    x0, y0, x1, y1 = room.bounds_m
    along_x = x1 - x0 >= y1 - y0
    long, short = max(x1 - x0, y1 - y0), min(x1 - x0, y1 - y0)
    length, width = float(rng.uniform(*share)) * long, float(rng.uniform(*wide_m))
    width = min(width, short - 2.0 * _MARGIN_M)
    aside = float(rng.uniform(-_ASIDE, _ASIDE)) * max(0.0, short - width - 2.0 * _MARGIN_M)
    ahead = float(rng.uniform(-0.5, 0.5)) * (long - length)
    x, y = (x0 + x1) / 2.0, (y0 + y1) / 2.0
    if along_x:
        return _Patch((x + ahead, y + aside, 0.0), (length, width))
    return _Patch((x + aside, y + ahead, math.pi / 2.0), (length, width))


def _beside(anchor: SceneObject, side: float, size_m: tuple[float, float]) -> _Patch:
    """Return a place of a depth and a width at a side of a thing, a little way under it."""
    x, y, theta = anchor.pose
    heading = theta + side
    out = _reach_m(anchor, side) - _UNDER_M + size_m[0] / 2.0
    place = (x + math.cos(heading) * out, y + math.sin(heading) * out, heading)
    return _Patch(place, size_m)


def _within(patch: _Patch, room: Room) -> _Patch | None:
    """Cut a place to what is inside of a room; ``None`` if it is askew, or little is left."""
    theta = patch.pose[2]
    if abs(math.sin(2.0 * theta)) > 0.01:
        return None
    a, b = patch.bounds(), room.bounds_m
    x0, y0 = max(a[0], b[0] + _MARGIN_M), max(a[1], b[1] + _MARGIN_M)
    x1, y1 = min(a[2], b[2] - _MARGIN_M), min(a[3], b[3] - _MARGIN_M)
    if min(x1 - x0, y1 - y0) < _LEAST_CARPET_M:
        return None
    pose = (round((x0 + x1) / 2.0, 3), round((y0 + y1) / 2.0, 3), theta)
    sides = (x1 - x0, y1 - y0) if abs(math.cos(theta)) > 0.5 else (y1 - y0, x1 - x0)
    return _Patch(pose, (round(sides[0], 3), round(sides[1], 3)))


def _reach_m(obj: SceneObject, side: float) -> float:
    """Return how far a thing reaches from its origin in a direction of its own frame."""
    cos, sin = math.cos(side), math.sin(side)
    return max(
        cos * part.position_m[0]
        + sin * part.position_m[1]
        + (abs(cos) * part.size_m[0] + abs(sin) * part.size_m[1]) / 2.0
        for part in obj.parts
    )
