"""The node's side of lockstep: telling the simulator that the work of a tick is done."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rclpy.node import Node

from astra_core.ros.qos import event
from astra_core.ros.stamps import to_stamp
from astra_core.time import from_seconds
from astra_msgs.msg import TickAck

__all__ = ["LEFT_NS", "TickAcknowledger"]

LEFT_NS = (2**31 - 1) * 1_000_000_000
"""Acknowledges every tick to come: the node does not want to be waited for."""


class TickAcknowledger:
    """Acknowledges ticks, but holds back while background work lags too far behind.

    An acknowledgement of a stamp covers all ticks before it. Nothing waits here: a tick that may
    not be acknowledged yet is remembered, and :meth:`release` (called when the work is done)
    sends it.
    """

    def __init__(self, node: Node, max_lag_s: float, busy_since_ns: Callable[[], int | None]):
        """Create the publisher.

        Args:
            node: Whose name is given in the acknowledgements.
            max_lag_s: Simulated time by which background work may be behind.
            busy_since_ns: Returns the stamp of the oldest unfinished work, ``None`` if none.
        """
        self._node = node
        self._name = node.get_name()
        self._publisher = node.create_publisher(TickAck, "sim/tick_ack", event(50))
        self._max_lag_ns = from_seconds(max_lag_s)
        self._busy_since_ns = busy_since_ns
        self._lock = threading.Lock()
        self._held_ns: int | None = None
        self._has_left = False

    def tick(self, stamp_ns: int) -> None:
        """Acknowledge a tick now, or later if the background work is too far behind."""
        with self._lock:
            self._held_ns = stamp_ns
        self.release()

    def release(self) -> None:
        """Send a held acknowledgement if it may go now."""
        # Sent under the lock: an acknowledgement that overtook leave() would take it back.
        with self._lock:
            stamp_ns = self._held_ns
            if stamp_ns is None or self._has_left:
                return
            busy_ns = self._busy_since_ns()
            if busy_ns is not None and stamp_ns - busy_ns >= self._max_lag_ns:
                return
            self._held_ns = None
            self._send(stamp_ns)

    def leave(self) -> None:
        """Tell the simulator not to wait any more, until :meth:`join`."""
        with self._lock:
            self._has_left = True
            self._held_ns = None
            self._send(LEFT_NS)

    def join(self) -> None:
        """Take part again; what is held goes out if it may."""
        with self._lock:
            self._has_left = False
        self.release()

    def close(self) -> None:
        """Destroy the publisher."""
        self._node.destroy_publisher(self._publisher)

    def _send(self, stamp_ns: int) -> None:
        self._publisher.publish(TickAck(stamp=to_stamp(stamp_ns), node=self._name))
