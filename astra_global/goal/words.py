"""Words of an instruction, brought to one form: lower case, no apostrophes, a light stem."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

__all__ = ["stem", "stretch", "tokenize"]

_TOKEN = re.compile(r"\d+(?:\.\d+)+|[^\W_]+(?:-[^\W_]+)*|[,.;:!?]")
# "dock-3" and "dock3" are a word and a number, "C-07" and "C07" are one code.
_WORD_AND_NUMBER = re.compile(r"([^\W\d_]{3,})-?(\d+)")
_NUMBER_SIGN = re.compile(r"\b(?:no|nr)\.\s*(?=\d)|#\s*(?=\d)")
_VOWELS = "aeiouy"


def tokenize(text: str) -> list[str]:
    """Split text into lower-case words and the punctuation ``, . ; : ! ?``.

    Apostrophes vanish ("I'm" is "im"). Hyphens and points stay inside codes with a digit ("a-001",
    "2.14") and split other words ("shut-eye" is "shut", "eye").
    """
    flat = re.sub(r"['\u2019`]", "", text.lower())
    flat = _NUMBER_SIGN.sub("number ", flat)
    tokens: list[str] = []
    for token in _TOKEN.findall(flat):
        split = _WORD_AND_NUMBER.fullmatch(token)
        if split is not None:
            tokens.extend(split.groups())
        elif "-" in token and not any(character.isdigit() for character in token):
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


def stretch(part: Sequence[str], whole: Sequence[str]) -> int | None:
    """Return where a sequence stands in another in one piece; ``None`` if nowhere."""
    for start in range(len(whole) - len(part) + 1):
        if tuple(whole[start : start + len(part)]) == tuple(part):
            return start
    return None


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
