"""Hand-written test instructions and what counts as a right answer; for judging only."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import yaml

__all__ = ["Instruction", "accepted_categories", "load_instructions"]


@dataclass(frozen=True)
class Instruction:
    """What a person says, and which landmark categories satisfy it.

    Attributes:
        text: The words.
        accept: Categories that are right; empty when the request is impossible.
        expect: ``arrive`` or ``refuse``.
        definite: Asks for one certain thing ("the armchair"), so that two of them are ambiguous.
    """

    text: str
    accept: tuple[str, ...]
    expect: str = "arrive"
    definite: bool = False


def load_instructions(family: str) -> tuple[Instruction, ...]:
    """Return the instructions of a scene family, in the order of the file."""
    text = files(__package__).joinpath(f"{family}.yaml").read_text(encoding="utf-8")
    return tuple(
        Instruction(
            entry["text"],
            tuple(entry["accept"]),
            entry.get("expect", "arrive"),
            entry.get("definite", False),
        )
        for entry in yaml.safe_load(text)
    )


def accepted_categories(family: str, text: str) -> tuple[str, ...] | None:
    """Return the right categories for an instruction, ``None`` if it is not one of the file."""
    for instruction in load_instructions(family):
        if instruction.text.casefold() == text.strip().casefold():
            return instruction.accept
    return None
