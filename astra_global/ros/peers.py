"""Who must be alive while Astra-Global conducts a mission: the guard and Astra-Local."""

from __future__ import annotations

import time
from collections.abc import Callable

from astra_core.errors import AstraError, GuardRefuses, GuardSilent, LocalLost
from astra_core.peer_watch import PeerWatch
from astra_core.ros.direct import DirectLane
from astra_core.ros.qos import event
from astra_core.time import from_seconds
from astra_global.ros.config import GlobalNodeConfig
from astra_msgs.msg import Heartbeat

__all__ = ["Peers"]

_GUARD, _LOCAL = "astra_guard", "astra_local"
_LOST: dict[str, type[AstraError]] = {_GUARD: GuardSilent, _LOCAL: LocalLost}


class Peers:
    """Hears heartbeats; a mission whose peer is lost ends with the code of that peer.

    A peer that was never heard is not missed: whoever tries Astra-Global alone needs no guard.
    """

    def __init__(
        self,
        lane: DirectLane,
        config: GlobalNodeConfig,
        now_ns: Callable[[], int],
        fail: Callable[[AstraError], None],
    ) -> None:
        """Listen on a lane that has not been started.

        Args:
            lane: Serves the subscription.
            config: Says how long peers may be silent, and the guard refuse.
            now_ns: The time by which silence is measured.
            fail: Ends the mission, if there is one.
        """
        self._watch = PeerWatch(tuple(_LOST), config.peer_timeout_s)
        self._patience_ns = from_seconds(config.guard_patience_s)
        self._now_ns, self._fail = now_ns, fail
        self._refusal, self._refused_ns = "", 0
        lane.subscribe_numbered(Heartbeat, "heartbeat", self._on_heartbeat, event())

    def problem(self) -> str:
        """Return who is lost or refuses, as a sentence; empty: nobody."""
        return self._watch.problem(self._now_ns(), time.monotonic()) or self._refusal

    def check(self) -> None:
        """End the mission if a peer has been lost, or the guard refuses and goes on refusing."""
        now_ns = self._now_ns()
        for name, seconds in self._watch.silent(now_ns, time.monotonic()).items():
            self._fail(_LOST[name](f"{name} has been silent for {seconds:.1f} s: it died or hangs"))
        if self._refusal and now_ns - self._refused_ns > self._patience_ns:
            self._fail(GuardRefuses(self._refusal))

    def _on_heartbeat(self, message: Heartbeat, number: int | None) -> None:
        now_ns = self._now_ns()
        if self._watch.hear(message.node, number, now_ns, time.monotonic()):
            self._fail(_LOST[message.node](f"{message.node} was restarted"))
        if message.node == _GUARD:
            refusal = message.reason if message.state == Heartbeat.STATE_ERROR else ""
            if refusal and not self._refusal:
                self._refused_ns = now_ns
            self._refusal = f"the guard refuses to drive: {refusal}" if refusal else ""
