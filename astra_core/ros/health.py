"""Signs of life for the guard and diagnostics for people, from one source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from astra_core.ros.node_clock import make_timer
from astra_core.ros.qos import event
from astra_core.ros.stamps import to_stamp
from astra_core.time import from_seconds
from astra_msgs.msg import Heartbeat

__all__ = ["DiagnosticsReporter", "Health", "HealthReporter"]

_HEARTBEAT_S = 0.1
# A little less than the period, so that a timer that fires early still beats each time.
_EARLY = 0.95
_DIAGNOSTICS_S = 1.0
_LEVELS = {
    Heartbeat.STATE_OK: DiagnosticStatus.OK,
    Heartbeat.STATE_DEGRADED: DiagnosticStatus.WARN,
    Heartbeat.STATE_ERROR: DiagnosticStatus.ERROR,
}


@dataclass(frozen=True)
class Health:
    """How a node is.

    Attributes:
        state: A ``STATE_*`` of ``astra_msgs/msg/Heartbeat``.
        reason: One line; empty when all is well.
        values: Numbers for people, by name.
    """

    state: int = Heartbeat.STATE_OK
    reason: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


class DiagnosticsReporter:
    """Publishes ``/diagnostics`` at 1 Hz, by the wall: one status for the node."""

    def __init__(self, node: Node, read_health: Callable[[], Health]) -> None:
        """Start reporting; see :class:`HealthReporter`."""
        self._node, self._read_health = node, read_health
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", event())
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(_DIAGNOSTICS_S, self._report, clock=steady)

    def close(self) -> None:
        """Stop reporting."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)

    def _report(self) -> None:
        health = self._read_health()
        values = [
            KeyValue(key=key, value=f"{value:.4g}" if isinstance(value, float) else str(value))
            for key, value in health.values.items()
        ]
        status = DiagnosticStatus(
            level=_LEVELS[health.state],
            name=self._node.get_fully_qualified_name().lstrip("/"),
            message=health.reason or "working",
            hardware_id="astra",
            values=values,
        )
        array = DiagnosticArray(status=[status])
        array.header.stamp = to_stamp(self._node.get_clock().now().nanoseconds)
        self._publisher.publish(array)


class HealthReporter:
    """Publishes ``heartbeat``, normally at 10 Hz, and ``/diagnostics`` at 1 Hz.

    Heartbeats come from a timer of the executor and from :meth:`tick`, by which the node itself
    reports its progress: simulated time may run faster than an executor can follow.
    """

    def __init__(
        self,
        node: Node,
        read_health: Callable[[], Health],
        robot_sha256: str = "",
        *,
        by_timer: bool = True,
        stamp_ns: Callable[[], int] | None = None,
        period_s: float = _HEARTBEAT_S,
    ) -> None:
        """Start reporting.

        Args:
            node: The node.
            read_health: Returns the present health; must be quick.
            robot_sha256: Hash of the robot that the node works with, so that the guard sees
                whether it is its own; empty where the node knows none.
            by_timer: Whether there are heartbeats without progress, too.
            stamp_ns: Reads the clock that heartbeats are stamped with; ``None``: the node's.
            period_s: Between heartbeats.
        """
        self._stamp_ns = stamp_ns or (lambda: node.get_clock().now().nanoseconds)
        self._node, self._robot_sha256 = node, robot_sha256
        self._read_health = read_health
        self._heartbeats = node.create_publisher(Heartbeat, "heartbeat", event())
        self._diagnostics = DiagnosticsReporter(node, read_health)
        # Heartbeats follow the clock that the guard judges them by; diagnostics are for people.
        self._beat_ns, self._least_ns = 0, from_seconds(_EARLY * period_s)
        self._beat_timer = make_timer(node, period_s, self._on_timer) if by_timer else None

    def tick(self, stamp_ns: int) -> None:
        """Publish a heartbeat for work that is done up to a stamp, if it is time to."""
        if not 0 <= stamp_ns - self._beat_ns < self._least_ns:
            self.beat(stamp_ns)

    def beat(self, stamp_ns: int | None = None) -> None:
        """Publish a heartbeat now, stamped with the time now where no stamp is given."""
        if stamp_ns is None:
            stamp_ns = self._stamp_ns()
        self._beat_ns = stamp_ns
        health = self._read_health()
        self._heartbeats.publish(
            Heartbeat(
                stamp=to_stamp(stamp_ns),
                node=self._node.get_name(),
                state=health.state,
                reason=health.reason,
                robot=self._robot_sha256,
            )
        )

    def _on_timer(self) -> None:
        self.tick(self._stamp_ns())

    def close(self) -> None:
        """Stop reporting."""
        if self._beat_timer is not None:
            self._node.destroy_timer(self._beat_timer)
        self._node.destroy_publisher(self._heartbeats)
        self._diagnostics.close()
