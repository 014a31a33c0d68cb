"""Find the phrases of the vocabulary in a row of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from astra_global.goal.vocabulary import Phrase, Vocabulary

__all__ = ["Mention", "Token", "find_mentions"]

# Needs may be said with words in between ("my hands are all dirty"), things may not.
_LOOSE_WORDS = 2


@dataclass(frozen=True)
class Token:
    """A word of an instruction: as written, its stem, its place."""

    raw: str
    stem: str
    index: int


@dataclass(frozen=True)
class Mention:
    """A phrase found, and the words it was found in, in order."""

    phrase: Phrase
    tokens: tuple[Token, ...]


def find_mentions(words: Sequence[Token], vocabulary: Vocabulary) -> list[Mention]:
    """Return the mentions in a row of words (articles left out), in the order of the text.

    Longer phrases are looked for first and use their words up, so that "washing machine" is not
    also "washing".
    """
    free = dict(enumerate(words))
    stems = {token.stem for token in words}
    mentions: list[tuple[int, Mention]] = []
    for phrase in vocabulary.phrases:
        if not stems.issuperset(phrase.stems):
            continue
        while (found := _find(phrase, free, vocabulary)) is not None:
            tokens = tuple(free.pop(number) for number in sorted(found))
            mentions.append((min(found), Mention(phrase, tokens)))
    return [mention for _, mention in sorted(mentions, key=lambda pair: pair[0])]


def _find(phrase: Phrase, free: dict[int, Token], vocabulary: Vocabulary) -> list[int] | None:
    length = len(phrase.stems)
    # Phrases with everyday words ("take a shower", "go out") must stand exactly as they are, or
    # "take me to the shower" would match them too.
    loose = (
        phrase.kind == "need"
        and length > 1
        and not any(word in vocabulary.ignore for word in phrase.stems)
    )
    span = length + _LOOSE_WORDS if loose else length
    for start in sorted(free):
        window = [number for number in range(start, start + span) if number in free]
        if not loose:
            if tuple(free[number].stem for number in window) == phrase.stems:
                return window
            continue
        wanted = list(phrase.stems)
        found = []
        for number in window:
            if free[number].stem in wanted:
                wanted.remove(free[number].stem)
                found.append(number)
        if not wanted and start in found:
            return found
    return None
