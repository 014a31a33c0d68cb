"""One slip of the finger in a long word: "forklfit", "washing mashine", "defibrilator".

Only words of the names of things are restored, and only where a sentence is not understood, so that
a correct word that Astra does not know ("planet") is rarely taken for another ("plant").
"""

from __future__ import annotations

from collections.abc import Iterable

from astra_global.goal.vocabulary import Vocabulary
from astra_global.goal.words import tokenize
from astra_global.types import Landmark

__all__ = ["Spelling", "is_one_slip"]

_SHORTEST = 6


class Spelling:
    """Knows how the things of one map are written."""

    def __init__(self, vocabulary: Vocabulary, landmarks: Iterable[Landmark]) -> None:
        """Keep the words of all names."""
        self._vocabulary = vocabulary
        own = {word for landmark in landmarks for word in tokenize(landmark.category)}
        self._names = sorted(word for word in vocabulary.names | own if len(word) >= _SHORTEST)

    def corrected(self, text: str) -> str:
        """Return a text with every unknown word that is one slip away from one name restored."""
        return " ".join(self._restored(token) for token in tokenize(text))

    def _restored(self, word: str) -> str:
        stem = self._vocabulary.stem(word)
        is_known = stem in self._vocabulary.known or stem in self._vocabulary.ignore
        if len(word) < _SHORTEST or not word.isalpha() or is_known:
            return word
        fits = [name for name in self._names if is_one_slip(word, name)]
        meant = {self._vocabulary.stem(name) for name in fits}
        return fits[0] if len(meant) == 1 else word


def is_one_slip(written: str, meant: str) -> bool:
    """Say whether one letter is missing, added, changed or swapped, but not the first one.

    Args:
        written: What was typed.
        meant: A word.
    """
    if written[0] != meant[0] or abs(len(written) - len(meant)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), None)
    if start is None:
        return len(written) != len(meant)
    if len(written) == len(meant):
        is_swap = written[start : start + 2] == meant[start : start + 2][::-1]
        rest = start + 2 if is_swap else start + 1
        return written[rest:] == meant[rest:]
    longer, shorter = (written, meant) if len(written) > len(meant) else (meant, written)
    return longer[start + 1 :] == shorter[start:]
