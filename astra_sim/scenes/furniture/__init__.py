"""Furniture of several parts each, so that a picture of 160 x 120 shows what it is."""

from astra_sim.scenes.furniture.piece import Kit, Piece

__all__ = ["Kit", "Piece"]
