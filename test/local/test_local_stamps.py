"""Which stamps are believed: one broken one must not make the later ones look old."""

from __future__ import annotations

import pytest

from astra_local.odometry.stamps import StampGate

S = 1_000_000_000


def gate_at(*taken_s: float) -> StampGate:
    """Return a gate for gaps of 2 s that has taken these stamps."""
    gate = StampGate(2.0)
    for stamp_s in taken_s:
        gate.take(round(stamp_s * S))
    return gate


def test_the_first_stamp_is_taken_as_it_is() -> None:
    assert StampGate(2.0).problem(-7 * S) == ""


def test_a_gap_up_to_the_limit_is_none() -> None:
    assert gate_at(10.0).problem(12 * S) == ""
    assert gate_at(10.0).problem(12 * S + 1) == "jump"
    assert gate_at(10.0).problem(10 * S) == "duplicate"
    assert gate_at(10.0).problem(10 * S - 1) == "out of order"


@pytest.mark.parametrize(
    ("second_s", "problem"),
    [(100.5, ""), (102.0, ""), (102.1, "jump"), (100.0, "jump"), (99.5, "jump"), (50.0, "jump")],
)
def test_a_jump_is_believed_when_the_next_stamp_goes_on_from_it(second_s, problem) -> None:
    gate = gate_at(10.0)
    assert gate.problem(100 * S) == "jump"
    assert gate.problem(round(second_s * S)) == problem


def test_a_stamp_in_between_disproves_the_jump() -> None:
    gate = gate_at(10.0)
    assert gate.problem(100 * S) == "jump"
    assert gate.problem(11 * S) == ""
    gate.take(11 * S)
    # The same broken stamp again, a little later: nothing confirms it.
    assert gate.problem(100 * S + 1) == "jump"


@pytest.mark.parametrize("stamp", [1.0, True, "1", None, float("nan")])
def test_a_stamp_is_a_whole_number(stamp: object) -> None:
    assert gate_at(0.0).problem(stamp) == "stamp not a number"
