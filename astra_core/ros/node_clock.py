"""The clock of a node: what a message is stamped with, how old one is, and timers that go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from builtin_interfaces.msg import Time
from rclpy.clock import Clock as RosClock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.timer import Timer
from rosgraph_msgs.msg import Clock

from astra_core.ages import AgeClock, SimulatedAges, SteadyAges
from astra_core.config import setting
from astra_core.followed_ages import FollowedAges
from astra_core.ros.checks import valid_stamp
from astra_core.ros.direct import DirectLane
from astra_core.ros.qos import event, sensor_input

__all__ = ["NodeClock", "clock_timeout", "make_timer", "stamp_ahead", "uses_sim_time"]


def stamp_ahead() -> Any:
    """Declare the setting ``stamp_ahead_s`` of a node's config."""
    return setting(
        0.1,
        "Stamps further ahead of the clock are refused: two computers need one time (chrony, PTP).",
        minimum=0.0,
        maximum=5.0,
    )


def clock_timeout() -> Any:
    """Declare the setting ``clock_timeout_s`` of a node's config."""
    return setting(
        5.0,
        "With use_sim_time: wall time without /clock after which the robot must stand. A loaded "
        "machine simulates at a tenth of real time.",
        minimum=0.1,
        maximum=60.0,
    )


def uses_sim_time(node: Node) -> bool:
    """Return whether ``/clock`` tells the node the time."""
    return bool(node.get_parameter("use_sim_time").value)


def make_timer(node: Node, period_s: float, callback: Callable[[], None]) -> Timer:
    """Make a timer of simulated time where that is used, of the steady clock elsewhere.

    A timer of the wall clock sleeps for as long as that is set back.
    """
    clock = node.get_clock() if uses_sim_time(node) else RosClock(clock_type=ClockType.STEADY_TIME)
    return node.create_timer(period_s, callback, clock=clock)


class NodeClock:
    """Judges the stamps of everything that a node hears.

    With ``use_sim_time`` it hears ``/clock`` on the node's lane, before every other message: the
    executor, which serves the clock of rclpy, may be late.

    Attributes:
        ages: Tells how old things are.
        is_simulated: Whether ``/clock`` tells the time.
    """

    def __init__(
        self,
        node: Node,
        lane: DirectLane,
        *,
        stamp_ahead_s: float,
        clock_timeout_s: float,
        on_tick: Callable[[int], None] | None = None,
        follows: bool = False,
    ) -> None:
        """Begin to hear ``/clock`` where it counts.

        Args:
            node: The node.
            lane: A lane that has not been started.
            stamp_ahead_s: Setting :func:`stamp_ahead`.
            clock_timeout_s: Setting :func:`clock_timeout`.
            on_tick: Called with each simulated time; repeated ones, by which a simulator in
                lockstep asks again, are then heard too.
            follows: Whether the node may run on another computer than the sender of the stream
                that it hands to :meth:`follow`, and goes by the clock there.
        """
        self.is_simulated = uses_sim_time(node)
        self.ages: AgeClock
        self._simulated: SimulatedAges | None = None
        self._followed: FollowedAges | None = None
        if self.is_simulated:
            self.ages = self._simulated = SimulatedAges(stamp_ahead_s, clock_timeout_s)
            self._on_tick, self._last = on_tick, None
            if on_tick is not None:
                # In lockstep a tick that is lost is seconds lost.
                lane.subscribe(Clock, "/clock", self._on_every_clock, event(), is_urgent=True)
            # As players of bags and other simulators offer it: they do not match reliable readers.
            lane.subscribe(Clock, "/clock", self._on_clock, sensor_input(), is_urgent=True)
        elif follows:
            self.ages = self._followed = FollowedAges(stamp_ahead_s)
        else:
            self.ages = SteadyAges(stamp_ahead_s)

    @property
    def now_ns(self) -> int:
        """Return the moment now; see :class:`AgeClock`."""
        return self.ages.now_ns

    @property
    def stamp_ns(self) -> int:
        """Return what a message that is made now is stamped with."""
        return self.ages.stamp_ns

    def check(self, what: str, stamp: Time) -> int:
        """Return a stamp in nanoseconds.

        Raises:
            MessageError: It is malformed.
            StampError: It is in the future.
        """
        stamp_ns = valid_stamp(what, stamp)
        self.ages.place(what, stamp_ns)
        return stamp_ns

    def place(self, what: str, stamp: Time) -> int:
        """Return the moment at which a message was true; raises as :meth:`check`."""
        return self.ages.place(what, valid_stamp(what, stamp))

    def follow(self, what: str, stamp: Time) -> int:
        """Return a stamp of the stream that tells the time of the node, as :meth:`check` does.

        In simulation that is the time now, for sensors precede their clock.
        """
        stamp_ns = valid_stamp(what, stamp)
        if self._followed is not None:
            self._followed.follow(what, stamp_ns)
        self.ages.place(what, stamp_ns)
        if self._simulated is not None:
            self._simulated.advance(stamp_ns)
        return stamp_ns

    def begin_anew(self) -> None:
        """Forget the clock of the stream that is followed: it was set back."""
        if self._followed is not None:
            self._followed.begin_anew()

    def _on_every_clock(self, message: Clock) -> None:
        self._hear(message, is_repeated=False)

    def _on_clock(self, message: Clock) -> None:
        self._hear(message, is_repeated=message.clock == self._last)

    def _hear(self, message: Clock, is_repeated: bool) -> None:
        stamp_ns = valid_stamp("/clock", message.clock)
        self._simulated.hear(stamp_ns)
        self._last = message.clock
        if self._on_tick is not None and not is_repeated:
            self._on_tick(stamp_ns)
