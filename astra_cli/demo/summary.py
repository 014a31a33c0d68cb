"""The end of a demo: the JSON of DESIGN section 9, and a few lines for people."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from astra_core.stack_spec import StackSpec
from astra_eval.scoring import MissionScore

__all__ = ["DemoCost", "demo_json", "print_summary"]


@dataclass(frozen=True)
class DemoCost:
    """What the drive cost the machine.

    Attributes:
        wall_time_s: Wall time of the drive, set-up not counted.
        real_time_factor: Simulated seconds per wall second.
        rates_hz: Messages per simulated second by topic.
        planning_s: Computation time of each plan.
        image_to_command_ms: From exposure to the first command made of it, ``median`` and ``p95``,
            by simulated time; empty when there was no time to measure it.
        memory_mb: Largest proportional resident memory by process name.
    """

    wall_time_s: float
    real_time_factor: float
    rates_hz: Mapping[str, float]
    planning_s: list[float]
    image_to_command_ms: Mapping[str, float]
    memory_mb: Mapping[str, float]

    @property
    def stack_memory_mb(self) -> float:
        """Return the memory of the stack, the simulator not counted."""
        return sum(mb for name, mb in self.memory_mb.items() if name != "astra_sim")


def demo_json(
    score: MissionScore,
    cost: DemoCost,
    *,
    family: str,
    seed: int,
    facts: Mapping[str, Any],
    versions: Mapping[str, str],
) -> dict[str, Any]:
    """Return the result as plain data, with the keys of DESIGN section 9 and a few more.

    Args:
        score: How the mission went.
        cost: What it took.
        family: Scene family.
        seed: Scene seed.
        facts: ``conditions, stack, map, tour, depth, weights``.
        versions: Of the libraries.
    """
    planning_ms = sorted(1000.0 * seconds for seconds in cost.planning_s)
    return {
        "scene": family,
        "seed": seed,
        **score.to_json(),
        "wall_time_s": cost.wall_time_s,
        "real_time_factor": cost.real_time_factor,
        "rates_hz": {name: round(rate, 2) for name, rate in cost.rates_hz.items()},
        "latency_ms": {
            "planning_median": statistics.median(planning_ms) if planning_ms else None,
            "planning_p95": planning_ms[int(0.95 * (len(planning_ms) - 1))]
            if planning_ms
            else None,
            "image_to_command_median": cost.image_to_command_ms.get("median"),
            "image_to_command_p95": cost.image_to_command_ms.get("p95"),
        },
        "memory_mb": {name: round(mb) for name, mb in cost.memory_mb.items()},
        "stack_memory_mb": round(cost.stack_memory_mb),
        **facts,
        "versions": dict(versions),
    }


def print_summary(
    score: MissionScore, cost: DemoCost, stack: StackSpec, facts: Mapping[str, Any]
) -> None:
    """Tell a person how it went; ``facts`` as in :func:`demo_json`."""
    localization = score.localization
    verdict = "ARRIVED" if score.success else "FAILED"
    right = {True: "", False: " (not what was meant)", None: " (nobody wrote down what is right)"}
    print()
    print(f"{verdict}  “{score.goal_text}”  ->  {score.goal_landmark or 'no landmark'}", end="")
    print(right[score.goal_landmark_right])
    for cause in score.causes:
        print(f"  because  {cause}")
    if math.isfinite(score.distance_to_goal_m):
        print(f"  goal     stopped {score.distance_to_goal_m:.2f} m from where it is reachable")
    print(
        f"  drive    {score.path_length_m:.1f} m in {score.sim_time_s:.1f} s "
        f"(allowed {score.time_limit_s:.0f} s), SPL {score.spl:.2f}, "
        f"{score.collisions} collisions, {score.recoveries} recoveries, "
        f"fallback {100 * score.fallback_fraction:.0f} %"
    )
    print(
        f"  where    first fix after {localization['first_fix_s']:.1f} s, then "
        f"{100 * localization['median_error_m']:.1f} cm / "
        f"{localization['median_error_deg']:.2f} deg median error, "
        f"lost {localization['lost_count']} times; "
        f"map: {facts['map']}, depth: {facts['depth']}"
    )
    print(f"  stack    {stack}")
    print(f"  odometry {score.odometry['rte_percent']:.2f} % drift (RTE, {stack.odometry})")
    print(
        f"  machine  real-time factor {cost.real_time_factor:.2f}, memory of the stack "
        f"{cost.stack_memory_mb:.0f} MB ("
        + ", ".join(f"{name} {mb:.0f}" for name, mb in sorted(cost.memory_mb.items()))
        + ")"
    )
    if cost.image_to_command_ms:
        print(
            f"  latency  from picture to command {cost.image_to_command_ms['median']:.0f} ms "
            f"(95 %: {cost.image_to_command_ms['p95']:.0f} ms), in simulated time"
        )
