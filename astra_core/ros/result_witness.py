"""Answers the clients of an action whose server has died, so that nobody waits for ever.

A client asks for the result of its goal as soon as the goal is accepted, and the answer may take
minutes. If the server dies meanwhile, the question dies with it. In ROS every server of a service
hears every request: a witness in another process keeps the open questions, and answers them when
the server cannot any more. While the server lives, the witness says nothing.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from action_msgs.msg import GoalStatus, GoalStatusArray
from rclpy.node import Node

from astra_core.errors import AstraError
from astra_core.peer_watch import PeerWatch
from astra_core.ros.direct import DirectLane
from astra_core.ros.node_clock import uses_sim_time
from astra_core.ros.qos import event, latched
from astra_msgs.msg import Heartbeat

__all__ = ["ResultWitness"]

# Longer than any breath of a living server: what is answered here cannot be taken back.
_SILENCE_S = 2.0
_MAX_OPEN = 64
_ENDED = (GoalStatus.STATUS_SUCCEEDED, GoalStatus.STATUS_CANCELED, GoalStatus.STATUS_ABORTED)
Answer = Callable[[Any], None]


class ResultWitness:
    """Keeps the open questions about the goals of one action."""

    def __init__(
        self, node: Node, lane: DirectLane, action: Any, name: str, server: str, loss: AstraError
    ) -> None:
        """Listen on a lane that has not been started.

        Args:
            node: Whose clock counts silence.
            lane: Serves the questions.
            action: Type of the action.
            name: Its name.
            server: Name of the node that serves it, as in its heartbeats.
            loss: What clients are told when the server is lost: code and sentence.
        """
        self._node, self._server, self._loss = node, server, loss
        self._watch = PeerWatch((server,), _SILENCE_S)
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, bytes], Answer] = OrderedDict()
        self._goal, self._result = action.Impl.SendGoalService, action.Impl.GetResultService
        for kind, part in ((self._goal, "send_goal"), (self._result, "get_result")):
            lane.serve_later(
                kind,
                f"{name}/_action/{part}",
                lambda request, answer, part=part: self._keep(part, request, answer),
            )
        lane.subscribe(GoalStatusArray, f"{name}/_action/status", self._on_status, latched())
        lane.subscribe_numbered(Heartbeat, "heartbeat", self._on_heartbeat, event())

    @property
    def num_open(self) -> int:
        """Return how many questions are open, by all that is known."""
        return len(self._open)

    def check(self) -> None:
        """Answer in the place of the server if it is lost; to be called a few times a second."""
        if self._watch.silent(self._now_ns(), time.monotonic()):
            self._answer_all()

    def _now_ns(self) -> int:
        # A wall clock may be set.
        is_simulated = uses_sim_time(self._node)
        return self._node.get_clock().now().nanoseconds if is_simulated else time.monotonic_ns()

    def _on_heartbeat(self, message: Heartbeat, number: int | None) -> None:
        if self._watch.hear(message.node, number, self._now_ns(), time.monotonic()):
            self._answer_all()  # the new process knows nothing of the goals of the old one

    def _keep(self, part: str, request: Any, answer: Answer) -> None:
        with self._lock:
            self._open[part, bytes(request.goal_id.uuid)] = answer
            while len(self._open) > _MAX_OPEN:
                self._open.popitem(last=False)

    def _on_status(self, message: GoalStatusArray) -> None:
        with self._lock:
            for status in message.status_list:
                goal = bytes(status.goal_info.goal_id.uuid)
                self._open.pop(("send_goal", goal), None)
                if status.status in _ENDED:
                    self._open.pop(("get_result", goal), None)

    def _answer_all(self) -> None:
        with self._lock:
            answers, self._open = self._open, OrderedDict()
        for (part, _), answer in answers.items():
            answer(self._refusal() if part == "send_goal" else self._failure())
        if answers:
            self._node.get_logger().warning(
                f"{self._server} is lost: {len(answers)} open questions about its goals answered"
            )

    def _refusal(self) -> Any:
        return self._goal.Response(accepted=False)

    def _failure(self) -> Any:
        response = self._result.Response(status=GoalStatus.STATUS_ABORTED)
        # The results of Nav2's actions are empty in older distributions.
        for field, value in (("error_code", self._loss.code), ("error_msg", str(self._loss))):
            if hasattr(response.result, field):
                setattr(response.result, field, value)
        return response
