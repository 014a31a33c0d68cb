"""The node ``astra_lifecycle``: configures and activates the managed nodes, deactivates them last.

A managed node whose process was restarted is brought up again, and whoever waits for the end of a
goal that Astra-Global has taken with it is answered.
Waiting happens in a thread of its own; the executor only delivers answers. Managing a node by hand
(``ros2 lifecycle set``) works beside it: what is already in the wanted state is left alone.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from typing import Any

from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.client import Client
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from astra_core.errors import AstraError, GlobalLost
from astra_core.ros.direct import DirectLane
from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.known_parameters import require_known_parameters
from astra_core.ros.lifecycle_config import ACTIVE_LINE, LifecycleConfig
from astra_core.ros.main import run_node
from astra_core.ros.parameters import read_config, refuse_changes
from astra_core.ros.result_witness import ResultWitness
from astra_msgs.action import Navigate
from astra_msgs.msg import Heartbeat

__all__ = ["LifecycleError", "LifecycleOwner", "main"]

_POLL_S = 0.2
_WITNESS_S = 0.2
_SERVER = "astra_global"
_LOST = "astra_global died or hangs; the robot stands. Give the goal again once it is back"
_SETTLED = (
    State.PRIMARY_STATE_UNCONFIGURED,
    State.PRIMARY_STATE_INACTIVE,
    State.PRIMARY_STATE_ACTIVE,
    State.PRIMARY_STATE_FINALIZED,
)
_STEPS = {
    Transition.TRANSITION_CONFIGURE: (
        State.PRIMARY_STATE_UNCONFIGURED,
        State.PRIMARY_STATE_INACTIVE,
        "configured",
    ),
    Transition.TRANSITION_ACTIVATE: (
        State.PRIMARY_STATE_INACTIVE,
        State.PRIMARY_STATE_ACTIVE,
        "activated",
    ),
}


class LifecycleError(AstraError):
    """A managed node did not reach the state it was asked to reach."""

    code = 903


class LifecycleOwner(Node):
    """Brings the managed nodes up in order, and down in reverse order."""

    def __init__(self) -> None:
        """Read parameters and begin."""
        super().__init__("astra_lifecycle")
        require_known_parameters(self, LifecycleConfig)
        self._config = read_config(self, LifecycleConfig)
        refuse_changes(self, lambda: "read once, when the node starts")
        self.failure = ""
        self._stop = threading.Event()
        self._get = {n: self.create_client(GetState, f"{n}/get_state") for n in self._config.nodes}
        self._change = {
            n: self.create_client(ChangeState, f"{n}/change_state") for n in self._config.nodes
        }
        self._told = "bringing up"
        self._health = HealthReporter(
            self, self._read_health, period_s=self._config.heartbeat_period_s
        )
        self._lane = DirectLane(self)
        self._witnesses = [
            ResultWitness(self, self._lane, action, name, _SERVER, GlobalLost(_LOST))
            for name, action in _actions().items()
        ]
        self._lane.start()
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._witness_timer = self.create_timer(_WITNESS_S, self._check_witnesses, clock=steady)
        self._thread = threading.Thread(target=self._bring_up, name="bring-up", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Deactivate what is active, in reverse order, without insisting."""
        self._stop.set()
        self._thread.join(timeout=2.0)
        self._lane.close()
        for name in reversed(self._config.nodes):
            client = self._change[name]
            if not client.service_is_ready():
                continue
            future = client.call_async(_transition(Transition.TRANSITION_DEACTIVATE))
            deadline_s = time.monotonic() + self._config.deactivate_timeout_s
            # The main loop has ended, so the answer is fetched here; a node that is stopped at the
            # same moment never gives one.
            while not future.done() and client.service_is_ready():
                self.executor.spin_once(timeout_sec=_POLL_S)
                if time.monotonic() > deadline_s:
                    break
            done = future.done() and future.result() is not None and future.result().success
            self.get_logger().info(f"{name} {'deactivated' if done else 'was not active'}")

    def _check_witnesses(self) -> None:
        for witness in self._witnesses:
            witness.check()

    def _bring_up(self) -> None:
        c = self._config
        try:
            for name in c.nodes:
                self._wait_for(name)
            for name in c.nodes:
                self._reach(name, Transition.TRANSITION_CONFIGURE, c.configure_timeout_s)
            for name in c.nodes:
                self._reach(name, Transition.TRANSITION_ACTIVATE, c.activate_timeout_s)
        except _Stopped:
            return
        except AstraError as error:
            self._fail(str(error))
        except Exception:
            self._fail(traceback.format_exc())
        else:
            self.get_logger().info(ACTIVE_LINE)
            self._told = ""
            self._watch()

    def _read_health(self) -> Health:
        if self.failure:
            return Health(Heartbeat.STATE_ERROR, self.failure)
        state = Heartbeat.STATE_DEGRADED if self._told else Heartbeat.STATE_OK
        return Health(state, self._told)

    def _watch(self) -> None:
        """Bring up again what comes back as another process; what a person set is left alone."""
        c = self._config
        known = {name: self._endpoints_of(name) for name in c.nodes}
        while not self._stop.wait(c.watch_period_s):
            for name in c.nodes:
                # The endpoint of a process that was killed lingers beside the new one's.
                if self._endpoints_of(name) <= known[name]:
                    continue
                known[name] |= self._endpoints_of(name)
                self.get_logger().warning(f"{name} was restarted: bringing it up")
                try:
                    self._wait_for(name)
                    self._reach(name, Transition.TRANSITION_CONFIGURE, c.configure_timeout_s)
                    self._reach(name, Transition.TRANSITION_ACTIVATE, c.activate_timeout_s)
                except _Stopped:
                    return
                except AstraError as error:
                    # The others go on; the next restart is a new chance.
                    self._told = str(error)
                    self.get_logger().error(self._told)
                else:
                    self._told = ""

    def _endpoints_of(self, name: str) -> set[bytes]:
        """Return what tells the processes of a node apart; empty while there is none.

        Every lifecycle node publishes its transitions; the endpoint's id is new in each process.
        """
        topic = self.resolve_topic_name(f"{name}/transition_event")
        endpoints = self.get_publishers_info_by_topic(topic)
        return {bytes(endpoint.endpoint_gid) for endpoint in endpoints}

    def _fail(self, why: str) -> None:
        self.get_logger().fatal(why)
        self.failure = why

    def _wait_for(self, name: str) -> None:
        # Discovery finds the services of a node one by one: a request to one that is not yet
        # matched is lost without a word.
        deadline_s = time.monotonic() + self._config.appear_timeout_s
        for client in (self._change[name], self._get[name]):
            while not client.wait_for_service(_POLL_S):
                if self._stop.is_set():
                    raise _Stopped
                if time.monotonic() > deadline_s:
                    raise LifecycleError(
                        f"{name} does not answer after {self._config.appear_timeout_s:.0f} s: "
                        "was it started, and in the same namespace and domain?"
                    )

    def _reach(self, name: str, transition: int, timeout_s: float) -> None:
        before, after, verb = _STEPS[transition]
        deadline_s = time.monotonic() + timeout_s
        if self._state_of(name, deadline_s) != before:
            return  # somebody else was faster
        success: bool | None = None
        while success is None:
            answer = self._call(self._change[name], _transition(transition), deadline_s)
            if answer is not None:
                success = answer.success
            elif (state := self._state_of(name, deadline_s)) != before:
                success = state == after  # done; only the answer was lost
            # Otherwise the request itself was lost, and is made again.
        if not success:
            raise LifecycleError(
                f"{name} could not be {verb}: see what it said above or in its log"
            )
        self.get_logger().info(f"{name} {verb}")

    def _state_of(self, name: str, deadline_s: float) -> int:
        while True:
            answer = self._call(self._get[name], GetState.Request(), deadline_s)
            if answer is None:
                continue
            if answer.current_state.id in _SETTLED:
                return answer.current_state.id
            self._stop.wait(_POLL_S)

    def _call(self, client: Client, request, deadline_s: float):
        """Return the answer, or None if there was none for so long that it may have been lost."""
        future = client.call_async(request)
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        repeat_s = time.monotonic() + self._config.repeat_period_s
        while not done.wait(_POLL_S):
            if self._stop.is_set():
                raise _Stopped
            now_s = time.monotonic()
            if now_s > min(deadline_s, repeat_s):
                client.remove_pending_request(future)
            if now_s > deadline_s:
                raise LifecycleError(f"{client.srv_name} did not answer in time")
            if now_s > repeat_s:
                return None
        return future.result()


class _Stopped(Exception):
    """The node is being closed."""


def _actions() -> dict[str, Any]:
    """Return the actions of goals that Astra-Global serves, by name."""
    actions: dict[str, Any] = {"navigate": Navigate}
    try:
        from nav2_msgs import action
    except ImportError:
        return actions
    return {
        **actions,
        "navigate_to_pose": action.NavigateToPose,
        "navigate_through_poses": action.NavigateThroughPoses,
        "follow_waypoints": action.FollowWaypoints,
    }


def _transition(transition: int) -> ChangeState.Request:
    return ChangeState.Request(transition=Transition(id=transition))


def main() -> int:
    """Run the node."""
    return run_node(LifecycleOwner)


if __name__ == "__main__":
    sys.exit(main())
