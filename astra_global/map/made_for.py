"""For which robot a map was made, and what another robot should know of it.

A map depends on the size of the robot that it was made for. Its free space is what is free up to
the height of that robot, and its edges leave room for the width of that robot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from astra_core.errors import ConfigError, MapFormatError
from astra_core.robot import RobotConfig
from astra_global.types import AstraMap

__all__ = ["MapRobot", "map_robot", "require_map_for"]

_KEY = "robot"
_FIELDS = ("footprint_radius_m", "height_m")


@dataclass(frozen=True)
class MapRobot:
    """What a map depends on.

    Attributes:
        footprint_radius_m: Edges leave room for this.
        height_m: Free space is free up to this, at least.
    """

    footprint_radius_m: float
    height_m: float

    @classmethod
    def of(cls, robot: RobotConfig) -> MapRobot:
        """Return what a map for this robot depends on."""
        return cls(robot.footprint_radius_m, robot.height_m)

    def to_provenance(self) -> dict[str, dict[str, float]]:
        """Return the entry of the map's provenance."""
        return {_KEY: {name: getattr(self, name) for name in _FIELDS}}


def map_robot(provenance: Mapping[str, Any]) -> MapRobot | None:
    """Return the robot that a map was made for; ``None`` where the map does not say so.

    Args:
        provenance: Of an :class:`~astra_global.types.AstraMap`.

    Raises:
        MapFormatError: It says so in a way that cannot be understood.
    """
    entry = provenance.get(_KEY)
    if entry is None:
        return None
    try:
        values = [float(entry[name]) for name in _FIELDS]
    except (KeyError, TypeError, ValueError) as error:
        raise MapFormatError(
            f"provenance.{_KEY} must give {' and '.join(_FIELDS)}, got {entry!r}"
        ) from error
    return MapRobot(*values)


def require_map_for(map: AstraMap, robot: RobotConfig) -> tuple[str, ...]:
    """Return a line for each thing that a robot should know of a map made for another one.

    A wider robot is only told: routes are checked against the occupancy for its own width, so an
    edge that is too narrow costs a detour. A taller robot is refused: what hangs between the two
    heights is not on the map, and nothing that plans on it could know.

    Raises:
        ConfigError: The robot is taller than the one the map was made for.
        MapFormatError: The map says for whom it was made in a way that cannot be understood.
    """
    made_for = map_robot(map.provenance)
    if made_for is None:
        return ()
    place = f"the map {map.folder}" if map.folder else "the map"
    if robot.height_m > made_for.height_m:
        raise ConfigError(
            f"{place} was made for a robot of {made_for.height_m} m and knows nothing of what "
            f"hangs higher, but this robot has height_m {robot.height_m}: build the map anew"
        )
    remarks = []
    if robot.height_m < made_for.height_m:
        remarks.append(
            f"{place} was made for a robot of {made_for.height_m} m: where this one "
            f"({robot.height_m} m) would fit under something, no route leads"
        )
    width, own = made_for.footprint_radius_m, robot.footprint_radius_m
    if own != width:
        what = "may be too narrow for" if own > width else "leave out gaps that are wide enough for"
        remarks.append(
            f"{place} was made for a robot with footprint_radius_m {width}: its edges {what} "
            f"this one ({own})"
        )
    return tuple(remarks)
