"""Numbers and letters of places: "room 2.14", "aisle C", "bay C-07", "the third dock".

A code is compared by its parts, so that "C-07", "C07", "c 7" and "aisle C, bay 7" are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from astra_global.goal.phrases import Token
from astra_global.goal.vocabulary import Vocabulary

__all__ = ["Code", "SaidCode", "code_of", "is_distinct", "kind_before", "said_codes"]

#: Letters and numbers in order: ``("c", 7)``, ``(2, 14)``.
Code = tuple[str | int, ...]

_PARTS = re.compile(r"[^\W\d_]+|\d+")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip
# Words between what a place is and its number: "dock number 3".
_FILLERS = frozenset(
    ("number", "no", "nr", "num", "called", "named", "labelled", "labeled", "marked", "the", "with",
     "that", "says", "saying", "reads")
)  # fmt: skip
_BREAKS = frozenset(".;:!?")


@dataclass(frozen=True)
class SaidCode:
    """A code in an instruction.

    Attributes:
        kind: What it numbers ("dock"), empty if nothing was said.
        code: Its parts.
        index: Place of its token in the instruction.
        used: Places of all its tokens.
    """

    kind: str
    code: Code
    index: int
    used: frozenset[int]


def code_of(raw: str) -> Code | None:
    """Return the parts of a token that is a code: it has a digit, or is a single letter."""
    parts = _PARTS.findall(raw.lower())
    letters = [part for part in parts if not part.isdecimal()]
    is_word = any(len(part) > 2 or not part.isalpha() for part in letters)
    if is_word or _ORDINAL.fullmatch(raw):
        return None
    if len(letters) == len(parts) and (len(parts) != 1 or len(parts[0]) != 1):
        return None
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def is_distinct(code: Code) -> bool:
    """Say whether a code names a place even without a word for what it is: "2.14", "C-07"."""
    return len(code) > 1


def kind_before(stems: Sequence[str], vocabulary: Vocabulary) -> tuple[str, int]:
    """Return the kind of place that a row of stems ends with, and how many stems name it."""
    best = ("", 0)
    for kind, names in vocabulary.labels.items():
        for name in names:
            if len(name) > best[1] and tuple(stems[-len(name) :]) == name:
                best = (kind, len(name))
    return best


def said_codes(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[SaidCode]:
    """Return the codes of an instruction that name a place, in order.

    A bare number ("for 5 people") names nothing; one behind a word for a place does ("dock 5").
    """
    found = [*_numbered(tokens, vocabulary), *_ordinals(tokens, vocabulary)]
    found.sort(key=lambda said: said.index)
    return _with_aisles(found)


def _numbered(tokens: Sequence[Token], vocabulary: Vocabulary) -> Iterator[SaidCode]:
    position = 0
    while position < len(tokens):
        kind, first = _kind_at(tokens, position, vocabulary)
        raw = tokens[position].raw
        code = code_of(raw)
        if code is None and kind and raw in _NUMBERS:
            code = (_NUMBERS.index(raw),)
        end = position + 1
        if code is not None and len(code) == 1 and isinstance(code[0], str):
            # A letter alone: "aisle C", or the first half of "C 07".
            following = code_of(tokens[end].raw) if end < len(tokens) else None
            if following is not None and len(following) == 1 and isinstance(following[0], int):
                code, end = (*code, *following), end + 1
            elif not kind:
                code = None
        if code is not None and (kind or is_distinct(code)):
            used = frozenset(token.index for token in tokens[first:end])
            yield SaidCode(kind, code, tokens[position].index, used)
        position = end


def _ordinals(tokens: Sequence[Token], vocabulary: Vocabulary) -> Iterator[SaidCode]:
    for position, token in enumerate(tokens):
        written = _ORDINAL.fullmatch(token.raw)
        if written is None and token.raw not in _ORDINALS:
            continue
        number = int(written.group(1)) if written else _ORDINALS.index(token.raw) + 1
        for length in (3, 2, 1):
            stems = [other.stem for other in tokens[position + 1 : position + 1 + length]]
            kind, count = kind_before(stems, vocabulary)
            if kind and count == length == len(stems):
                last = position + 1 + length
                used = frozenset(other.index for other in tokens[position:last])
                yield SaidCode(kind, (number,), token.index, used)
                break


def _kind_at(tokens: Sequence[Token], position: int, vocabulary: Vocabulary) -> tuple[str, int]:
    """Return the kind that stands before a place in the row, and where its words begin."""
    end = position
    while end > 0 and tokens[end - 1].raw in _FILLERS:
        end -= 1
    start = end
    while start > 0 and tokens[start - 1].raw not in _BREAKS and tokens[start - 1].raw != ",":
        start -= 1
    kind, count = kind_before([token.stem for token in tokens[start:end]], vocabulary)
    return (kind, end - count) if kind else ("", position)


def _with_aisles(found: list[SaidCode]) -> list[SaidCode]:
    """Join "bay 7" and "aisle C", in whatever order they were said, to C-07."""
    aisles = [said for said in found if said.kind == "aisle" and len(said.code) == 1]
    joined = []
    for said in found:
        if said.kind == "bay" and aisles and len(said.code) == 1 and isinstance(said.code[0], int):
            code = (*aisles[0].code, *said.code)
            said = replace(said, code=code, used=said.used | aisles[0].used)
        joined.append(said)
    in_bays = [said for said in joined if said.kind == "bay" and len(said.code) > 1]
    return [said for said in joined if not (in_bays and said in aisles)]
