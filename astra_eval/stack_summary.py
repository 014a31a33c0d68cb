"""What a table says of the cost of missions, beside the budgets of the design (section 10)."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["BUDGETS", "Budget", "summarize_stack"]

Run = Mapping[str, Any]


@dataclass(frozen=True)
class Budget:
    """What a figure must reach, and what it should.

    Attributes:
        floor: The least that is asked for.
        aim: What is hoped for; beyond the floor.
    """

    floor: float
    aim: float

    @property
    def at_least(self) -> bool:
        """Return whether larger is better."""
        return self.aim > self.floor

    def is_met(self, value: float, bound: float) -> bool:
        """Return whether a figure reaches the floor or the aim; equal is enough."""
        return value >= bound if self.at_least else value <= bound


#: The whole stack with the simulator on two cores; memory without the simulator.
BUDGETS = {
    "real_time_factor": Budget(0.5, 1.0),
    "real_time_factor_dds": Budget(0.5, 1.0),
    "stack_memory_mb": Budget(3000.0, 1500.0),
}


def summarize_stack(inside: Sequence[Run], outside: Sequence[Run]) -> dict[str, Any]:
    """Return ``results, budgets, stages`` of benched missions, all medians.

    Args:
        inside: Missions in one process, of :func:`astra_eval.stack_bench.bench_mission`; one or
            more.
        outside: Missions over ROS 2 processes, with ``real_time_factor`` and ``stack_memory_mb``
            (``None`` where a mission was too short to measure it); may be none.

    Returns:
        ``results``: ``real_time_factor`` (in one process), ``real_time_factor_dds``,
        ``stack_memory_mb`` (processes without the simulator) and ``simulation_speed``, the
        simulated seconds that one processor second of the simulator alone gives; ``None`` where
        nothing was measured. ``budgets``: by figure ``floor, aim, floor_met, aim_met``.
        ``stages``: by stage ``cpu_s_per_sim_s`` and ``ms_per_call``.
    """
    stages = {name: _stage(inside, name) for name in inside[0]["stages"]}
    results = {
        "real_time_factor": _median(inside, "real_time_factor"),
        "real_time_factor_dds": _median(outside, "real_time_factor"),
        "stack_memory_mb": _median(outside, "stack_memory_mb"),
        "simulation_speed": 1.0 / stages["simulate"]["cpu_s_per_sim_s"],
    }
    budgets = {name: _judge(budget, results[name]) for name, budget in BUDGETS.items()}
    return {"results": results, "budgets": budgets, "stages": stages}


def _stage(runs: Sequence[Run], name: str) -> dict[str, float]:
    # A short mission may end before a stage is called.
    found = [run["stages"][name] for run in runs if name in run["stages"]]
    return {
        figure: statistics.median(stage[figure] for stage in found)
        for figure in ("cpu_s_per_sim_s", "ms_per_call")
    }


def _judge(budget: Budget, value: float | None) -> dict[str, Any]:
    return {
        "floor": budget.floor,
        "aim": budget.aim,
        "floor_met": None if value is None else budget.is_met(value, budget.floor),
        "aim_met": None if value is None else budget.is_met(value, budget.aim),
    }


def _median(runs: Sequence[Run], key: str) -> float | None:
    found = [run[key] for run in runs if run[key] is not None]
    return statistics.median(found) if found else None
