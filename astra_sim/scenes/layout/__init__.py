"""Floor plans: how rooms tile a rectangle, what each room is for, and where the doors are."""

from astra_sim.scenes.layout.home import make_home_layout
from astra_sim.scenes.layout.types import WALL_M, Doorway, Layout, RoomPlan

__all__ = ["WALL_M", "Doorway", "Layout", "RoomPlan", "make_home_layout"]
