"""A clock that was set back, told from messages that were overtaken."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from astra_core.ages import StampError
from astra_core.rewind import Rewind

MS, S = 1_000_000, 1_000_000_000


def judged(rewind: Rewind, stamp_ns: int, newest_ns: int) -> float | None:
    """Return by how much the clock was set back; ``None`` where the message was refused."""
    try:
        return rewind.set_back_s(stamp_ns, newest_ns)
    except StampError:
        return None


def test_what_is_not_older_passes_and_what_is_older_is_refused_with_its_age() -> None:
    rewind = Rewind()
    assert rewind.set_back_s(5, 5) == 0.0
    assert rewind.set_back_s(6, 5) == 0.0
    with pytest.raises(StampError, match=r"0\.50 s older than the newest"):
        rewind.set_back_s(S, 3 * S // 2)


def test_a_sender_that_goes_on_in_the_past_is_believed_from_its_fifth_message_on() -> None:
    rewind = Rewind()
    # 20 ms apart: the fifth is 80 ms after the first.
    answers = [judged(rewind, 70 * S + n * 20 * MS, 100 * S) for n in range(5)]
    assert answers == [None, None, None, None, pytest.approx(29.92)]
    # Once: the next one starts from nothing.
    assert judged(rewind, 70 * S + 100 * MS, 100 * S) is None


def test_messages_that_come_slower_must_be_as_many() -> None:
    rewind = Rewind()
    answers = [judged(rewind, 70 * S + n * 100 * MS, 100 * S) for n in range(5)]
    assert answers[:4] == [None] * 4 and answers[4] is not None


def test_messages_that_come_faster_must_span_the_same_time() -> None:
    rewind = Rewind()
    answers = [judged(rewind, 70 * S + n * MS, 100 * S) for n in range(81)]
    assert answers[:80] == [None] * 80 and answers[80] is not None


def test_the_same_old_message_again_and_again_is_no_clock() -> None:
    rewind = Rewind()
    assert {judged(rewind, 70 * S, 100 * S) for _ in range(100)} == {None}


@settings(deadline=None)
@example([30] * 20)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=60))
def test_an_old_stream_beside_one_that_goes_on_is_never_believed(back_s: list[int]) -> None:
    rewind, newest_ns = Rewind(), 100 * S
    for number, seconds in enumerate(back_s):
        newest_ns += 20 * MS
        assert rewind.set_back_s(newest_ns, newest_ns - 20 * MS) == 0.0
        assert judged(rewind, newest_ns - seconds * S + number, newest_ns) is None


@settings(deadline=None)
@given(st.integers(1, 10**6), st.sampled_from([5, 10, 20, 40]))
def test_any_set_back_is_believed_within_a_quarter_of_a_second(back_s: int, period_ms: int) -> None:
    rewind, newest_ns = Rewind(), (10**6 + 1) * S
    stamps = [newest_ns - back_s * S + n * period_ms * MS for n in range(250 // period_ms)]
    assert any(judged(rewind, stamp, newest_ns) for stamp in stamps)
