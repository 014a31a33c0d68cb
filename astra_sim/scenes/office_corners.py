"""What an office has once or a few times, and in which room: printer, water, lockers, first aid."""

from __future__ import annotations

import numpy as np

from astra_sim.scenes.furniture import office_entrance as entrance
from astra_sim.scenes.furniture import office_meeting as meeting
from astra_sim.scenes.furniture import office_service as service
from astra_sim.scenes.furniture import study
from astra_sim.scenes.layout.types import Layout, RoomPlan
from astra_sim.scenes.office_groups import Maker

__all__ = ["spread_corners"]


def spread_corners(rng: np.random.Generator, layout: Layout) -> dict[str, tuple[Maker, ...]]:
    """Choose rooms for the things that belong to the whole office.

    Args:
        rng: Random stream.
        layout: The floor.

    Returns:
        Room name to makers of things, the ones that matter most first.
    """
    corners: dict[str, list[Maker]] = {room.name: [] for room in layout.rooms}
    by_kind: dict[str, list[RoomPlan]] = {}
    for room in layout.rooms:
        by_kind.setdefault(room.kind, []).append(room)
    x0, y0, x1, y1 = layout.bounds_m
    area = (x1 - x0) * (y1 - y0)

    def put(maker: Maker, *kinds: str) -> None:
        rooms = [room for kind in kinds for room in by_kind.get(kind, [])]
        # Larger rooms and longer corridors take more.
        weight = np.asarray([room.area_m2 for room in rooms])
        corners[rooms[int(rng.choice(len(rooms), p=weight / weight.sum()))].name].append(maker)

    halls = ("corridor",)
    public = ("corridor", "reception", "open office")
    if "print room" not in by_kind:
        home = by_kind["open office"][0].name
        corners[home] += [
            service.printer,
            service.paper_shelf,
            service.shredder,
            service.recycling_bin,
        ]
    put(entrance.defibrillator, *halls)
    put(entrance.first_aid_kit, *halls)
    for room in by_kind["corridor"]:
        if room.area_m2 > 8.0:
            corners[room.name].append(entrance.fire_extinguisher)
    put(meeting.notice_board, *halls)
    for _ in range(1 + int(area / 260.0)):
        put(entrance.water_dispenser, *public, "kitchen")
    put(service.vending_machine, "kitchen", "corridor", "reception")
    for _ in range(1 + int(area / 300.0)):
        put(meeting.phone_booth, "open office")
    for _ in range(int(area / 200.0)):
        put(entrance.lockers, "corridor", "open office")
        put(service.recycling_bin, *public)
    if "mail room" not in by_kind:
        put(service.mail_shelf, "reception", "open office")
    for _ in range(int(area / 130.0)):
        put(study.plant, *halls)
    if area > 350.0:
        put(service.coffee_machine, "open office", "reception")
        put(service.printer, "open office")
        put(meeting.notice_board, "corridor", "kitchen")
        put(entrance.fire_extinguisher, "open office", "reception")
    return {name: tuple(makers) for name, makers in corners.items()}
