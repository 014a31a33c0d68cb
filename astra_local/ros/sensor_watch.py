"""Which sensors have fallen silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from astra_core.time import from_seconds

__all__ = ["SensorWatch"]


class SensorWatch:
    """Remembers when each sensor was last heard."""

    def __init__(
        self,
        names: Sequence[str],
        limit_s: float,
        whence: Callable[[str], str] = lambda name: "",
    ) -> None:
        """Start with nothing heard.

        Args:
            names: The sensors.
            limit_s: Silence up to this long is normal.
            whence: Returns what to say of the topic of a sensor that was never heard.
        """
        self._heard_ns: dict[str, int | None] = dict.fromkeys(names)
        self._whence = whence
        self._limit_s, self._limit_ns = limit_s, from_seconds(limit_s)

    def hear(self, name: str, now_ns: int) -> None:
        """Take note of a message that came now."""
        self._heard_ns[name] = now_ns

    def silence_ns(self, name: str, now_ns: int) -> int:
        """Return for how long a sensor was not heard; 0 before it was for the first time."""
        heard_ns = self._heard_ns[name]
        return 0 if heard_ns is None else now_ns - heard_ns

    def problem(self, name: str, now_ns: int) -> str:
        """Return what is wrong with a sensor; empty when it was heard lately."""
        heard_ns = self._heard_ns[name]
        if heard_ns is None:
            return f"waiting for {name}{self._whence(name)}"
        if now_ns - heard_ns > self._limit_ns:
            return f"{name} silent for more than {self._limit_s:g} s"
        return ""
