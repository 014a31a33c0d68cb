"""Sentences that the resolver was developed with, in real scenes; test sentences are elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from astra_core.errors import GoalAmbiguous, GoalNotFound
from astra_eval.landmark_map import map_from_scene
from astra_global.goal import GoalResolver
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan

ENTRIES = yaml.safe_load(
    (Path(__file__).parent / "data" / "home_dev_instructions.yaml").read_text(encoding="utf-8")
)


def _is_right(entry: dict, resolver: GoalResolver, start: np.ndarray) -> bool:
    categories = [mark.category for mark in resolver.map.landmarks]
    fitting = sum(category in entry["accept"] for category in categories)
    try:
        match = resolver.resolve(entry["text"], start)
    except GoalNotFound:
        return fitting == 0
    except GoalAmbiguous:
        return fitting > 1 and entry.get("definite", False)
    return resolver.map.landmark_by_id[match.landmark_id].category in entry["accept"]


def test_nearly_all_are_understood_in_scenes_never_looked_at() -> None:
    right = []
    for seed in (3001, 3002, 3003):
        scene = make_scene("home", seed)
        plan = floor_plan(scene)
        resolver = GoalResolver(map_from_scene(scene, plan))
        start = np.array(plan.sample_free_pose(np.random.default_rng(seed))[:2])
        right += [_is_right(entry, resolver, start) for entry in ENTRIES]
    assert len(right) == 3 * 29
    assert np.mean(right) >= 0.9
