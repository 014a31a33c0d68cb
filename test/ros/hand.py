"""`ros2 lifecycle` without the command."""

import math
import time

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState

#: After so long an answer will not come any more.
_PATIENCE_S = 3.0


class Hand:
    """Manages one node as a person does."""

    def __init__(self, node, name, until):
        self._until = until
        self._change = node.create_client(ChangeState, f"{name}/change_state")
        self._get = node.create_client(GetState, f"{name}/get_state")
        until(lambda: self._change.service_is_ready() and self._get.service_is_ready(), name)

    @property
    def is_there(self):
        return self._get.service_is_ready()

    def begin(self, transition, label=""):
        """Ask for a transition and return the future of its answer."""
        request = ChangeState.Request(transition=Transition(id=transition, label=label))
        return self._change.call_async(request)

    def end(self, future):
        """Wait for an answer; return whether it was done."""
        self._until(future.done, "an answer")
        return future.result().success

    def set(self, transition, label=""):
        return self.end(self.begin(transition, label))

    @property
    def state(self):
        """Ask until there is an answer: one sent to a process that is just being found is lost."""
        asked, newest_s = [], -math.inf

        def answered():
            nonlocal newest_s
            if time.monotonic() - newest_s > _PATIENCE_S:
                newest_s = time.monotonic()
                asked.append(self._get.call_async(GetState.Request()))
            return any(future.done() for future in asked)

        self._until(answered, "an answer")
        return next(future for future in asked if future.done()).result().current_state.label
