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


def test_a_second_publisher_is_not_heard_and_noticed_until_it_is_gone() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (7, 0), (1, 50), (8, 100), (2, 150)) == [True, False, True, False]
    assert first.has_second(650 * MS)
    assert not first.has_second(651 * MS)


def test_of_two_that_began_together_each_repeated_number_tells() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (1, 0), (1, 1), (2, 20), (2, 21)) == [True, False, True, False]


def test_a_second_one_that_numbers_higher_is_noticed_by_the_next_word_of_the_first() -> None:
    first = FirstPublisher(0.5)
    admitted(first, (7, 0), (900, 50))
    assert not first.has_second(50 * MS)
    admitted(first, (8, 100))
    assert first.has_second(100 * MS)


def test_after_silence_the_next_publisher_takes_the_place() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (7, 0), (1, 500), (1, 501), (2, 600)) == [True, False, True, True]
    assert first.num_successors == 1
    assert not first.has_second(1100 * MS)


def test_a_clock_that_went_back_frees_the_place() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (7, 9000), (1, 20), (2, 40)) == [True, True, True]


def test_without_numbers_everybody_is_heard() -> None:
    first = FirstPublisher(0.5)
    assert admitted(first, (None, 0), (None, 1), (None, 0)) == [True] * 3
    assert not first.has_second(0)
