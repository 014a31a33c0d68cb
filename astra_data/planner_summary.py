"""What a folder of planner shards holds: how many states of which kind, and how the expert did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ShardError
from astra_local.planner_record import PlannerStates, read_planner_shard

__all__ = ["draw_choice", "planner_shards", "summarize"]

#: Nearer than this to a person on the way is an encounter, metres.
_ENCOUNTER_M = 0.5
_STUCK_M = 0.15


def planner_shards(where: Path) -> list[Path]:
    """Return the shards in a folder and below, or the one that is named, sorted.

    Raises:
        ShardError: There are none.
    """
    found = [where] if where.is_file() else sorted(where.rglob("*.npz"))
    if not found:
        raise ShardError(f"{where} holds no shards (*.npz)")
    return found


def summarize(paths: Sequence[Path]) -> dict[str, Any]:
    """Count states and judge the expert, by family, conditions and way.

    Args:
        paths: Shards.

    Returns:
        ``shards``, ``states``, ``splits``, ``codes``, ``profiles``, and ``groups`` with a mapping
        of numbers for each; shares in percent.

    Raises:
        ShardError: A shard is damaged or of another kind.
    """
    groups: dict[str, list[PlannerStates]] = defaultdict(list)
    seen: dict[str, Counter[str]] = {key: Counter() for key in ("split", "code", "profile")}
    for path in paths:
        states = read_planner_shard(path)
        meta = states.meta
        groups[f"{meta['family']} {meta['conditions']} {meta['way']}"].append(states)
        for key, counter in seen.items():
            counter[str(meta[key])] += len(states)
    return {
        "shards": len(paths),
        "states": sum(seen["split"].values()),
        "splits": dict(seen["split"]),
        "codes": dict(seen["code"]),
        "profiles": dict(seen["profile"]),
        "groups": {name: _group(groups[name]) for name in sorted(groups)},
    }


def _group(shards: Sequence[PlannerStates]) -> dict[str, Any]:
    def all_of(key: str) -> NDArray[Any]:
        return np.concatenate([states.arrays[key] for states in shards])

    sources: Counter[str] = Counter()
    for states in shards:
        names = np.array(states.meta["sources"])[states.arrays["expert_source"]]
        sources.update(names.tolist())
    end = all_of("expert_poses")[:, -1]
    bits = [np.unpackbits(states.arrays["known"], axis=1).mean() for states in shards]
    return {
        "shards": len(shards),
        "states": len(all_of("speed")),
        "expert_touches_static_percent": _percent(all_of("expert_static_gap_m") < 0.0),
        "expert_touches_people_percent": _percent(all_of("expert_people_gap_m") < 0.0),
        "encounter_percent": _percent(all_of("expert_people_gap_m") < _ENCOUNTER_M),
        "expert_stands_percent": _percent(np.hypot(end[:, 0], end[:, 1]) < _STUCK_M),
        "expert_speed_mps": round(float(all_of("expert_speeds")[..., 0].mean()), 3),
        "final_percent": _percent(all_of("is_final") > 0),
        "goal_behind_percent": _percent(all_of("sub_goal")[:, 0] < 0.0),
        "kicked_percent": _percent(all_of("kicked") > 0),
        "movers_mean": round(float(all_of("num_movers").mean()), 2),
        "known_percent": round(100.0 * float(np.mean(bits)), 1),
        "sources": dict(sources.most_common()),
    }


def _percent(hits: NDArray[np.bool_]) -> float:
    return round(100.0 * float(hits.mean()), 1) if hits.size else 0.0


def draw_choice(paths: Sequence[Path], path: Path, count: int, seed: int = 0) -> None:
    """Write a sheet of states drawn from all shards, each shard as likely as another.

    Args:
        paths: Shards.
        path: The PNG.
        count: States on it.
        seed: Of the choice.
    """
    from astra_data.planner_sheet import draw_states

    rng = np.random.default_rng(seed)
    chosen = []
    for number in np.sort(rng.permutation(np.resize(np.arange(len(paths)), count))):
        states = read_planner_shard(paths[int(number)])
        if len(states):
            chosen.append((states, int(rng.integers(len(states)))))
    draw_states(chosen, path)
