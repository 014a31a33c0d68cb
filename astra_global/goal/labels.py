"""What is written on a landmark, and whether an instruction says it.

A label is a code with or without a word for what it numbers ("DOCK 3", "C-07"), or plain words
("KITCHEN", "SHIPPING"). Signs that name several places ("ROOMS 2.01 - 2.07") only point the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from astra_global.goal.codes import Code, SaidCode, code_of, is_distinct, kind_before
from astra_global.goal.vocabulary import Vocabulary
from astra_global.goal.words import tokenize

__all__ = ["Label", "read_label"]


@dataclass(frozen=True)
class Label:
    """The text on a landmark.

    Attributes:
        words: Stems of the words, codes left out.
        code: The code; ``None`` if there is none.
        kind: What the code numbers, as the vocabulary calls it; empty if the text does not say.
        names: Objects, rooms and needs that the words stand for.
        raw: The words as written, in lower case: "shipping" and not "ship".
    """

    words: tuple[str, ...] = ()
    code: Code | None = None
    kind: str = ""
    names: frozenset[str] = frozenset()
    raw: frozenset[str] = frozenset()

    def is_said(self, stems: Sequence[str], vocabulary: Vocabulary) -> bool:
        """Say whether plain words, not all of them everyday words, are all said."""
        if not self.words or self.code is not None:
            return False
        if all(word in vocabulary.ignore for word in self.words):
            return False
        return set(self.words) <= set(stems)

    def answers(self, said: SaidCode, category_kind: str) -> float:
        """Return how well this label is the place of a code: 1, 0.9 for a part of it, 0.

        Args:
            said: The code in the instruction.
            category_kind: What the landmark itself numbers where its text does not say ("bay").
        """
        if self.code is None:
            return 0.0
        kind = self.kind or category_kind
        if said.kind and kind and said.kind != kind:
            return 0.0
        if self.code == said.code:
            return 1.0 if said.kind or is_distinct(said.code) else 0.0
        # "bay 7" where the labels are C-07 and D-07: both, and the robot asks back.
        is_part = len(said.code) < len(self.code) and self.code[-len(said.code) :] == said.code
        return 0.9 if is_part and said.kind else 0.0


def read_label(text: str, vocabulary: Vocabulary) -> Label:
    """Read the text on a landmark."""
    tokens = [token for token in tokenize(text) if token[0].isalnum()]
    stems = [vocabulary.stem(token) for token in tokens]
    codes = [
        code if len(tokens) > 1 or any(char.isdigit() for char in token) else None
        for token in tokens
        for code in [code_of(token)]
    ]
    written = [code for code in codes if code is not None]
    if len(written) > 1:
        return Label()
    words = tuple(stem for stem, code in zip(stems, codes, strict=True) if code is None)
    kind = kind_before(words, vocabulary)[0] if written else ""
    plain = tuple(word for word in words if word not in vocabulary.articles)
    names = {phrase.name for phrase in vocabulary.phrases_of(set(plain)) if phrase.stems == plain}
    names |= {need for need in vocabulary.needs if tuple(vocabulary.stems(need)) == plain}
    return Label(words, written[0] if written else None, kind, frozenset(names), frozenset(tokens))
