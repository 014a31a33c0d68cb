"""Routes: A* on the map graph, smoothing on its free space, sub-goals."""

from astra_global.route.config import RouteConfig
from astra_global.route.free_space import Blockage, FreeSpace
from astra_global.route.planner import GraphRoutePlanner
from astra_global.route.route import Route
from astra_global.route.sub_goal import LookAhead, look_ahead

__all__ = [
    "Blockage",
    "FreeSpace",
    "GraphRoutePlanner",
    "LookAhead",
    "Route",
    "RouteConfig",
    "look_ahead",
]
