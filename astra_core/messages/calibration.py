"""A camera's ``camera_info``: of ROS 2 (``k``, ``d``) and of ROS 1 (``K``, ``D``)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from astra_core.camera import PLUMB_BOB, RATIONAL_POLYNOMIAL, CameraIntrinsics
from astra_core.errors import AstraError
from astra_core.lens import calibration_problem
from astra_core.messages.pixels import require_size
from astra_core.messages.problem import MessageError

__all__ = ["intrinsics_of", "usable_intrinsics_of"]

#: Models whose coefficients OpenCV takes as they are, and how many there can be.
_LENSES = {"plumb_bob": PLUMB_BOB, "rational_polynomial": RATIONAL_POLYNOMIAL}


def intrinsics_of(message: Any) -> CameraIntrinsics:
    """Return the intrinsics of a ``sensor_msgs/CameraInfo``.

    Raises:
        AstraError: Its size or matrix cannot be a camera's, or its lens is of a model that is not
            known although it has coefficients.
    """
    what = f"camera_info of {message.header.frame_id}"
    k = _numbers(message, "k", what)
    d = _numbers(message, "d", what)
    if len(k) == 9 and k[0] == 0.0:
        raise MessageError(f"{what}: the camera is not calibrated (its matrix K is zero)")
    if len(k) != 9 or k[1] != 0.0 or k[3] != 0.0 or k[6:] != (0.0, 0.0, 1.0):
        raise MessageError(f"{what}: K is not the matrix of a camera")
    require_size(f"the picture of {what}", int(message.width), int(message.height))
    return CameraIntrinsics(
        int(message.width), int(message.height), k[0], k[4], k[2], k[5], _lens(message, d, what)
    )


def usable_intrinsics_of(message: Any) -> CameraIntrinsics:
    """Return the intrinsics of a camera that pictures shall be used of.

    Raises:
        AstraError: As :func:`intrinsics_of`, or matrix and lens cannot belong to such pictures.
    """
    intrinsics = intrinsics_of(message)
    if problem := calibration_problem(intrinsics):
        raise MessageError(f"camera_info of {message.header.frame_id}: {problem}")
    return intrinsics


def _lens(message: Any, d: tuple[float, ...], what: str) -> tuple[float, ...]:
    if not any(d):
        return ()
    model = str(message.distortion_model)
    counts = _LENSES.get(model)
    if counts is None:
        raise AstraError(
            f"{what}: distortion model {model!r} is not known; rectify the images or use "
            f"{' or '.join(_LENSES)}"
        )
    if len(d) not in counts:
        raise MessageError(
            f"{what}: {model} has {' or '.join(map(str, counts))} coefficients, not {len(d)}"
        )
    return d


def _numbers(message: Any, name: str, what: str) -> tuple[float, ...]:
    values: Sequence[float] = getattr(message, name if hasattr(message, name) else name.upper())
    numbers = tuple(float(value) for value in values)
    if not all(map(math.isfinite, numbers)):
        raise MessageError(f"{what} is not finite")
    return numbers
