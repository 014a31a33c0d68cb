"""What `./astra missions --faults` prints."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from astra_eval.fault_summary import FAULT_COLUMNS
from astra_eval.stack_facts import stack_name

__all__ = ["list_faults", "print_fault", "print_faults"]


def list_faults() -> int:
    """Print the name of every fault and what happens. Returns the exit status."""
    from astra_sim.faults import FAULTS, make_fault

    width = max(map(len, FAULTS))
    for name in FAULTS:
        print(f"{name:{width}}  {make_fault(name).what}")
    return 0


def print_fault(console: Console, row: dict[str, Any]) -> None:
    """Print what became of the fault of one mission."""
    if row["began_s"] is None:
        text = "never began: the robot did not drive far and fast enough where there was room"
    else:
        text = (
            f"began after {row['began_s']:.1f} s at {row['began_mps']:.2f} m/s, "
            f"contact {row['contact_mps']:.2f} m/s, pressing {row['pressing_s']:.2f} s, "
            f"braking {_after(row['brake_s'])}, standing {_after(row['stand_s'])}, "
            + (f'named: "{row["fault_named"]}"' if row["fault_named"] else "not named")
            + "".join(f"\n     missed: {line}" for line in row["missed"])
        )
    console.print(f"{row['fault']}: {text}", highlight=False, markup=False, soft_wrap=True)


def print_faults(console: Console, summary: dict[str, Any]) -> None:
    """Print the table: a line per fault."""
    console.print(
        f"{summary['scene']}, {summary['conditions']} conditions, {summary['goals']} goals, "
        f"{summary['over']}, stack {stack_name(summary)}: n = {summary['n']}; speeds and times are "
        "the worst of each fault",
        highlight=False,
        soft_wrap=True,
    )
    lines = [("fault", *FAULT_COLUMNS)]
    for name, figures in summary["faults"].items():
        lines.append((name, *(_cell(figures[column]) for column in FAULT_COLUMNS)))
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    # By hand: a table that a narrow terminal cuts off says nothing.
    for first, *rest in lines:
        cells = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        print(first.ljust(widths[0]), *cells, sep="  ")


def _after(seconds: float | None) -> str:
    return "never" if seconds is None else f"after {seconds:.2f} s"


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.2f}"
