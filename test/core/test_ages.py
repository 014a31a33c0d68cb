"""How old is what I have, whatever is done to the clock that stamps are told in."""

from __future__ import annotations

import pytest

from astra_core.ages import SimulatedAges, StampError, SteadyAges

MS, S = 1_000_000, 1_000_000_000
DAY_ONE = 1_700_000_000 * S


class Clocks:
    """A wall clock that somebody sets and a steady one that goes on."""

    def __init__(self) -> None:
        self.wall_ns, self.steady_ns = DAY_ONE, 7 * S

    def go(self, ns: int) -> None:
        self.wall_ns += ns
        self.steady_ns += ns


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def steady(clocks: Clocks) -> SteadyAges:
    return SteadyAges(0.1, lambda: clocks.wall_ns, lambda: clocks.steady_ns)


@pytest.fixture
def simulated(clocks: Clocks) -> SimulatedAges:
    return SimulatedAges(0.1, 5.0, lambda: clocks.steady_ns)


@pytest.mark.parametrize("set_s", [-30, -5, 0, 5, 3600])
def test_age_on_a_robot_grows_evenly_however_the_wall_clock_is_set(
    steady: SteadyAges, clocks: Clocks, set_s: int
) -> None:
    placed_ns = steady.place("it", clocks.wall_ns - 40 * MS)
    assert steady.now_ns - placed_ns == 40 * MS
    clocks.wall_ns += set_s * S
    clocks.go(200 * MS)
    assert steady.now_ns - placed_ns == 240 * MS
    assert steady.stamp_ns == clocks.wall_ns


def test_stamps_ahead_are_refused_from_the_limit_on_and_the_offset_is_said(
    steady: SteadyAges, clocks: Clocks
) -> None:
    assert steady.place("it", clocks.wall_ns + 100 * MS) == steady.now_ns  # not younger than now
    with pytest.raises(StampError, match=r"the image is stamped 1\.00 s in the future"):
        steady.place("the image", clocks.wall_ns + S)
    with pytest.raises(StampError):
        steady.place("it", clocks.wall_ns + 100 * MS + 1)


def test_a_sender_whose_clock_is_off_is_named_after_a_second(
    steady: SteadyAges, clocks: Clocks
) -> None:
    for _ in range(11):
        with pytest.raises(StampError):
            steady.place("the image of left", clocks.wall_ns + S)
        steady.place("imu", clocks.wall_ns - 900 * MS)
        steady.place("wheel_odometry", clocks.wall_ns - 20 * MS)
        clocks.go(100 * MS)
    assert steady.stamp_problem == (
        "stamps do not fit this clock: the image of left 1.00 s ahead, imu 0.90 s behind; "
        "set the clocks alike"
    )
    clocks.go(4 * S)  # Who is silent is somebody else's worry.
    assert steady.stamp_problem == ""


def test_one_bad_stamp_among_good_ones_is_no_clock_that_is_off(
    steady: SteadyAges, clocks: Clocks
) -> None:
    for number in range(30):
        steady.place("imu", clocks.wall_ns - (5 * S if number == 12 else 0))
        if number == 15:
            with pytest.raises(StampError):
                steady.place("imu", clocks.wall_ns + S)
        clocks.go(100 * MS)
        assert steady.stamp_problem == ""


def test_a_wall_clock_that_was_set_back_is_told_once(steady: SteadyAges, clocks: Clocks) -> None:
    clocks.go(S)
    assert steady.take_set_back_s() == 0.0
    clocks.wall_ns -= 30 * S
    assert steady.take_set_back_s() == 30.0
    assert steady.take_set_back_s() == 0.0
    clocks.wall_ns += 30 * S
    assert steady.take_set_back_s() == 0.0
    clocks.wall_ns -= 100 * MS  # as far as a time server may slew between two looks
    assert steady.take_set_back_s() == 0.0


def test_a_process_held_up_between_two_readings_sets_no_clock_back(clocks: Clocks) -> None:
    held_up_ns = 0

    def wall_ns() -> int:
        clocks.go(held_up_ns)
        return clocks.wall_ns

    ages = SteadyAges(0.1, wall_ns, lambda: clocks.steady_ns)
    held_up_ns = 500 * MS
    assert ages.take_set_back_s() == 0.0
    held_up_ns = 0
    assert ages.take_set_back_s() == 0.0


def test_simulated_time_waits_for_the_first_clock(simulated: SimulatedAges) -> None:
    assert simulated.problem == "use_sim_time is set and /clock was never heard"
    simulated.place("it", 5 * S)
    simulated.advance(5 * S)
    assert simulated.problem  # stamps are no clock
    simulated.hear(0)
    assert simulated.problem == ""


def test_simulated_ages_are_of_simulated_time_and_the_clock_has_a_steady_watch(
    simulated: SimulatedAges, clocks: Clocks
) -> None:
    simulated.hear(20 * MS)
    placed_ns = simulated.place("it", 20 * MS)
    for _ in range(10):  # a tenth of real time
        clocks.go(200 * MS)
        simulated.hear(simulated.now_ns + 20 * MS)
    assert simulated.now_ns - placed_ns == 200 * MS and simulated.problem == ""
    clocks.go(5 * S)
    assert simulated.problem == ""
    clocks.go(MS)
    assert simulated.problem == "/clock silent for 5.0 s"
    simulated.hear(240 * MS)
    assert simulated.problem == ""


def test_sensors_of_a_tick_precede_its_clock_but_not_by_more_than_the_limit(
    simulated: SimulatedAges,
) -> None:
    simulated.hear(1 * S)
    simulated.hear(1 * S + 20 * MS)  # due every 20 ms
    assert simulated.place("it", 1 * S + 140 * MS) == 1 * S + 140 * MS
    with pytest.raises(StampError, match=r"it is stamped 0\.12 s in the future"):
        simulated.place("it", 1 * S + 140 * MS + 1)
    simulated.advance(1 * S + 40 * MS)
    assert simulated.now_ns == simulated.stamp_ns == 1 * S + 40 * MS
    # What was placed does not move the clock by which others are judged.
    with pytest.raises(StampError):
        simulated.place("it", 1 * S + 150 * MS)


def test_a_simulated_clock_that_goes_back_is_told_once_and_time_begins_there(
    simulated: SimulatedAges,
) -> None:
    simulated.hear(50 * S)
    simulated.advance(50 * S + 20 * MS)
    simulated.hear(20 * S)
    assert simulated.now_ns == 20 * S
    assert simulated.take_set_back_s() == 30.0
    assert simulated.take_set_back_s() == 0.0
    # Two messages of two publishers out of order are no jump.
    simulated.hear(20 * S - 100 * MS)
    assert simulated.take_set_back_s() == 0.0


def test_one_clock_message_far_ahead_is_a_slip_and_two_are_a_jump(
    simulated: SimulatedAges,
) -> None:
    simulated.hear(1 * S)
    with pytest.raises(StampError, match=r"/clock leaps ahead by 3600\.0 s"):
        simulated.hear(3601 * S)
    simulated.hear(1 * S + 20 * MS)
    assert simulated.now_ns == 1 * S + 20 * MS
    with pytest.raises(StampError):
        simulated.hear(3601 * S)
    simulated.hear(3601 * S + 20 * MS)
    assert simulated.now_ns == 3601 * S + 20 * MS
    assert simulated.take_set_back_s() == 0.0


def test_a_clock_before_the_epoch_is_refused(simulated: SimulatedAges) -> None:
    with pytest.raises(StampError, match="before the epoch"):
        simulated.hear(-1)
    assert simulated.problem.endswith("never heard")
