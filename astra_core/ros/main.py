"""The main function of every node: start, serve, stop in order on every signal."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from astra_core.errors import EXIT_CANNOT_WORK, AstraError
from astra_core.ros.direct import lanes_turn
from astra_core.watchdog import HANG_TIMEOUT, Watchdog

__all__ = ["STOP_SIGNALS", "catch_stop_signals", "run_node"]

RCLError = _rclpy.RCLError
_WAIT_S = 0.1
_FAREWELL_S = 0.3
# Worker threads share the interpreter with the threads that serve sensors; Python's default turn
# of 5 ms is a quarter of a tick.
_SWITCH_INTERVAL_S = 0.0005
_LOG_PERIOD_S = 1.0
_ENDS_NOBODY = ("CHLD", "CONT", "PIPE", "URG", "WINCH", "XFSZ")
_NOT_TO_BE_CAUGHT = ("KILL", "STOP")
_BROKEN = ("ABRT", "BUS", "FPE", "ILL", "SEGV", "SYS", "TRAP")
_NO_STOP = {
    getattr(signal, f"SIG{name}", None) for name in _ENDS_NOBODY + _NOT_TO_BE_CAUGHT + _BROKEN
}
STOP_SIGNALS = frozenset(signal.valid_signals() - _NO_STOP)
"""Every signal that takes a process away and can be caught; Ctrl-Z is one, for who sleeps watches
nobody."""
# The ones that people, init systems and terminals send; pycolmap takes handlers away.
_COMMON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def run_node(make_node: Callable[[], Node]) -> int:
    """Run one node until it is told to stop.

    Nothing that a callback throws ends the node: it is logged, and everything else goes on. What a
    stranger publishes must not take away the process that stops the robot.

    Args:
        make_node: Makes the node; if it has a method ``farewell``, that is called first, and its
            answers are delivered; if it has a method ``close``, that is called while the ROS
            context is still alive, so that a last message can be sent; if its attribute
            ``failure`` becomes a non-empty string, the node is stopped; if it has a parameter
            ``hang_timeout_s``, the process is ended when neither executor nor lanes go on for
            longer, see :mod:`astra_core.watchdog`.

    Returns:
        Exit code: 0 after an orderly stop, 2 when the node could not be made or says that it
        cannot go on (1 is Python's own, after an exception that nobody expected).
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    stop = threading.Event()
    catch_stop_signals(stop)
    # rclpy's own handlers end the context at once: too early for a last "stop" to the wheels.
    try:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    except RCLError as error:
        rclpy.logging.get_logger("astra").fatal(_told_of_arguments(error))
        return EXIT_CANNOT_WORK
    try:
        try:
            node = make_node()
        except AstraError as error:
            rclpy.logging.get_logger("astra").fatal(str(error))
            return EXIT_CANNOT_WORK
        _serve(node, stop)
        return EXIT_CANNOT_WORK if getattr(node, "failure", "") else 0
    finally:
        rclpy.try_shutdown()


def _told_of_arguments(error: RCLError) -> str:
    """Return what rcl finds wrong with the command line, without the places in its own source."""
    return re.sub(r", at \S+:\d+", "", str(error)).removeprefix("failed to initialize rcl: ")


def catch_stop_signals(stop: threading.Event, numbers: Iterable[int] = STOP_SIGNALS) -> None:
    """Let signals set an event instead of ending the process; from the main thread."""
    for number in numbers:
        # Whoever starts it by nohup wants it to outlive the terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: stop.set())


def _say_farewell(node: Node, executor: SingleThreadedExecutor) -> None:
    """Let the node stop working and deliver what its clients still wait for."""
    farewell = getattr(node, "farewell", None)
    if farewell is None or not node.context.ok():
        return
    try:
        farewell()
        end_s = time.monotonic() + _FAREWELL_S
        while time.monotonic() < end_s:
            executor.spin_once(timeout_sec=0.02)
    except Exception as error:
        _tell(node, error)


def _serve(node: Node, stop: threading.Event) -> None:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    watchdog = Watchdog(node.get_name())
    try:
        while not stop.is_set() and not getattr(node, "failure", ""):
            try:
                executor.spin_once(timeout_sec=_WAIT_S)
            except ExternalShutdownException:
                break
            except Exception as error:
                _tell(node, error)
                # Where it is thrown without a wait, others must have their turn.
                stop.wait(0.001)
            catch_stop_signals(stop, _COMMON)
            if lanes_turn():
                watchdog.feed(_hang_timeout_s(node))
    finally:
        # Who has told it to stop waits for that as long as he likes.
        watchdog.feed(0.0)
        # A second signal during the clean-up must not leave it half done.
        _say_farewell(node, executor)
        close = getattr(node, "close", None)
        if close is not None:
            close()
        executor.shutdown(timeout_sec=1.0)
        node.destroy_node()
        watchdog.close()


def _hang_timeout_s(node: Node) -> float:
    if not node.has_parameter(HANG_TIMEOUT):
        return 0.0
    return float(node.get_parameter(HANG_TIMEOUT).value)


def _tell(node: Node, error: Exception) -> None:
    # What Astra names itself is said in a line; anything else is a bug and tells where.
    told = (
        str(error) if isinstance(error, AstraError) else "".join(traceback.format_exception(error))
    )
    node.get_logger().error(f"refused: {told}", throttle_duration_sec=_LOG_PERIOD_S)
