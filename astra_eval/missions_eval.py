"""Missions end to end as an evaluation: one row per mission, and what a table says of many."""

from __future__ import annotations

import hashlib
import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astra_core.stack_spec import DEFAULT, StackSpec
from astra_core.time import to_seconds
from astra_eval.drive_record import DriveRecord
from astra_eval.failure import FAILURES
from astra_eval.json_file import plain
from astra_eval.metrics.intervals import wilson_interval
from astra_eval.mission_case import MissionCase, drive_case, score_drive
from astra_eval.mission_fixes import first_fix_s, localization_success_percent
from astra_eval.rows import Unit
from astra_eval.scoring import MissionScore
from astra_sim.conditions import Conditions

if TYPE_CHECKING:
    from astra_global.mission.log import MissionEvent

__all__ = ["MissionWork", "mission_row", "summarize_missions"]

_LOGGED_EVENTS = 300


@dataclass(frozen=True)
class MissionWork:
    """Drives the mission of a unit (scene seed, number) in this process, without ROS.

    With faults a unit has a third number: which of them.

    Attributes:
        family: Scene family.
        conditions: What has changed since the tour.
        goals: Where the words come from, see :class:`MissionCase`.
        map_of: From family and scene seed to the folder of the map, which it makes where missing.
        pictures: Folder for a picture of each drive; ``None`` draws none.
        failures_only: Draw failed missions only.
        stack: What drives the robot.
        faults: Names of what goes wrong, one to a mission; none: nothing does.
    """

    family: str
    conditions: Conditions
    goals: str
    map_of: Callable[[str, int], Path]
    pictures: Path | None = None
    failures_only: bool = False
    stack: StackSpec = DEFAULT
    faults: tuple[str, ...] = ()

    def __call__(self, unit: Unit) -> dict[str, Any]:
        """Return the row of a mission; its map is made where it is missing."""
        case = self.case(unit)
        drive = drive_case(case, stack=self.stack)
        score = score_drive(case, drive)
        self.draw(case, drive.record, score)
        row = {
            **mission_row(case, score, drive.real_time_factor),
            "bytes_sha256": drive.bytes_sha256,
            **({} if drive.fault is None else drive.fault.to_json()),
        }
        # A failure is to be understood later, without driving it again.
        return row if score.success else {**row, "log": _told(drive.log)}

    def case(self, unit: Unit) -> MissionCase:
        """Return what is asked in a unit."""
        seed, number, *which = unit
        folder = self.map_of(self.family, seed)
        fault = self.faults[which[0]] if which else ""
        return MissionCase(
            self.family, seed, folder, number, self.conditions, self.goals, fault=fault
        )

    def draw(self, case: MissionCase, record: DriveRecord, score: MissionScore) -> None:
        """Write the picture of a drive, where pictures are wanted."""
        from astra_eval.pictures import draw_drive

        if self.pictures is None or (self.failures_only and score.success):
            return
        name = f"{case.family}-{case.seed}-{case.number}"
        if case.fault:
            name += f"-{case.fault}"
        if score.failure:
            name += f"-{score.failure.replace(' ', '_')}"
        draw_drive(case.scene, record, score, self.pictures / f"{name}.png")


def _told(log: Sequence[MissionEvent]) -> list[dict[str, Any]]:
    """Return the end of a mission's log as plain data, seconds since its first event."""
    first_ns = log[0].stamp_ns if log else 0
    return [
        {
            "s": round(to_seconds(event.stamp_ns - first_ns), 2),
            "kind": event.kind,
            "message": event.message,
            **plain(dict(event.data)),
        }
        for event in log[-_LOGGED_EVENTS:]
    ]


def mission_row(case: MissionCase, score: MissionScore, real_time_factor: float) -> dict[str, Any]:
    """Return the row of a judged mission."""
    return {
        "scene": case.family,
        "seed": case.seed,
        "number": case.number,
        "conditions": case.conditions.name,
        "real_time_factor": real_time_factor,
        **score.to_json(),
    }


def summarize_missions(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return ``n, results, ci95, failures, baselines, rows`` of finished missions (DESIGN 9).

    A figure that no row can give is NaN.
    """
    successes = sum(bool(row["success"]) for row in rows)
    low, high = wilson_interval(successes, len(rows))
    driven_km = sum(row["path_length_m"] for row in rows) / 1000.0
    counted = Counter(row["failure"] for row in rows if row["failure"])
    return {
        "n": len(rows),
        "results": {
            "success_percent": 100.0 * _mean([bool(row["success"]) for row in rows]),
            "spl": _mean([row["spl"] for row in rows]),
            "first_fix_s": first_fix_s(rows),
            "localization_success_percent": localization_success_percent(rows),
            "fallback_percent": 100.0 * _mean([row["fallback_fraction"] or 0.0 for row in rows]),
            "collisions_per_km": sum(row["collisions"] for row in rows) / driven_km
            if driven_km
            else math.nan,
            "real_time_factor": _median([row["real_time_factor"] for row in rows]),
            "sim_time_s": _median([row["sim_time_s"] for row in rows]),
            "path_length_m": _median([row["path_length_m"] for row in rows]),
        },
        "ci95": {"success_percent": [100.0 * low, 100.0 * high]},
        "failures": {name: counted[name] for name in FAILURES if counted[name]},
        "bytes_sha256": _bytes_sha256(rows),
        "baselines": {},
        "rows": list(rows),
    }


def _bytes_sha256(rows: Sequence[dict[str, Any]]) -> str | None:
    """Return one hash of all drives, whatever their order; ``None`` over DDS, where none repeats.

    Equal hashes of two versions of the code say that nothing that the robot does has changed.
    """
    drives = sorted((row["seed"], row["number"], row.get("bytes_sha256")) for row in rows)
    if not drives or any(digest is None for _, _, digest in drives):
        return None
    return hashlib.sha256("".join(str(digest) for _, _, digest in drives).encode()).hexdigest()


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else math.nan


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else math.nan
