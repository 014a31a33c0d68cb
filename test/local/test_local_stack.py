"""The factory of Astra-Local: what is built, what is not yet, and what a part must be."""

from __future__ import annotations

import numpy as np
import pytest
from flat_world import make_rig

from astra_core.errors import ConfigError
from astra_core.observation import ImuSample, Observation, WheelSample
from astra_core.records import SubGoal, Trajectory, TrajectorySource, Velocity
from astra_core.stack_spec import PARTS, StackSpec
from astra_local import stack
from astra_local.config import LocalConfig, OdometryConfig, PlannerConfig
from astra_local.ports import Candidate
from astra_local.stack import (
    build_local,
    build_odometry,
    build_open_loop_planner,
    build_planner,
    check_local,
)

MS = 1_000_000


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (StackSpec(planner="vae"), "planner=vae is not built yet; built: mppi, "),
        (StackSpec(perception="mono"), "perception=mono is not built yet; built: depth, encoder"),
        (StackSpec(odometry="transformer"), "odometry=transformer is not built yet; built: ekf"),
    ],
)
def test_what_is_not_built_yet_is_named_with_what_is(
    monkeypatch, spec: StackSpec, message: str
) -> None:
    monkeypatch.delitem(stack.PLANNERS, "vae")
    monkeypatch.delitem(stack.PERCEPTION, "mono")
    with pytest.raises(ConfigError, match=message):
        check_local(spec)
    with pytest.raises(ConfigError, match=message):
        build_local(spec, make_rig())
    with pytest.raises(ConfigError, match=message):
        if spec.odometry != "ekf":
            build_odometry(spec, make_rig())
        elif spec.planner != "mppi":
            build_planner(spec, None, np.random.default_rng(0))
        else:
            build_local(spec, make_rig())
    if spec.planner != "mppi":
        with pytest.raises(ConfigError, match=message):
            build_open_loop_planner(spec)


def test_parts_of_the_global_side_do_not_matter_here() -> None:
    check_local(StackSpec(coarse="mllm", goals="reader"))


def test_the_tables_hold_names_that_a_spec_knows() -> None:
    for part, table in (
        ("odometry", stack.ODOMETRY),
        ("perception", stack.PERCEPTION),
        ("planner", stack.PLANNERS),
    ):
        assert set(table) <= set(PARTS[part])
        assert PARTS[part][0] in table, "the classical one is always built"


def test_behind_every_other_planner_stands_mppi(monkeypatch) -> None:
    class Useless:
        name = "act"

        def propose(self, query):
            return [Candidate(np.full(16, np.nan), np.zeros(16), 0.2)]

        def reset(self) -> None:
            pass

    monkeypatch.setitem(stack.PLANNERS, "act", lambda models, config, robot: Useless())
    monkeypatch.delitem(stack.LOADERS["planner"], "act")  # it has no network
    planner = build_planner(StackSpec(planner="act"), None, np.random.default_rng(0))
    plan = planner.plan(*open_floor_to((2.0, 0.0)), now_ns=0)
    assert (plan.source, plan.planner) == (TrajectorySource.BACKUP, "mppi")
    alone = build_planner(StackSpec(), None, np.random.default_rng(0))
    plan = alone.plan(*open_floor_to((2.0, 0.0)), now_ns=0)
    assert (plan.source, plan.planner) == (TrajectorySource.PLANNER, "mppi")


def open_floor_to(goal_xy: tuple[float, float]):
    from astra_local.belief import WorldBelief
    from astra_local.types import RobotState
    from astra_local.voxel.occupancy import OccupancyView

    free = np.zeros((160, 160), bool)
    view = OccupancyView(free, ~free, (-4.0, -4.0), 0.05, 0)
    goal = SubGoal(0, np.array([*goal_xy, 0.0]))
    return RobotState(np.zeros(3)), WorldBelief.from_occupancy(view, 2.0), goal


def test_an_open_loop_planner_has_rounds_enough_for_a_cold_start(monkeypatch) -> None:
    seen = []

    def note(spec, config, robot):
        seen.append(config.num_rounds)
        return original(spec, config, robot)

    original = stack.PLANNERS["mppi"]
    monkeypatch.setitem(stack.PLANNERS, "mppi", note)
    for rounds in (1, 6):
        config = LocalConfig(planner=PlannerConfig(num_rounds=rounds))
        _, belief, goal = open_floor_to((2.0, 0.0))
        planner = build_open_loop_planner(StackSpec(), config)
        planner.plan(belief, goal.pose, Velocity(), np.random.default_rng(0), num_samples=2)
    assert seen == [4, 4, 6, 6]


# which sensors really entered -------------------------------------------------------------


def heard(imu_until_ms: int, wheels_until_ms: int, now_ms: int) -> frozenset[str]:
    """Return the modalities after silences that began at these moments."""
    odometry = build_odometry(StackSpec(), make_rig(), LocalConfig(odometry=OdometryConfig()))
    estimate = odometry.observe(Observation(0))
    for ms in range(20, now_ms + 1, 20):
        stamp_ns = ms * MS
        imu = (ImuSample(stamp_ns, (0.0, 0.0, 0.0), (0.0, 0.0, 9.81)),)
        wheels = (WheelSample(stamp_ns, 0.1, 0.0),)
        estimate = odometry.observe(
            Observation(
                stamp_ns,
                imu if ms <= imu_until_ms else (),
                wheels if ms <= wheels_until_ms else (),
            )
        )
    return estimate.modalities


@pytest.mark.parametrize(
    ("imu_until_ms", "wheels_until_ms", "expected"),
    [
        (1000, 1000, {"imu", "wheel"}),
        (0, 1000, {"wheel"}),
        (1000, 0, {"imu"}),
        (900, 1000, {"imu", "wheel"}),  # 0.1 s of silence is none yet
        (880, 1000, {"wheel"}),
        (1000, 700, {"imu", "wheel"}),
        (1000, 680, {"imu"}),
    ],
)
def test_odometry_says_which_sensors_entered_of_late(
    imu_until_ms: int, wheels_until_ms: int, expected: set[str]
) -> None:
    assert heard(imu_until_ms, wheels_until_ms, 1000) == expected


def test_images_are_shown_to_the_odometry_and_may_be_late() -> None:
    """Every set of images goes to odometry first, even those that perception cannot use."""
    local = build_local(StackSpec(), make_rig())
    shown = []
    local._odometry.look = shown.append
    assert not local.perceive(())
    assert shown == [()]


# sources ----------------------------------------------------------------------------------


def test_sources_in_messages_are_those_of_old() -> None:
    names = {
        Trajectory(0, 0.1, np.zeros((1, 3)), np.zeros((1, 2)), source, 0.0, planner).source_name
        for source in TrajectorySource
        for planner in (("mppi",) if source in ("planner", "sample", "backup") else ("",))
    }
    assert names == {
        *("mppi", "mppi-sample", "dock", "align", "spin", "hold", "creep", "rotate", "stop"),
    }
    fallbacks = {source.value for source in TrajectorySource if source.is_fallback}
    assert fallbacks == {"sample", "backup", "creep", "rotate", "stop"}
