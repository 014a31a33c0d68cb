"""A lifecycle node whose failures are told and not thrown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lifecycle_msgs.srv import ChangeState
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from astra_core.errors import AstraError
from astra_core.ros.parameters import refuse_changes

__all__ = ["ManagedNode"]

RCLError = _rclpy.RCLError
_CONFIGURED = "read when the node is configured; clean it up, set, and configure it again"
ChangeStateCallback = Callable[[ChangeState.Request, ChangeState.Response], Any]


class ManagedNode(LifecycleNode):
    """Base of the managed nodes: subclasses fill in ``configure`` to ``cleanup``.

    Attributes:
        active: Whether the node is active.
    """

    def __init__(self, name: str) -> None:
        """Make an unconfigured node; nothing heavy belongs into constructors."""
        super().__init__(name)
        # rclpy throws at a transition that the present state does not have, which would end the
        # process without an answer to the one who asked.
        change_state = self._service_change_state.callback
        self._service_change_state.callback = self._answering(change_state)
        self.active = False
        self._configured = False
        refuse_changes(
            self, lambda: _CONFIGURED if self._configured else "", self.is_dynamic_parameter
        )

    def is_dynamic_parameter(self, name: str) -> bool:
        """Tell whether a parameter takes effect whenever it is set; none does by default."""
        del name
        return False

    def configure(self) -> None:
        """Read parameters, load models and maps, subscribe. AstraError refuses the transition."""
        raise NotImplementedError

    def activate(self) -> None:
        """Begin to work."""

    def deactivate(self) -> None:
        """Stop the robot and stop working; keep what was loaded."""

    def cleanup(self) -> None:
        """Undo :meth:`configure`; must also work after half of it."""

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Configure, or say why not."""
        try:
            self.configure()
        except AstraError as error:
            self.get_logger().error(f"cannot configure: {error}")
            self.cleanup()
            return TransitionCallbackReturn.FAILURE
        self._configured = True
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Activate, or say why not."""
        self.active = True
        try:
            self.activate()
        except AstraError as error:
            self.active = False
            self.get_logger().error(f"cannot activate: {error}")
            return TransitionCallbackReturn.FAILURE
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Deactivate; the robot stops."""
        self.active = False
        self.deactivate()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured."""
        self._configured = False
        self.cleanup()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop from any state."""
        self.close()
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Clean up after an exception in a transition; the node can be configured again."""
        self.close()
        return TransitionCallbackReturn.SUCCESS

    def close(self) -> None:
        """Stop whatever state the node is in; called before the process ends."""
        if self.active:
            self.active = False
            self.deactivate()
        if self._configured:
            self._configured = False
            self.cleanup()

    def _answering(self, change_state: ChangeStateCallback) -> ChangeStateCallback:
        def callback(
            request: ChangeState.Request, response: ChangeState.Response
        ) -> ChangeState.Response:
            try:
                return change_state(request, response)
            except RCLError as error:
                self.get_logger().warning(f"transition {request.transition.id} refused: {error}")
                response.success = False
                return response

        return callback
