"""Whether a sensor lives: readings that can be used keep coming, and they change."""

from __future__ import annotations

from astra_core.time import from_seconds, to_seconds
from astra_local.plausibility.config import PlausibilityConfig
from astra_local.plausibility.freeze import Freeze

__all__ = ["SensorLife"]


class SensorLife:
    """Life of one sensor, by the stamps of what was admitted and of what odometry used."""

    def __init__(self, name: str, config: PlausibilityConfig) -> None:
        """Start with nothing heard.

        Args:
            name: For people.
            config: Limits.
        """
        self._name = name
        self._silent_ns = from_seconds(config.silent_s)
        self._unused_ns = from_seconds(config.unused_s)
        self._recovered_ns = from_seconds(config.recovered_s)
        self._freeze = Freeze(config.frozen_s)
        self._admitted_ns: int | None = None
        self._used_ns: int | None = None
        self._ill_ns: int | None = None
        self._illness = self._refusal = ""

    def admit(self, stamp_ns: int, reading: tuple[float, ...] = (), stands: bool = False) -> None:
        """Take note of a reading that was passed on.

        Args:
            stamp_ns: Its stamp.
            reading: Its values, where the same again and again is a fault: wheels that roll evenly
                count the same in every tick for half a second.
            stands: The robot is known to stand.
        """
        self._admitted_ns, self._refusal = stamp_ns, ""
        if reading:
            self._freeze.add(stamp_ns, reading, stands)

    def refuse(self, why: str) -> None:
        """Take note of a reading that was not passed on."""
        self._refusal = why

    def use(self, now_ns: int) -> None:
        """Take note that the odometry uses it now."""
        self._used_ns = now_ns

    def problem(self, now_ns: int) -> str:
        """Return what is wrong with it now, or was a moment ago; empty where it lives.

        A sensor that odometry has never used is not missed: the robot may have none.
        """
        illness = self._now(now_ns)
        if illness:
            self._illness, self._ill_ns = illness, now_ns
        elif self._ill_ns is not None and not 0 <= now_ns - self._ill_ns < self._recovered_ns:
            self._illness, self._ill_ns = "", None
        return self._illness

    def _now(self, now_ns: int) -> str:
        admitted_ns, used_ns = self._admitted_ns, self._used_ns
        if admitted_ns is None or used_ns is None:
            return ""
        if now_ns - admitted_ns > self._silent_ns:
            silent_s = to_seconds(now_ns - admitted_ns)
            why = f" (its last reading was refused: {self._refusal})" if self._refusal else ""
            return f"{self._name} silent for {silent_s:.2f} s{why}"
        if now_ns - used_ns > self._unused_ns:
            return f"{self._name}: the odometry cannot use its readings (are its stamps too old?)"
        if frozen_s := self._freeze.frozen_s:
            return f"{self._name} is frozen: the same reading for {frozen_s:.2f} s"
        return ""
