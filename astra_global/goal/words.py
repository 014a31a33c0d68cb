"""Words of an instruction, brought to one form: lower case, no apostrophes, a light stem."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["stem", "tokenize"]

_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[,.;:!?]")
_VOWELS = "aeiouy"


def tokenize(text: str) -> list[str]:
    """Split text into lower-case words and the punctuation ``, . ; : ! ?``.

    Apostrophes vanish ("I'm" is "im"). Hyphens stay inside codes with a digit ("a-001") and split
    other words ("shut-eye" is "shut", "eye").
    """
    flat = re.sub(r"['\u2019`]", "", text.lower())
    tokens: list[str] = []
    for token in _TOKEN.findall(flat):
        if "-" in token and not any(character.isdigit() for character in token):
            tokens.extend(token.split("-"))
        else:
            tokens.append(token)
    return tokens


def stem(word: str, irregular: Mapping[str, str] | None = None) -> str:
    """Reduce an English word to a common form: plural, -ing, -ed and a final e go.

    Only equality of stems matters, they need not be words: "writing" and "write" are "writ".
    """
    if irregular and word in irregular:
        word = irregular[word]
    elif len(word) > 3 and word.isalpha():
        word = _without_past(_without_ing(_without_plural(word)))
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_ing(word: str) -> str:
    if len(word) > 5 and word.endswith("ing") and _has_vowel(word[:-3]):
        return _single_end(word[:-3])
    return word


def _without_past(word: str) -> str:
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith("ed") and not word.endswith("eed") and _has_vowel(word[:-2]):
        return _single_end(word[:-2])
    return word


def _single_end(word: str) -> str:
    doubled = len(word) > 2 and word[-1] == word[-2] and word[-1] not in "lsz" + _VOWELS
    return word[:-1] if doubled else word


def _has_vowel(word: str) -> bool:
    return any(letter in _VOWELS for letter in word)
