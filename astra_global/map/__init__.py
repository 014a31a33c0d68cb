"""The map on disk: load, save, check, draw. Records are in :mod:`astra_global.types`."""

from astra_global.map.check import check_map
from astra_global.map.draw import draw_map
from astra_global.map.made_for import MapRobot, map_robot, require_map_for
from astra_global.map.store import accept_edits, load_map, read_provenance, save_map
from astra_global.types import (
    FREE,
    OCCUPIED,
    UNKNOWN,
    AstraMap,
    Landmark,
    MapEdge,
    MapNode,
    OccupancyMap,
)

__all__ = [
    "FREE",
    "OCCUPIED",
    "UNKNOWN",
    "AstraMap",
    "Landmark",
    "MapEdge",
    "MapNode",
    "MapRobot",
    "OccupancyMap",
    "accept_edits",
    "check_map",
    "draw_map",
    "load_map",
    "map_robot",
    "read_provenance",
    "require_map_for",
    "save_map",
]
