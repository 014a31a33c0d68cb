"""A fast lane for frequent messages, beside the ordinary executor.

rclpy's executors build a new wait set over every entity of a node for each wake-up and then take
one message per topic. At some hundred messages a second that is most of a core. A
:class:`DirectLane` keeps one wait set over the few frequent subscriptions of a node, waits on it
in a thread of its own, and takes what has arrived, in the order of subscription, of each for 20 ms
at most (and one message at least): what is slow, or comes too fast, must not keep its neighbours
waiting until their queues run over. What others need first is urgent: all IMU samples of a tick
are delivered before its wheel sample.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, ClassVar

from rclpy.callback_groups import CallbackGroup
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.node import Node
from rclpy.qos import QoSProfile

from astra_core.errors import AstraError

__all__ = ["DirectLane", "lanes_turn"]

_WAIT_NS = 50_000_000
# A subscription whose callback is slower than its messages come would never be empty.
_TURN_S = 0.02
_MOST_URGENT = 100
# A lane wakes twenty times a second, and its callbacks are short.
_HANGS_S = 1.0
_LOG_PERIOD_S = 1.0


class _LeftAlone(CallbackGroup):
    """A callback group that no executor may run: its entities are served by the lane."""

    def can_execute(self, entity: Any) -> bool:
        """Refuse."""
        return False

    def beginning_execution(self, entity: Any) -> bool:
        """Refuse."""
        return False

    def ending_execution(self, entity: Any) -> None:
        """Do nothing."""


class DirectLane:
    """Serves subscriptions and services of one node in one thread.

    Callbacks hold up their lane and nothing else: short ones belong on a lane with sensors, a
    service that waits for something on a lane of its own, that may. A message that makes its
    callback throw is refused: counted, logged with the reason, and everything goes on.
    """

    _watched: ClassVar[set[DirectLane]] = set()
    _watching: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, node: Node, *, may_wait: bool = False) -> None:
        """Prepare a lane without subscriptions.

        Args:
            node: Whose messages it serves.
            may_wait: Whether its callbacks may take long; else that is a hang, see
                :func:`lanes_turn`.
        """
        self._node, self._may_wait = node, may_wait
        self._turned_s = monotonic()
        self._group = _LeftAlone()
        self._subscriptions: list[tuple[Any, Callable[[Any, int | None], None]]] = []
        self._urgent: list[tuple[Any, Callable[[Any, int | None], None]]] = []
        self._services: list[Any] = []
        self._answer_later: set[Any] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._refused: dict[str, tuple[int, str]] = {}
        self._logged_s: dict[str, float] = {}

    @property
    def refused(self) -> dict[str, str]:
        """Say how many messages of which topic or service were refused, and why the last one."""
        refused = dict(self._refused)  # The lane counts on meanwhile.
        return {
            f"refused {name}": f"{count}, the last because {why}"
            for name, (count, why) in refused.items()
        }

    def subscribe(
        self,
        kind: Any,
        topic: str,
        callback: Callable[[Any], None],
        qos: QoSProfile,
        *,
        is_urgent: bool = False,
    ) -> None:
        """Add a subscription; only before :meth:`start`. Earlier ones are served first.

        Args:
            kind: Message type.
            topic: Its name.
            callback: Takes a message.
            qos: Quality of service.
            is_urgent: Whether its messages overtake: they are taken before each other one.
        """
        self.subscribe_numbered(
            kind, topic, lambda message, _number: callback(message), qos, is_urgent=is_urgent
        )

    def subscribe_numbered(
        self,
        kind: Any,
        topic: str,
        callback: Callable[[Any, int | None], None],
        qos: QoSProfile,
        *,
        is_urgent: bool = False,
    ) -> None:
        """Add a subscription whose callback is also told how the publisher numbered the message.

        The number is ``None`` where the middleware has none; see
        :class:`~astra_core.first_publisher.FirstPublisher`. Arguments as of :meth:`subscribe`.
        """
        subscription = self._node.create_subscription(
            kind, topic, callback, qos, callback_group=self._group
        )
        self._subscriptions.append((subscription, callback))
        if is_urgent:
            self._urgent.append((subscription, callback))

    def serve(self, kind: Any, name: str, callback: Callable[[Any, Any], Any]) -> None:
        """Add a service; only before :meth:`start`.

        Args:
            kind: Service type.
            name: Service name.
            callback: Takes request and empty response, returns the response; may block the lane.
        """
        self._services.append(
            self._node.create_service(kind, name, callback, callback_group=self._group)
        )

    def serve_later(
        self, kind: Any, name: str, callback: Callable[[Any, Callable[[Any], None]], None]
    ) -> None:
        """Add a service that answers when it can; only before :meth:`start`.

        Args:
            kind: Service type.
            name: Service name.
            callback: Takes a request and a function that sends its response, from any thread.
        """
        service = self._node.create_service(kind, name, callback, callback_group=self._group)
        self._services.append(service)
        self._answer_later.add(service)

    def start(self) -> None:
        """Begin to serve."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="direct lane", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving and destroy the subscriptions. Not from within a callback."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
            self._thread = None
        for subscription, _ in self._subscriptions:
            self._node.destroy_subscription(subscription)
        for service in self._services:
            self._node.destroy_service(service)
        self._subscriptions, self._urgent, self._services = [], [], []

    def _run(self) -> None:
        num_subscriptions, num_services = len(self._subscriptions), len(self._services)
        if not num_subscriptions + num_services:
            return
        self._turned_s = monotonic()
        if not self._may_wait:
            self._watch(True)
        context = self._node.context
        with context.handle:
            wait_set = _rclpy.WaitSet(num_subscriptions, 0, 0, 0, num_services, 0, context.handle)
            while not self._stop.is_set() and context.ok():
                self._turned_s = monotonic()
                wait_set.clear_entities()
                for subscription, _ in self._subscriptions:
                    wait_set.add_subscription(subscription.handle)
                for service in self._services:
                    wait_set.add_service(service.handle)
                wait_set.wait(_WAIT_NS)
                self._drain(set(wait_set.get_ready_entities("subscription")))
                if num_services:
                    self._answer(set(wait_set.get_ready_entities("service")))
        # Not where something was thrown: such a lane serves nobody and was not told to end.
        self._watch(False)

    def _watch(self, is_watched: bool) -> None:
        with self._watching:
            if is_watched:
                self._watched.add(self)
            else:
                self._watched.discard(self)

    @classmethod
    def oldest_turn_s(cls) -> float:
        """Return when the lane that has not turned for longest did, by ``time.monotonic``."""
        with cls._watching:
            return min((lane._turned_s for lane in cls._watched), default=monotonic())

    def _drain(self, ready: set[int]) -> None:
        for subscription, callback in self._subscriptions:
            if subscription.handle.pointer not in ready:
                continue
            end_s = monotonic() + _TURN_S
            while not self._stop.is_set():
                for urgent, on_urgent in self._urgent:
                    for _ in range(_MOST_URGENT):
                        if not self._take(urgent, on_urgent):
                            break
                # What is left makes the next wait end at once.
                if not self._take(subscription, callback) or monotonic() >= end_s:
                    break

    def _take(self, subscription: Any, callback: Callable[[Any, int | None], None]) -> bool:
        """Take one message; return whether there was one.

        One bad message, be it what it tells or its bytes, must not end the lane that keeps the
        robot safe.
        """
        try:
            taken = subscription.handle.take_message(subscription.msg_type, subscription.raw)
        except Exception as error:
            self._refuse(subscription.topic_name, error)
            return False
        if taken is None:
            return False
        self._turned_s = monotonic()  # much that has arrived is no hang
        try:
            callback(taken[0], taken[1].get("publication_sequence_number"))
        except Exception as error:
            self._refuse(subscription.topic_name, error)
        return True

    def _answer(self, ready: set[int]) -> None:
        for service in self._services:
            if service.handle.pointer not in ready:
                continue
            try:
                request, sender = service.handle.service_take_request(service.srv_type.Request)
            except Exception as error:
                self._refuse(service.srv_name, error)
                continue
            if sender is None:
                continue
            if service in self._answer_later:
                try:
                    service.callback(request, partial(_send, service, sender))
                except Exception as error:
                    self._refuse(service.srv_name, error)
                continue
            try:
                response = service.callback(request, service.srv_type.Response())
            except Exception as error:
                self._refuse(service.srv_name, error)
                response = _failure(service.srv_type.Response(), error)
            service.send_response(response, sender)

    def _refuse(self, name: str, error: Exception) -> None:
        # What Astra names itself is said in a line; anything else is a bug and tells its type.
        why = str(error) if isinstance(error, AstraError) else repr(error)
        count = self._refused.get(name, (0, ""))[0] + 1
        self._refused[name] = (count, why)
        # A driver that is wrong all the time must not fill the disk.
        if monotonic() - self._logged_s.get(name, -_LOG_PERIOD_S) >= _LOG_PERIOD_S:
            self._logged_s[name] = monotonic()
            self._node.get_logger().error(f"{name} refused: {why}")


def lanes_turn() -> bool:
    """Return whether every lane of this process goes on: none hangs in a callback or has died."""
    return monotonic() - DirectLane.oldest_turn_s() < _HANGS_S


def _send(service: Any, sender: Any, response: Any) -> None:
    service.send_response(response, sender)


def _failure(response: Any, error: Exception) -> Any:
    """Say in a response what went wrong, so that nobody waits for it in vain."""
    if hasattr(response, "error_code"):
        response.error_code = getattr(error, "code", AstraError.code)
        response.error_msg = str(error) or repr(error)
    return response
