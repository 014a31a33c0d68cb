"""What a home is made of: wallpaper, planks and tiles, windows with curtains."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.layout.types import RoomPlan
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.shell import CEILING_M, ShellLook, WallFace
from astra_sim.scenes.textures import walls as wall_textures
from astra_sim.scenes.textures.palette import COLORS, WALL_TINTS, WOODS, shade
from astra_sim.scenes.textures.pictures import window_texture
from astra_sim.scenes.textures.room_walls import HOME_WALLS
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.types import SceneObject

__all__ = ["home_look"]

_FLOORS = {"kitchen": "tiles", "bathroom": "tiles", "laundry": "tiles"}


def home_look(seed: int, textures: TextureStore) -> ShellLook:
    """Return the look of a home: wallpaper, planks, curtains."""
    return ShellLook(
        CEILING_M,
        textures.material("lacquer", "white") if seed % 2 else textures.material("oak"),
        partial(_home_wall, seed=seed, textures=textures),
        partial(_home_floor, seed=seed, textures=textures),
        partial(_home_window, seed=seed, textures=textures),
    )


def _home_wall(face: WallFace, seed: int, textures: TextureStore) -> str:
    room = face.room
    name = f"{room.name}-{face.side}".replace(" ", "-")
    rng = stream(seed, "wall", name)
    base = stream(seed, "wall color", room.name)
    tint = shade(WALL_TINTS[int(base.integers(0, len(WALL_TINTS)))], base, 8.0)
    style = str(rng.choice(HOME_WALLS[room.kind]))
    if style == "brick":
        tint = shade((168, 104, 84), rng, 14.0)
    draw = partial(
        wall_textures.wall_texture,
        style=style,
        rgb=shade(tint, rng, 9.0),
        length_m=face.length_m,
        height_m=CEILING_M,
    )
    return textures.add(f"wall-{name}", draw)


def _home_floor(room: RoomPlan, seed: int, textures: TextureStore) -> tuple[str, str]:
    name = room.name.replace(" ", "-")
    x0, y0, x1, y1 = room.cell_m
    size = (x1 - x0, y1 - y0)
    rng = stream(seed, "floor", room.name)
    style = _FLOORS.get(room.kind) or ("planks" if rng.random() < 0.8 else "carpet")
    if style == "planks":
        rgb = WOODS[list(WOODS)[int(rng.integers(0, len(WOODS)))]][0]
    else:
        rgb = COLORS[str(rng.choice(["grey", "beige", "light blue", "brown", "white"]))]
    draw = partial(wall_textures.floor_texture, style=style, rgb=shade(rgb, rng, 8.0), size_m=size)
    floor = textures.add(f"floor-{name}", draw)
    draw = partial(wall_textures.ceiling_texture, size_m=size)
    return floor, textures.add(f"ceiling-{name}", draw)


def _home_window(
    index: int, face: WallFace, along: float, width: float, seed: int, textures: TextureStore
) -> SceneObject:
    rng = stream(seed, "window", index)
    low, high = (1.35, 2.1) if face.room.kind in ("bathroom", "laundry") else (0.95, 2.15)
    view = textures.add(f"window-{index}", partial(window_texture, size_m=(width, high - low)))
    white = textures.material("lacquer", "white")
    p = PartList()
    p.box((0.02, width, high - low), 0.01, 0.0, low, view, fit=True)
    p.box((0.09, width + 0.12, 0.03), 0.045, 0.0, low - 0.03, white)
    if rng.random() < 0.7 and face.room.kind not in ("bathroom", "laundry"):
        color = str(rng.choice(["red", "blue", "beige", "green", "orange", "turquoise", "pink"]))
        cloth = textures.material("fabric", color, 4)
        for side in (-1, 1):
            p.box(
                (0.05, 0.26, high - low + 0.3), 0.05, side * (width / 2.0 + 0.06), low - 0.2, cloth
            )
        rod = textures.material("metal", "grey")
        p.box((0.03, width + 0.5, 0.03), 0.06, 0.0, high + 0.1, rod)
    return SceneObject(
        f"window-{index}", "window", face.at(along, 0.0), tuple(p.parts), collides=False
    )
