"""Reads the files of test instructions."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from astra_core.errors import ConfigError
from astra_core.untrusted.yaml_text import parse_yaml
from astra_eval.instructions.landmark_filter import LandmarkFilter

__all__ = ["KINDS", "Instruction", "load_instructions", "read_instructions"]

#: ``distractor``: something alike must be ruled out; ``trap``: impossible, or several fit.
KINDS = ("plain", "distractor", "trap")


@dataclass(frozen=True)
class Instruction:
    """What a person says, and what would be right.

    Attributes:
        text: The words.
        want: Which landmarks satisfy it.
        definite: One certain thing is meant ("the armchair"): several that fit are ambiguous.
        kind: One of :data:`KINDS`; what the sentence was written for, whatever the scene has.
    """

    text: str
    want: LandmarkFilter
    definite: bool = False
    kind: str = "plain"


def load_instructions(family: str) -> tuple[Instruction, ...]:
    """Return the test instructions of a scene family, in the order of the file.

    Raises:
        ConfigError: There is no such file, or it is not right.
    """
    file = files(__package__).joinpath(f"{family}.yaml")
    if not file.is_file():
        raise ConfigError(f"nobody has written test instructions for {family!r}")
    return read_instructions(file.read_text(encoding="utf-8"), f"{family}.yaml")


def read_instructions(text: str, where: str) -> tuple[Instruction, ...]:
    """Read a YAML list of instructions.

    Args:
        text: The YAML.
        where: Name of the file, for messages.

    Raises:
        ConfigError: An entry is not an instruction.
    """
    instructions = []
    entries = parse_yaml(text, where, ConfigError)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{where}: expected a list of instructions")
    for number, entry in enumerate(entries, start=1):
        name = f"{where}, entry {number}"
        unknown = set(entry) - {"text", "want", "definite", "kind"}
        if unknown or not {"text", "want", "kind"} <= set(entry) or entry["kind"] not in KINDS:
            raise ConfigError(f"{name}: needs text, want and kind ({', '.join(KINDS)}): {entry}")
        want = LandmarkFilter.parse(entry["want"], name)
        definite = bool(entry.get("definite", False))
        instructions.append(Instruction(entry["text"], want, definite, entry["kind"]))
    return tuple(instructions)
