"""The planner as an evaluation: its plans open loop, or whole legs closed loop (DESIGN section 8).

Open loop the privileged expert drives, and once a second every planner plans at the same state;
plans are judged by what everything in the scene did in the seconds that followed. Closed loop the
stack's planner and guard drive legs, and the expert drives the same legs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.records import Trajectory
from astra_core.robot import FOOTPRINT_RADIUS_M, RobotConfig
from astra_core.stack_spec import StackSpec
from astra_eval.leg import LegCase
from astra_eval.leg_loop import (
    LegRecord,
    LegState,
    drive_leg,
    expert_driver,
    in_map,
    stack_driver,
)
from astra_eval.metrics.planner import PlanScore, score_plan, touches
from astra_eval.rows import Unit
from astra_sim.conditions import Conditions
from astra_sim.doors.leaf import THICK_M

if TYPE_CHECKING:
    from astra_data.expert import Expert
    from astra_local.pipeline import AstraLocal

__all__ = ["HORIZON_S", "PlannerWork"]

HORIZON_S = 3.2
_STEP_S = 0.1
_STEPS = round(HORIZON_S / _STEP_S)
_PLAN_EVERY_TICKS = 50
_FIRST_TICK = 25
_SAMPLES = 10
_MAX_SPEED_MPS = RobotConfig().max_linear_mps

Paths = list[NDArray[np.float64]]


@dataclass(frozen=True)
class PlannerWork:
    """Legs of one scene.

    Attributes:
        family: Scene family.
        conditions: What has changed since the tour, and who walks about.
        per_scene: Legs in each scene.
        closed_loop: Judge legs instead of single plans.
    """

    family: str
    conditions: Conditions
    per_scene: int
    closed_loop: bool = False

    def __call__(self, unit: Unit) -> dict[str, Any]:
        """Return the row of a scene seed: the plans or the legs."""
        (seed,) = unit
        cases = [
            LegCase(self.family, seed, number, self.conditions) for number in range(self.per_scene)
        ]
        if self.closed_loop:
            return {"legs": [leg for case in cases for leg in _closed_loop(case)]}
        return {"plans": [plan for case in cases for plan in _open_loop(case)]}


@dataclass(eq=False)
class _Capture:
    """The plans of every planner at one state, and which tick that was."""

    tick: int
    paths: dict[str, Paths]
    seconds: dict[str, float]


def _open_loop(case: LegCase) -> list[dict[str, Any]]:
    from astra_local.config import LocalConfig
    from astra_local.stack import build_local

    captures: list[_Capture] = []
    expert = _expert(case)
    with _simulator(case, cameras=True) as simulator:
        local = build_local(StackSpec(), simulator.rig, LocalConfig())
        planners = _planners(case, local, expert)

        def on_state(state: LegState, tick: int) -> None:
            due = _FIRST_TICK + _PLAN_EVERY_TICKS * len(captures)
            if tick >= due and local.belief is not None:
                captures.append(_capture(state, tick, planners))

        record = drive_leg(
            case, simulator, local, expert_driver(_expert_plan(case, expert)), on_state
        )
    rows = []
    for capture in captures:
        ticks = capture.tick + np.round(np.arange(_STEPS + 1) * _STEP_S / record.tick_s).astype(int)
        # What happens later than the record ends is not known: such plans are not judged.
        if ticks[-1] < len(record.poses):
            rows.append(_judged(case, record, capture, ticks))
    return rows


def _planners(
    case: LegCase, local: AstraLocal, expert: Expert
) -> dict[str, Callable[[LegState], Paths]]:
    from dataclasses import replace

    from astra_local.config import LocalConfig, PlannerConfig
    from astra_local.stack import build_open_loop_planner

    config = LocalConfig(planner=replace(PlannerConfig(), num_steps=_STEPS, step_s=_STEP_S))
    planner = build_open_loop_planner(StackSpec(), config)
    rng = np.random.default_rng([case.run_seed, 2])

    def astra(state: LegState) -> Paths:
        # What the stack knows, and nothing else of the state: it is full of what is privileged.
        assert local.belief is not None and local.odometry is not None
        plan = planner.plan(
            local.belief,
            state.sub_goal.pose,
            local.odometry.velocity,
            rng,
            pose=local.odometry.pose,
            num_samples=_SAMPLES,
            is_final=state.sub_goal.is_final,
            max_speed_mps=_MAX_SPEED_MPS,
        )
        return [in_map(trajectory, state) for trajectory in plan.trajectories]

    def privileged(state: LegState) -> Paths:
        trajectory = _expert_plan(case, expert)(state)
        return [np.concatenate([state.pose[None, :2], trajectory.poses[:, :2]])]

    def straight(state: LegState) -> Paths:
        goal = se2.compose(state.pose, se2.between(state.odom, state.sub_goal.pose))[:2]
        away = goal - state.pose[:2]
        way_m = np.minimum(np.arange(_STEPS + 1) * _STEP_S * _MAX_SPEED_MPS, np.hypot(*away))
        return [state.pose[:2] + way_m[:, None] * away / max(float(np.hypot(*away)), 1e-9)]

    def stand(state: LegState) -> Paths:
        return [np.repeat(state.pose[None, :2], _STEPS + 1, axis=0)]

    return {"astra": astra, "expert": privileged, "straight": straight, "stand": stand}


def _capture(
    state: LegState, tick: int, planners: dict[str, Callable[[LegState], Paths]]
) -> _Capture:
    paths, seconds = {}, {}
    for name, plan in planners.items():
        began = time.thread_time()
        paths[name] = plan(state)
        seconds[name] = (time.thread_time() - began) / len(paths[name])
    return _Capture(tick, paths, seconds)


def _judged(
    case: LegCase, record: LegRecord, capture: _Capture, ticks: NDArray[np.intp]
) -> dict[str, Any]:
    people = np.array([record.people[tick][:, :2] for tick in ticks])
    leaves = np.array([record.leaves[tick] for tick in ticks])
    radius_m = float(record.people[0][:, 4].max()) if record.people[0].size else 0.0
    here = record.poses[capture.tick][:2]
    nearest = int(np.argmin(np.hypot(*(case.route_m - here).T)))
    route = np.concatenate([here[None], case.route_m[nearest + 1 :], case.goal[None, :2]])

    def judge(path: NDArray[np.float64]) -> PlanScore:
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
        return score_plan(path, _STEP_S, route, max_speed_mps=_MAX_SPEED_MPS, collision=hit)

    row: dict[str, Any] = {}
    for name, paths in capture.paths.items():
        scores = [judge(path) for path in paths]
        best = max(scores, key=lambda score: score.score)
        row[name] = {
            **_parts(scores[0]),
            "best10_collision": best.collision,
            "best10_score": best.score,
            "ms": 1e3 * capture.seconds[name],
        }
    return row


def _parts(score: PlanScore) -> dict[str, Any]:
    return {
        "score": score.score,
        "progress": score.progress,
        "speed": score.speed,
        "smoothness": score.smoothness,
        "collision": score.collision,
        "stuck": score.stuck,
        "wrong_way": score.wrong_way,
    }


def _lasting(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a path of the whole horizon: a shorter plan ends at rest."""
    missing = _STEPS + 1 - len(path)
    if missing <= 0:
        return path[: _STEPS + 1]
    return np.concatenate([path, np.repeat(path[-1:], missing, axis=0)])


def _clearance_m(case: LegCase, x_m: float, y_m: float) -> float:
    plan = case.plan
    row, column = plan.cell(x_m, y_m)
    height, width = plan.free_distance_m.shape
    if not (0 <= row < height and 0 <= column < width):
        return 0.0
    # The distance is to the safe side by up to a cell: a path that grazes is none that touches.
    return float(plan.free_distance_m[row, column]) + plan.resolution_m


def _closed_loop(case: LegCase) -> list[dict[str, Any]]:
    from astra_local.config import LocalConfig
    from astra_local.stack import build_local

    rows = []
    for name in ("astra", "expert"):
        with _simulator(case, cameras=name == "astra") as simulator:
            local = build_local(StackSpec(), simulator.rig, LocalConfig())
            if name == "astra":
                driver = stack_driver(local)
            else:
                driver = expert_driver(_expert_plan(case, _expert(case)))
            record = drive_leg(case, simulator, local, driver)
        way_m = float(np.hypot(*np.diff(case.route_m, axis=0).T).sum())
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
                "fallback": local.fallback_fraction if name == "astra" else 0.0,
            }
        )
    return rows


def _expert(case: LegCase) -> Expert:
    from dataclasses import replace

    from astra_data.expert import EXPERT_CONFIG, Expert

    config = replace(EXPERT_CONFIG, num_steps=_STEPS, step_s=_STEP_S)
    plan = case.plan
    return Expert(plan.occupied, plan.resolution_m, plan.origin_m, config=config)


def _expert_plan(case: LegCase, expert: Expert) -> Callable[[LegState], Trajectory]:
    from astra_local.moving.movers import Movers

    def plan(state: LegState) -> Trajectory:
        people = state.people
        movers = Movers(people[:, :2], people[:, 2:4], people[:, 4])
        return expert.plan(state.pose, state.velocity, case.goal, movers, state.stamp_ns)

    return plan


def _simulator(case: LegCase, *, cameras: bool) -> Any:
    from astra_sim.profile import load_profile
    from astra_sim.scenes import make_scene
    from astra_sim.simulator import Simulator

    return Simulator(
        make_scene(case.family, case.seed),
        load_profile(),
        case.run_seed,
        camera_hz=10.0 if cameras else 0.0,
        conditions=case.conditions,
        start_pose=tuple(case.start.tolist()),
    )
