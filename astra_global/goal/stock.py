"""What racks hold: "wood screws are stored here" answers "where are the wood screws?"."""

from __future__ import annotations

from collections.abc import Sequence

from astra_global.goal.scoring import Fit, LandmarkWords
from astra_global.goal.vocabulary import Vocabulary
from astra_global.goal.words import stretch

__all__ = ["Stock"]

# Words of function texts that say that something is held, not what.
_HOLDING = frozenset(("stor", "storag", "kept", "keep", "hold", "held", "here", "good", "stock"))
# Said in an instruction they tell that a rack is meant and not, say, something to drink.
_ASKS_FOR_STOCK = frozenset(
    ("stor", "storag", "kept", "keep", "stock", "bay", "rack", "pick", "inventory", "slot", "shelf",
     "item", "article", "carton", "box", "pallet")
)  # fmt: skip


class Stock:
    """The goods of one map."""

    def __init__(self, landmarks: Sequence[LandmarkWords], vocabulary: Vocabulary) -> None:
        """Read the function texts of what holds goods."""
        self._vocabulary = vocabulary
        self._goods: list[tuple[LandmarkWords, tuple[str, ...]]] = []
        for words in landmarks:
            if words.name in vocabulary.holders:
                stems = vocabulary.stems(words.landmark.function)
                goods = tuple(word for word in stems if word not in _HOLDING)
                if goods:
                    self._goods.append((words, goods))

    def asked_for(self, stems: Sequence[str]) -> list[tuple[LandmarkWords, Fit]]:
        """Return the racks whose goods an instruction names beyond doubt.

        Beyond doubt are several words in one piece ("coffee beans"), a word that means nothing
        else ("screws"), and any of them alone or beside a word of storage ("where is chocolate
        stored?").
        """
        is_stock = any(stem in _ASKS_FOR_STOCK for stem in stems)
        exact = [
            (words, self._fit(words, 1.0))
            for words, goods in self._goods
            if _holds(stems, goods)
            and (is_stock or len(goods) > 1 or tuple(stems) == goods or self._is_new(goods[0]))
        ]
        if exact:
            return exact
        return [
            (words, self._fit(words, 0.9))
            for words, goods in self._goods
            if any(stem in goods and self._is_new(stem) for stem in stems)
        ]

    def named(
        self, stems: Sequence[str], is_part_enough: bool = False
    ) -> list[tuple[LandmarkWords, Fit]]:
        """Return the racks whose goods are named at all: for what nothing else serves.

        Args:
            stems: What was said.
            is_part_enough: Whether "nappies" may mean "baby nappies".
        """
        held = [pair for pair in self._goods if _holds(stems, pair[1])]
        if not held and is_part_enough:
            plain = set(stems) - self._vocabulary.ignore
            held = [pair for pair in self._goods if pair[1][-1] in plain]
        return [(words, self._fit(words, 0.9)) for words, _ in held]

    def _fit(self, words: LandmarkWords, score: float) -> Fit:
        return Fit(score, f'it holds: "{words.landmark.function}"')

    def _is_new(self, stem: str) -> bool:
        return stem not in self._vocabulary.known and stem not in self._vocabulary.ignore


def _holds(stems: Sequence[str], goods: tuple[str, ...]) -> bool:
    if len(goods) > 1 and set(goods) <= set(stems):
        return True  # "chargers for phones"
    return stretch(goods, stems) is not None
