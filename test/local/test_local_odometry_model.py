"""Motion and measurement models of the odometry filter: derivatives, and readings by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from astra_local.odometry import model

states = arrays(np.float64, 12, elements=st.floats(-2.0, 2.0, allow_nan=False))


def numeric_jacobian(function, state: np.ndarray) -> np.ndarray:
    columns = []
    for index in range(len(state)):
        step = np.zeros_like(state)
        step[index] = 1e-6
        columns.append((function(state + step) - function(state - step)) / 2e-6)
    return np.stack(columns, axis=-1)


@settings(max_examples=50, deadline=None)
@given(
    state=states,
    dt=st.floats(0.0, 0.1),
    lead=st.floats(0.0, 0.02),
    keep=st.floats(0.0, 1.0),
)
def test_jacobian_of_the_motion(state, dt, lead, keep) -> None:
    _, jacobian = model.predict(state, dt, lead, keep)
    numeric = numeric_jacobian(lambda s: model.predict(s, dt, lead, keep)[0], state)
    np.testing.assert_allclose(jacobian, numeric, atol=1e-7)


@pytest.mark.parametrize(
    "measure",
    [
        model.gyro,
        model.sideways_acceleration,
        model.wheel_linear,
        model.wheel_turn,
        model.turn_rate,
    ],
)
@settings(max_examples=30, deadline=None)
@given(state=states)
def test_jacobians_of_the_measurements(measure, state: np.ndarray) -> None:
    _, jacobian = measure(state)
    numeric = numeric_jacobian(lambda s: np.atleast_1d(measure(s)[0]), state)
    np.testing.assert_allclose(jacobian[None], numeric, atol=1e-7)


def test_what_the_encoders_show_when_everything_is_wrong_at_once() -> None:
    state = np.zeros(model.NUM_STATES)
    state[[3, 4]] = 0.5, 1.0  # u, w
    state[[6, 7, 8]] = 0.02, 0.03, 0.01  # k, t, m
    state[[9, 10]] = -0.01, 0.04  # s, d
    assert model.true_speed(state) == pytest.approx(0.5 * (1.0 - 0.02 + 0.01))
    assert model.wheel_linear(state)[0] == 0.5
    assert model.wheel_turn(state)[0] == pytest.approx(1.02 * 1.0 + 0.05 * 0.5)
    assert model.sideways_acceleration(state)[0] == pytest.approx(0.495)


def test_position_runs_ahead_of_the_heading_by_the_delay_of_the_gyro() -> None:
    state = np.zeros(model.NUM_STATES)
    state[[3, 4]] = 1.0, 2.0  # u, w
    moved, _ = model.predict(state, 0.1, 0.05, 0.5)
    # Half way through the step the heading of the state is 0.1 rad, what it tells of is 0.05 s
    # old: the robot has turned by 0.1 rad more.
    np.testing.assert_allclose(moved[:3], [0.1 * math.cos(0.2), 0.1 * math.sin(0.2), 0.2])
