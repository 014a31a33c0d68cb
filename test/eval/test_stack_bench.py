"""What missions cost: counting by stage, medians, budgets, and the command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from astra_cli import scene_map
from astra_cli.commands import bench as bench_command
from astra_core.stack_spec import StackSpec
from astra_eval import mission_case, stack_bench
from astra_eval.stack_bench import StageClock, bench_mission
from astra_eval.stack_summary import BUDGETS, Budget, summarize_stack


class Adder:
    def __init__(self) -> None:
        self.sum = 0

    def add(self, number: int, *, twice: bool = False) -> int:
        self.sum += number * (2 if twice else 1)
        return self.sum

    def fail(self) -> None:
        raise ValueError("no")


@pytest.fixture()
def ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look at the clock of processor time take a quarter of a second."""
    looks = iter(range(1000))
    monkeypatch.setattr(stack_bench.time, "thread_time", lambda: 0.25 * next(looks))


def test_a_watched_method_works_as_before_and_is_counted(ticks: None) -> None:
    clock, adder, other = StageClock(), Adder(), Adder()
    clock.wrap(adder, "add", "adding")
    assert (adder.add(2), adder.add(3, twice=True)) == (2, 8)
    assert other.add(1) == 1
    assert clock.calls == {"adding": 2}
    assert clock.cpu_s == {"adding": 0.5}


def test_two_methods_may_be_one_stage_and_failures_count(ticks: None) -> None:
    clock, adder = StageClock(), Adder()
    clock.wrap(adder, "add", "all")
    clock.wrap(adder, "fail", "all")
    adder.add(1)
    with pytest.raises(ValueError, match="no"):
        adder.fail()
    assert (clock.calls, clock.cpu_s) == ({"all": 2}, {"all": 0.5})


@dataclass
class Part:
    """Stands for the simulator, Astra-Local and Astra-Global at once."""

    def nothing(self) -> None:
        pass

    step = observe = perceive = plan = localize = nothing


def test_a_mission_is_split_into_stages(ticks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def drive(case: Any, *, stack: Any, on_loop: Any) -> Any:
        loop = SimpleNamespace(parts={"simulator": Part(), "local": Part(), "global": Part()})
        on_loop(loop)
        for _ in range(100):
            loop.parts["simulator"].step()
        loop.parts["local"].plan()
        stamps = np.array([0, 10_000_000_000])
        return SimpleNamespace(record=SimpleNamespace(stamps_ns=stamps), real_time_factor=1.5)

    monkeypatch.setattr(mission_case, "drive_case", drive)
    cost = bench_mission(None)  # type: ignore[arg-type]
    assert (cost["sim_time_s"], cost["real_time_factor"]) == (10.0, 1.5)
    # What is never called is no stage.
    assert set(cost["stages"]) == {"simulate", "plan"}
    assert cost["stages"]["simulate"] == {
        "cpu_s_per_sim_s": 2.5,
        "ms_per_call": 250.0,
        "calls": 100,
    }


def run(factor: float, cpu_s: float) -> dict[str, Any]:
    stages = {"simulate": {"cpu_s_per_sim_s": cpu_s, "ms_per_call": 1e3 * cpu_s, "calls": 9}}
    return {"real_time_factor": factor, "stages": stages}


def over_dds(factor: float, memory_mb: float | None) -> dict[str, Any]:
    return {"real_time_factor": factor, "stack_memory_mb": memory_mb}


def test_medians_stand_beside_budgets() -> None:
    inside = [run(0.4, 0.25), run(0.5, 0.5), run(2.0, 1.0)]
    outside = [over_dds(0.3, 2000.0), over_dds(0.4, None), over_dds(0.9, 1000.0)]
    summary = summarize_stack(inside, outside)
    assert summary["results"] == {
        "real_time_factor": 0.5,
        "real_time_factor_dds": 0.4,
        "stack_memory_mb": 1500.0,
        "simulation_speed": 2.0,
    }
    assert summary["stages"] == {"simulate": {"cpu_s_per_sim_s": 0.5, "ms_per_call": 500.0}}
    met = {name: (b["floor_met"], b["aim_met"]) for name, b in summary["budgets"].items()}
    assert met == {
        "real_time_factor": (True, False),
        "real_time_factor_dds": (False, False),
        "stack_memory_mb": (True, True),
    }


def test_what_was_not_measured_meets_nothing() -> None:
    summary = summarize_stack([run(1.0, 0.5)], [])
    assert summary["results"]["stack_memory_mb"] is None
    assert summary["budgets"]["real_time_factor_dds"]["floor_met"] is None


def test_budgets_are_those_of_the_design() -> None:
    assert BUDGETS["real_time_factor"] == Budget(0.5, 1.0)
    assert BUDGETS["stack_memory_mb"] == Budget(3000.0, 1500.0)
    assert BUDGETS["real_time_factor"].at_least and not BUDGETS["stack_memory_mb"].at_least


def test_the_command_says_what_is_met_and_what_was_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene_map, "quiet_scene_map", lambda family, seed: tmp_path)
    monkeypatch.setattr(scene_map, "map_kind", lambda folder: "oracle")
    monkeypatch.setattr(stack_bench, "bench_mission", lambda case, spec: run(0.75, 0.5))
    monkeypatch.setattr(bench_command, "_over_dds", lambda case, spec: over_dds(0.25, 500.0))
    target = tmp_path / "stack.json"
    words = ["stack", "--rounds", "2", "--json", str(target)]
    result = CliRunner().invoke(bench_command.app, words, env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    assert ">= 0.5, met" in result.output
    assert ">= 0.5, missed" in result.output
    assert "<= 3000, met" in result.output
    data = json.loads(target.read_text())
    assert set(data) >= {"scene", "seed", "n", "profile", "versions", "weights", "map", "depth"}
    assert set(data) >= {"results", "budgets", "stages", "in_process", "over_dds", "machine"}
    assert data["results"]["real_time_factor_dds"] == 0.25
    assert data["budgets"]["real_time_factor_dds"]["floor_met"] is False
    assert data["stack"] == StackSpec().to_json()
    assert (data["weights"], data["tour"]) == ({}, "rig")
