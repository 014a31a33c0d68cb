"""Pallets and what stands on them, all from one atlas of pictures."""

from __future__ import annotations

from astra_sim.scenes.textures.warehouse_loads import load_uv
from astra_sim.scenes.types import Part

__all__ = ["ATLAS", "PALLET_M", "load_box", "pallet_with_load"]

#: Name of the texture with all loads.
ATLAS = "loads"
#: Height of a pallet.
PALLET_M = 0.14


def load_box(
    size_m: tuple[float, float, float],
    x: float,
    y: float,
    z: float,
    picture: str,
    yaw_rad: float = 0.0,
) -> Part:
    """Build a box that shows one picture of the atlas on every face.

    Args:
        size_m: Extents.
        x: Centre.
        y: Centre.
        z: Bottom.
        picture: A name of :data:`~astra_sim.scenes.textures.warehouse_loads.LOADS`.
        yaw_rad: Rotation about z.
    """
    centre = (x, y, z + size_m[2] / 2.0)
    return Part("box", size_m, centre, ATLAS, yaw_rad, uv=load_uv(picture))


def pallet_with_load(
    size_m: tuple[float, float, float], x: float, y: float, z: float, load: str
) -> list[Part]:
    """Build a pallet and its load; stacks of cartons show some relief.

    Args:
        size_m: Depth, width and height of the load.
        x: Centre.
        y: Centre.
        z: Bottom of the pallet.
        load: A picture of the atlas.
    """
    deep, wide, height = size_m
    parts = [load_box((deep, wide, PALLET_M), x, y, z, "pallet")]
    z += PALLET_M
    if load in ("sacks", "drums") or load.startswith("film"):
        parts.append(load_box((deep - 0.05, wide - 0.03, height), x, y, z, load))
        return parts
    for layer in range(2):
        for side in (-1, 1):
            # Cartons never stand quite flush.
            back = 0.012 * ((layer * 2 + (side > 0)) * 7 % 5)
            size = (deep - 0.03 - back, wide / 2.0 - 0.012, height / 2.0)
            place = (x - back / 2.0, y + side * wide / 4.0, z + layer * height / 2.0)
            parts.append(load_box(size, *place, load))
    return parts
