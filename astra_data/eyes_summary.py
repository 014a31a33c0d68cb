"""What a folder of eyes shards holds, in numbers and on a sheet to look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astra_core.own_picture import save_picture
from astra_local.depth_colors import depth_colors
from astra_local.eyes_record import EyesMoments, read_eyes_shard

__all__ = ["draw_moments", "summarize_moments"]

_NEAR_M = 1.0
_MOST_CAMERAS = 5


def summarize_moments(paths: Sequence[Path]) -> dict[str, Any]:
    """Count moments and say what they show, by family, conditions and number of cameras.

    Args:
        paths: Shards.

    Returns:
        ``shards``, ``moments``, ``splits``, ``profiles``, and ``groups`` with a mapping of numbers
        for each; shares in percent.

    Raises:
        ShardError: A shard is damaged or of another kind.
    """
    groups: dict[str, list[dict[str, float]]] = defaultdict(list)
    seen: dict[str, Counter[str]] = {key: Counter() for key in ("split", "profile")}
    for path in paths:
        moments = read_eyes_shard(path)
        meta = moments.meta
        number = len(moments.rig.cameras)
        groups[f"{meta['family']} {meta['conditions']} {number} cameras"].append(_facts(moments))
        for key, counter in seen.items():
            counter[str(meta[key])] += len(moments)
    return {
        "shards": len(paths),
        "moments": sum(seen["split"].values()),
        "splits": dict(seen["split"]),
        "profiles": dict(seen["profile"]),
        "groups": {name: _mean(groups[name]) for name in sorted(groups)},
    }


def draw_moments(paths: Sequence[Path], path: Path, count: int, seed: int = 0) -> None:
    """Write a sheet of moments, each shard as likely as another: pictures over their depth.

    Args:
        paths: Shards.
        path: The PNG.
        count: Moments on it.
        seed: Of the choice.

    Raises:
        ShardError: A shard is damaged or of another kind.
        ConfigError: Something that is no drawing of ours lies at ``path``; it stays.
    """
    from PIL import Image

    rng = np.random.default_rng(seed)
    rows = []
    for number in np.sort(rng.permutation(np.resize(np.arange(len(paths)), count))):
        moments = read_eyes_shard(paths[int(number)])
        one = int(rng.integers(len(moments)))
        tiles = [
            np.concatenate([color, depth_colors(depth)])
            for color, depth in zip(moments.color[one], moments.depth_m()[one], strict=True)
        ]
        tiles += [np.full_like(tiles[0], 255)] * (_MOST_CAMERAS - len(tiles))
        rows.append(np.concatenate(tiles[:_MOST_CAMERAS], axis=1))
    save_picture(Image.fromarray(np.concatenate(rows)), path)


def _facts(moments: EyesMoments) -> dict[str, float]:
    depth = moments.depth_m()
    known = depth > 0.0
    return {
        "moments": len(moments),
        "brightness": float(moments.color.mean()),
        "known_percent": 100.0 * float(known.mean()),
        "near_percent": 100.0 * float((known & (depth < _NEAR_M)).mean()),
        "people": float((moments.people[..., 4] > 0.0).sum(axis=1).mean()),
    }


def _mean(facts: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return means over shards, each weighted by its moments."""
    weights = np.array([one["moments"] for one in facts])
    means = {
        key: round(float(np.average([one[key] for one in facts], weights=weights)), 2)
        for key in facts[0]
    }
    return {**means, "shards": len(facts), "moments": int(weights.sum())}
