"""Stamps: ``builtin_interfaces/Time`` and integer nanoseconds."""

from __future__ import annotations

from builtin_interfaces.msg import Time

from astra_core.time import NS_PER_S

__all__ = ["from_stamp", "to_stamp"]


def from_stamp(stamp: Time) -> int:
    """Return integer nanoseconds."""
    return stamp.sec * NS_PER_S + stamp.nanosec


def to_stamp(stamp_ns: int) -> Time:
    """Return the message of a stamp in nanoseconds."""
    sec, nanosec = divmod(stamp_ns, NS_PER_S)
    return Time(sec=sec, nanosec=nanosec)
