"""The warm start of MPPI: brought forward by the time that has passed, at any rate of images."""

from __future__ import annotations

import numpy as np
import pytest

from astra_core.records import SubGoal
from astra_local.belief import WorldBelief
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner import mppi
from astra_local.planner.cost_to_go import cost_to_go
from astra_local.planner.mppi import MppiProposer
from astra_local.planner.warm_start import WarmStart
from astra_local.ports import PlanQuery
from astra_local.types import RobotState
from astra_local.voxel.occupancy import OccupancyView

S = 1_000_000_000
LINEAR = np.arange(32, dtype=np.float32)
TURN = -LINEAR


def started(step_s: float = 0.1, now_ns: int = 7 * S) -> WarmStart:
    start = WarmStart(32, step_s)
    start.keep(LINEAR, TURN, now_ns)
    return start


@pytest.mark.parametrize("step_s", [0.1, 0.2])
@pytest.mark.parametrize("rate_hz", [5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0])
def test_it_is_never_more_than_half_a_step_behind_or_ahead(rate_hz: float, step_s: float) -> None:
    start = started(step_s)
    for number in range(1, round(1.5 * rate_hz)):
        age_s = number / rate_hz
        linear, turn = start.at(7 * S + round(age_s * S))
        moved = float(linear[0])
        assert abs(moved * step_s - age_s) <= 0.5 * step_s + 1e-6
        np.testing.assert_array_equal(turn, -linear)
        start.keep(linear, turn, 7 * S + round(age_s * S))  # as if the plan were kept as it is


@pytest.mark.parametrize(
    ("rate_hz", "moved"),
    [(10, [1, 2, 3, 4, 5, 6]), (15, [1, 1, 2, 3, 3, 4]), (30, [0, 1, 1, 1, 2, 2])],
)
def test_step_by_step(rate_hz: int, moved: list[int]) -> None:
    start, seen = started(), []
    for number in range(1, 7):
        now_ns = 7 * S + number * S // rate_hz
        linear, turn = start.at(now_ns)
        start.keep(linear, turn, now_ns)
        seen.append(int(linear[0]))
    assert seen == moved


def test_the_last_control_goes_on() -> None:
    linear, _ = started().at(7 * S + 3 * S // 10)
    assert linear.tolist() == [*range(3, 32), 31, 31, 31]
    linear, _ = started().at(99 * S)
    assert linear.tolist() == [31.0] * 32


def test_a_reset_is_standstill_and_forgets_what_was_left_of_a_step() -> None:
    start = started()
    start.at(7 * S + 40_000_000)
    start.reset()
    assert not start.at(8 * S).any()
    start.keep(LINEAR, TURN, 8 * S)
    assert start.at(8 * S + 40_000_000)[0][0] == 0.0  # with 40 ms from before it were 1


def test_a_clock_that_went_back_moves_nothing() -> None:
    for now_ns in (7 * S - S // 4, 1 * S):
        start = started()
        assert start.at(now_ns)[0].tolist() == LINEAR.tolist()
        assert start.at(now_ns + S // 10)[0][0] == 1.0


class NoNoise:
    """A generator whose normal numbers are all their mean."""

    def standard_normal(self, shape, dtype):
        return np.zeros(shape, dtype)


class Asked:
    """One proposer, asked on a free floor or before a wall."""

    def __init__(self, monkeypatch) -> None:
        self._patch = monkeypatch
        self._proposer = MppiProposer(PlannerConfig())

    def ask(self, speed: tuple[float, float], now_ns: int, wall_x_m: float = 9.0):
        occupied = np.zeros((160, 160), bool)
        occupied[:, round((4.0 + wall_x_m) / 0.05) :] = True
        view = OccupancyView(occupied, np.ones_like(occupied), (-4.0, -4.0), 0.05, 0)
        belief = WorldBelief.from_occupancy(view, 2.0)
        to_go = cost_to_go(belief, (0.0, 0.0), (1.0, 1.0), 0.22, 0.1)
        goal = SubGoal(0, np.array([1.0, 1.0, 0.0]))
        state = RobotState(np.zeros(3), *speed)
        query = PlanQuery(state, belief, goal, to_go, RobotConfig(), now_ns, NoNoise())
        return self._proposer.propose(query)

    def ask_for_the_warm_start(self, speed: tuple[float, float], now_ns: int):
        """Return controls where only the first sample is any good: the warm start itself."""

        def costs(batch, _):
            return 1e6 * (np.arange(len(batch.v)) > 0).astype(np.float32)

        self._patch.setattr(mppi, "COSTS", (costs,))
        return self.ask(speed, now_ns)[0]


@pytest.mark.parametrize("steps", [1, 3])
def test_mppi_goes_on_with_its_last_plan(monkeypatch, steps: int) -> None:
    asked = Asked(monkeypatch)
    first, best = asked.ask((0.0, 0.0), 5 * S)
    v, w = first.linear_mps, first.angular_rad_s
    assert np.ptp(v) > 0.1
    assert np.ptp(w) > 0.1
    assert first.score >= best.score  # the average is the first choice
    assert not np.array_equal(v, best.linear_mps)
    then = float(v[steps - 1]), float(w[steps - 1])
    again = asked.ask_for_the_warm_start(then, 5 * S + steps * S // 10)
    ends = [v[-1]] * steps
    np.testing.assert_allclose(again.linear_mps, [*v[steps:], *ends], atol=1e-6)
    np.testing.assert_allclose(again.angular_rad_s, [*w[steps:], *[w[-1]] * steps], atol=1e-6)


def test_mppi_goes_on_with_nothing_that_would_touch(monkeypatch) -> None:
    asked = Asked(monkeypatch)
    asked.ask((0.0, 0.0), 5 * S)
    # Too fast to stop before a wall 6 cm before the footprint: no candidate is free.
    asked.ask((0.6, 0.0), 5 * S + S // 10, wall_x_m=0.3)
    v = asked.ask_for_the_warm_start((0.2, 0.0), 5 * S + 2 * S // 10).linear_mps
    np.testing.assert_allclose(v[:4], [0.12, 0.04, 0.0, 0.0], atol=1e-6)  # from 0.2 to standstill
