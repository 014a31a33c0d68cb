"""The planner as an evaluation: its plans open loop, or whole legs closed loop (DESIGN section 8).

Open loop the privileged expert drives, and once a second every planner plans at the same state;
plans are judged by what everything in the scene did in the seconds that followed. Closed loop the
stack's planner and guard drive legs, and the expert drives the same legs.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core.polyline import polyline_length_m
from astra_core.robot import FOOTPRINT_RADIUS_M
from astra_core.stack_spec import CLASSICAL, DEFAULT, StackSpec
from astra_eval.leg import LegCase
from astra_eval.leg_loop import (
    LegRecord,
    LegState,
    drive_leg,
    expert_driver,
    stack_driver,
)
from astra_eval.metrics.planner import PlanScore, Touch, score_plan, touches
from astra_eval.planner_methods import (
    MAX_SPEED_MPS,
    NUM_STEPS,
    STEP_S,
    PlanMethod,
    Plans,
    expert_of,
    expert_plan,
    planners,
)
from astra_eval.rows import Unit
from astra_eval.stack_facts import compared_stacks
from astra_sim.conditions import Conditions
from astra_sim.doors.leaf import THICK_M

if TYPE_CHECKING:
    from astra_sim.simulator import Simulator

__all__ = ["HORIZON_S", "PlannerWork"]

HORIZON_S = NUM_STEPS * STEP_S
_PLAN_EVERY_TICKS = 50
_FIRST_TICK = 25


@dataclass(frozen=True)
class PlannerWork:
    """Legs of one scene.

    Attributes:
        family: Scene family.
        conditions: What has changed since the tour, and who walks about.
        per_scene: Legs in each scene.
        closed_loop: Judge legs instead of single plans.
        stack: What is evaluated; the classical one plans and drives beside any other.
        beside: More planners of single plans by name, each with weights of its own; they see what
            the evaluated stack senses.
    """

    family: str
    conditions: Conditions
    per_scene: int
    closed_loop: bool = False
    stack: StackSpec = DEFAULT
    beside: tuple[tuple[str, StackSpec], ...] = ()

    def __call__(self, unit: Unit) -> dict[str, Any]:
        """Return the row of a scene seed: the plans or the legs."""
        (seed,) = unit
        cases = [
            LegCase(self.family, seed, number, self.conditions) for number in range(self.per_scene)
        ]
        stacks = compared_stacks(self.stack)
        if self.closed_loop:
            return {"legs": [leg for case in cases for leg in _closed_loop(case, stacks)]}
        return {
            "plans": [
                plan for case in cases for plan in _open_loop(case, stacks, dict(self.beside))
            ]
        }


@dataclass(eq=False)
class _Capture:
    """The plans of every planner at one state, and which tick that was."""

    tick: int
    plans: dict[str, Plans]
    seconds: dict[str, float]


def _open_loop(
    case: LegCase, stacks: Mapping[str, StackSpec], beside: Mapping[str, StackSpec]
) -> list[dict[str, Any]]:
    from astra_local.stack import build_local

    captures: list[_Capture] = []
    expert = expert_of(case)
    with _simulator(case, stacks.values()) as simulator:
        built = {name: (spec, build_local(spec, simulator.rig)) for name, spec in stacks.items()}
        methods = planners(case, built, expert, beside)
        local, *others = (local for _, local in built.values())

        def on_state(state: LegState, tick: int) -> None:
            due = _FIRST_TICK + _PLAN_EVERY_TICKS * len(captures)
            if tick >= due and all(one.belief is not None for one in (local, *others)):
                captures.append(_capture(state, tick, methods))

        driver = expert_driver(expert_plan(case, expert))
        record = drive_leg(case, simulator, local, driver, on_state, beside=others)
    rows = []
    for capture in captures:
        ticks = capture.tick + np.round(np.arange(NUM_STEPS + 1) * STEP_S / record.tick_s).astype(
            int
        )
        # What happens later than the record ends is not known: such plans are not judged.
        if ticks[-1] < len(record.poses):
            rows.append(_judged(case, record, capture, ticks))
    return rows


def _capture(state: LegState, tick: int, methods: Mapping[str, PlanMethod]) -> _Capture:
    plans, seconds = {}, {}
    for name, plan in methods.items():
        began = time.thread_time()
        plans[name] = plan(state)
        seconds[name] = (time.thread_time() - began) / plans[name].rounds
    return _Capture(tick, plans, seconds)


def _judged(
    case: LegCase, record: LegRecord, capture: _Capture, ticks: NDArray[np.intp]
) -> dict[str, Any]:
    people = np.array([record.people[tick][:, :2] for tick in ticks])
    leaves = np.array([record.leaves[tick] for tick in ticks])
    radius_m = float(record.people[0][:, 4].max()) if record.people[0].size else 0.0
    here = record.poses[capture.tick][:2]
    nearest = int(np.argmin(np.hypot(*(case.route_m - here).T)))
    route = np.concatenate([here[None], case.route_m[nearest + 1 :], case.goal[None, :2]])

    def judge(path: NDArray[np.float64]) -> tuple[PlanScore, Touch]:
        path = _lasting(path)
        hit = touches(
            path,
            people,
            lambda points: np.array([_clearance_m(case, *point) for point in points]),
            robot_radius_m=FOOTPRINT_RADIUS_M,
            person_radius_m=radius_m,
            leaves_m=leaves,
            leaf_radius_m=THICK_M / 2.0,
        )
        score = score_plan(path, STEP_S, route, max_speed_mps=MAX_SPEED_MPS, collision=hit.anything)
        return score, hit

    row: dict[str, Any] = {}
    for name, plans in capture.plans.items():
        judged = [judge(path) for path in plans.paths]
        best = max((score for score, _ in judged), key=lambda score: score.score)
        row[name] = {
            **_parts(*judged[0]),
            **{f"pick10_{key}": value for key, value in _parts(*judged[plans.picked]).items()},
            "best10_collision": best.collision,
            "best10_score": best.score,
            "ms": 1e3 * capture.seconds[name],
        }
    return row


def _parts(score: PlanScore, hit: Touch) -> dict[str, Any]:
    return {
        "score": score.score,
        "progress": score.progress,
        "speed": score.speed,
        "smoothness": score.smoothness,
        "collision": score.collision,
        "static": hit.standing,
        "people": hit.people,
        "stuck": score.stuck,
        "wrong_way": score.wrong_way,
    }


def _lasting(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a path of the whole horizon: a shorter plan ends at rest."""
    missing = NUM_STEPS + 1 - len(path)
    if missing <= 0:
        return path[: NUM_STEPS + 1]
    return np.concatenate([path, np.repeat(path[-1:], missing, axis=0)])


def _clearance_m(case: LegCase, x_m: float, y_m: float) -> float:
    plan = case.plan
    row, column = plan.cell(x_m, y_m)
    height, width = plan.free_distance_m.shape
    if not (0 <= row < height and 0 <= column < width):
        return 0.0
    # The distance is to the safe side by up to a cell: a path that grazes is none that touches.
    return float(plan.free_distance_m[row, column]) + plan.resolution_m


def _closed_loop(case: LegCase, stacks: Mapping[str, StackSpec]) -> list[dict[str, Any]]:
    from astra_local.stack import build_local

    rows = []
    for name in (*stacks, "expert"):
        spec = stacks.get(name)
        with _simulator(case, () if spec is None else (spec,)) as simulator:
            # The expert needs an odometry to say where its sub-goals are.
            local = build_local(spec or CLASSICAL, simulator.rig)
            if spec is not None:
                driver = stack_driver(local)
            else:
                driver = expert_driver(expert_plan(case, expert_of(case)))
            record = drive_leg(case, simulator, local, driver)
        way_m = polyline_length_m(case.route_m)
        rows.append(
            {
                "driver": name,
                "number": case.number,
                "reached": record.reached,
                "collisions": record.collisions,
                "touched": list(record.touched),
                "seconds": record.seconds,
                "length_m": record.length_m,
                "way_m": way_m,
                "spl": way_m / max(way_m, record.length_m) if record.reached else 0.0,
                "fallback": local.fallback_fraction if spec is not None else 0.0,
            }
        )
    return rows


def _simulator(case: LegCase, stacks: Collection[StackSpec]) -> Simulator:
    """Return the world of a leg, with what these stacks look at; without any, without cameras."""
    from astra_sim.profile import load_profile
    from astra_sim.scenes import make_scene
    from astra_sim.simulator import Simulator

    return Simulator(
        make_scene(case.family, case.seed),
        load_profile(),
        case.run_seed,
        camera_hz=10.0 if stacks else 0.0,
        depth=any(stack.depth == "sensor" for stack in stacks),
        conditions=case.conditions,
        start_pose=tuple(case.start.tolist()),
    )
