"""Do weights fit this robot, its cameras, and the sensors that they were trained with?"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from astra_core.camera import RATIONAL_POLYNOMIAL, Camera, CameraRig
from astra_core.config import settings
from astra_core.errors import WeightsError
from astra_core.robot import RobotConfig
from astra_core.weights.card import ModelCard

__all__ = ["check_profile", "check_rig", "check_robot", "robot_on_card"]

# A copy through a parameter file may lose digits.
_RELATIVE = 1e-4
# Two rigs built alike and calibrated one by one differ by this much, and nets bear it.
_POSITION_M = 0.03
_ANGLE_RAD = math.radians(2.0)
_INTRINSICS = 0.03
_DISTORTION = 0.05


def robot_on_card(robot: RobotConfig) -> dict[str, float]:
    """Return what a card says of the robot that its weights are trained for: size and limits."""
    return {
        name: value
        for name, value in _settings_of(robot).items()
        if name.startswith(("footprint_", "max_"))
    }


def check_robot(card: ModelCard, robot: RobotConfig) -> None:
    """Refuse weights that were trained for another size or other speeds.

    Raises:
        WeightsError: A setting on the card differs from the robot's, or the robot has none such.
    """
    own = _settings_of(robot)
    for name, value in card.robot.items():
        if name not in own:
            raise WeightsError(
                f"weights {card.name!r} name {name!r} of their robot, which no robot has: "
                "correct the card"
            )
        if not math.isclose(value, own[name], rel_tol=_RELATIVE, abs_tol=1e-9):
            raise WeightsError(
                f"weights {card.name!r} were trained for a robot with {name} {value:g}, this "
                f"one has {own[name]:g}: train them for this robot, or choose others with "
                f"--weights {card.part}=..."
            )


def check_profile(card: ModelCard, profile: str) -> None:
    """Refuse weights that were trained with the noise of another sensor profile.

    Args:
        card: Of the weights.
        profile: Hash of the profile in use.

    Raises:
        WeightsError: The card names another.
    """
    if card.profile and card.profile != profile:
        raise WeightsError(
            f"weights {card.name!r} were trained with sensor profile {card.profile}, in use is "
            f"{profile}: make them again ({'; '.join(card.commands) or 'its card says no how'})"
        )


def check_rig(card: ModelCard, rig: CameraRig) -> None:
    """Refuse weights that were trained with other cameras.

    Compared by name: position (3 cm), direction (2 degrees), field of view and centre (3 % of the
    image), distortion. The number of pixels is not: images are scaled.

    Raises:
        WeightsError: The rigs differ; the message says in what.
    """
    if card.rig is None:
        return
    missing = set(card.rig.names) - set(rig.names)
    further = set(rig.names) - set(card.rig.names)
    differences = [
        *(f"camera {name!r} is missing" for name in sorted(missing)),
        *(f"camera {name!r} is new to them" for name in sorted(further)),
    ]
    for name in card.rig.names:
        if name in rig.names:
            found = _differences(card.rig[name], rig[name])
            differences.extend(f"camera {name!r} {what}" for what in found)
    if differences:
        raise WeightsError(
            f"weights {card.name!r} were trained with another rig ({', '.join(differences)}): "
            f"train them for this rig, or choose others with --weights {card.part}=..."
        )


def _settings_of(robot: RobotConfig) -> dict[str, float]:
    return {setting.name: float(setting.default) for setting in settings(robot)}


def _differences(trained: Camera, present: Camera) -> Iterator[str]:
    offset = trained.t_base_optical[:3, 3] - present.t_base_optical[:3, 3]
    distance_m = float(np.linalg.norm(offset))
    if not distance_m <= _POSITION_M:
        yield f"sits {distance_m:.2f} m away"
    turn = trained.t_base_optical[:3, :3].T @ present.t_base_optical[:3, :3]
    # From the rotation's axis and its trace: accurate near zero, where the cosine is flat.
    axis = (turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1])
    angle_rad = math.atan2(float(np.linalg.norm(axis)), float(np.trace(turn)) - 1.0)
    if not angle_rad <= _ANGLE_RAD:
        yield f"is turned by {math.degrees(angle_rad):.1f} degrees"
    a, b = _normalized(trained), _normalized(present)
    if not np.all(np.abs(a - b) <= _INTRINSICS):
        yield "has another field of view or centre"
    if not np.all(np.abs(_distortion(trained) - _distortion(present)) <= _DISTORTION):
        yield "has another distortion"


def _normalized(camera: Camera) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return focal lengths (logarithms) and centre as parts of the image, so that 3 % mean 3 %."""
    k = camera.intrinsics
    return np.array(
        [
            math.log(k.fx_px / k.width_px),
            math.log(k.fy_px / k.height_px),
            k.cx_px / k.width_px,
            k.cy_px / k.height_px,
        ]
    )


def _distortion(camera: Camera) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = camera.intrinsics.distortion
    result = np.zeros(max(RATIONAL_POLYNOMIAL))
    result[: len(values)] = values
    return result
