"""Signals that wait for a safe point."""

import os
import signal

import pytest

from astra_cli.interrupt import interrupts_noted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_next_check(number: signal.Signals) -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), interrupts_noted() as note:
        note.check()
        os.kill(os.getpid(), number)
        reached = True  # The signal itself raised nothing.
        note.check()
        pytest.fail("the check did not raise")
    assert reached


def test_a_signal_that_nobody_checked_for_is_raised_at_the_end() -> None:
    with pytest.raises(KeyboardInterrupt), interrupts_noted():
        os.kill(os.getpid(), signal.SIGINT)


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts_noted():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
