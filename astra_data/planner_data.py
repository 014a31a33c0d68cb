"""Planner shards of many scenes: one file for each, written as soon as it is finished.

What stands on disk is taken as it is, so the same command goes on where it was interrupted and ends
with the same bytes as if it had not been.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from astra_core.errors import ConfigError, SceneError, ShardError
from astra_core.processes import run_all
from astra_core.robot import RobotConfig
from astra_core.seeds import split_of
from astra_core.shard_file import read_shard_header
from astra_data.fingerprint import code_fingerprint
from astra_data.planner_drives import PlannerUnit, cheap_drives, true_drives
from astra_data.planner_state import SOURCES
from astra_local.planner_record import SCHEMA, write_planner_shard

__all__ = ["WAYS", "PlannerData", "PlannerUnit", "Progress", "generate", "write_bag_shard"]

#: Without rendering, or with everything as the robot has it.
WAYS = ("cheap", "true")

_STATES_PER_DRIVE = {"cheap": 60, "true": 120}
_FEWEST_DRIVES = 2
_SPARE_DRIVES = 8


class Progress(NamedTuple):
    """What became of a unit: how many states, whether they stood there before, or an error."""

    unit: PlannerUnit
    path: Path
    states: int
    was_there: bool
    error: str | None


@dataclass(frozen=True)
class PlannerData:
    """What is to be generated; the same settings, code and seed give the same bytes.

    Attributes:
        out: Folder of the shards; those of a family lie in a folder of its own.
        way: One of :data:`WAYS`.
        states: States of each scene.
        every: Of so many states one is kept: few that are far apart, as validation wants them.
    """

    out: Path
    way: str = "cheap"
    states: int = 120
    every: int = 1

    def path(self, unit: PlannerUnit) -> Path:
        """Return the file of a unit."""
        name = f"{unit.family}-{unit.seed:06d}-{unit.conditions}-{self.way}.npz"
        return self.out / unit.family / name

    def header(self, unit: PlannerUnit) -> dict[str, Any]:
        """Return what the shard of a unit says of itself, before there are states."""
        from astra_sim.doors.leaf import THICK_M
        from astra_sim.profile import load_profile

        return {
            "family": unit.family,
            "seed": unit.seed,
            "split": split_of(unit.seed),
            "conditions": unit.conditions,
            "way": self.way,
            "asked_states": self.states,
            "every": self.every,
            "profile": load_profile().sha256,
            "code": code_fingerprint(),
            "robot": asdict(RobotConfig()),
            "sources": list(SOURCES),
            "leaf_radius_m": THICK_M / 2.0,
            "people_known": True,
        }

    def __call__(self, unit: PlannerUnit) -> int:
        """Generate and write the shard of a unit; return how many states it holds."""
        states = self._states(unit)
        write_planner_shard(self.path(unit), states, self.header(unit))
        return len(states)

    def standing(self, unit: PlannerUnit) -> int | None:
        """Return how many states of a unit stand on disk, ``None`` for none.

        Raises:
            ShardError: The file is damaged, or was made in another way.
        """
        path = self.path(unit)
        if not path.exists():
            return None
        return _standing_states(path, self.header(unit))

    def _states(self, unit: PlannerUnit) -> list[dict[str, Any]]:
        drive = (
            cheap_drives(unit, self.every) if self.way == "cheap" else true_drives(unit, self.every)
        )
        drives = max(_FEWEST_DRIVES, math.ceil(self.states / _STATES_PER_DRIVE[self.way]))
        states: list[dict[str, Any]] = []
        for number in range(drives + _SPARE_DRIVES):
            wanted = min(math.ceil(self.states / drives), self.states - len(states))
            if wanted <= 0:
                break
            try:
                states += drive(number, wanted)
            except SceneError:
                # A corner from which nothing can be reached: another one will do.
                continue
        if not states:
            raise SceneError(f"{unit.family} {unit.seed}: there is nowhere to drive")
        return states


def generate(
    data: PlannerData,
    units: Sequence[PlannerUnit],
    *,
    jobs: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[Progress]:
    """Generate the shards of all units that have none yet.

    A unit that fails does not stop the others.

    Args:
        data: What.
        units: For which scenes, in this order.
        jobs: Processes at once.
        on_progress: Told of every unit as it is done.

    Returns:
        What became of each unit.

    Raises:
        ConfigError: A unit appears twice.
        ShardError: A shard on disk is damaged or was made in another way; nothing is generated.
    """
    if len(set(units)) < len(units):
        raise ConfigError("a scene is asked for twice under the same conditions")
    done = list(_standing(data, units))
    for progress in done:
        if on_progress is not None:
            on_progress(progress)
    there = {progress.unit for progress in done}
    todo = [unit for unit in units if unit not in there]
    for unit, answer in run_all(data, todo, jobs):
        error = answer if isinstance(answer, str) else None
        count = 0 if isinstance(answer, str) else answer
        progress = Progress(unit, data.path(unit), count, False, error)
        done.append(progress)
        if on_progress is not None:
            on_progress(progress)
    return done


def _standing(data: PlannerData, units: Sequence[PlannerUnit]) -> Iterator[Progress]:
    for unit in units:
        count = data.standing(unit)
        if count is not None:
            yield Progress(unit, data.path(unit), count, True, None)


def write_bag_shard(folder: Path, out: Path) -> tuple[Path, int]:
    """Write the shard of a recorded drive, see :mod:`astra_data.bag_drive`.

    Args:
        folder: The bag.
        out: Folder of the shards.

    Returns:
        The shard, and how many states it holds.

    Raises:
        TourError: The bag cannot be read.
        ShardError: It has no wheels or no depth, or is too short; or a shard of that name was
            made in another way.
    """
    from astra_data.bag_drive import states_of_bag
    from astra_global.mapping.tour_bag import bag_fingerprint

    path = out / "bag" / f"{folder.resolve().name}.npz"
    header: dict[str, Any] = {
        "family": "bag",
        "seed": 0,
        "split": "train",
        "conditions": "real",
        "way": "bag",
        "profile": "none",
        "code": code_fingerprint(),
        "robot": asdict(RobotConfig()),
        "sources": list(SOURCES),
        "leaf_radius_m": 0.0,
        "people_known": False,
        "bag": bag_fingerprint(folder),
    }
    if path.exists():
        return path, _standing_states(path, header)
    states = states_of_bag(folder)
    write_planner_shard(path, states, header)
    return path, len(states)


def _standing_states(path: Path, header: dict[str, Any]) -> int:
    found = read_shard_header(path)
    for key, value in {"schema": SCHEMA, "kind": "planner", **header}.items():
        if found.get(key) != value:
            raise ShardError(
                f"{path} was made differently ({key} {found.get(key)!r} instead of {value!r}): "
                "name another --out, or remove it"
            )
    return int(found["count"])
