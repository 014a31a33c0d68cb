"""Cabinets of kitchens, for homes and offices alike."""

from __future__ import annotations

from astra_sim.scenes.furniture.piece import Kit
from astra_sim.scenes.parts import PartList

__all__ = ["COUNTER_DEPTH_M", "COUNTER_TOP_M", "cabinet", "wall_cabinet"]

#: Depth of the worktop and height of its upper side.
COUNTER_DEPTH_M = 0.62
COUNTER_TOP_M = 0.90


def cabinet(kit: Kit, p: PartList, width: float, color: str, doors: int) -> None:
    """Add a base cabinet with its piece of worktop."""
    board, steel = kit.surface("lacquer", color), kit.surface("metal", "grey")
    worktop, dark = kit.surface("stone", "grey"), kit.surface("lacquer", "black")
    p.box((COUNTER_DEPTH_M - 0.10, width, 0.10), -0.03, 0.0, 0.0, dark)
    p.box((COUNTER_DEPTH_M - 0.05, width, COUNTER_TOP_M - 0.14), -0.025, 0.0, 0.10, board)
    p.box((COUNTER_DEPTH_M, width, 0.04), 0.0, 0.0, COUNTER_TOP_M - 0.04, worktop)
    each = width / doors
    for index in range(doors):
        y = -width / 2.0 + (index + 0.5) * each
        p.box(
            (0.02, each - 0.02, COUNTER_TOP_M - 0.18), COUNTER_DEPTH_M / 2.0 - 0.045, y, 0.12, board
        )
        p.box(
            (0.02, each * 0.5, 0.018), COUNTER_DEPTH_M / 2.0 - 0.025, y, COUNTER_TOP_M - 0.14, steel
        )


def wall_cabinet(kit: Kit, p: PartList, width: float, color: str) -> None:
    """Add a cabinet on the wall above the worktop."""
    board, steel = kit.surface("lacquer", color), kit.surface("metal", "grey")
    p.box((0.34, width, 0.62), -COUNTER_DEPTH_M / 2.0 + 0.17, 0.0, 1.48, board)
    for side in (-1, 1):
        p.box(
            (0.02, width / 2.0 - 0.015, 0.60),
            -COUNTER_DEPTH_M / 2.0 + 0.35,
            side * width / 4.0,
            1.49,
            board,
        )
        p.box((0.02, 0.02, 0.14), -COUNTER_DEPTH_M / 2.0 + 0.365, side * 0.06, 1.52, steel)
