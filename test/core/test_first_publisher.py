"""Words of the first publisher are heard, those of a second one are noticed."""

from __future__ import annotations

from astra_core.first_publisher import FirstPublisher

MS = 1_000_000


def admitted(first: FirstPublisher, *heard: tuple[int | None, int]) -> list[bool]:
    return [first.admit(number, at_ms * MS) for number, at_ms in heard]


def test_numbers_of_one_publisher_grow_with_gaps_where_some_were_lost() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (7, 0), (8, 100), (12, 200), (13, 5000)) == [True] * 4
    assert not first.has_second(5000 * MS) and first.num_successors == 0


def test_a_second_publisher_is_not_heard_and_noticed_when_the_first_goes_on() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (7, 0), (1, 50)) == [True, False]
    assert not first.has_second(50 * MS)  # it may be the first one's next process
    assert admitted(first, (8, 100), (2, 150)) == [True, False]
    assert first.has_second(3100 * MS)
    assert not first.has_second(3101 * MS)


def test_of_two_that_began_together_each_repeated_number_tells() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (1, 0), (1, 1), (2, 20), (2, 21)) == [True, False, True, False]
    assert first.has_second(21 * MS)


def test_a_second_one_that_numbers_higher_is_noticed_too() -> None:
    first = FirstPublisher(0.5)
    admitted(first, (7, 0), (900, 50), (8, 100), (901, 150))
    assert first.has_second(150 * MS)


def test_after_silence_the_next_publisher_takes_the_place_and_nobody_is_accused() -> None:
    first = FirstPublisher(0.5)
    heard = admitted(first, (70, 0), (1, 500), (2, 501), (3, 600), (4, 700))
    assert heard == [True, False, True, True, True]
    assert first.num_successors == 1
    assert not first.has_second(700 * MS)


def test_a_first_one_slower_than_the_patience_is_no_dead_one() -> None:
    first = FirstPublisher(0.5)
    # A simulation at a tenth of real time: a word a second, and a stranger's in between.
    assert admitted(first, (70, 0), (1, 600), (71, 1000)) == [True, True, False]
    assert first.has_second(1000 * MS)
    # Once the stranger is gone, the place is the first one's again.
    assert admitted(first, (72, 2000), (73, 3000)) == [True, True]
    assert not first.has_second(5001 * MS)


def test_a_process_that_is_restarted_twice_is_heard_each_time() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (70, 0), (1, 2000), (2, 2100), (1, 4000), (2, 4100)) == [True] * 5
    assert first.num_successors == 2
    assert not first.has_second(4100 * MS)


def test_a_new_process_counts_on_past_the_numbers_of_the_old_one() -> None:
    first = FirstPublisher(0.5)
    admitted(first, (3, 0))
    heard = admitted(first, *((number, 1000 + 100 * number) for number in range(1, 40)))
    assert all(heard) and first.num_successors == 1
    assert not first.has_second(4900 * MS)


def test_without_numbers_everybody_is_heard() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (None, 0), (None, 1), (None, 0)) == [True] * 3
    assert not first.has_second(0)
