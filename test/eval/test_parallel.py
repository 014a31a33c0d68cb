"""Units in several processes: order, failures, interruptions."""

from __future__ import annotations

import importlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import psutil
import pytest
from rich.console import Console

from astra_core.errors import AstraError
from astra_eval.parallel import run_units
from astra_eval.rows import RowFile, Unit

# Fresh processes cannot import this file: what they run lies in a module of its own.
_WORK = """
from astra_core.errors import ShapeError

def square(unit):
    return {"square": unit[0] ** 2}

def square_of_even(unit):
    if unit[0] % 2:
        raise ShapeError("a number", expected="even", actual=unit[0])
    return square(unit)

def divide(unit):
    return {"inverse": 1.0 / unit[0]}

def sleep(unit):
    import os, pathlib, time
    pathlib.Path(os.environ["PIDS"], str(os.getpid())).touch()
    time.sleep(120.0)
"""
_RUN = """
from pathlib import Path

import work_of_this_test
from rich.console import Console
from astra_eval.parallel import run_units
from astra_eval.rows import RowFile

if __name__ == "__main__":
    with RowFile(Path("rows"), {}) as rows:
        run_units(work_of_this_test.sleep, [(1,), (2,)], rows, jobs=2, console=Console())
"""


@pytest.fixture()
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (tmp_path / "work_of_this_test.py").write_text(_WORK)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "work_of_this_test", raising=False)
    return importlib.import_module("work_of_this_test")


def _square(unit: Unit) -> dict[str, int]:
    return {"square": unit[0] ** 2}


def _interrupt_at_three(unit: Unit) -> dict[str, int]:
    if unit[0] == 3:
        raise KeyboardInterrupt
    return _square(unit)


def _units(count: int) -> list[Unit]:
    return [(number,) for number in range(count)]


def _quiet() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.mark.parametrize("jobs", [1, 2])
def test_rows_come_in_the_order_of_the_units(work: ModuleType, tmp_path: Path, jobs: int) -> None:
    with RowFile(tmp_path / "rows", {}) as rows:
        found = run_units(work.square, _units(4), rows, jobs=jobs, console=_quiet())
    assert [row["square"] for row in found] == [0, 1, 4, 9]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_unit_that_fails_stops_no_other(work: ModuleType, tmp_path: Path, jobs: int) -> None:
    path = tmp_path / "rows"
    with RowFile(path, {}) as rows, pytest.raises(AstraError) as caught:
        run_units(work.square_of_even, _units(5), rows, jobs=jobs, console=_quiet())
    assert "must be even" in str(caught.value)
    assert "and 1 more" in str(caught.value)
    assert f"3 of 5 stand in {path}" in str(caught.value)
    with RowFile(path, {}) as rows:
        assert [unit in rows for unit in _units(5)] == [True, False, True, False, True]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_of_ours_stops_no_other_unit_and_says_where_it_is(
    work: ModuleType, tmp_path: Path, jobs: int
) -> None:
    path = tmp_path / "rows"
    fault = r"seed 0: ZeroDivisionError: .*\(.*work_of_this_test\.py:13\); 2 of 3 stand in"
    with RowFile(path, {}) as rows, pytest.raises(AstraError, match=fault):
        run_units(work.divide, _units(3), rows, jobs=jobs, console=_quiet())
    with RowFile(path, {}) as rows:
        assert [unit in rows for unit in _units(3)] == [False, True, True]


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path, console, asked = tmp_path / "rows", _quiet(), []
    with RowFile(path, {}) as rows, pytest.raises(KeyboardInterrupt):
        run_units(_interrupt_at_three, _units(5), rows, jobs=1, console=console)
    assert f"3 of 5 stand in {path}; the same command goes on from there" in _said(console)

    def remembered(unit: Unit) -> dict[str, int]:
        asked.append(unit)
        return _square(unit)

    with RowFile(path, {}) as rows:
        found = run_units(remembered, _units(5), rows, jobs=1, console=console)
    assert asked == [(3,), (4,)]
    assert [row["square"] for row in found] == [0, 1, 4, 9, 16]
    assert f"3 of 5 stand in {path} already and are taken from there" in _said(console)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nobody_goes_on_working_for_a_run_that_was_killed(
    work: ModuleType, tmp_path: Path, number: signal.Signals
) -> None:
    pids = tmp_path / "pids"
    pids.mkdir()
    (tmp_path / "run.py").write_text(_RUN)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    environment = {**os.environ, "PIDS": str(pids), "PYTHONPATH": path}
    run = subprocess.Popen(
        [sys.executable, str(tmp_path / "run.py")], env=environment, cwd=tmp_path
    )
    try:
        _wait_for(lambda: len(list(pids.iterdir())) == 2, 60.0)
    finally:
        run.send_signal(number)
        run.wait()
    _wait_for(lambda: not any(_works(int(pid.name)) for pid in pids.iterdir()), 20.0)


def _works(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE  # one that nobody waited for
    except psutil.NoSuchProcess:
        return False


def _wait_for(condition: Callable[[], bool], seconds: float) -> None:
    deadline_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def _said(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined]
