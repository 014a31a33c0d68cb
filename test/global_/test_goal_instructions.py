"""The hand-written instructions of ``data/goal_*.yaml``: right landmark or refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from astra_core import se3
from astra_core.errors import GoalAmbiguous, GoalNotFound
from astra_global.goal import GoalResolver
from astra_global.types import AstraMap, Landmark, MapNode

DATA = {
    place: content
    for path in sorted((Path(__file__).parent / "data").glob("goal_*.yaml"))
    for place, content in yaml.safe_load(path.read_text()).items()
}
CASES = [(place, case) for place, data in DATA.items() for case in data["instructions"]]


def make_resolver(place: str) -> GoalResolver:
    landmarks = []
    for name, row in DATA[place]["landmarks"].items():
        category, color, material, text, function, x, y, size_x, size_y = row
        landmarks.append(
            Landmark(
                name, category, color, material, text, function,
                (x, y, 0.5), (size_x, size_y, 1.0), ("n0",),
            )
        )  # fmt: skip
    node = MapNode("n0", se3.from_se2(np.zeros(3)))
    return GoalResolver(AstraMap((node,), (), tuple(landmarks), None))


RESOLVERS = {place: make_resolver(place) for place in DATA}


def answer(place: str, text: str) -> str:
    """Return the landmark, ``none`` or ``ask``."""
    try:
        return RESOLVERS[place].resolve(text, DATA[place]["robot"]).landmark_id
    except GoalNotFound:
        return "none"
    except GoalAmbiguous:
        return "ask"


@pytest.mark.parametrize(("place", "case"), CASES, ids=[f"{p}-{c['say']}" for p, c in CASES])
def test_instruction(place: str, case: dict) -> None:
    allowed = case.get("want") or [case["refuse"]]
    assert answer(place, case["say"]) in allowed


def test_list_is_large_and_holds_refusals() -> None:
    refusals = [case for _, case in CASES if "refuse" in case]
    assert len(CASES) >= 500
    assert len(refusals) >= len(CASES) / 6
