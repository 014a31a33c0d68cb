"""Runs units of work, in this process or in several, and survives what fails in them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from astra_core.errors import AstraError

__all__ = ["run_all"]

UnitT = TypeVar("UnitT")
AnswerT = TypeVar("AnswerT")


def run_all(
    work: Callable[[UnitT], AnswerT], units: Sequence[UnitT], jobs: int
) -> Iterator[tuple[UnitT, AnswerT | str]]:
    """Yield each unit's answer, or in one line why it failed, as they finish.

    Args:
        work: From a unit to its answer, which must not be a string. With several jobs it must be
            picklable.
        units: In this order with one job.
        jobs: Processes at once. They end with this one, whatever ends it.

    Raises:
        AstraError: A process died.
    """
    if jobs == 1 or len(units) <= 1:
        for unit in units:
            yield unit, _attempt(work, unit)
        return
    # Fresh interpreters: a renderer's context does not survive a fork.
    pool = ProcessPoolExecutor(
        min(jobs, len(units)), multiprocessing.get_context("spawn"), initializer=_start_worker
    )
    try:
        futures: dict[Future[AnswerT | str], UnitT] = {
            pool.submit(_attempt, work, unit): unit for unit in units
        }
        for future in as_completed(futures):
            yield futures[future], future.result()
        pool.shutdown()
    except BrokenProcessPool as error:
        raise AstraError(
            "a process of the work died, most likely of too little memory: "
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


def _attempt(work: Callable[[UnitT], AnswerT], unit: UnitT) -> AnswerT | str:
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
