"""What a robot should do with an instruction in one building.

* Nothing fits: refuse.
* One certain thing is meant and several places fit: ask which. Going to one of them is wrong.
* Else: go to any landmark that fits. The nearest is not demanded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from astra_eval.instructions.landmark_filter import gap_m
from astra_eval.instructions.reader import Instruction, load_instructions, read_instructions

if TYPE_CHECKING:
    from astra_sim.scenes.types import Scene, SceneLandmark

__all__ = ["SAME_PLACE_M", "RightAnswer", "is_one_place", "right_answer", "right_answer_to"]

#: Things that fit equally and stand in a chain of gaps up to this are one place, metres.
SAME_PLACE_M = 1.5


@dataclass(frozen=True)
class RightAnswer:
    """The right answer.

    Attributes:
        expect: ``arrive``, ``ask`` or ``refuse``.
        landmark_ids: All landmarks that fit, also where asking is right.
    """

    expect: Literal["arrive", "ask", "refuse"]
    landmark_ids: tuple[str, ...]


def right_answer(scene: Scene, instruction: Instruction) -> RightAnswer:
    """Return what is right for an instruction in a scene."""
    fitting = [mark for mark in scene.landmarks if instruction.want.matches(mark, scene)]
    ids = tuple(mark.id for mark in fitting)
    if not fitting:
        return RightAnswer("refuse", ids)
    if instruction.definite and not is_one_place(fitting):
        return RightAnswer("ask", ids)
    return RightAnswer("arrive", ids)


def right_answer_to(scene: Scene, words: str) -> RightAnswer | None:
    """Return what is right for words, ``None`` where nobody wrote that down.

    The words of the test file are known, and those that the demo and the README use.
    """
    wanted = words.strip().casefold()
    for instruction in (*load_instructions(scene.family), *_known()):
        if instruction.text.casefold() == wanted:
            return right_answer(scene, instruction)
    return None


def _known() -> tuple[Instruction, ...]:
    from importlib.resources import files

    text = files(__package__).joinpath("known.yaml").read_text(encoding="utf-8")
    return read_instructions(text, "known.yaml")


def is_one_place(landmarks: Sequence[SceneLandmark]) -> bool:
    """Return whether landmarks (at least one) stand in a chain of small gaps."""
    reached, rest = [landmarks[0]], list(landmarks[1:])
    while rest:
        near = [m for m in rest if any(gap_m(m, r) <= SAME_PLACE_M for r in reached)]
        if not near:
            return False
        reached += near
        rest = [m for m in rest if m not in near]
    return True
