"""What is wrong with a message, said once for all inputs."""

from __future__ import annotations

import math

from builtin_interfaces.msg import Time

from astra_core.messages.problem import MessageError
from astra_core.ros.stamps import from_stamp
from astra_core.time import NS_PER_S

__all__ = ["MessageError", "require_finite", "require_frame", "valid_stamp"]


def require_finite(what: str, *values: float) -> None:
    """Refuse numbers that are none.

    Raises:
        MessageError: One of the values is NaN or infinite.
    """
    if not all(math.isfinite(value) for value in values):
        raise MessageError(f"{what} is not finite")


def require_frame(what: str, frame_id: str, expected: str) -> None:
    """Refuse numbers that are told in another frame; an empty name is taken for the right one.

    Raises:
        MessageError: The frame is another one.
    """
    if frame_id and frame_id.lstrip("/") != expected.lstrip("/"):
        raise MessageError(f"{what} is in frame {frame_id!r} instead of {expected!r}")


def valid_stamp(what: str, stamp: Time) -> int:
    """Return a stamp in nanoseconds.

    Raises:
        MessageError: It is before the epoch, or its fraction is a second and more.
    """
    if stamp.sec < 0:
        raise MessageError(f"{what} is stamped before the epoch")
    if stamp.nanosec >= NS_PER_S:
        raise MessageError(f"{what} is stamped with {stamp.nanosec} ns, which is no fraction")
    return from_stamp(stamp)
