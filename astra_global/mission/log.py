"""The record of a mission: what happened when, and what decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["MissionEvent", "MissionLog"]


@dataclass(frozen=True)
class MissionEvent:
    """One thing that happened.

    Attributes:
        stamp_ns: When.
        kind: ``start``, ``behaviour`` (another one has taken over), ``goal``, ``route``, ``fix``,
            ``no_fix``, ``lost``, ``blocked``, ``recovery``, ``camera`` (one is not where the rig
            says), ``result``.
        message: For people.
        data: For programs; plain values. ``behaviour`` names who decided, where one did.
    """

    stamp_ns: int
    kind: str
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)


class MissionLog:
    """Events in order, the oldest dropped beyond ``limit``."""

    def __init__(self, limit: int = 5000) -> None:
        """Start empty."""
        self._events: list[MissionEvent] = []
        self._limit = limit

    @property
    def events(self) -> tuple[MissionEvent, ...]:
        """Return all events, oldest first."""
        return tuple(self._events)

    def add(self, stamp_ns: int, kind: str, message: str, /, **data: Any) -> None:
        """Append an event."""
        self._events.append(MissionEvent(stamp_ns, kind, message, data))
        if len(self._events) > self._limit:
            del self._events[: self._limit // 10]
