"""The action ``navigate``: accepts goals, tells how far they are, says how they ended.

A goal is not "executed" in a thread of its own: the mission is stepped by the node, and this class
only keeps the client informed. A newer goal preempts the older one, through whichever door it came:
the same missions can be asked for by other actions, such as Nav2's. A goal of several poses is a
mission for each, one after another; the first that fails ends it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node

from astra_core.errors import AstraError, ConfigError
from astra_msgs.action import Navigate

__all__ = ["NAVIGATE", "Door", "NavigateServer", "Progress"]


class Progress(NamedTuple):
    """How far a goal of several poses is: poses reached, and those that are left."""

    reached: int
    left: int


@dataclass(frozen=True)
class Door:
    """An action by which missions can be asked for.

    Attributes:
        action: Its type.
        name: Its name.
        goals: From its goal to those of ``Navigate``, in order.
        feedback: From the feedback of ``Navigate`` to its own.
        result: From the result of ``Navigate`` to its own.
    """

    action: type
    name: str
    goals: Callable[[Any], Sequence[Navigate.Goal]]
    feedback: Callable[[Navigate.Feedback, Progress], Any]
    result: Callable[[Navigate.Result, Progress], Any]


def _same(message: Any, _progress: Progress) -> Any:
    return message


NAVIGATE = Door(Navigate, "navigate", lambda message: [message], _same, _same)


@dataclass(eq=False)
class _Asked:
    """The goal of a client: through which door, what is left of it, and how much is done.

    Remarks say how poses differed from what was asked, as in the result of ``Navigate``.
    """

    door: Door
    handle: ServerGoalHandle
    left: deque[Navigate.Goal] = field(default_factory=deque)
    reached: int = 0
    remarks: list[str] = field(default_factory=list)

    @property
    def progress(self) -> Progress:
        """Return how far it is; the pose that is being driven to is left."""
        return Progress(self.reached, len(self.left) + 1)


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
        self._goal: _Asked | None = None
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
            asked = self._goal
            if asked.handle.is_cancel_requested:
                self._cancelling = True
                self._cancel("the client cancelled it")
                return
            told = asked.door.feedback(feedback(), asked.progress)
            asked.handle.publish_feedback(told)

    def finish(self, result: Navigate.Result) -> None:
        """Give the client of the present goal its result, or go on to its next pose.

        Without a client nothing happens.
        """
        with self._lock:
            asked = self._goal
            if asked is not None and result.remark:
                several = asked.reached or asked.left
                where = f"pose {asked.reached + 1}: " if several else ""
                asked.remarks.append(where + result.remark)
            if asked is not None and result.error_code == Navigate.Result.NONE:
                asked.reached += 1
                if asked.left and not asked.handle.is_cancel_requested:
                    try:
                        self._start(asked.left.popleft())
                    except AstraError as error:
                        result = Navigate.Result(error_code=error.code, error_msg=str(error))
                    else:
                        return
            self._goal, self._cancelling = None, False
        if asked is not None:
            # Of every pose: its client hears of the last result only.
            result.remark = "; ".join(asked.remarks)
            self._end(asked, result)

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
            asked = _Asked(door, goal)
            try:
                asked.left.extend(door.goals(goal.request))
                if not asked.left:
                    raise ConfigError("the goal has no poses")
                replaced = self._start(asked.left.popleft())
            except AstraError as error:
                # Accepted and then failed, so that the client learns why.
                refused = Navigate.Result(error_code=error.code, error_msg=str(error))
                self._end(asked, refused)
                return
            if replaced is not None:
                self.finish(replaced)
            self._goal, self._cancelling = asked, False

    def _end(self, asked: _Asked, result: Navigate.Result) -> None:
        def conclude(handle: ServerGoalHandle) -> Any:
            if handle.is_cancel_requested:
                handle.canceled()
            elif result.error_code == Navigate.Result.NONE:
                handle.succeed()
            else:
                handle.abort()
            return asked.door.result(result, asked.progress)

        self._servers[asked.door.name].notify_execute(asked.handle, conclude)


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
