"""Run stages one after the other; a stage whose inputs did not change is not run again.

Every stage reads and writes files of one work folder. When it is done, a marker with the
fingerprint of all its inputs is written last, atomically: after an interruption the build goes on
with the stage that was not finished.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astra_global.map.files import file_checksum, write_bytes

__all__ = ["Progress", "Stage", "StageReport", "run_stages"]

# Share done (0..1) and what is being done.
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Stage:
    """One step of a build.

    Attributes:
        name: Name of its marker file.
        text: What people see while it runs.
        weight: Its share of the whole time, roughly.
        inputs: Text that changes when the stage must run again, for example its settings.
        run: Does the work in the work folder; returns counts for the report.
    """

    name: str
    text: str
    weight: float
    inputs: str
    run: Callable[[Progress], dict[str, Any]]


@dataclass(frozen=True)
class StageReport:
    """What a stage did: counts and seconds; ``resumed`` means its artefacts were there already."""

    name: str
    counts: dict[str, Any]
    seconds: float
    resumed: bool


def run_stages(stages: Sequence[Stage], work: Path, progress: Progress) -> list[StageReport]:
    """Run what has not been run yet.

    Args:
        stages: In order; each may use the artefacts of those before it.
        work: The work folder.
        progress: Called with the share of the whole.

    Returns:
        One report a stage.
    """
    total = sum(stage.weight for stage in stages)
    done, fingerprint, reports = 0.0, "", []
    for stage in stages:
        fingerprint = file_checksum(f"{fingerprint}\n{stage.name}\n{stage.inputs}".encode())
        marker = work / "done" / f"{stage.name}.json"
        finished = _read_marker(marker, fingerprint)
        if finished is not None:
            reports.append(StageReport(stage.name, finished["counts"], finished["seconds"], True))
        else:
            _forget_from(stages, stage, work)
            start = time.perf_counter()

            def inner(share: float, text: str, base: float = done, stage: Stage = stage) -> None:
                progress((base + min(max(share, 0.0), 1.0) * stage.weight) / total, text)

            inner(0.0, stage.text)
            counts = stage.run(inner)
            seconds = time.perf_counter() - start
            data = {"fingerprint": fingerprint, "counts": counts, "seconds": seconds}
            write_bytes(marker, json.dumps(data).encode())
            reports.append(StageReport(stage.name, counts, seconds, False))
        done += stage.weight
    progress(1.0, "done")
    return reports


def _read_marker(path: Path, fingerprint: str) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(data, dict) and data.get("fingerprint") == fingerprint
    return data if known and {"counts", "seconds"} <= data.keys() else None


def _forget_from(stages: Sequence[Stage], first: Stage, work: Path) -> None:
    # The markers of later stages speak of artefacts made from what is about to change.
    for stage in stages[list(stages).index(first) :]:
        (work / "done" / f"{stage.name}.json").unlink(missing_ok=True)
    if first is stages[0] and work.exists():
        shutil.rmtree(work)
