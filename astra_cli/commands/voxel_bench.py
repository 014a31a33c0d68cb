"""``./astra bench esdf|lift``: the two hot operations of Astra-Local, every engine in one run."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from astra_cli.commands.options import Json
from astra_core.errors import ConfigError
from astra_eval.bench_row import Selection
from astra_eval.json_file import check_result, check_writable, write_json

__all__ = ["esdf", "lift"]

Png = Annotated[Path | None, typer.Option("--png", help="Draw the times into this file.")]
Cases = Annotated[str, typer.Option(help="Only cases with one of these in their name: A,B.")]
Engines = Annotated[str, typer.Option(help="Only engines with one of these in their name: A,B.")]

#: Columns of the table where it does not go to a terminal.
_FILE_WIDTH = 130


def esdf(
    large: Annotated[bool, typer.Option(help="Also what takes a CPU minutes.")] = False,
    cases: Cases = "",
    engines: Engines = "",
    json_file: Json = None,
    png: Png = None,
) -> None:
    """Time signed distance fields: ours beside SciPy, edt and (on a GPU) cupyx."""
    from astra_eval.esdf_bench import bench_esdf
    from astra_local.voxel.cuda import cuda_is_usable

    selection, on_gpu = _selection(cases, engines), cuda_is_usable()

    def bench(tell: Callable[[str], None]) -> Iterator[dict[str, Any]]:
        return bench_esdf(large, on_gpu, selection, tell)

    _run("signed distance fields", bench, json_file, png)


def lift(cases: Cases = "", engines: Engines = "", json_file: Json = None, png: Png = None) -> None:
    """Time voxel lifting: ours beside torch index_add."""
    from astra_eval.lift_bench import bench_lift
    from astra_local.voxel.cuda import cuda_is_usable

    selection, on_gpu = _selection(cases, engines), cuda_is_usable()
    _run("voxel lifting", lambda tell: bench_lift(on_gpu, selection, tell), json_file, png)


def _selection(cases: str, engines: str) -> Selection:
    named = (tuple(filter(None, map(str.strip, text.split(",")))) for text in (cases, engines))
    return Selection(*named)


def _run(
    title: str,
    bench: Callable[[Callable[[str], None]], Iterator[dict[str, Any]]],
    json_file: Path | None,
    png: Path | None,
) -> None:
    from astra_eval.bar_chart import draw_bars
    from astra_eval.timing import copy_bandwidth
    from astra_local.voxel.cuda import cuda_is_usable, why_not

    check_result(json_file)
    check_writable(png)
    console = Console(width=None if sys.stdout.isatty() else _FILE_WIDTH)
    on_gpu = cuda_is_usable()
    device = _device(on_gpu)
    console.print(device if on_gpu else f"{device}; {why_not()}: CPU engines only")
    copies = {"CPU": copy_bandwidth(False)} | ({"GPU": copy_bandwidth(True)} if on_gpu else {})
    machine = {"device": device, "cores": os.cpu_count(), "copy_bytes_per_s": copies}
    result: dict[str, Any] = {"rows": [], "machine": machine, "versions": _versions()}
    for row in _shown(console, bench):
        row["copy_share"] = row["bytes_per_s"] / copies["GPU" if row["on_gpu"] else "CPU"]
        result["rows"].append(row)
        # Row by row: a run that is broken off leaves what it has measured.
        write_json(json_file, result)
    if not result["rows"]:
        raise ConfigError("no case and engine has such a name; without the options all are shown")
    console.print(_table(title, result["rows"]))
    for name, speed in copies.items():
        console.print(f"copy bandwidth of the {name}: {speed / 1e9:.3g} GB/s, read and written")
    if png is not None:
        groups: dict[str, dict[str, float]] = {}
        for row in result["rows"]:
            groups.setdefault(row["case"], {})[row["engine"]] = row["ms"]
        console.print(f"picture: {draw_bars(f'{title}, {device}', 'ms', groups, png)}")


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=f"{title}, medians")
    headings = ["case", "engine", "ms", "fastest to slowest", "n", "GPU ms", "peak MB", "growth MB"]
    for heading in (*headings, "of copy bandwidth"):
        table.add_column(heading, justify="left" if heading in ("case", "engine") else "right")
    for row in rows:
        spread = f"{row['ms_fastest']:.3g} to {row['ms_slowest']:.3g}"
        cells = [row["case"], row["engine"], f"{row['ms']:.3g}", spread, str(row["rounds"])]
        cells.append("" if row["device_ms"] is None else f"{row['device_ms']:.3g}")
        cells += [_megabytes(row["peak_bytes"]), _megabytes(row["growth_bytes"])]
        table.add_row(*cells, f"{100.0 * row['copy_share']:.2g} %")
    return table


def _shown(
    console: Console, bench: Callable[[Callable[[str], None]], Iterator[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    with console.status("timing") as status:
        for row in bench(lambda text: status.update(f"timing {text}")):
            if not console.is_terminal:
                console.print(f"{row['case']}, {row['engine']}: {row['ms']:.3g} ms")
            yield row


def _megabytes(count: int | None) -> str:
    return "" if count is None else f"{count / 1e6:.1f}"


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    from astra_eval.versions import library_versions

    found = library_versions()
    for name in ("torch", "edt", "cupy-cuda12x", "cupy-cuda13x"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _device(on_gpu: bool) -> str:
    if on_gpu:
        import torch

        return str(torch.cuda.get_device_name(0))
    return platform.processor() or platform.machine()
