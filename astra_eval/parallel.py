"""Runs the units of an evaluation, one process or several, and loses nothing on the way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from astra_core.errors import AstraError
from astra_eval.rows import RowFile, Unit

__all__ = ["Row", "Work", "run_units"]

Row = dict[str, Any]
Work = Callable[[Unit], Row]

#: Paths are neither coloured nor broken.
_PLAIN: dict[str, Any] = {"highlight": False, "markup": False, "soft_wrap": True}


def run_units(
    work: Work,
    units: Sequence[Unit],
    rows: RowFile,
    *,
    jobs: int,
    console: Console,
    on_row: Callable[[Unit, Row], None] | None = None,
) -> list[Row]:
    """Run every unit that has no row yet.

    A unit that fails does not stop the others; in the end its error is raised.

    Args:
        work: From a unit to its row. With several jobs it must be picklable.
        units: What to run.
        rows: Where rows are kept.
        jobs: Processes at once.
        console: For progress.
        on_row: Called in this process with every new row.

    Returns:
        The rows in the order of ``units``.

    Raises:
        AstraError: A unit failed, or a process died.
        KeyboardInterrupt: Somebody pressed Ctrl-C; what is finished is kept, and said.
    """
    todo = [unit for unit in units if unit not in rows]
    if len(todo) < len(units):
        console.print(
            f"{len(units) - len(todo)} of {len(units)} stand in {rows.path} already and are taken "
            "from there; remove that file to start afresh",
            **_PLAIN,
        )
    failures: list[str] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task(
                "evaluating", total=len(units), completed=len(units) - len(todo)
            )
            for unit, answer in _outcomes(work, todo, jobs):
                if isinstance(answer, str):
                    failures.append(f"{_name(unit)}: {answer}")
                else:
                    rows.append(unit, answer)
                    if on_row is not None:
                        on_row(unit, rows[unit])
                progress.advance(bar)
                if not console.is_terminal:
                    done = sum(unit in rows for unit in units)
                    console.print(f"[{done}/{len(units)}] {_name(unit)}", markup=False)
    except KeyboardInterrupt:
        console.print(_how_to_resume(rows, units), **_PLAIN)
        raise
    if failures:
        more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
        raise AstraError(f"{failures[0]}{more}; {_how_to_resume(rows, units)}")
    return [rows[unit] for unit in units]


def _outcomes(work: Work, units: Sequence[Unit], jobs: int) -> Iterator[tuple[Unit, Row | str]]:
    """Yield each unit's row, or why it failed, as they finish."""
    if jobs == 1 or len(units) <= 1:
        for unit in units:
            yield unit, _attempt(work, unit)
        return
    # Fresh interpreters: a renderer's context does not survive a fork.
    pool = ProcessPoolExecutor(
        min(jobs, len(units)), multiprocessing.get_context("spawn"), initializer=_start_worker
    )
    try:
        futures: dict[Future[Row | str], Unit] = {
            pool.submit(_attempt, work, unit): unit for unit in units
        }
        for future in as_completed(futures):
            yield futures[future], future.result()
        pool.shutdown()
    except BrokenProcessPool as error:
        raise AstraError(
            "a process of the evaluation died, most likely of too little memory: "
            "run it again with fewer --jobs"
        ) from error
    finally:
        # Only those that were interrupted are left. Asked to terminate, native libraries in them
        # would print stack traces; what they write, they write in one step.
        workers = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.join()


def _attempt(work: Work, unit: Unit) -> Row | str:
    # Our errors carry one line for people; as text they cross processes whatever their class.
    try:
        return work(unit)
    except AstraError as error:
        return str(error)
    except Exception as error:
        # A fault of ours. Hours of other units must not be lost to it; where it arose is said.
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"


def _start_worker() -> None:
    # Ctrl-C reaches the whole process group; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A parent that is terminated or killed decides nothing any more.
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _name(unit: Unit) -> str:
    return "seed " + ", ".join(str(part) for part in unit)


def _how_to_resume(rows: RowFile, units: Sequence[Unit]) -> str:
    done = sum(unit in rows for unit in units)
    return f"{done} of {len(units)} stand in {rows.path}; the same command goes on from there"
