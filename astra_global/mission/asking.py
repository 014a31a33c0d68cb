"""Skill that several behaviours share: ask what may take seconds, and stand still meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from astra_core.errors import NoAnswer
from astra_global.mission.world import Ask, MissionWorld
from astra_global.types import MissionPhase

__all__ = ["answered"]

T = TypeVar("T")


def answered(
    world: MissionWorld,
    what: str,
    question: Callable[[], T],
    phase: MissionPhase = MissionPhase.ROUTING,
) -> Generator[Ask, None, T]:
    """Ask a question and halt until it is answered; at once where it is answered at once.

    The question is dropped when the mission ends or something else takes over.

    Args:
        world: The mission's world.
        what: What is asked, for people: "where the picture was taken".
        question: Finds the answer, in another thread.
        phase: What the mission is busy with meanwhile.

    Raises:
        NoAnswer: It takes longer than ``question_s``.
        AstraError: What the question has thrown.
    """
    ticket = world.questions.ask(what, question, world.now_ns)
    request: int | None = None
    try:
        while not ticket.is_answered:
            waited_s = world.seconds_since(ticket.stamp_ns)
            if waited_s > world.config.question_s:
                why = "" if ticket.has_begun else "; an earlier question is still being worked on"
                raise NoAnswer(f"no answer within {waited_s:.0f} s: {what}{why}")
            request = world.new_request() if request is None else request
            yield Ask(phase, request, message=f"finding out {what}")
        return ticket.answer()
    finally:
        ticket.drop()
