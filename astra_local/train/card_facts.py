"""What cards say of how weights came about, for all trainings alike."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from astra_local.train.planner_states import ShardSource

__all__ = ["half_tensors", "last_metrics", "seed_ranges", "seed_runs"]


def half_tensors(network: nn.Module) -> dict[str, NDArray[np.float16]]:
    """Return the weights of a network in float16, by name."""
    return {
        name: value.detach().cpu().numpy().astype(np.float16)
        for name, value in network.state_dict().items()
    }


def seed_ranges(seeds: Sequence[tuple[str, int]]) -> dict[str, tuple[int, int]]:
    """Return first and past the last of the seeds of each family."""
    families = sorted({family for family, _ in seeds})
    own = {family: [seed for name, seed in seeds if name == family] for family in families}
    return {family: (min(numbers), max(numbers) + 1) for family, numbers in own.items()}


def seed_runs(sources: Sequence[ShardSource]) -> Iterator[tuple[str, str, int, int, int]]:
    """Yield family, conditions, first and last seed, and the size of the largest shard.

    Args:
        sources: Sorted; those of one way.
    """
    for (family, conditions), group in itertools.groupby(sources, lambda one: one[:2]):
        shards = list(group)
        most = max(shard.states for shard in shards)
        numbers = sorted(shard.seed for shard in shards)
        for _, run in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
            following = [seed for _, seed in run]
            yield family, conditions, following[0], following[-1], most


def last_metrics(folder: Path) -> dict[str, float]:
    """Return the finite numbers of the last validation of a training, by name."""
    lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    last = [row for row in map(json.loads, lines) if row["kind"] == "validation"][-1]
    return {
        f"validation_{key}": float(value)
        for key, value in last.items()
        if key not in ("kind", "seconds")
        and isinstance(value, int | float)
        and math.isfinite(value)
    }
