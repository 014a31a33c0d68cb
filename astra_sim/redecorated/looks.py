"""Redrawing what people change in a building, and nothing that stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_sim.redecorated.cloth import patterned_cloth
from astra_sim.redecorated.config import Redecoration
from astra_sim.redecorated.walls import redrawn_wall
from astra_sim.scenes.furniture.warehouse_loads import ATLAS
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures import fronts, materials, office_boards, office_fronts
from astra_sim.scenes.textures.palette import ACCENTS, COLORS, shade
from astra_sim.scenes.textures.pictures import PICTURE_KINDS, picture_texture
from astra_sim.scenes.textures.warehouse_loads import LOADS, load_uv, loads_texture
from astra_sim.scenes.types import Part, Scene, SceneObject

__all__ = ["redecorated_scene"]

#: What stays as it looks: the building, kitchens, racks, signs, and what is bolted down.
_STAYS = frozenset(
    (
        *("wall", "floor", "ceiling", "door", "threshold", "column", "plinth", "dock door"),
        *("kitchen counter", "stove", "sink", "fridge", "microwave", "dishwasher"),
        *("rack", "rack bay", "sign", "aisle sign", "emblem", "lift", "staircase"),
        *("fire extinguisher", "first aid kit", "defibrillator", "eye wash station"),
        *("toilet", "bathtub", "washbasin", "vending machine", "charging station"),
        *("chair", "office chair"),
    )
)
#: A part is a small thing up to this side, metres: cushions, vases, boxes on a cupboard.
_SMALL_M = 0.6
#: Cloth and lacquer that people buy anew; woods, metals and stone stay.
_SURFACE = re.compile(r"(fabric|lacquer|ceramic|leather|wicker)_([a-z-]+)_\d+")
_BLINDS = ("white", "beige", "grey", "light blue", "yellow", "green")
#: Goods of one kind of packing take each other's place in a rack.
_GOODS = tuple(name for name in LOADS if name not in ("pallet", "planks"))

#: Draws what hangs or lies there now, from a stream and the part's width and height.
_Draw = Callable[[np.random.Generator, float, float], NDArray[np.uint8]]
_SHOWN: dict[str, _Draw] = {
    "books": fronts.books,
    "binders": office_fronts.binders,
    "notices": office_boards.notice_board,
    "whiteboard": office_boards.whiteboard,
    "slide": lambda rng, width, height: office_boards.slide(rng),
    "screen": lambda rng, width, height: office_boards.slide(rng),
    "display": lambda rng, width, height: fronts.desktop_screen(rng),
    "desktop": lambda rng, width, height: fronts.desktop_screen(rng),
    "tv": lambda rng, width, height: fronts.tv_screen(rng),
}


def redecorated_scene(scene: Scene, seed: int, redecoration: Redecoration) -> Scene:
    """Return the same building with another look, everything where it was.

    What a landmark's words say of it stays true: a red picture becomes another red picture, a bed
    with a blue blanket gets another blue one.

    Args:
        scene: The building of the tour.
        seed: Seed of the run.
        redecoration: How much of it.
    """
    painter = _Painter(scene, seed, redecoration)
    objects = tuple(painter.redrawn(obj) for obj in scene.objects)
    used = {part.texture for obj in objects for part in obj.parts}
    textures = {name: image for name, image in painter.textures.items() if name in used}
    return replace(scene, objects=objects, textures=textures)


class _Painter:
    """Gives one object after the other its new look."""

    def __init__(self, scene: Scene, seed: int, redecoration: Redecoration) -> None:
        self._scene, self._seed, self._shares = scene, seed, redecoration
        self.textures = dict(scene.textures)
        self._words = {landmark.object_id: landmark.color for landmark in scene.landmarks}
        self._walls: set[str] = set()
        if ATLAS in self.textures:
            self.textures[ATLAS] = loads_texture(self._stream("goods"))

    def redrawn(self, obj: SceneObject) -> SceneObject:
        """Return an object as it looks now."""
        if obj.kind == "wall":
            self._paint(obj)
            return obj
        if obj.kind == "picture":
            return self._with(obj, lambda part: self._picture(obj, part))
        if obj.kind == "window":
            return self._with(obj, lambda part: self._curtain(obj, part))
        if obj.kind == "goods":
            return self._goods(obj)
        if obj.kind in _STAYS:
            return obj
        rng = self._stream("changes", obj.id)
        if obj.kind == "bed":
            changes = rng.random() < self._shares.bedding
            return self._with(obj, lambda part: self._bedding(obj, part)) if changes else obj
        return self._with(obj, lambda part: self._small_thing(obj, part))

    def _paint(self, obj: SceneObject) -> None:
        """Redraw a wall; one that is shared by several is redrawn once for all of them."""
        for part in obj.parts:
            if part.texture not in self._walls and part.texture in self.textures:
                self._walls.add(part.texture)
                self.textures[part.texture] = redrawn_wall(
                    self._scene, self._seed, obj, part.texture
                )

    def _picture(self, obj: SceneObject, part: Part) -> Part:
        rng = self._stream("picture", obj.id)
        word = self._words.get(obj.id) or str(rng.choice(ACCENTS))
        kind = str(rng.choice(PICTURE_KINDS))
        _, width, height = part.size_m
        image = picture_texture(rng, kind, shade(COLORS[word], rng), (width, height))
        return self._shows(part, f"{part.texture}-now", image)

    def _curtain(self, obj: SceneObject, part: Part) -> Part:
        """Redraw curtains of cloth and the slats of blinds; the window stays."""
        name, rng = f"curtain-{obj.id}", self._stream("curtain", obj.id)
        if part.texture.startswith("fabric_"):
            return self._shows(part, name, lambda: self._cloth(rng, str(rng.choice(ACCENTS))))
        if part.pitch_rad != 0.0:
            color = COLORS[str(rng.choice(_BLINDS))]
            return self._shows(part, name, lambda: materials.lacquer(rng, shade(color, rng)))
        return part

    def _bedding(self, obj: SceneObject, part: Part) -> Part:
        found = _SURFACE.fullmatch(part.texture)
        if found is None or found[1] != "fabric":
            return part
        rng, old = self._stream("bedding", obj.id, part.texture), found[2].replace("-", " ")
        if old == "white":
            word = str(rng.choice(("white", "beige", "light blue")))
        else:
            word = old if self._words.get(obj.id) == old else str(rng.choice(ACCENTS))
        return self._shows(
            part, f"{part.texture}-{obj.id}", lambda: self._cloth(rng, word, old != "white")
        )

    def _small_thing(self, obj: SceneObject, part: Part) -> Part:
        rng = self._stream("small", obj.id, part.texture)
        if rng.random() >= self._shares.small_things:
            return part
        shown = _SHOWN.get(re.sub(r"_\d+$", "", part.texture))
        if shown is not None and part.tile_m == 0.0:
            _, width, height = part.size_m
            name = f"{part.texture}-{obj.id}"
            return self._shows(part, name, lambda: shown(rng, width, height))
        found = _SURFACE.fullmatch(part.texture)
        if found is None or max(part.size_m) > _SMALL_M:
            return part
        kind, old = found[1], found[2].replace("-", " ")
        if old not in ACCENTS or old == self._words.get(obj.id):
            return part
        word = str(rng.choice([color for color in ACCENTS if color != old]))
        color = shade(COLORS[word], rng)
        if kind == "fabric":
            return self._shows(part, f"{part.texture}-{obj.id}", lambda: self._cloth(rng, word))
        draw = getattr(materials, kind)
        return self._shows(part, f"{part.texture}-{obj.id}", lambda: draw(rng, color))

    def _goods(self, obj: SceneObject) -> SceneObject:
        """Exchange what stands in a rack, pallets and places as they are."""
        rng = self._stream("goods", obj.id)
        if rng.random() >= self._shares.goods:
            return obj
        others = rng.permutation(len(_GOODS))
        new = {load_uv(old): load_uv(_GOODS[int(k)]) for old, k in zip(_GOODS, others, strict=True)}
        return self._with(obj, lambda part: replace(part, uv=new.get(part.uv, part.uv)))

    def _cloth(
        self, rng: np.random.Generator, word: str, patterned: bool = True
    ) -> NDArray[np.uint8]:
        main, other = shade(COLORS[word], rng), COLORS[str(rng.choice(("white", *ACCENTS)))]
        return patterned_cloth(rng, main, shade(other, rng) if patterned else main)

    def _shows(
        self,
        part: Part,
        name: str,
        image: NDArray[np.uint8] | Callable[[], NDArray[np.uint8]],
    ) -> Part:
        """Return a part that shows a picture, drawn when it is first needed."""
        if name not in self.textures:
            self.textures[name] = image() if callable(image) else image
        return replace(part, texture=name)

    def _with(self, obj: SceneObject, change: Callable[[Part], Part]) -> SceneObject:
        return replace(obj, parts=tuple(change(part) for part in obj.parts))

    def _stream(self, *names: str) -> np.random.Generator:
        return stream(self._seed, "redecorated", self._scene.seed, *names)
