"""The action ``navigate``: accepts goals, tells how far they are, says how they ended.

A goal is not "executed" in a thread of its own: the mission is stepped by the node, and this class
only keeps the client informed. A newer goal preempts the older one, through whichever door it came:
the same missions can be asked for by other actions, such as Nav2's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node

from astra_core.errors import AstraError
from astra_msgs.action import Navigate

__all__ = ["NAVIGATE", "Door", "NavigateServer"]


@dataclass(frozen=True)
class Door:
    """An action by which missions can be asked for.

    Attributes:
        action: Its type.
        name: Its name.
        goal: From its goal to that of ``Navigate``.
        feedback: From the feedback of ``Navigate`` to its own.
        result: From the result of ``Navigate`` to its own.
    """

    action: type
    name: str
    goal: Callable[[Any], Navigate.Goal]
    feedback: Callable[[Navigate.Feedback], Any]
    result: Callable[[Navigate.Result], Any]


def _same(message: Any) -> Any:
    return message


NAVIGATE = Door(Navigate, "navigate", _same, _same, _same)


class NavigateServer:
    """Keeps the client of the present goal informed."""

    def __init__(
        self,
        node: Node,
        lock: threading.RLock,
        *,
        refusal: Callable[[], str],
        start: Callable[[Navigate.Goal], Navigate.Result | None],
        cancel: Callable[[str], None],
        wake: Callable[[], None],
        doors: Sequence[Door] = (NAVIGATE,),
    ) -> None:
        """Offer the actions.

        Args:
            node: The node.
            lock: Of the owner; one for both, since each calls the other.
            refusal: Returns why goals cannot be taken now; empty when they can.
            start: Begins a mission, returns the result of the one it replaced (``None`` if there
                was none), raises AstraError when the goal cannot be used.
            cancel: Ends the mission; its result then comes through :meth:`finish`.
            wake: Makes the owner call :meth:`step` now and not when its time has come.
            doors: The actions.
        """
        self._node = node
        self._refusal, self._start, self._cancel = refusal, start, cancel
        self._wake = wake
        self._lock = lock
        self._goal: tuple[Door, ServerGoalHandle] | None = None
        self._cancelling = False
        self._servers = {door.name: self._open(door) for door in doors}

    def _open(self, door: Door) -> _DeferringServer:
        return _DeferringServer(
            self._node,
            door.action,
            door.name,
            execute_callback=_never,
            goal_callback=self._on_goal,
            handle_accepted_callback=lambda goal: self._on_accepted(door, goal),
            cancel_callback=self._on_cancel,
        )

    def step(self, feedback: Callable[[], Navigate.Feedback]) -> None:
        """Pass on a request to cancel, or else feedback."""
        with self._lock:
            if self._goal is None or self._cancelling:
                return
            door, goal = self._goal
            if goal.is_cancel_requested:
                self._cancelling = True
                self._cancel("the client cancelled it")
                return
            goal.publish_feedback(door.feedback(feedback()))

    def finish(self, result: Navigate.Result) -> None:
        """Give the client of the present goal its result; without one nothing happens."""
        with self._lock:
            goal, self._goal = self._goal, None
            self._cancelling = False
        if goal is not None:
            self._end(*goal, result)

    def close(self) -> None:
        """Withdraw the actions."""
        for server in self._servers.values():
            server.destroy()

    def _on_goal(self, _request: Any) -> GoalResponse:
        why = self._refusal()
        if why:
            self._node.get_logger().warning(f"goal rejected: {why}")
            return GoalResponse.REJECT
        return GoalResponse.ACCEPT

    def _on_cancel(self, _request: Any) -> CancelResponse:
        # The state of the goal changes after this answer: the step has to come after it too.
        self._node.executor.create_task(self._wake)
        return CancelResponse.ACCEPT

    def _on_accepted(self, door: Door, goal: ServerGoalHandle) -> None:
        with self._lock:
            goal.execute()  # from here on its status is EXECUTING
            try:
                replaced = self._start(door.goal(goal.request))
            except AstraError as error:
                # Accepted and then failed, so that the client learns why.
                refused = Navigate.Result(error_code=error.code, error_msg=str(error))
                self._end(door, goal, refused)
                return
            if replaced is not None:
                self.finish(replaced)
            self._goal, self._cancelling = (door, goal), False

    def _end(self, door: Door, goal: ServerGoalHandle, result: Navigate.Result) -> None:
        def conclude(handle: ServerGoalHandle) -> Any:
            if handle.is_cancel_requested:
                handle.canceled()
            elif result.error_code == Navigate.Result.NONE:
                handle.succeed()
            else:
                handle.abort()
            return door.result(result)

        self._servers[door.name].notify_execute(goal, conclude)


class _DeferringServer(ActionServer):
    """An action server whose goals are executing without a callback that runs all the time.

    A coroutine that waits for the result would be polled by the executor without pause.
    """

    def notify_execute(
        self,
        goal_handle: ServerGoalHandle,
        execute_callback: Callable[[ServerGoalHandle], Any] | None,
    ) -> None:
        """Schedule what concludes a goal; for a goal that only begins there is nothing to run."""
        if execute_callback is not None:
            super().notify_execute(goal_handle, execute_callback)


def _never(_goal: ServerGoalHandle) -> Navigate.Result:
    raise RuntimeError("goals are concluded by NavigateServer.finish")
