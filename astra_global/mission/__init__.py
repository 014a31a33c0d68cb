"""The mission: the paper's algorithm 1, its skills and its record."""

from astra_global.mission.config import MissionConfig
from astra_global.mission.log import MissionEvent, MissionLog

__all__ = ["MissionConfig", "MissionEvent", "MissionLog"]
