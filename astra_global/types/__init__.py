"""The records of Astra-Global: map, fix, goal and mission. They import nothing heavy."""

from astra_global.types.covariance import is_covariance
from astra_global.types.decision import Decision, Evidence
from astra_global.types.fix import PoseAlternative, PoseFix
from astra_global.types.goal import Goal, GoalKind, GoalMatch
from astra_global.types.map import AstraMap, Landmark, MapEdge, MapNode
from astra_global.types.mission import MissionPhase, MissionResult, MissionStatus
from astra_global.types.mounting import MountingError
from astra_global.types.occupancy import FREE, OCCUPIED, UNKNOWN, OccupancyMap

__all__ = [
    "FREE",
    "OCCUPIED",
    "UNKNOWN",
    "AstraMap",
    "Decision",
    "Evidence",
    "Goal",
    "GoalKind",
    "GoalMatch",
    "Landmark",
    "MapEdge",
    "MapNode",
    "MissionPhase",
    "MissionResult",
    "MissionStatus",
    "MountingError",
    "OccupancyMap",
    "PoseAlternative",
    "PoseFix",
    "is_covariance",
]
