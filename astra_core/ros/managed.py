"""A lifecycle node that tells its failures instead of throwing them, and is never silent."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.task import Future

from astra_core.errors import AstraError
from astra_core.loading import Loading, Progress
from astra_core.ros.parameters import refuse_changes

__all__ = ["Load", "ManagedNode"]

RCLError = _rclpy.RCLError
#: Loads, in a thread of its own, and returns what :meth:`ManagedNode.loaded` takes.
Load = Callable[[Progress], Any]
_CONFIGURED = "read when the node is configured; clean it up, set, and configure it again"
_CONFIGURE, _CLEANUP = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP
_SHUTDOWN = (
    Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
    Transition.TRANSITION_INACTIVE_SHUTDOWN,
    Transition.TRANSITION_ACTIVE_SHUTDOWN,
)
# A request may name a transition instead of numbering it.
_BY_LABEL = {"configure": _CONFIGURE, "cleanup": _CLEANUP, "shutdown": _SHUTDOWN[0]}
ChangeStateCallback = Callable[[ChangeState.Request, ChangeState.Response], ChangeState.Response]


class ManagedNode(LifecycleNode):
    """Base of the managed nodes: subclasses fill in ``configure`` to ``cleanup``.

    What takes long to load is loaded by a thread while the node is *configuring*; its executor
    goes on, so that heartbeat, parameters and services are served. The answer to ``configure``
    comes when all is loaded, or has failed. A request to clean up or to shut down ends the
    loading at once.

    Attributes:
        active: Whether the node is active.
        loading: What is being loaded now, else ``None``; its text is for the health of the node.
    """

    def __init__(self, name: str) -> None:
        """Make an unconfigured node; nothing heavy belongs into constructors."""
        super().__init__(name)
        service = self._service_change_state
        self._change_state: ChangeStateCallback = service.callback
        service.callback = self._on_change_state
        # A transition that waits must hold up no other callback, nor the request that ends it.
        service.callback_group = ReentrantCallbackGroup()
        service.callback_group.add_entity(service)
        self.active = False
        self.loading: Loading[Any] | None = None
        self._loaded = Future()  # what is being loaded is, or has failed
        self._settled: Future | None = None  # the node is configured, or is not; None: not at it
        self._configured = False
        refuse_changes(
            self,
            lambda: _CONFIGURED if self._configured or self.loading else "",
            self.is_dynamic_parameter,
        )

    def is_dynamic_parameter(self, name: str) -> bool:
        """Tell whether a parameter takes effect whenever it is set; none does by default."""
        del name
        return False

    def configure(self) -> Load | None:
        """Read parameters and subscribe; quick. AstraError refuses the transition.

        Returns:
            What loads maps and models, where that takes long; ``None``: all is done.
        """
        raise NotImplementedError

    def loaded(self, result: Any) -> None:
        """Take what was loaded; quick, in the executor's thread. AstraError as in configure."""

    def activate(self) -> None:
        """Begin to work."""

    def deactivate(self) -> None:
        """Stop the robot and stop working; keep what was loaded."""

    def cleanup(self) -> None:
        """Undo :meth:`configure`; must also work after half of it."""

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Configure, or say why not; reached by a call, which waits (the service does not)."""
        error = self._begin()
        if self.loading is not None:
            self.loading.wait()
        return self._finish(error, state)

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

    def farewell(self) -> None:
        """Stop working; called before :meth:`close`, so that last answers can still go out."""
        if self.active:
            self.active = False
            self.deactivate()

    def close(self) -> None:
        """Stop whatever state the node is in; called before the process ends."""
        self.farewell()
        if self.loading is not None:
            self.loading.cancel()
        if self._configured or self.loading is not None:
            self.loading, self._configured = None, False
            self.cleanup()

    def _begin(self) -> Exception | None:
        """Do what is quick and start loading the rest; return what went wrong."""
        try:
            load = self.configure()
        except Exception as error:
            return error
        if load is not None:
            self.loading = Loading(load, self._on_loaded)
        return None

    def _finish(self, error: Exception | None, state: LifecycleState) -> TransitionCallbackReturn:
        """Take what was loaded, or say what went wrong and undo what was done."""
        loading, self.loading = self.loading, None
        try:
            if error is not None:
                raise error
            if loading is not None:
                self.loaded(loading.result())
        except AstraError as error:
            self.get_logger().error(f"cannot configure: {error}")
            self.cleanup()
            return TransitionCallbackReturn.FAILURE
        except Exception as error:
            self.get_logger().error("".join(traceback.format_exception(error)))
            self.cleanup()
            return TransitionCallbackReturn.ERROR
        self._configured = True
        return super().on_configure(state)

    async def _on_change_state(
        self, request: ChangeState.Request, response: ChangeState.Response
    ) -> ChangeState.Response:
        transition = _BY_LABEL.get(request.transition.label, request.transition.id)
        if self._settled is not None:
            response.success = await self._change_while_loading(transition, self._settled)
        elif transition == _CONFIGURE and self._is_unconfigured:
            response.success = await self._configure_by_service()
        else:
            response = self._change_at_once(request, response)
        return response

    @property
    def _is_unconfigured(self) -> bool:
        return self._state_machine.current_state[0] == State.PRIMARY_STATE_UNCONFIGURED

    async def _configure_by_service(self) -> bool:
        """As rclpy does it, but for the waiting; returns whether the node is configured."""
        state_id, label = self._state_machine.current_state
        previous = LifecycleState(label=label, state_id=state_id)
        self._state_machine.trigger_transition_by_id(_CONFIGURE, True)
        self._loaded, self._settled = Future(), Future()
        error = self._begin()
        if self.loading is not None:
            await self._loaded
        outcome = self._finish(error, previous)
        self._state_machine.trigger_transition_by_label(outcome.to_label(), True)
        if outcome == TransitionCallbackReturn.ERROR:
            recovered = self.on_error(previous)
            self._state_machine.trigger_transition_by_label(recovered.to_label(), True)
        settled, self._settled = self._settled, None
        settled.set_result(None)
        return outcome == TransitionCallbackReturn.SUCCESS

    def _on_loaded(self) -> None:
        """Let the executor go on with configuring; called by whichever thread ended the loading."""
        self._loaded.set_result(None)
        if self.executor is not None:
            self.executor.wake()

    async def _change_while_loading(self, transition: int, settled: Future) -> bool:
        """Answer what is asked while the node is configuring; returns whether it was done."""
        if transition == _CONFIGURE:
            # The same request again: its answer may have been lost.
            await settled
            return self._configured
        if transition != _CLEANUP and transition not in _SHUTDOWN:
            self.get_logger().warning(f"transition {transition} refused: {self.loading}")
            return False
        if self.loading is not None:
            self.loading.cancel()
        await settled
        if transition != _CLEANUP:
            return self.trigger_shutdown() == TransitionCallbackReturn.SUCCESS
        # It may just have been done.
        return self._is_unconfigured or self.trigger_cleanup() == TransitionCallbackReturn.SUCCESS

    def _change_at_once(
        self, request: ChangeState.Request, response: ChangeState.Response
    ) -> ChangeState.Response:
        # rclpy throws at a transition that the present state does not have, which would end the
        # process without an answer to the one who asked.
        try:
            return self._change_state(request, response)
        except RCLError as error:
            self.get_logger().warning(f"transition {request.transition.id} refused: {error}")
            response.success = False
            return response
