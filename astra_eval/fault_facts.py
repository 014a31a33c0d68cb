"""What became of one fault, and whether the robot kept what must hold in spite of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astra_sim.faults import Floor

__all__ = ["FaultFacts", "judged"]

_ROUNDING = 1e-6


@dataclass(frozen=True)
class FaultFacts:
    """What became of a fault; the field names are the JSON keys of its row.

    Times count in simulated seconds from the beginning of the fault, or, where something appears,
    from the exposure of the first image that shows it.

    Attributes:
        fault: Its name.
        began_s: When it began, from the start of the mission; ``None`` where its moment never came.
        began_mps: How fast the robot was then.
        contact_mps: Largest speed at which the hull came upon anything; 0 without contact.
        pressing_s: Time in contact while told to drive towards it.
        brake_s: Until the command brakes in full or is zero; ``None`` if it never did.
        stand_s: Until it stood; ``None`` if it never did.
        touch_brake_s: From the first contact until it does; ``None`` without either.
        touch_stand_s: From the first contact until it stood; ``None`` without either.
        mended_s: Until the pose on the map was right for good, within 0.1 m; ``None`` if it was
            wrong or unknown at the end.
        way_m: How far it drove until it stood and the fault was named, or while it was watched.
        turn_rad: How far it turned in that time, to either side.
        fault_named: The words by which health, guard or result named it; ``None`` if none did.
        named_s: When they first did.
        mission_ended: Whether the mission ended by itself while the fault was watched.
        missed: What of the fault's floor was not kept, a line each.
    """

    fault: str
    began_s: float | None = None
    began_mps: float | None = None
    contact_mps: float = 0.0
    pressing_s: float = 0.0
    brake_s: float | None = None
    stand_s: float | None = None
    touch_brake_s: float | None = None
    touch_stand_s: float | None = None
    mended_s: float | None = None
    way_m: float | None = None
    turn_rad: float | None = None
    fault_named: str | None = None
    named_s: float | None = None
    mission_ended: bool = False
    missed: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def judged(facts: FaultFacts, floor: Floor) -> FaultFacts:
    """Return the facts with what they miss of a floor; a fault that never began misses nothing."""
    if facts.began_s is None:
        return facts
    missed = []
    for name in ("contact_mps", "pressing_s", "stand_s", "mended_s"):
        value, limit = getattr(facts, name), getattr(floor, name)
        if not _within(value, limit):
            missed.append(f"{name} {_number(value)}, at most {limit:g}")
    if not (
        _within(facts.brake_s, floor.brake_s) or _within(facts.touch_brake_s, floor.touch_brake_s)
    ):
        missed.append(
            f"brake_s {_number(facts.brake_s)}, at most {floor.brake_s:g}, and touch_brake_s "
            f"{_number(facts.touch_brake_s)}, at most {floor.touch_brake_s:g}"
        )
    if floor.way_m is not None and floor.turn_rad is not None:
        stopped = facts.stand_s is not None and facts.fault_named is not None
        moved = not _within(facts.way_m, floor.way_m), not _within(facts.turn_rad, floor.turn_rad)
        if not stopped or all(moved):
            missed.append(
                f"{'stopped' if stopped else 'not stopped'} and named within {_number(facts.way_m)}"
                f" m and {_number(facts.turn_rad)} rad, at most {floor.way_m:g} or "
                f"{floor.turn_rad:.2f}"
            )
    if floor.named and facts.fault_named is None:
        missed.append("not named")
    return replace(facts, missed=tuple(missed))


def _within(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value <= limit + _ROUNDING)


def _number(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f}"
