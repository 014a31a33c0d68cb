"""Missions with faults, in one process: one of a kind, and all of them among the slow tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from astra_eval.mission_case import MissionCase, drive_case
from astra_sim.faults import FAULTS

SEED = 7  # Of the map that the tests of this folder share.
#: One of a kind; the others are among the slow tests.
SOME = ("person-0.6",)


def assert_kept(home_map: Path, fault: str) -> None:
    """Drive a mission with a fault; its floor must hold."""
    case = MissionCase("home", SEED, home_map, instruction="I am thirsty", fault=fault)
    facts = drive_case(case).fault
    assert facts is not None and facts.began_s is not None
    assert facts.missed == (), facts


@pytest.mark.parametrize("fault", SOME)
def test_the_floor_of_one_of_a_kind_is_kept(home_map: Path, fault: str) -> None:
    assert_kept(home_map, fault)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in SOME])
def test_the_floor_of_every_fault_is_kept(home_map: Path, fault: str) -> None:
    assert_kept(home_map, fault)
