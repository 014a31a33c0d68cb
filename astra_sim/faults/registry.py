"""All faults by name: a line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from astra_core.errors import ConfigError
from astra_sim.faults.appearing import BoxAppears, PersonAppears
from astra_sim.faults.fault import Fault
from astra_sim.faults.misplaced import Shove, WrongInitialPose
from astra_sim.faults.silent import (
    AllCamerasOff,
    CameraOff,
    FrozenImages,
    ImuSilent,
    WheelsSilent,
)

__all__ = ["FAULTS", "make_fault", "named_faults"]

_BOX_10_CM = (0.1, 0.1, 0.1)
#: Lower than the lowest layer of the occupancy, higher than the gap below the hull.
_BOX_4_CM = (0.2, 0.2, 0.04)
_PANE = (0.02, 1.0, 2.0)

#: From the name of a fault to what makes one for one run.
FAULTS: Mapping[str, Callable[[], Fault]] = {
    "person-0.18": lambda: PersonAppears(0.18),
    "person-0.24": lambda: PersonAppears(0.24),
    "person-0.3": lambda: PersonAppears(0.3),
    "person-0.6": lambda: PersonAppears(0.6),
    "person-1.5": lambda: PersonAppears(1.5),
    "box-0.3": lambda: BoxAppears("a box of 10 cm", _BOX_10_CM, 0.3),
    "box-0.6": lambda: BoxAppears("a box of 10 cm", _BOX_10_CM, 0.6),
    "box-1.5": lambda: BoxAppears("a box of 10 cm", _BOX_10_CM, 1.5),
    "box-4cm": lambda: BoxAppears("a box of 4 cm", _BOX_4_CM, 0.6, seen_by_depth=False),
    "glass": lambda: BoxAppears("a pane of glass", _PANE, 0.6, visible=False, seen_by_depth=False),
    "camera-front-off": lambda: CameraOff("front"),
    "camera-left-off": lambda: CameraOff("left"),
    "camera-rear-off": lambda: CameraOff("rear"),
    "camera-right-off": lambda: CameraOff("right"),
    "cameras-off": AllCamerasOff,
    "images-frozen": FrozenImages,
    "imu-silent": ImuSilent,
    "wheels-silent": WheelsSilent,
    "shove-0.25": lambda: Shove(0.25),
    "shove-0.6": lambda: Shove(0.6),
    "shove-1": lambda: Shove(1.0),
    "initial-pose-0.25": lambda: WrongInitialPose(0.25),
    "initial-pose-0.6": lambda: WrongInitialPose(0.6),
}


def named_faults(text: str) -> tuple[str, ...]:
    """Return the names in ``NAME[,NAME...]`` or of ``all``, each once.

    Raises:
        ConfigError: There is no such fault.
    """
    if text.strip() == "all":
        return tuple(FAULTS)
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if unknown := [name for name in names if name not in FAULTS]:
        raise ConfigError(
            f"unknown fault {', '.join(map(repr, unknown))}; --faults list prints the names"
        )
    return names


def make_fault(name: str) -> Fault:
    """Return a fault for one run.

    Raises:
        ConfigError: There is no such fault.
    """
    (known,) = named_faults(name)
    return FAULTS[known]()
