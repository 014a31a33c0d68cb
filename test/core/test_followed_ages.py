"""The clock of another computer, from the stamps of what it sends."""

from __future__ import annotations

import pytest

from astra_core.ages import StampError
from astra_core.followed_ages import FollowedAges

MS, S = 1_000_000, 1_000_000_000
DAY_ONE = 1_700_000_000 * S


class Link:
    """A robot whose clock is ahead by so much, and what it sends comes after a while."""

    def __init__(self, ahead_s: float) -> None:
        self.here_ns, self.steady_ns = DAY_ONE, 7 * S
        self.ahead_ns = round(ahead_s * S)
        self.ages = FollowedAges(0.1, lambda: self.here_ns, lambda: self.steady_ns)

    def go(self, ns: int) -> None:
        self.here_ns += ns
        self.steady_ns += ns

    @property
    def robot_ns(self) -> int:
        return self.here_ns + self.ahead_ns

    def send(self, way_ms: int = 5) -> None:
        self.ages.follow("local/odometry", self.robot_ns - way_ms * MS)

    def drive(self, seconds: float, way_ms: int = 5) -> None:
        for _ in range(round(seconds / 0.02)):
            self.go(20 * MS)
            self.send(way_ms)


@pytest.mark.parametrize("ahead_s", [-3600.0, -1.0, 0.0, 1.0, 3600.0])
def test_whatever_the_clocks_differ_by_is_estimated_but_for_the_shortest_way(
    ahead_s: float,
) -> None:
    link = Link(ahead_s)
    assert link.ages.offset_s == 0.0  # nothing heard yet
    for way_ms in (40, 5, 90):
        link.go(20 * MS)
        link.send(way_ms)
    assert link.robot_ns - link.ages.stamp_ns == 5 * MS
    assert link.ages.offset_s == pytest.approx(ahead_s - 0.005, abs=1e-9)
    # What the robot stamped 200 ms ago is that old, whatever our own clock says.
    placed_ns = link.ages.place("the image", link.robot_ns - 205 * MS)
    assert link.ages.now_ns - placed_ns == 200 * MS
    link.here_ns += 50 * S
    link.ahead_ns -= 50 * S
    link.go(20 * MS)
    assert link.ages.now_ns - placed_ns == 220 * MS
    assert link.robot_ns - link.ages.stamp_ns == 5 * MS


def test_an_offset_above_the_limit_is_said_and_a_small_one_is_not() -> None:
    for ahead_s, told in (
        (1.0, "the robot's clock is 1.00 s ahead of this computer's: allowed for"),
        (-1.0, "the robot's clock is 1.00 s behind this computer's: allowed for"),
        (0.09, ""),
        (-0.09, ""),
    ):
        link = Link(ahead_s)
        link.send(way_ms=0)
        assert link.ages.stamp_problem.startswith(told) and bool(told) == bool(
            link.ages.stamp_problem
        )


def test_one_stamp_that_leaps_ahead_is_refused_and_moves_nothing() -> None:
    link = Link(1.0)
    link.drive(0.1)
    before_s = link.ages.offset_s
    with pytest.raises(StampError, match=r"local/odometry is stamped 3600\.00 s in the future"):
        link.ages.follow("local/odometry", link.robot_ns + 3600 * S - 5 * MS)
    assert link.ages.offset_s == before_s
    with pytest.raises(StampError):
        link.ages.place("the image", link.robot_ns + 100 * MS)
    link.ages.place("the image", link.robot_ns + 90 * MS)


def test_a_clock_that_was_set_forward_is_believed_at_the_fifth_message() -> None:
    link = Link(1.0)
    link.drive(0.1)
    link.ahead_ns += 30 * S
    for _ in range(4):
        link.go(20 * MS)
        with pytest.raises(StampError):
            link.send()
    link.go(20 * MS)
    link.send()
    assert link.ages.offset_s == pytest.approx(31.0 - 0.005)


def test_slips_ahead_that_do_not_agree_are_never_believed() -> None:
    link = Link(0.0)
    link.drive(0.1)
    for number in range(20):
        with pytest.raises(StampError):
            link.ages.follow("local/odometry", link.robot_ns + (number + 1) * S)


def test_after_a_slow_while_the_estimate_comes_down_to_what_is_seen() -> None:
    link = Link(0.0)
    link.drive(0.1, way_ms=5)
    link.ahead_ns -= 50 * MS  # slewed by a time server
    link.drive(9.0)
    assert link.ages.stamp_ns - link.robot_ns == 45 * MS
    link.drive(12.0)
    assert link.ages.stamp_ns - link.robot_ns == -5 * MS


def test_a_stall_of_the_network_moves_nothing() -> None:
    link = Link(0.0)
    link.drive(1.0, way_ms=5)
    link.drive(8.0, way_ms=400)
    assert link.ages.stamp_ns - link.robot_ns == -5 * MS


def test_begun_anew_it_takes_the_next_stamp_as_it_is() -> None:
    link = Link(1.0)
    link.drive(0.1)
    link.ahead_ns -= 30 * S
    link.ages.begin_anew()
    link.send()
    assert link.ages.offset_s == pytest.approx(-29.0 - 0.005)
