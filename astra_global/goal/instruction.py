"""What an instruction says: things named, needs, rooms, codes, attributes, what it rules out.

No map is needed here; :mod:`astra_global.goal.scoring` compares the result with landmarks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from astra_global.goal.codes import SaidCode, said_codes
from astra_global.goal.phrases import Token, find_mentions
from astra_global.goal.splitting import PUNCTUATION, split_negations, split_relation
from astra_global.goal.vocabulary import Vocabulary
from astra_global.goal.words import tokenize

__all__ = ["Clause", "Instruction", "ThingNamed", "read_instruction"]

_ANY = frozenset(
    ("a", "an", "any", "some", "nearest", "closest", "nearby", "another", "either", "whichever")
)
_DEFINITE = frozenset(
    ("the", "that", "this", "those", "these", "my", "our", "your", "his", "her", "their")
)
_VERB_BEFORE = frozenset(
    ("to", "can", "could", "may", "i", "we", "must", "should", "and", "wanna", "gonna")
)
_IN_HAND = frozenset(("this", "these"))
_OWNER = re.compile(r"([^\W\d_]+)['\u2019]s\b")
_SHADES = frozenset(("light", "dark", "pale", "bright"))


@dataclass(frozen=True)
class ThingNamed:
    """A thing that the instruction points at.

    Attributes:
        name: Object name of the vocabulary.
        definite: "the chair" and not "a chair" or "the nearest chair".
    """

    name: str
    definite: bool


@dataclass(frozen=True)
class Clause:
    """A part of an instruction.

    Attributes:
        things: What it points at, in order.
        needs: Names of needs.
        rooms: Names of rooms.
        definite_rooms: Those of them said with "the": "the meeting room".
        codes: Numbered places: "dock 3".
        colors: Colour names.
        materials: Material names.
        shades: "light" and the like.
        stems: Stems that carry content, known or not.
        said: All stems in order but articles, the words of codes left out.
        raw: All words as they were said.
    """

    things: tuple[ThingNamed, ...] = ()
    needs: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    definite_rooms: frozenset[str] = frozenset()
    codes: tuple[SaidCode, ...] = ()
    colors: frozenset[str] = frozenset()
    materials: frozenset[str] = frozenset()
    shades: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    raw: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Return whether nothing in it names a place."""
        return not (self.things or self.needs or self.rooms or self.codes)


@dataclass(frozen=True)
class Instruction:
    """A whole instruction.

    Attributes:
        text: As given.
        wanted: What is asked for.
        near: What it shall be next to; empty clause if nothing is said.
        relation: How: ``beside``, ``closest``, ``inside``.
        ruled_out: What it shall not be.
        nearest: "the nearest", "here": never ask back.
    """

    text: str
    wanted: Clause
    near: Clause = field(default_factory=Clause)
    relation: str = ""
    ruled_out: tuple[Clause, ...] = ()
    nearest: bool = False


def read_instruction(text: str, vocabulary: Vocabulary) -> Instruction:
    """Read an instruction (paper, section 1.5: the text query)."""
    owners = {owner + "s" for owner in _OWNER.findall(text.lower())}
    tokens = [
        Token(raw, vocabulary.stem(raw), number, raw in owners)
        for number, raw in enumerate(tokenize(text))
    ]

    def clause(part: Sequence[Token]) -> Clause:
        return _clause(part, vocabulary)

    positive, negative = split_negations(
        tokens, lambda token: _is_content(token, vocabulary), lambda part: bool(clause(part).needs)
    )
    ruled_out = tuple(
        excluded
        for segment in negative
        if not (excluded := _excluded(clause(segment))).is_empty
        or excluded.colors
        or excluded.materials
    )
    codes = said_codes(positive, vocabulary)
    if any(len(said.code) > 1 and len(said.used) > 2 for said in codes):
        # "Bay 7 in aisle C" is one place, not one beside the other.
        head, tail, relation = positive, list[Token](), ""
    else:
        head, tail, relation = split_relation(
            positive,
            lambda part: not clause(part).is_empty,
            lambda part: bool(clause(part).things or clause(part).rooms),
            lambda part: bool(clause(part).codes),
        )
    wanted, near = clause(head), clause(tail)
    if wanted.is_empty and not near.is_empty and not ruled_out:
        wanted, near = near, Clause()
    if wanted.is_empty and ruled_out and (wanted.colors or wanted.materials or not near.is_empty):
        # "not the red armchair but the green one"
        wanted = replace(wanted, things=ruled_out[0].things)
    if near.codes and not wanted.things:
        # "I have a meeting in meeting room 2": the place itself is meant.
        wanted, near = near, Clause()
    words = {token.raw for token in tokens}
    return Instruction(
        text=text,
        wanted=wanted,
        near=near,
        relation=relation if not near.is_empty else "",
        ruled_out=ruled_out,
        nearest=bool(words & {"nearest", "closest", "nearby", "here", "any", "whichever"}),
    )


def _excluded(clause: Clause) -> Clause:
    # "not hungry" says nothing about the fridge: needs that are denied rule nothing out.
    return Clause(things=clause.things, rooms=clause.rooms, codes=clause.codes,
                  colors=clause.colors, materials=clause.materials)  # fmt: skip


def _is_content(token: Token, vocabulary: Vocabulary) -> bool:
    if token.raw in PUNCTUATION or token.stem in vocabulary.articles:
        return False
    return token.stem in vocabulary.known or token.stem not in vocabulary.ignore


def _clause(tokens: Sequence[Token], vocabulary: Vocabulary) -> Clause:
    codes = said_codes(tokens, vocabulary)
    numbered = {index for said in codes for index in said.used}
    tokens = [token for token in tokens if token.index not in numbered]
    words = [token for token in tokens if token.stem not in vocabulary.articles]
    things: list[ThingNamed] = []
    needs: list[str] = []
    rooms: list[str] = []
    definite_rooms: set[str] = set()
    used: set[int] = set()
    in_hand: set[str] = set()
    for mention in find_mentions(words, vocabulary):
        first = mention.tokens[0]
        phrase = mention.phrase
        if phrase.kind == "object" and len(phrase.stems) == 1:
            verb = _as_verb(first, tokens, vocabulary)
            if verb is not None:
                needs.append(verb)
                used.update(token.index for token in mention.tokens)
                continue
        if phrase.kind == "object":
            if _is_other_thing(first, words, phrase.name, vocabulary):
                continue
            things.append(ThingNamed(phrase.name, _is_definite(first, tokens, vocabulary)))
            before = _token_before(first, tokens)
            is_this = before is not None and before.raw in _IN_HAND
            if is_this or mention.tokens[-1].is_owner:
                in_hand.add(phrase.name)
        else:
            (needs if phrase.kind == "need" else rooms).append(phrase.name)
            if phrase.kind == "room" and _is_definite(first, tokens, vocabulary):
                definite_rooms.add(phrase.name)
        used.update(token.index for token in mention.tokens)
    free = [token for token in words if token.index not in used]
    content = [token.stem for token in words if _is_content(token, vocabulary)]
    if needs and all(thing.name in vocabulary.cargo | in_hand for thing in things):
        things = []  # "weigh this pallet": what is done counts, not what it is done to
    # "My jeans have a stain" is about washing, not about what to wear.
    needs = [need for need in needs if need not in vocabulary.minor] or needs
    return Clause(
        things=tuple(dict.fromkeys(things)),
        needs=tuple(dict.fromkeys(needs)),
        rooms=tuple(dict.fromkeys(rooms)),
        definite_rooms=frozenset(definite_rooms),
        codes=tuple(codes),
        colors=frozenset(vocabulary.colors[t.stem] for t in free if t.stem in vocabulary.colors),
        materials=frozenset(
            vocabulary.materials[t.stem]
            for t in free
            if t.stem in vocabulary.materials and t.stem not in vocabulary.colors
        ),
        shades=frozenset(token.raw for token in free if token.raw in _SHADES),
        stems=tuple(content),
        said=tuple(token.stem for token in words if token.raw not in PUNCTUATION),
        raw=frozenset(token.raw for token in words),
    )


def _as_verb(first: Token, tokens: Sequence[Token], vocabulary: Vocabulary) -> str | None:
    """Return the need that a noun names when it stands as a verb: "I want to shower"."""
    before = _token_before(first, tokens)
    if before is None or before.raw not in _VERB_BEFORE:
        return None
    for phrase in vocabulary.phrases_of({first.stem}):
        if phrase.kind == "need":
            return phrase.name
    return None


def _is_other_thing(
    first: Token, words: Sequence[Token], name: str, vocabulary: Vocabulary
) -> bool:
    """Say whether an unknown word before a general noun makes it something else ("card table")."""
    if not vocabulary.includes(name):
        return False
    before = _token_before(first, words)
    if before is None or before.raw in PUNCTUATION:
        return False
    verb_sign = _token_before(before, words)
    if verb_sign is not None and verb_sign.raw in _VERB_BEFORE:
        return False  # "can I dump rubbish"
    return before.stem not in vocabulary.known and before.stem not in vocabulary.ignore


def _is_definite(first: Token, tokens: Sequence[Token], vocabulary: Vocabulary) -> bool:
    # Walk back over adjectives to the determiner; "bed" without one is no particular bed.
    for token in reversed([token for token in tokens if token.index < first.index]):
        if token.raw in _ANY:
            return False
        if token.raw in _DEFINITE:
            before = _token_before(token, tokens)
            return before is None or before.raw not in _ANY - {"a", "an"}
        is_adjective = token.stem in vocabulary.colors or token.stem in vocabulary.materials
        if not is_adjective and token.stem not in vocabulary.ignore:
            return False
    return False


def _token_before(first: Token, tokens: Sequence[Token]) -> Token | None:
    earlier = [token for token in tokens if token.index == first.index - 1]
    return earlier[0] if earlier else None
