"""Walls painted, papered or tiled anew, in the styles that such rooms have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures.noise import to_uint8
from astra_sim.scenes.textures.office_walls import OFFICE_WALLS
from astra_sim.scenes.textures.palette import WALL_TINTS, shade
from astra_sim.scenes.textures.room_walls import HOME_WALLS, OFFICE_ROOM_WALLS
from astra_sim.scenes.textures.types import WallPainter
from astra_sim.scenes.textures.walls import WALL_STYLES, painted_wall
from astra_sim.scenes.textures.warehouse import cladding_texture
from astra_sim.scenes.types import Scene, SceneObject

__all__ = ["redrawn_wall"]

#: Where nobody says otherwise.
_PLAIN = ("plaster", "stripes", "panels")
_TILED = frozenset(("bathroom", "toilet", "toilets"))
_BRICK = (168, 104, 84)
#: Tints that are taken: the half that is farthest from the old colour.
_OTHER_TINTS = len(WALL_TINTS) // 2


def redrawn_wall(scene: Scene, seed: int, wall: SceneObject, texture: str) -> NDArray[np.uint8]:
    """Draw a wall in another tint and perhaps another style, as large as it is.

    The faces of one room share the tint. The hall of a warehouse is clad in another colour; what
    its side rooms show the hall is repainted, glass and doors where they are.

    Args:
        scene: The building of the tour.
        seed: Seed of the run.
        wall: The wall.
        texture: Which of its pictures.

    Returns:
        ``(H, W, 3)`` uint8, the shape of the old picture.
    """
    old = scene.textures[texture]
    height_m = max(part.position_m[2] + part.size_m[2] / 2.0 for part in wall.parts)
    meters_per_pixel = height_m / old.shape[0]
    length_m = old.shape[1] * meters_per_pixel
    rng = stream(seed, "redecorated", scene.seed, "wall", texture)
    room, kind = _room_of(scene, wall)
    tint = _another_tint(stream(seed, "redecorated", scene.seed, "tint", room), old)
    if texture.startswith("wall-rooms-"):
        return _repainted(old, float(rng.uniform(0.6, 0.8)) * tint)
    if texture == "wall-hall":
        image = cladding_texture(rng, tint, length_m, height_m)
        return image if image.shape == old.shape else _repainted(old, tint)
    painters = OFFICE_WALLS if scene.family == "office" else WALL_STYLES
    style = str(rng.choice(_styles(scene.family, kind)))
    if style == "brick" and scene.family == "home":
        tint = shade(_BRICK, rng, 14.0)
    paint: WallPainter = painters[style]
    # Just so long that rounding gives the old shape.
    size = (length_m, old.shape[0] * meters_per_pixel)
    return painted_wall(rng, paint, shade(tint, rng, 6.0), *size, meters_per_pixel)


def _styles(family: str, kind: str) -> tuple[str, ...]:
    if family == "home":
        return HOME_WALLS.get(kind, _PLAIN)
    if family == "office":
        return OFFICE_ROOM_WALLS.get(kind, ("band", "dado", "panels"))
    return ("tiles",) if kind in _TILED else _PLAIN


def _room_of(scene: Scene, wall: SceneObject) -> tuple[str, str]:
    """Return name and kind of the room that a wall faces; its own name where it faces none."""
    for room in scene.rooms:
        if wall.id.startswith(f"wall-{room.name}-".replace(" ", "-")):
            return room.name, room.kind
    return wall.parts[0].texture, ""


def _another_tint(rng: np.random.Generator, old: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return a wall colour that one tells from the old one."""
    mean = old.reshape(-1, 3).mean(axis=0)
    away = [float(np.linalg.norm(np.asarray(tint) - mean)) for tint in WALL_TINTS]
    far = np.argsort(away)[-_OTHER_TINTS:]
    return shade(WALL_TINTS[int(rng.choice(far))], rng, 8.0)


def _repainted(old: NDArray[np.uint8], tint: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return a picture whose commonest paint has another colour, dark glass as it was."""
    image = old.astype(np.float64)
    usual = np.median(image.reshape(-1, 3), axis=0)
    paint = np.abs(image - usual).max(axis=2) < 60.0
    image[paint] *= tint / np.maximum(usual, 1.0)
    return to_uint8(image)
