"""Who speaks to the guard, and who speaks to the wheels beside it."""

from __future__ import annotations

import time

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from astra_core.first_publisher import FirstPublisher
from astra_core.peer_watch import PeerWatch
from astra_core.ros.checks import MessageError
from astra_core.ros.publisher_process import DeadProcesses
from astra_core.ros.publishers import full_name, other_publishers, publishers_of
from astra_local.config import GuardConfig
from astra_msgs.msg import Heartbeat

__all__ = ["GuardSources"]

_LOOK_S = 0.1
_MAX_NAMES = 64
_COMMANDS, _SUMMARIES, _HEARTBEATS = "cmd_vel_raw", "local/nearest_obstacle", "heartbeat"


class GuardSources:
    """Lets the guard hear one publisher of each kind, and names whoever comes beside it.

    Peers whose heartbeats the guard itself judges must be alive. Companions, such as the owner of
    the lifecycle, need not be there, but once heard they must stay.

    Attributes:
        wheels: Full names of the nodes that publish ``cmd_vel`` beside the guard.
    """

    def __init__(self, node: Node, config: GuardConfig) -> None:
        """Begin to look at the graph.

        Args:
            node: The guard.
            config: Names the peers and companions, and says how long they may be silent.
        """
        self._node, self._peers = node, config.peers
        self._first = {
            key: FirstPublisher(config.heartbeat_timeout_s)
            for key in (_COMMANDS, _SUMMARIES, *self._peers)
        }
        self._companions = PeerWatch(config.companions, config.companion_timeout_s)
        self.wheels: list[str] = []
        self._dead = DeadProcesses()
        self._heartbeats: list[str] = []
        self._strangers = ""
        self._heard: set[str] = set()
        self._timer = node.create_timer(
            _LOOK_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )
        self._look()

    def close(self) -> None:
        """Look no more."""
        self._node.destroy_timer(self._timer)

    def check_command(self, number: int | None) -> None:
        """Refuse a command of a second publisher.

        Args:
            number: By which its publisher has numbered it.

        Raises:
            MessageError: Another publisher was first, and is not silent.
        """
        self._check(_COMMANDS, "the command", number)

    def check_summary(self, number: int | None) -> None:
        """Refuse an obstacle summary of a second publisher; see :meth:`check_command`."""
        self._check(_SUMMARIES, "the obstacle summary", number)

    def check_heartbeat(self, message: Heartbeat, number: int | None, now_ns: int) -> None:
        """Refuse a heartbeat in the name of a peer that is not the peer's.

        Args:
            message: Of any node.
            number: By which its publisher has numbered it.
            now_ns: When it came, by the clock of the stack.

        Raises:
            MessageError: No node of that name publishes heartbeats in this namespace, or another
                publisher was first.
        """
        if message.node not in self._peers:
            if len(self._heard) < _MAX_NAMES:
                self._heard.add(message.node)
            self._companions.hear(message.node, number, now_ns, time.monotonic())
            return
        if full_name(self._node, message.node) not in self._heartbeats:
            raise MessageError(f"the heartbeat of {message.node} comes from a node of another name")
        self._check(message.node, f"the heartbeat of {message.node}", number)

    def problem(self, now_ns: int) -> str:
        """Return who speaks that must not, or is silent that must not be; empty: nobody."""
        if self.wheels:
            return (
                f"{', '.join(self.wheels)} publishes cmd_vel beside the guard: stop it, only the "
                "guard may move the wheels"
            )
        steady_ns = time.monotonic_ns()
        twice = [key for key, first in self._first.items() if first.has_second(steady_ns)]
        if not twice:
            return self._companions.problem(now_ns, time.monotonic())
        what = {_COMMANDS: "commands", _SUMMARIES: "obstacle summaries"}
        shown = ", ".join(what.get(key, f"heartbeats of {key}") for key in twice)
        return f"{shown} come from two publishers, of which one must go: {self._strangers}"

    def _check(self, key: str, what: str, number: int | None) -> None:
        # By the steady clock: a simulator in lockstep stands still while a process starts again.
        if not self._first[key].admit(number, time.monotonic_ns()):
            self._strangers = ", ".join(self._suspects(key)) or "another process of the same name"
            raise MessageError(f"{what} comes from a second publisher, {self._strangers}")

    def _suspects(self, key: str) -> list[str]:
        """Return who publishes where only the peers should.

        Everybody publishes heartbeats; who has said one in its own name is no suspect.
        """
        topic = key if key in (_COMMANDS, _SUMMARIES) else _HEARTBEATS
        names = {*self._peers, self._node.get_name(), *self._heard}
        known = {full_name(self._node, name) for name in names}
        return sorted(set(publishers_of(self._node, topic)) - known)

    def _look(self) -> None:
        self.wheels = sorted(other_publishers(self._node, "cmd_vel", self._dead))
        self._heartbeats = publishers_of(self._node, _HEARTBEATS)
