"""The processes of a demo, and the order in which they come and go."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from astra_cli.interrupt import interrupts_noted
from astra_cli.node_table import PAGE_LINE, ProcessCommand, commands
from astra_cli.ros_domain import find_free_domain, isolate
from astra_cli.runner import Runner
from astra_core.errors import AstraError
from astra_core.stack_spec import DEFAULT, StackSpec
from astra_viewer.door import TOKEN_VARIABLE, address_with_ticket, address_with_token, new_token

if TYPE_CHECKING:
    from astra_cli.ros.demo_session import DemoSession
    from astra_sim.scenes.types import Scene

__all__ = ["RunningStack", "recorder_command", "running_stack"]

_PAGE_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class RunningStack:
    """A stack that is up.

    Attributes:
        session: A client in the same ROS domain.
        check: Raises when a process died or somebody pressed Ctrl-C.
        process_ids: Of the processes, by name.
        page: Address that opens the viewer page, with its token; empty without a viewer.
        page_once: The same for a command line: it opens the page once.
    """

    session: DemoSession
    check: Callable[[], None]
    process_ids: Mapping[str, int]
    page: str = ""
    page_once: str = ""


@contextmanager
def running_stack(
    scene: Scene,
    map_folder: Path,
    record: Path | None,
    *,
    start_seed: int | None = None,
    conditions: str = "empty",
    spec: StackSpec = DEFAULT,
    viewer: bool = False,
) -> Iterator[RunningStack]:
    """Start simulator, stack and client in a domain of their own; stop all of them at the end.

    Args:
        scene: Where the robot is, as it was on the tour.
        map_folder: The map of that scene.
        record: Folder whose ``bag/`` is written; ``None`` records nothing.
        start_seed: Of the start pose, the noise and the conditions; ``None`` takes the scene's.
        conditions: Name of what has changed since the tour.
        spec: Which parts both nodes of the stack are made of.
        viewer: Whether somebody watches: serves the page, and drives no faster than real time.

    Raises:
        AstraError: Something did not start.
    """
    with ExitStack() as cleanup:
        logs = (
            record / "logs"
            if record is not None
            else Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="astra-demo-")))
        )
        domain_id = find_free_domain()
        isolate(os.environ, domain_id)
        print(f"ROS domain {domain_id}, discovery on this host only", flush=True)
        processes = commands(
            {
                "sim": True,
                "scene": scene.family,
                "seed": scene.seed,
                "start_seed": scene.seed if start_seed is None else start_seed,
                "conditions": conditions,
                "map": map_folder,
                **spec.arguments(),
                # Lockstep keeps it right at any speed.
                "real_time_factor": 1.0 if viewer else 0.0,
                "viewer": viewer,
                "publish_ground_truth": True,
            }
        )
        if record is not None:
            processes.append(recorder_command(record / "bag"))
        # Chosen here, so that a viewer that is started again has the same.
        token = new_token()
        runner = Runner(
            processes,
            log_folder=logs,
            domain_id=domain_id,
            environment={TOKEN_VARIABLE: token} if viewer else {},
        )
        cleanup.callback(_uninterrupted, runner.stop)
        runner.start()
        print(f"starting {', '.join(process.name for process in processes)}", flush=True)
        runner.wait_active(timeout_s=120.0)

        from astra_cli.ros.demo_session import DemoSession

        note = cleanup.enter_context(interrupts_noted())
        session = DemoSession(domain_id)
        cleanup.callback(session.close)

        def check() -> None:
            note.check()
            for line in runner.poll():
                print(line, flush=True)

        pages = ("", "")
        if viewer:
            url = _page_url(runner, check)
            pages = address_with_token(url, token), address_with_ticket(url, token)
        yield RunningStack(session, check, runner.process_ids, *pages)


def _page_url(runner: Runner, check: Callable[[], None]) -> str:
    """Return where the viewer says that its page is."""
    log = runner.log_file("astra_viewer")
    deadline_s = time.monotonic() + _PAGE_TIMEOUT_S
    while time.monotonic() < deadline_s:
        check()
        found = re.search(rf"{PAGE_LINE} (http\S+)", log.read_text(errors="replace"))
        if found:
            return found[1]
        time.sleep(0.1)
    raise AstraError(f"the viewer did not open its page within {_PAGE_TIMEOUT_S:.0f} s")


def recorder_command(folder: Path) -> ProcessCommand:
    """Return the command of a process that records every topic into a new bag folder."""
    argv = (sys.executable, "-m", "astra_core.ros.recorder_node", str(folder.resolve()))
    return ProcessCommand("astra_recorder", argv, stops_last=True)


def _uninterrupted(stop: Callable[[], None]) -> None:
    """Stop in order even when Ctrl-C comes again: half-stopped is worse than a second's wait."""
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
