"""The main function of every node: start, serve, stop cleanly on Ctrl-C and SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from astra_core.errors import AstraError

__all__ = ["run_node"]

_WAIT_S = 0.1
# Worker threads share the interpreter with the threads that serve sensors; Python's default turn
# of 5 ms is a quarter of a tick.
_SWITCH_INTERVAL_S = 0.0005


def run_node(make_node: Callable[[], Node]) -> int:
    """Run one node until it is told to stop.

    Args:
        make_node: Makes the node; if it has a method ``close``, that is called while the ROS
            context is still alive, so that a last message can be sent; if its attribute
            ``failure`` becomes a non-empty string, the node is stopped.

    Returns:
        Exit code: 0 after an orderly stop, 1 when the node could not be made or failed.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    stop = threading.Event()
    _stop_on_signals(stop)
    # rclpy's own handlers end the context at once: too early for a last "stop" to the wheels.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        try:
            node = make_node()
        except AstraError as error:
            rclpy.logging.get_logger("astra").fatal(str(error))
            return 1
        _serve(node, stop)
        return 1 if getattr(node, "failure", "") else 0
    finally:
        rclpy.try_shutdown()


def _stop_on_signals(stop: threading.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())


def _serve(node: Node, stop: threading.Event) -> None:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        while not stop.is_set() and not getattr(node, "failure", ""):
            executor.spin_once(timeout_sec=_WAIT_S)
            # pycolmap, when it is imported, installs a handler of its own that aborts.
            _stop_on_signals(stop)
    except ExternalShutdownException:
        pass
    finally:
        # A second signal during the clean-up must not leave it half done.
        close = getattr(node, "close", None)
        if close is not None:
            close()
        executor.shutdown(timeout_sec=1.0)
        node.destroy_node()
