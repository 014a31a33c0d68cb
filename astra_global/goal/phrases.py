"""Find the phrases of the vocabulary in a row of words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from astra_global.goal.vocabulary import Phrase, Vocabulary

__all__ = ["Mention", "Token", "find_mentions"]

# Needs may be said with words in between ("my hands are all dirty"), things may not.
_LOOSE_WORDS = 2


@dataclass(frozen=True)
class Token:
    """A word of an instruction.

    Attributes:
        raw: As written, in lower case.
        stem: Its stem.
        index: Its place.
        is_owner: Whether it ends in 's: "the forklift's battery".
    """

    raw: str
    stem: str
    index: int
    is_owner: bool = False


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
    possible = vocabulary.phrases_of(stems)
    for _, equally_long in itertools.groupby(possible, key=lambda phrase: len(phrase.stems)):
        group = list(equally_long)
        for is_loose in (False, True):  # in one piece first: "how heavy" before "heavy .. load"
            for phrase in group:
                while (found := _find(phrase, free, vocabulary, is_loose)) is not None:
                    tokens = tuple(free.pop(number) for number in sorted(found))
                    mentions.append((min(found), Mention(phrase, tokens)))
    return [mention for _, mention in sorted(mentions, key=lambda pair: pair[0])]


def _find(
    phrase: Phrase, free: dict[int, Token], vocabulary: Vocabulary, is_loose: bool
) -> list[int] | None:
    """Return the places of a phrase's words, in one piece or with a few words in between."""
    length = len(phrase.stems)
    if not is_loose:
        for start in sorted(free):
            window = [number for number in range(start, start + length) if number in free]
            if tuple(free[number].stem for number in window) == phrase.stems:
                return window
        return None
    # Phrases with everyday words ("take a shower", "go out") must stand exactly as they are, or
    # "take me to the shower" would match them too.
    everyday = any(word in vocabulary.ignore for word in phrase.stems)
    if phrase.kind != "need" or length == 1 or everyday:
        return None
    for start in sorted(free):
        wanted = list(phrase.stems)
        found = []
        for number in range(start, start + length + _LOOSE_WORDS):
            if number in free and free[number].stem in wanted:
                wanted.remove(free[number].stem)
                found.append(number)
        if not wanted and start in found:
            return found
    return None
