"""All faults by name: a line each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ConfigError
from astra_sim.faults.appearing import BoxAppears, PersonAppears
from astra_sim.faults.false_depth import CamerasSwapped, FalseDepth, ImagesLate, ImagesTurned
from astra_sim.faults.fault import Fault
from astra_sim.faults.held import HeldWhileTurning, SlippingAt
from astra_sim.faults.misplaced import Shove, WrongInitialPose
from astra_sim.faults.silent import (
    AllCamerasOff,
    CameraOff,
    FrozenImages,
    ImuSilent,
    WheelsSilent,
)
from astra_sim.faults.wrong_motion import (
    BY_CONTRADICTION,
    ImuReads,
    StampsStandStill,
    WheelsRead,
)

__all__ = ["FAULTS", "make_fault", "named_faults"]

_BOX_10_CM = (0.1, 0.1, 0.1)
#: Lower than the lowest layer of the occupancy, higher than the gap below the hull.
_BOX_4_CM = (0.2, 0.2, 0.04)
_PANE = (0.02, 1.0, 2.0)

Depth = NDArray[np.float32]


def _one_pixel(depth_m: Depth) -> Depth:
    only = np.zeros_like(depth_m)
    only[depth_m.shape[0] // 2, depth_m.shape[1] // 2] = 1.5
    return only


def _one_row(depth_m: Depth) -> Depth:
    return np.broadcast_to(depth_m[depth_m.shape[0] // 2], depth_m.shape)


def _front_reads(
    what: str, change: Callable[[Depth], NDArray[np.floating]], **how: bool
) -> Callable[[], Fault]:
    return lambda: FalseDepth(f"camera front reads {what}", lambda depth, _: change(depth), **how)


def _gyro(what: str, change: Callable[[float], float]) -> Fault:
    return ImuReads(
        f"{what} about z", turn=lambda x, y, z: (x, y, change(z)), floor=BY_CONTRADICTION
    )


#: From the name of a fault to what makes one for one run.
FAULTS: Mapping[str, Callable[[], Fault]] = {
    "person-0.18": lambda: PersonAppears(0.18),
    "person-0.24": lambda: PersonAppears(0.24),
    "person-0.3": lambda: PersonAppears(0.3),
    "person-0.6": lambda: PersonAppears(0.6),
    "person-1.5": lambda: PersonAppears(1.5),
    # Nearer than a metre the rig sees over it: 1.1 m high, and 42 degrees down.
    "box-0.3": lambda: BoxAppears("a box of 10 cm", _BOX_10_CM, 0.3, seen_by_depth=False),
    "box-0.6": lambda: BoxAppears("a box of 10 cm", _BOX_10_CM, 0.6, seen_by_depth=False),
    "box-1.5": lambda: BoxAppears("a box of 10 cm", _BOX_10_CM, 1.5),
    "box-4cm": lambda: BoxAppears("a box of 4 cm", _BOX_4_CM, 0.6, seen_by_depth=False),
    "glass": lambda: BoxAppears("a pane of glass", _PANE, 0.6, visible=False, seen_by_depth=False),
    "glass-slip": lambda: SlippingAt("a pane of glass", _PANE, 0.6),
    "turn-held": HeldWhileTurning,
    "camera-front-off": lambda: CameraOff("front"),
    "camera-left-off": lambda: CameraOff("left"),
    "camera-rear-off": lambda: CameraOff("rear"),
    "camera-right-off": lambda: CameraOff("right"),
    "cameras-off": AllCamerasOff,
    "images-frozen": FrozenImages,
    "depth-one-pixel": _front_reads("a single pixel", _one_pixel),
    "depth-nan": _front_reads("NaN", lambda depth: np.full_like(depth, np.nan)),
    "depth-inf": _front_reads("inf", lambda depth: np.full_like(depth, np.inf)),
    "depth-9m": _front_reads("9 m everywhere", lambda depth: np.full_like(depth, 9.0)),
    "depth-saturated": _front_reads("65.535 m", lambda depth: np.full_like(depth, 65.535)),
    "depth-covered": _front_reads("5 cm everywhere", lambda depth: np.full_like(depth, 0.05)),
    "depth-millimetres": _front_reads("millimetres as metres", lambda depth: 1000.0 * depth),
    "depth-metres": _front_reads("metres as millimetres", lambda depth: 0.001 * depth),
    "depth-1.3": _front_reads("1.3 times too long", lambda depth: 1.3 * depth),
    "depth-0.7": _front_reads("0.7 times", lambda depth: 0.7 * depth, by_motion=True),
    "depth-one-row": _front_reads("the same in every row", _one_row),
    "depth-noise": lambda: FalseDepth(
        "camera front reads noise", lambda depth, rng: rng.uniform(0.1, 8.0, depth.shape)
    ),
    "images-upside-down": lambda: ImagesTurned(upside_down=True),
    "images-mirrored": lambda: ImagesTurned(upside_down=False),
    "images-late": lambda: ImagesLate(0.5),
    "cameras-swapped": lambda: CamerasSwapped("front", "rear"),
    "cameras-swapped-sides": lambda: CamerasSwapped("left", "right"),
    "imu-silent": ImuSilent,
    "wheels-silent": WheelsSilent,
    "imu-stamps-stand-still": lambda: StampsStandStill("imu"),
    "wheels-stamps-stand-still": lambda: StampsStandStill("wheels"),
    "gyro-nan": lambda: ImuReads("reads no numbers", turn=lambda x, y, z: (x, y, np.nan)),
    "gyro-explodes": lambda: ImuReads("reads 1e155 rad/s", turn=lambda x, y, z: (x, y, 1e155)),
    "gyro-biased": lambda: _gyro("is biased by 0.2 rad/s", lambda z: z + 0.2),
    "gyro-degrees": lambda: _gyro("turns in degrees", lambda z: float(np.degrees(z))),
    "gyro-reversed": lambda: _gyro("turns the other way", lambda z: -z),
    "gyro-stuck": lambda: _gyro("never turns", lambda z: 0.0),
    "gyro-half": lambda: _gyro("turns half as far", lambda z: 0.5 * z),
    "imu-in-g": lambda: ImuReads(
        "feels in g", force=lambda x, y, z: (x / 9.81, y / 9.81, z / 9.81)
    ),
    "imu-without-gravity": lambda: ImuReads(
        "feels no gravity", force=lambda x, y, z: (x, y, z - 9.81)
    ),
    "imu-on-its-side": lambda: ImuReads(
        "lies on its side", lambda x, y, z: (x, z, -y), lambda x, y, z: (x, z, -y)
    ),
    "imu-upside-down": lambda: ImuReads(
        "hangs upside down", lambda x, y, z: (x, -y, -z), lambda x, y, z: (x, -y, -z)
    ),
    "wheels-zero": lambda: WheelsRead("say nothing but zero", 0.0, 0.0),
    "wheels-half": lambda: WheelsRead("report half", 0.5, 0.5),
    "wheels-double": lambda: WheelsRead("report twice as much", 2.0, 2.0),
    "wheels-reversed": lambda: WheelsRead("run backward", -1.0, -1.0),
    "wheels-swapped": lambda: WheelsRead("are swapped, left and right", 1.0, -1.0),
    "shove-0.25": lambda: Shove(0.25),
    "shove-0.6": lambda: Shove(0.6),
    "shove-1": lambda: Shove(1.0),
    "shove-turn": lambda: Shove(0.3, math.radians(20.0)),
    "initial-pose-0.25": lambda: WrongInitialPose(0.25),
    "initial-pose-0.6": lambda: WrongInitialPose(0.6),
    "initial-pose-1": lambda: WrongInitialPose(1.0),
    "initial-pose-turn": lambda: WrongInitialPose(0.3, math.radians(20.0)),
    "initial-pose-zero": lambda: WrongInitialPose(
        0.6, sigma=(0.0, 0.0, 0.0), who="a program that sends no covariance"
    ),
    "initial-pose-exact": lambda: WrongInitialPose(
        0.6, sigma=(0.001, 0.001, 0.001), who="a program that is sure to a millimetre"
    ),
    "initial-pose-opposite": lambda: WrongInitialPose(0.0, math.pi),
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
