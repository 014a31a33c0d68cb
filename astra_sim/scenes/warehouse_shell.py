"""The hall itself: outer walls, floor slabs, roof, columns.

Whatever stands at the ends of an aisle (wall panels, floor, roof, columns) repeats with the aisles.
"""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.layout.warehouse import WarehouseLayout
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.placing import SIDES, wall_frame
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures import warehouse as surfaces
from astra_sim.scenes.textures.palette import shade
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.types import Part, SceneObject
from astra_sim.scenes.warehouse_corner import build_corner
from astra_sim.scenes.warehouse_panels import field_wall, slab

__all__ = ["OUTER_WALL_M", "build_hall"]

OUTER_WALL_M = 0.2
_COLUMN_M = 0.26
_LINE_M = 0.09
_TINTS = ((206, 208, 204), (190, 202, 208), (212, 204, 186), (196, 206, 190))


def build_hall(layout: WarehouseLayout, seed: int, textures: TextureStore) -> list[SceneObject]:
    """Build everything that belongs to the building, aisles along y.

    Args:
        layout: The plan.
        seed: Seed of the scene.
        textures: Where the textures go.
    """
    objects = _outer_walls(layout, seed, textures)
    objects += _floors(layout, textures)
    objects += _roof(layout, textures)
    objects += _columns(layout, textures)
    objects += build_corner(layout, seed, textures)
    return objects


def _outer_walls(layout: WarehouseLayout, seed: int, textures: TextureStore) -> list[SceneObject]:
    rng = stream(seed, "cladding")
    tint = shade(_TINTS[int(rng.integers(0, len(_TINTS)))], rng, 6.0)
    draw = partial(
        surfaces.cladding_texture, rgb=tint, length_m=layout.pitch_m, height_m=layout.height_m
    )
    texture = textures.add("wall-hall", draw)
    walls = []
    for side in SIDES:
        x, y, theta, length = wall_frame((0.0, 0.0, layout.width_m, layout.depth_m), side)
        reach = OUTER_WALL_M if side in ("west", "east") else 0.0
        walls.append(
            field_wall(
                f"wall-{side}",
                (x, y, theta),
                length,
                layout.height_m,
                OUTER_WALL_M,
                texture,
                layout.pitch_m,
                reach=reach,
            )
        )
    return walls


def _floors(layout: WarehouseLayout, textures: TextureStore) -> list[SceneObject]:
    slabs = []
    pitch, length = layout.pitch_m, layout.rack.length_m
    # A yellow line along the racks on both sides of every aisle.
    edges = (pitch - layout.aisle_m) / 2.0 + 0.06
    lines = tuple((x, 0.0, x + _LINE_M, length) for x in (edges, pitch - edges - _LINE_M))
    aisle = textures.add(
        "floor-aisle",
        partial(surfaces.concrete_texture, size_m=(pitch, length), lines_m=lines),
    )
    for plan in layout.aisles:
        slabs.append(slab(plan.name.replace(" ", "-").lower(), plan.bounds_m, aisle))
    for zone in layout.zones:
        x0, y0, x1, y1 = zone.bounds_m
        name = zone.name.replace(" ", "-")
        if zone.kind == "cross aisle":
            wide = y1 - y0
            lines = tuple((0.0, y, pitch, y + _LINE_M) for y in (0.12, wide - 0.12 - _LINE_M))
            texture = textures.add(
                f"floor-{name}",
                partial(surfaces.concrete_texture, size_m=(pitch, wide), lines_m=lines),
            )
            for k in range(len(layout.aisles)):
                field = (k * pitch, y0, (k + 1) * pitch, y1)
                slabs.append(slab(f"{name}-{k}", field, texture))
            continue
        wide, deep = x1 - x0, y1 - y0
        a = 0.3
        frame = (
            (a, a, wide - a, a + _LINE_M),
            (a, deep - a - _LINE_M, wide - a, deep - a),
            (a, a, a + _LINE_M, deep - a),
            (wide - a - _LINE_M, a, wide - a, deep - a),
        )
        texture = textures.add(
            f"floor-{name}",
            partial(surfaces.concrete_texture, size_m=(wide, deep), lines_m=frame),
        )
        slabs.append(slab(name, zone.bounds_m, texture))
    return slabs


def _roof(layout: WarehouseLayout, textures: TextureStore) -> list[SceneObject]:
    rows = max(1, round(layout.depth_m / 5.0))
    pitch, deep = layout.pitch_m, layout.depth_m / rows
    texture = textures.add("ceiling-hall", partial(surfaces.roof_texture, size_m=(pitch, deep)))
    parts = [
        Part(
            "box",
            (pitch, deep, 0.1),
            ((k + 0.5) * pitch, (row + 0.5) * deep, layout.height_m + 0.05),
            texture,
        )
        for k in range(len(layout.aisles))
        for row in range(rows)
    ]
    return [SceneObject("ceiling-hall", "ceiling", (0.0, 0.0, 0.0), tuple(parts), collides=False)]


def _columns(layout: WarehouseLayout, textures: TextureStore) -> list[SceneObject]:
    """Steel columns at both ends of every double rack."""
    steel = textures.material("metal", "grey")
    p = PartList()
    p.box((_COLUMN_M, _COLUMN_M, layout.height_m), 0.0, 0.0, 0.0, steel)
    p.box((_COLUMN_M + 0.02, _COLUMN_M + 0.02, 1.0), 0.0, 0.0, 0.0, "hazard")
    _, y0, _, y1 = layout.aisles[0].bounds_m
    return [
        SceneObject(f"column-{end}-{k}", "column", (k * layout.pitch_m, y, 0.0), tuple(p.parts))
        for end, y in (("front", y0 - 0.3), ("back", y1 + 0.3))
        for k in range(1, len(layout.aisles))
    ]
