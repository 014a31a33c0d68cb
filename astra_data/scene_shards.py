"""One shard for each scene, written as soon as it is finished; goes on where it was interrupted.

What stands on disk is taken as it is, so the same command ends with the same bytes as if it had not
been interrupted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from astra_core.errors import ConfigError, ShardError
from astra_core.processes import run_all
from astra_core.shard_file import read_shard_header

__all__ = ["Progress", "SceneShards", "SceneUnit", "generate", "standing_count"]


class SceneUnit(NamedTuple):
    """One shard: a scene under one set of conditions."""

    family: str
    seed: int
    conditions: str

    def run_seed(self, purpose: int, number: int = 0) -> int:
        """Return the seed of what a run leaves to chance: 0 to 2**31 - 1.

        Args:
            purpose: What the run is for: other data of the same scene differ.
            number: Of the run.
        """
        keys = [self.seed, purpose, number] if number else [self.seed, purpose]
        return int(np.random.SeedSequence(keys).generate_state(1)[0]) >> 1


class SceneShards(Protocol):
    """A kind of data: where its shards lie and how one is made. Must be picklable."""

    def path(self, unit: SceneUnit) -> Path:
        """Return the file of a unit."""

    def standing(self, unit: SceneUnit) -> int | None:
        """Return how many records of a unit stand on disk, ``None`` for none.

        Raises:
            ShardError: The file is damaged, or was made in another way.
        """

    def __call__(self, unit: SceneUnit) -> int:
        """Make and write the shard of a unit; return how many records it holds."""


class Progress(NamedTuple):
    """What became of a unit: how many states, whether they stood there before, or an error."""

    unit: SceneUnit
    path: Path
    states: int
    was_there: bool
    error: str | None


def generate(
    data: SceneShards,
    units: Sequence[SceneUnit],
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


def standing_count(path: Path, header: Mapping[str, Any]) -> int | None:
    """Return how many records a shard on disk holds, ``None`` where there is none.

    Args:
        path: The shard.
        header: What its own header must agree with.

    Raises:
        ShardError: The file is damaged, or was made in another way.
    """
    if not os.path.lexists(path):
        return None
    found = read_shard_header(path)
    for key, value in header.items():
        if found.get(key) != value:
            raise ShardError(
                f"{path} was made differently ({key} {found.get(key)!r} instead of {value!r}): "
                "name another --out, or remove it"
            )
    return int(found["count"])


def _standing(data: SceneShards, units: Sequence[SceneUnit]) -> Iterator[Progress]:
    for unit in units:
        count = data.standing(unit)
        if count is not None:
            yield Progress(unit, data.path(unit), count, True, None)
