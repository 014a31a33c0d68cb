"""What is over is told for a while and kept for good."""

from __future__ import annotations

from astra_core.recent import RecentSentence


def test_a_sentence_is_told_for_its_time_and_the_newest_replaces_it() -> None:
    now_s = 100.0
    recent = RecentSentence(10.0, lambda: now_s)
    assert recent.text == recent.newest == ""
    recent.say("the clock was set back")
    now_s = 110.0
    assert recent.text == "the clock was set back"
    now_s = 110.1
    assert recent.text == "" and recent.newest == "the clock was set back"
    recent.say("and again")
    assert recent.text == recent.newest == "and again"
