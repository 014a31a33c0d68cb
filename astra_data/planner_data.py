"""Planner shards of scenes and of recorded drives; see :mod:`astra_data.scene_shards`."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from astra_core.errors import SceneError
from astra_core.robot import RobotConfig
from astra_core.seeds import split_of
from astra_data.fingerprint import code_fingerprint
from astra_data.planner_drives import cheap_drives, true_drives
from astra_data.planner_state import SOURCES
from astra_data.scene_shards import SceneUnit, standing_count
from astra_local.planner_record import KIND, SCHEMA, write_planner_shard

__all__ = ["WAYS", "PlannerData", "write_bag_shard"]

#: Without rendering, or with everything as the robot has it.
WAYS = ("cheap", "true")

_WRITTEN = {"schema": SCHEMA, "kind": KIND}

_STATES_PER_DRIVE = {"cheap": 60, "true": 120}
_FEWEST_DRIVES = 2
_SPARE_DRIVES = 8


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

    def path(self, unit: SceneUnit) -> Path:
        """Return the file of a unit."""
        name = f"{unit.family}-{unit.seed:06d}-{unit.conditions}-{self.way}.npz"
        return self.out / unit.family / name

    def header(self, unit: SceneUnit) -> dict[str, Any]:
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

    def __call__(self, unit: SceneUnit) -> int:
        """Generate and write the shard of a unit; return how many states it holds."""
        states = self._states(unit)
        write_planner_shard(self.path(unit), states, self.header(unit))
        return len(states)

    def standing(self, unit: SceneUnit) -> int | None:
        """Return how many states of a unit stand on disk, ``None`` for none.

        Raises:
            ShardError: The file is damaged, or was made in another way.
        """
        return standing_count(self.path(unit), {**_WRITTEN, **self.header(unit)})

    def _states(self, unit: SceneUnit) -> list[dict[str, Any]]:
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
    standing = standing_count(path, {**_WRITTEN, **header})
    if standing is not None:
        return path, standing
    states = states_of_bag(folder)
    write_planner_shard(path, states, header)
    return path, len(states)
