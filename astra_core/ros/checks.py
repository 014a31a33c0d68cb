"""What is wrong with a message, said once for all inputs."""

from __future__ import annotations

import math

from builtin_interfaces.msg import Time
from rclpy.node import Node

from astra_core.errors import AstraError
from astra_core.ros.stamps import from_stamp
from astra_core.time import to_seconds

__all__ = ["MessageError", "StampCheck", "require_finite", "require_frame", "require_order"]


class MessageError(AstraError, ValueError):
    """A message cannot be used; one line says why. Nothing of it is kept."""


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


def require_order(stamp_ns: int, newest_ns: int) -> None:
    """Refuse what is older than the newest of its kind; the same stamp again passes.

    Raises:
        MessageError: It is older.
    """
    if stamp_ns < newest_ns:
        behind_s = to_seconds(newest_ns - stamp_ns)
        raise MessageError(f"its stamp is {behind_s:.2f} s older than the newest")


class StampCheck:
    """Refuses stamps from the future: one of them would make everything after it look old.

    The clock of a node in simulation may be behind the messages, so what is a little ahead passes.
    """

    def __init__(self, node: Node, tolerance_s: float = 5.0) -> None:
        """Judge by the clock of a node.

        Args:
            node: The node.
            tolerance_s: How far ahead of its clock a stamp may be.
        """
        self._clock, self._tolerance_s = node.get_clock(), tolerance_s

    def __call__(self, what: str, stamp: Time) -> int:
        """Return the stamp in nanoseconds.

        Raises:
            MessageError: It is before the epoch or in the future.
        """
        stamp_ns = from_stamp(stamp)
        if stamp_ns < 0:
            raise MessageError(f"{what} is stamped before the epoch")
        now_ns = self._clock.now().nanoseconds
        # A simulated clock stands at zero until it is heard.
        ahead_s = to_seconds(stamp_ns - now_ns)
        if now_ns > 0 and ahead_s > self._tolerance_s:
            raise MessageError(f"{what} is stamped {ahead_s:.1f} s in the future")
        return stamp_ns
