"""All weights of a folder, and whether each is what its card says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from astra_core.errors import WeightsError
from astra_core.weights.card import CARD_SUFFIX, read_card
from astra_core.weights.locate import list_cards
from astra_core.weights.store import load_weights

__all__ = ["SurveyedWeights", "survey"]


@dataclass(frozen=True)
class SurveyedWeights:
    """One set of weights, or a file that belongs to none.

    Attributes:
        name: Of the set or the file.
        part: Of the stack; empty where the card cannot be read.
        sha256: Of the set; empty where there is a problem.
        problem: What is wrong with it, one sentence; empty when it is whole.
    """

    name: str
    part: str = ""
    sha256: str = ""
    problem: str = ""


def survey(folder: Path) -> list[SurveyedWeights]:
    """Read every card of a folder (which may be missing) and hash every file.

    Returns:
        Each set by name, then the weights that no card describes.
    """
    found = []
    described: set[Path] = set()
    for path in list_cards(folder):
        name, part = path.name.removesuffix(CARD_SUFFIX), ""
        try:
            card = read_card(path)
            part = card.part
            described |= {path.with_name(file) for file in card.files}
            load_weights(path, part)
            found.append(SurveyedWeights(name, part, card.sha256))
        except WeightsError as error:
            found.append(SurveyedWeights(name, part, problem=str(error)))
    for path in sorted(folder.rglob("*.safetensors")):
        if path not in described:
            problem = f"{path} is described by no card: write one or remove it, see docs/weights.md"
            found.append(SurveyedWeights(path.name, problem=problem))
    return found
