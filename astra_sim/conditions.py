"""What differs between the tour and a mission, and who walks about (DESIGN sections 4 and 8).

A tour is taken in the empty building. At mission time the light has changed, some things have
moved, doors stand differently, people walk, and images come late or not at all.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from astra_core.config import setting, to_mapping
from astra_core.errors import ConfigError
from astra_sim.redecorated.config import Redecoration
from astra_sim.slippery.config import SlipperyFloor

__all__ = [
    "CHANGED",
    "CONDITIONS",
    "CROWDED",
    "EMPTY",
    "SLIPPERY",
    "STANDARD",
    "Conditions",
    "named_conditions",
]


@dataclass(frozen=True)
class Conditions:
    """One named setting of the world at mission time; everything is drawn from the run's seed."""

    name: str = setting("empty", "what tables call it")
    fewest_people: int = setting(0, "people walking, at least", minimum=0, maximum=30)
    most_people: int = setting(0, "people walking, at most", minimum=0, maximum=30)
    moved_share: float = setting(
        0.0,
        "share of the movable objects that stand elsewhere than on the tour",
        minimum=0,
        maximum=1,
    )
    light_change: float = setting(
        0.0,
        "relative change of brightness, direction and colour of the light",
        minimum=0,
        maximum=1,
    )
    closed_doors: float = setting(
        0.0,
        "share of the doors with a leaf that are shut and open for those who come",
        minimum=0,
        maximum=1,
    )
    image_drop_out: float = setting(0.0, "share of images that never arrive", minimum=0, maximum=1)
    image_latency_s: float = setting(0.0, "time from exposure to delivery", minimum=0, maximum=1)
    extra_furniture: float = setting(
        1.0, "furniture on the floor relative to the scene's own", minimum=1, maximum=3
    )
    m2_per_person: float = setting(
        12.0, "free floor for each person: a small home does not hold ten", minimum=3
    )
    #: Carpets, door sills and wet places on which wheels slip; ``None``: a firm floor.
    slippery: SlipperyFloor | None = None
    #: Another look than on the tour, and lamps at night; ``None``: as on the tour.
    redecorated: Redecoration | None = None

    def __post_init__(self) -> None:
        """Refuse ranges that contradict each other."""
        if self.fewest_people > self.most_people:
            raise ConfigError(
                f"fewest_people ({self.fewest_people}) is above most_people ({self.most_people})"
            )

    @property
    def sha256(self) -> str:
        """Return the first 12 hex digits of the hash of all values, as the profile has one."""
        text = json.dumps(to_mapping(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


#: The building of the tour.
EMPTY = Conditions()
#: The conditions of every table that does not say otherwise (DESIGN section 8).
STANDARD = Conditions(
    name="standard",
    fewest_people=2,
    most_people=6,
    moved_share=0.1,
    light_change=0.3,
    closed_doors=0.3,
    image_drop_out=0.01,
    image_latency_s=0.04,
)
#: Out of distribution for the planner (DESIGN section 8).
CROWDED = Conditions(
    name="crowded",
    fewest_people=6,
    most_people=10,
    moved_share=0.1,
    light_change=0.3,
    closed_doors=0.3,
    image_drop_out=0.01,
    image_latency_s=0.04,
    extra_furniture=1.6,
    m2_per_person=6.0,
)
#: As standard, on floors on which wheels slip.
SLIPPERY = replace(STANDARD, name="slippery", slippery=SlipperyFloor())
#: As standard, a year later: redecorated, four in ten movable things elsewhere, half of the runs at
#: night (DESIGN section 4).
CHANGED = replace(
    STANDARD, name="changed", moved_share=0.4, light_change=0.4, redecorated=Redecoration()
)
#: All named settings.
CONDITIONS = {
    conditions.name: conditions for conditions in (EMPTY, STANDARD, CROWDED, CHANGED, SLIPPERY)
}


def named_conditions(name: str) -> Conditions:
    """Return the conditions of that name.

    Raises:
        ConfigError: There are none.
    """
    if name not in CONDITIONS:
        raise ConfigError(f"unknown conditions {name!r}; known: {', '.join(CONDITIONS)}")
    return CONDITIONS[name]
