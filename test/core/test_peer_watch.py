"""Who has fallen silent, by two clocks, and who came back as another process."""

from __future__ import annotations

import pytest

from astra_core.peer_watch import PeerWatch

MS = 1_000_000


def heard(limit_s: float = 0.5) -> PeerWatch:
    """Return a watch that heard astra_guard say its seventh word at 10 s, by either clock."""
    watch = PeerWatch(("astra_guard",), limit_s)
    assert not watch.hear("astra_guard", 7, 10_000 * MS, 10.0)
    return watch


def test_who_was_never_heard_is_not_missed() -> None:
    assert PeerWatch(("astra_guard",), 0.5).problem(99_000 * MS, 99.0) == ""


@pytest.mark.parametrize(
    ("stack_ms", "steady_s", "is_silent"),
    [
        (10_500, 10.5, False),
        (10_501, 10.501, True),
        # A loaded machine: eight seconds have passed, but of the stack's time only half a one.
        (10_500, 18.0, False),
        # A simulation faster than real time: the process has not had its turn yet.
        (13_000, 10.5, False),
    ],
)
def test_silence_counts_by_both_clocks(stack_ms: int, steady_s: float, is_silent: bool) -> None:
    assert (heard().problem(stack_ms * MS, steady_s) != "") == is_silent


def test_silence_is_told_with_the_name_and_the_time() -> None:
    assert heard().problem(11_200 * MS, 12.0) == "astra_guard silent for 1.2 s"


def test_another_process_of_the_same_name_is_told_once() -> None:
    watch = heard()
    # It numbers from one again; under lockstep no simulated time has passed.
    assert watch.hear("astra_guard", 1, 10_000 * MS, 12.0)
    assert not watch.hear("astra_guard", 2, 10_100 * MS, 12.1)
    assert watch.problem(10_100 * MS, 12.1) == ""


def test_a_second_publisher_is_no_restart_and_no_sign_of_life() -> None:
    watch = heard()
    assert not watch.hear("astra_guard", 1, 10_400 * MS, 10.4)
    assert watch.problem(10_600 * MS, 10.6) == "astra_guard silent for 0.6 s"


def test_others_are_not_listened_to() -> None:
    watch = heard()
    assert not watch.hear("astra_viewer", 1, 0, 0.0)
    assert set(watch.silent(99_000 * MS, 99.0)) == {"astra_guard"}
