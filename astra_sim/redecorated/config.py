"""How much of a building has another look than on the tour, and what night is."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting

__all__ = ["Night", "Redecoration"]


@dataclass(frozen=True)
class Night:
    """Lamps instead of daylight, relative to the light of the tour.

    Levels are those of pictures: a camera that exposes for a lit room at night (100 lux, by day
    500) gives away most of the difference, not all of it, and none of that between rooms.
    """

    share: float = setting(0.5, "share of the runs that are at night", minimum=0.0, maximum=1.0)
    lit_rooms: float = setting(
        0.75, "share of the rooms whose lamps are on", minimum=0.0, maximum=1.0
    )
    dark_room: float = setting(
        0.5,
        "light in a room without lamps, from next door and the street, relative to a lit one",
        minimum=0.0,
        maximum=1.0,
    )
    ambient: float = setting(
        0.95, "light from everywhere, relative to that by day", minimum=0.0, maximum=2.0
    )
    directed: float = setting(
        0.4,
        "light from windows, which is gone but for what lamps replace",
        minimum=0.0,
        maximum=2.0,
    )
    warm_red: float = setting(
        1.0, "red of lamp light of 2,700 K, relative to daylight", minimum=0.0, maximum=2.0
    )
    warm_green: float = setting(0.9, "its green, after white balance", minimum=0.0, maximum=2.0)
    warm_blue: float = setting(0.72, "its blue, after white balance", minimum=0.0, maximum=2.0)
    window: float = setting(
        0.12, "brightness of what windows show, relative to the day", minimum=0.0, maximum=1.0
    )
    lamp_every_m: float = setting(
        3.5, "distance between ceiling lamps, about that of their height times 1.5", minimum=0.5
    )


@dataclass(frozen=True)
class Redecoration:
    """What has been redrawn since the tour. Walls, curtains and pictures all are."""

    bedding: float = setting(1.0, "share of the beds with other bedding", minimum=0.0, maximum=1.0)
    small_things: float = setting(
        0.8,
        "share of the cushions, books, boxes, boards and screens that look otherwise: what lies "
        "about changes within weeks, a few things never do",
        minimum=0.0,
        maximum=1.0,
    )
    goods: float = setting(
        0.7,
        "share of the racks that hold other goods: fast movers turn over within weeks",
        minimum=0.0,
        maximum=1.0,
    )
    night: Night = Night()
