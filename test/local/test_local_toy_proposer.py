"""A planner in one file and one line in the factory, as docs/adding_a_planner.md says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from closed_loop import drive_to
from flat_world import HeightMap, make_rig
from toy_planner import ArcProposer

from astra_core import stack_spec
from astra_core.errors import ConfigError
from astra_core.stack_spec import StackSpec
from astra_local import stack
from astra_local.stack import build_local

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "adding_a_planner.md"
LINE = '"arcs": lambda models, config, robot: ArcProposer(config),'
WALLS = [(0, 0, 8, 0.1, 2.5), (0, 7.9, 8, 8, 2.5), (0, 0, 0.1, 8, 2.5), (7.9, 0, 8, 8, 2.5)]
DOOR = [(4.0, 0.1, 4.2, 3.4, 2.5), (4.0, 4.6, 4.2, 7.9, 2.5)]


@pytest.fixture
def arcs(monkeypatch) -> StackSpec:
    """Do what the page says: declare the name, add the line to the table."""
    names = (*stack_spec.PARTS["planner"], "arcs")
    monkeypatch.setattr(stack_spec, "PARTS", {**stack_spec.PARTS, "planner": names})
    for name, build in eval(f"{{{LINE}}}", {"ArcProposer": ArcProposer}).items():
        monkeypatch.setitem(stack.PLANNERS, name, build)
    return StackSpec.parse("classical,planner=arcs")


def test_the_page_shows_the_planner_and_the_line_that_are_tested() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert (HERE / "toy_planner.py").read_text(encoding="utf-8") in page
    assert LINE in page


def test_it_drives_through_a_door_and_says_so(arcs: StackSpec) -> None:
    world = HeightMap((8.0, 8.0), WALLS + DOOR)
    start, goal = np.array([2.5, 3.0, 0.0]), np.array([5.5, 4.5, 0.5])
    drive = drive_to(world, start, goal, seed=1, spec=arcs)
    assert drive is not None
    assert drive.reached
    assert drive.collisions == 0
    assert drive.sources["arcs"] > 10
    # What it does not see is seen for it: others drive where its ways would touch.
    assert drive.sources["arcs"] > drive.sources.get("mppi", 0)


def test_without_the_line_it_is_not_built(monkeypatch) -> None:
    names = (*stack_spec.PARTS["planner"], "arcs")
    monkeypatch.setattr(stack_spec, "PARTS", {**stack_spec.PARTS, "planner": names})
    with pytest.raises(ConfigError, match="planner=arcs is not built yet; built: mppi, "):
        build_local(StackSpec(planner="arcs"), make_rig())
