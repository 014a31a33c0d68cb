"""What lies on slippery floors, and how much of their turning the wheels lose on it."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.errors import ConfigError

__all__ = ["Slip", "SlipperyFloor"]


@dataclass(frozen=True)
class Slip:
    """How a wheel slips on things of one kind.

    The slip ratio is the share of the way rolled by the rim that the floor does not give: at 0.1
    the wheel turns 1 m and the robot comes 0.9 m far. Each thing has a mean of its own; around it
    the ratio of a wheel wanders with the way rolled.
    """

    least: float = setting(0.0, "smallest mean slip ratio of a thing", minimum=0.0, maximum=0.5)
    most: float = setting(0.0, "largest mean slip ratio of a thing", minimum=0.0, maximum=0.5)
    spread: float = setting(
        0.0, "standard deviation of a wheel's slip ratio about that mean", minimum=0.0, maximum=0.2
    )
    length_m: float = setting(
        0.3, "distance over which a wheel's slip ratio stays alike", minimum=0.01, maximum=10.0
    )
    drift: float = setting(
        0.0,
        "largest share of the way rolled by which a pile pushes the robot, in the direction in "
        "which the fibres of that one carpet lie",
        minimum=0.0,
        maximum=0.2,
    )

    def __post_init__(self) -> None:
        """Refuse a range that is none."""
        if self.least > self.most:
            raise ConfigError(f"least slip ratio ({self.least}) is above most ({self.most})")


@dataclass(frozen=True)
class SlipperyFloor:
    """Carpets, door sills and wet places of a building, and what they do to wheels."""

    #: Carpets give way under driven wheels and push the robot along their pile, which is why
    #: makers of cleaning robots estimate a drift vector for every carpet (US 9,223,312). An iRobot
    #: Create 2 commanded for 10 s on carpet counted 329 to 357 mm and came 294 to 331 mm far
    #: (measured by its users): a ratio of 0.07 to 0.11. Short pile is better.
    carpet: Slip = Slip(least=0.03, most=0.10, spread=0.02, length_m=0.5, drift=0.04)
    #: A wheel of 35 mm radius rolls 41.6 mm over an edge of 6 mm where the robot advances 39.2 mm,
    #: and slides a little as it climbs: 5 to 20 mm in all for a sill of 0.1 m, never the same for
    #: both wheels. Bumps of 10 mm turned a LabMate by half a degree each (Borenstein and Feng
    #: 1996); one standard deviation here turns a track of 0.23 m by about one degree.
    sill: Slip = Slip(least=0.05, most=0.20, spread=0.03, length_m=0.1)
    #: Smooth tiles keep a friction of 0.2 to 0.4 under water, of 0.6 or more when dry, and soap
    #: halves it again: slip ratios of driven rubber at the same pull grow to about the double of
    #: those on carpet, and change within a hand's breadth from film to drained spots.
    wet: Slip = Slip(least=0.08, most=0.20, spread=0.05, length_m=0.2)
    relaxation_m: float = setting(
        0.04,
        "way rolled over which the slip follows what lies under the wheel: the contact patch of a "
        "small tyre, on the edge of things of a few millimetres",
        minimum=0.001,
        maximum=1.0,
    )
    carpeted_rooms: float = setting(
        0.8, "share of the rooms in which carpets lie that have one", minimum=0.0, maximum=1.0
    )
    doors_with_sill: float = setting(
        0.8, "share of the doors with a sill to roll over", minimum=0.0, maximum=1.0
    )
    wet_rooms: float = setting(
        0.6,
        "share of the rooms in which water is spilt or floors are mopped that are wet",
        minimum=0.0,
        maximum=1.0,
    )
    wet_signs: float = setting(
        0.7,
        "share of the wet places with a warning sign beside them, where there is room for one",
        minimum=0.0,
        maximum=1.0,
    )
    sill_height_m: float = setting(
        0.006, "height of a door sill, which the robot gets over", minimum=0.001, maximum=0.015
    )
    carpet_height_m: float = setting(0.009, "thickness of a carpet", minimum=0.001, maximum=0.015)
