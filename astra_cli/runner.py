"""Starts the processes of the node table, watches them and stops them; for machines without launch.

Children live in sessions of their own, so that Ctrl-C reaches only the runner, which stops them in
order. If the runner itself is killed, the kernel tells the children.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from astra_cli.child_process import ChildProcess
from astra_cli.node_table import THREAD_ENVIRONMENT, ProcessCommand
from astra_core.errors import EXIT_CANNOT_WORK, AstraError
from astra_core.ros.lifecycle_config import ACTIVE_LINE

__all__ = ["ProcessDied", "Runner"]

_LIFECYCLE_OWNER = "astra_lifecycle"
_POLL_S = 0.1
# What dies more often in so short a time will not live.
_MAX_RESTARTS, _RESTART_WINDOW_S = 3, 60.0


class ProcessDied(AstraError):
    """A process of the graph ended by itself; the message ends with the last lines of its log."""

    code = 902


class Runner:
    """Runs processes as a context manager.

    Example:
        >>> from astra_cli.node_table import commands                           # doctest: +SKIP
        >>> processes = commands({"sim": True, "scene": "home", "seed": 7, "map": "/tmp/map"})
        >>> with Runner(processes, log_folder=Path("/tmp/logs"), domain_id=42) as runner:
        ...     runner.wait_active(timeout_s=60.0)
        ...     while driving():
        ...         runner.poll()                 # raises ProcessDied when a child is gone
    """

    def __init__(
        self,
        processes: Sequence[ProcessCommand],
        *,
        log_folder: Path,
        domain_id: int,
        environment: Mapping[str, str] | None = None,
        stop_timeout_s: float = 8.0,
    ) -> None:
        """Remember what to run; nothing is started yet.

        Args:
            processes: Command lines, in starting order; see :func:`astra_cli.node_table.commands`.
            log_folder: One file ``<name>.log`` per process is written here.
            domain_id: ROS domain; discovery stays on this host.
            environment: Added to the present environment.
            stop_timeout_s: Wall time for an orderly stop before children are terminated.
        """
        self._log_folder = log_folder
        self._stop_timeout_s = stop_timeout_s
        self._environment = self._make_environment(domain_id, environment or {})
        self._commands = list(processes)
        self._children: list[ChildProcess] = []
        self._has_been_up = False
        self._restarts_s: dict[str, list[float]] = {}

    @property
    def process_ids(self) -> dict[str, int]:
        """Return the process id of each child by name."""
        return {child.name: child.pid for child in self._children}

    def log_file(self, name: str) -> Path:
        """Return where the output of a process goes."""
        return self._log_folder / f"{name}.log"

    def start(self) -> None:
        """Start everything.

        Must be called from a thread that outlives the children: on Linux the kernel ends them
        with the thread that made them.

        Raises:
            AstraError: A command cannot be started.
        """
        self._log_folder.mkdir(parents=True, exist_ok=True)
        for command in self._commands:
            try:
                child = ChildProcess.start(command, self.log_file(command.name), self._environment)
            except OSError as error:
                self.stop()
                raise AstraError(f"cannot start {command.name}: {error}") from error
            self._children.append(child)

    def poll(self) -> list[str]:
        """Check that every process is alive, and start again what has died and may.

        Returns:
            Who was started again, and how it had ended: a line each.

        Raises:
            ProcessDied: One is dead that the others cannot do without, that has said itself that
                it cannot work, that died before everything was up, or that dies again and again.
        """
        again = []
        for number, child in enumerate(self._children):
            code = child.returncode()
            if code is None:
                continue
            if not self._may_restart(child.name, code):
                raise ProcessDied(child.epitaph(code))
            child.reap()
            command = self._commands[number]
            self._children[number] = ChildProcess.start(
                command, self.log_file(child.name), self._environment, again=True
            )
            self._restarts_s.setdefault(child.name, []).append(time.monotonic())
            again.append(f"{child.ending(code)}: started again")
        return again

    def _may_restart(self, name: str, code: int) -> bool:
        restarts = any(command.restarts for command in self._commands if command.name == name)
        if not (restarts and self._has_been_up) or code == EXIT_CANNOT_WORK:
            return False
        since_s = time.monotonic() - _RESTART_WINDOW_S
        recent = [at_s for at_s in self._restarts_s.get(name, []) if at_s > since_s]
        return len(recent) < _MAX_RESTARTS

    def wait_active(
        self, timeout_s: float = 60.0, on_wait: Callable[[float], None] | None = None
    ) -> None:
        """Wait until ``astra_lifecycle`` reports every managed node active.

        Args:
            timeout_s: Wall time.
            on_wait: Called with the seconds waited, about ten times a second.

        Raises:
            ProcessDied: A process ended meanwhile.
            AstraError: Time is up; the message holds the last lines of the lifecycle owner's log.
        """
        start_s = time.monotonic()
        owner = next((child for child in self._children if child.name == _LIFECYCLE_OWNER), None)
        if owner is None:
            raise AstraError(f"nothing to wait for: {_LIFECYCLE_OWNER} is not among the processes")
        while not owner.log_contains(ACTIVE_LINE):
            self.poll()
            waited_s = time.monotonic() - start_s
            if waited_s > timeout_s:
                raise AstraError(
                    f"the nodes are not active after {timeout_s:.0f} s:\n{owner.log_tail()}"
                )
            if on_wait is not None:
                on_wait(waited_s)
            time.sleep(_POLL_S)
        self._has_been_up = True

    def stop(self) -> None:
        """Stop every process: SIGINT, then SIGTERM, then SIGKILL. Safe to call twice."""
        last = {command.name for command in self._commands if command.stops_last}
        owner = [child for child in self._children if child.name == _LIFECYCLE_OWNER]
        witnesses = [child for child in self._children if child.name in last]
        rest = [child for child in self._children if child not in owner + witnesses]
        # The owner deactivates the nodes, which stops the robot, while they still live.
        self._end(owner, ((signal.SIGINT, self._stop_timeout_s), (signal.SIGKILL, 2.0)))
        escalation = (
            (signal.SIGINT, self._stop_timeout_s),
            (signal.SIGTERM, 3.0),
            (signal.SIGKILL, 2.0),
        )
        self._end(rest, escalation)
        self._end(witnesses, escalation)
        self._children = []

    def __enter__(self) -> Runner:
        """Start everything."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        self.stop()

    @staticmethod
    def _end(
        children: Sequence[ChildProcess], stages: Sequence[tuple[signal.Signals, float]]
    ) -> None:
        alive = [child for child in children if child.returncode() is None]
        for number, patience_s in stages:
            for child in alive:
                child.signal(number)
            deadline_s = time.monotonic() + patience_s
            while alive and time.monotonic() < deadline_s:
                alive = [child for child in alive if child.returncode() is None]
                if alive:
                    time.sleep(0.02)
        for child in children:
            child.reap()

    def _make_environment(self, domain_id: int, extra: Mapping[str, str]) -> dict[str, str]:
        from astra_cli.ros_domain import isolate

        environment = dict(os.environ)
        isolate(environment, domain_id)
        root = str(Path(__file__).resolve().parent.parent)
        paths = environment.get("PYTHONPATH", "").split(os.pathsep)
        if root not in paths:
            environment["PYTHONPATH"] = os.pathsep.join([root, *filter(None, paths)])
        for name, value in THREAD_ENVIRONMENT.items():
            environment.setdefault(name, value)
        environment["PYTHONUNBUFFERED"] = "1"
        environment["RCUTILS_COLORIZED_OUTPUT"] = "0"
        environment["ROS_LOG_DIR"] = str(self._log_folder / "ros")
        environment.update(extra)
        return environment
