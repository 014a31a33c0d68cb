"""A managed node on a bad network: services found late, requests and answers lost.

python forgetful_node.py

Of the requests for each transition the first is lost; of the second the answer is.
"""

from __future__ import annotations

import collections
import sys

from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.node import Node

from astra_core.ros.main import run_node

LATE_S = 1.0
STATES = {
    Transition.TRANSITION_CONFIGURE: State.PRIMARY_STATE_INACTIVE,
    Transition.TRANSITION_ACTIVATE: State.PRIMARY_STATE_ACTIVE,
}


class ForgetfulNode(Node):
    """Speaks just enough of the protocol to be brought up."""

    def __init__(self) -> None:
        super().__init__("forgetful")
        self._state = State.PRIMARY_STATE_UNCONFIGURED
        self._requests: collections.Counter[int] = collections.Counter()
        self._change = self.create_service(ChangeState, "~/change_state", self._on_change)
        self._send = self._change.send_response
        self._change.send_response = self._send_some
        self._silent = False
        self._late = self.create_timer(LATE_S, self._offer_state)

    def _offer_state(self) -> None:
        self._late.cancel()
        self.create_service(GetState, "~/get_state", self._on_get)

    def _on_get(self, request, response):
        response.current_state.id = self._state
        return response

    def _on_change(self, request, response):
        transition = request.transition.id
        self._requests[transition] += 1
        self._silent = self._requests[transition] <= 2
        if self._requests[transition] == 2:
            self._state = STATES[transition]
        self.get_logger().info(f"request {self._requests[transition]} for {transition}")
        response.success = True
        return response

    def _send_some(self, response, header) -> None:
        if not self._silent:
            self._send(response, header)

    def close(self) -> None:
        """Nothing to stop."""


if __name__ == "__main__":
    sys.exit(run_node(ForgetfulNode))
