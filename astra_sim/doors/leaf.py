"""What a door leaf looks like: a wooden board with panels, a kick plate and two pulls."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.mesh import Mesh, merge, part_mesh
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import materials
from astra_sim.scenes.textures.palette import WOODS, shade

__all__ = ["THICK_M", "draw_materials", "leaf_meshes"]

#: Of the board; pulls stand out a little, and all of it fits into a wall of 8 cm.
THICK_M = 0.036


def draw_materials(rng: np.random.Generator) -> dict[str, NDArray[np.uint8]]:
    """Draw the surfaces of one leaf: ``board``, ``panel``, ``metal`` and ``pull``."""
    rgb = shade(WOODS[list(WOODS)[int(rng.integers(0, len(WOODS)))]][0], rng, 8.0)
    return {
        "board": _upright(materials.wood(rng, rgb)),
        "panel": _upright(materials.wood(rng, np.clip(rgb * 0.74, 8, 240))),
        "metal": materials.metal(rng, np.array([186.0, 188.0, 190.0])),
        "pull": materials.metal(rng, np.array([72.0, 74.0, 78.0])),
    }


def _upright(grain: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn the grain upright and mirror it, so that repetitions have no seams."""
    turned = grain.transpose(1, 0, 2)
    wide = np.concatenate([turned, turned[:, ::-1]], axis=1)
    return np.ascontiguousarray(np.concatenate([wide, wide[::-1]], axis=0))


def leaf_meshes(width_m: float, height_m: float, pull_side: float) -> dict[str, Mesh]:
    """Return the meshes of a leaf by material.

    Frame: x across the wall, y along it, z up; the origin is on the floor in the leaf's middle.

    Args:
        width_m: Width.
        height_m: Height.
        pull_side: +1 puts the pull near the edge at +y, -1 near the other.
    """
    board, panel, metal, pull = PartList(), PartList(), PartList(), PartList()
    board.box((THICK_M, width_m, height_m), 0.0, 0.0, 0.0, "board")
    inner = width_m - 0.24
    # A thin line of shadow around each panel, then the raised field in the wood of the board.
    for low, high in ((0.30, 0.92), (1.08, height_m - 0.16)):
        panel.box((THICK_M + 0.004, inner, high - low), 0.0, 0.0, low, "panel")
        board.box(
            (THICK_M + 0.010, inner - 0.09, high - low - 0.09), 0.0, 0.0, low + 0.045, "board"
        )
    metal.box((THICK_M + 0.006, width_m - 0.04, 0.16), 0.0, 0.0, 0.02, "metal")
    y = pull_side * (width_m / 2.0 - 0.065)
    metal.box((THICK_M + 0.006, 0.055, 0.26), 0.0, y, 0.90, "metal")
    pull.box((THICK_M + 0.020, 0.020, 0.20), 0.0, y, 0.93, "pull")
    lists = {"board": board, "panel": panel, "metal": metal, "pull": pull}
    return {name: merge([part_mesh(part) for part in parts.parts]) for name, parts in lists.items()}
