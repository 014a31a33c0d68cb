"""Runs the units of an evaluation, one process or several, and loses nothing on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from astra_core.errors import AstraError
from astra_core.processes import run_all
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
            for unit, answer in run_all(work, todo, jobs):
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


def _name(unit: Unit) -> str:
    return "seed " + ", ".join(str(part) for part in unit)


def _how_to_resume(rows: RowFile, units: Sequence[Unit]) -> str:
    done = sum(unit in rows for unit in units)
    return f"{done} of {len(units)} stand in {rows.path}; the same command goes on from there"
