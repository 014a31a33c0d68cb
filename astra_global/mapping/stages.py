"""Run stages one after the other; a stage whose inputs did not change is not run again.

Every stage reads and writes files of one work folder, and says which stages' files it reads. When
it is done, a marker with the fingerprint of all its inputs is written last, atomically: after an
interruption the build goes on with the stage that was not finished, and after a change exactly the
stages that depend on it are run again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astra_global.map.files import file_checksum, write_bytes
from astra_global.mapping.work_folder import claim_work, clear_work

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
        needs: Earlier stages whose artefacts it reads.
    """

    name: str
    text: str
    weight: float
    inputs: str
    run: Callable[[Progress], dict[str, Any]]
    needs: tuple[str, ...] = ()


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
        stages: In order; each after those that it needs.
        work: The work folder; made where there is none.
        progress: Called with the share of the whole.

    Returns:
        One report a stage.

    Raises:
        ConfigError: The work folder holds something else.
    """
    claim_work(work)
    total = sum(stage.weight for stage in stages)
    fingerprints: dict[str, str] = {}
    done, reports = 0.0, []
    for stage in stages:
        # Of everything that it depends on, however far back.
        parts = [stage.name, stage.inputs, *(fingerprints[name] for name in stage.needs)]
        fingerprint = file_checksum(json.dumps(parts).encode())
        fingerprints[stage.name] = fingerprint
        marker = work / "done" / f"{stage.name}.json"
        finished = _read_marker(marker, fingerprint)
        if finished is not None:
            reports.append(StageReport(stage.name, finished["counts"], finished["seconds"], True))
        else:
            _forget(stages, stage, work)
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
    except (OSError, ValueError, RecursionError):
        return None
    known = isinstance(data, dict) and data.get("fingerprint") == fingerprint
    return data if known and {"counts", "seconds"} <= data.keys() else None


def _forget(stages: Sequence[Stage], changed: Stage, work: Path) -> None:
    """Remove the markers of a stage and of all that read what it is about to change."""
    stale = {changed.name}
    for stage in stages:
        if stale.intersection(stage.needs):
            stale.add(stage.name)
    for name in stale:
        (work / "done" / f"{name}.json").unlink(missing_ok=True)
    if changed is stages[0]:
        clear_work(work)
