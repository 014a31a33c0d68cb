"""What an instruction says: things named, needs, rooms, attributes, what it rules out.

No map is needed here; :mod:`astra_global.goal.scoring` compares the result with landmarks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from astra_global.goal.phrases import Token, find_mentions
from astra_global.goal.vocabulary import Vocabulary
from astra_global.goal.words import tokenize

__all__ = ["Clause", "Instruction", "ThingNamed", "read_instruction"]

_NEGATIONS = (
    ("instead", "of"), ("rather", "than"), ("other", "than"), ("apart", "from"),
    ("anything", "but"), ("not",), ("no",), ("dont",), ("except",), ("never",), ("isnt",),
)  # fmt: skip
# After a ruled-out thing these words begin what is wanted.
_RESUME = frozenset(
    (
        "but",
        "just",
        "rather",
        "instead",
        "please",
        "i",
        "im",
        "take",
        "bring",
        "go",
        "drive",
        "show",
    )
)
_PERFECT = frozenset(["have", "has", "had"])
_NEAR = (
    ("next", "to"), ("close", "to"), ("closest", "to"), ("nearest", "to"), ("in", "front", "of"),
    ("across", "from"), ("on", "top", "of"), ("left", "of"), ("right", "of"), ("near",),
    ("beside",), ("opposite",), ("behind",), ("between",), ("under",), ("below",), ("above",),
    ("by", "the"), ("facing",), ("with",),
)  # fmt: skip
_ANY = frozenset(
    ("a", "an", "any", "some", "nearest", "closest", "nearby", "another", "either", "whichever")
)
_DEFINITE = frozenset(
    ("the", "that", "this", "those", "these", "my", "our", "your", "his", "her", "their")
)
_VERB_BEFORE = frozenset(
    ("to", "can", "could", "may", "i", "we", "must", "should", "and", "wanna", "gonna")
)
_SHADES = frozenset(("light", "dark", "pale", "bright"))
_PUNCTUATION = frozenset(",.;:!?")


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
        colors: Colour names.
        materials: Material names.
        shades: "light" and the like.
        stems: Stems that carry content, known or not.
        unknown: Those of them that mean nothing to the vocabulary.
    """

    things: tuple[ThingNamed, ...] = ()
    needs: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    colors: frozenset[str] = frozenset()
    materials: frozenset[str] = frozenset()
    shades: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Return whether nothing in it names a place."""
        return not (self.things or self.needs or self.rooms)


@dataclass(frozen=True)
class Instruction:
    """A whole instruction.

    Attributes:
        text: As given.
        wanted: What is asked for.
        near: What it shall be next to; empty clause if nothing is said.
        ruled_out: What it shall not be.
        stems: All stems in order, negated ones left out: for sign texts and ids.
        nearest: "the nearest", "here": never ask back.
    """

    text: str
    wanted: Clause
    near: Clause = field(default_factory=Clause)
    ruled_out: tuple[Clause, ...] = ()
    stems: tuple[str, ...] = ()
    nearest: bool = False


def read_instruction(text: str, vocabulary: Vocabulary) -> Instruction:
    """Read an instruction (paper, section 1.5: the text query)."""
    tokens = [Token(raw, vocabulary.stem(raw), number) for number, raw in enumerate(tokenize(text))]
    positive, negative = _split_negations(tokens, vocabulary)
    ruled_out = tuple(
        clause
        for segment in negative
        if not (clause := _excluded(_clause(segment, vocabulary))).is_empty
        or clause.colors
        or clause.materials
    )
    head, tail = _split_relation(positive, vocabulary)
    wanted, near = _clause(head, vocabulary), _clause(tail, vocabulary)
    if wanted.is_empty and not near.is_empty and not ruled_out:
        wanted, near = near, Clause()
    if wanted.is_empty and ruled_out and (wanted.colors or wanted.materials or not near.is_empty):
        # "not the red armchair but the green one"
        wanted = replace(wanted, things=ruled_out[0].things)
    words = {token.raw for token in tokens}
    return Instruction(
        text=text,
        wanted=wanted,
        near=near,
        ruled_out=ruled_out,
        stems=tuple(token.stem for token in positive if token.raw not in _PUNCTUATION),
        nearest=bool(words & {"nearest", "closest", "nearby", "here", "any", "whichever"}),
    )


def _excluded(clause: Clause) -> Clause:
    # "not hungry" says nothing about the fridge: needs that are denied rule nothing out.
    return Clause(things=clause.things, rooms=clause.rooms, colors=clause.colors,
                  materials=clause.materials)  # fmt: skip


def _split_negations(
    tokens: Sequence[Token], vocabulary: Vocabulary
) -> tuple[list[Token], list[list[Token]]]:
    positive: list[Token] = []
    negative: list[list[Token]] = []
    position = 0
    while position < len(tokens):
        marker = _marker_at(tokens, position, _NEGATIONS)
        before = tokens[position - 1].raw if position else ""
        if marker is None or (marker == ("not",) and before in _PERFECT):
            positive.append(tokens[position])
            position += 1
            continue
        position += len(marker)
        segment: list[Token] = []
        while position < len(tokens):
            token = tokens[position]
            has_content = any(_is_content(t, vocabulary) for t in segment)
            if token.raw in _PUNCTUATION or (has_content and token.raw in _RESUME):
                break
            segment.append(token)
            position += 1
        if marker == ("no",) and _clause(segment, vocabulary).needs:
            # "I have no clean shirts" is a need, not a thing ruled out.
            positive.extend(segment)
        elif segment:
            negative.append(segment)
    return positive, negative


def _split_relation(tokens: list[Token], vocabulary: Vocabulary) -> tuple[list[Token], list[Token]]:
    """Split "the chair | next to | the desk, please" into head and tail."""
    for position in range(len(tokens)):
        marker = _marker_at(tokens, position, _NEAR)
        if marker is None:
            continue
        # "by the", "with": the article belongs to the thing behind it.
        start = position + (1 if marker == ("by", "the") else len(marker))
        end = start
        while end < len(tokens) and tokens[end].raw not in _PUNCTUATION:
            end += 1
        head, tail = tokens[:position], tokens[start:end]
        in_tail = _clause(tail, vocabulary)
        if not _clause(head, vocabulary).is_empty and (in_tail.things or in_tail.rooms):
            return head + tokens[end:], tail
    return tokens, []


def _marker_at(
    tokens: Sequence[Token], position: int, markers: Sequence[tuple[str, ...]]
) -> tuple[str, ...] | None:
    for marker in markers:
        if tuple(token.raw for token in tokens[position : position + len(marker)]) == marker:
            return marker
    return None


def _is_content(token: Token, vocabulary: Vocabulary) -> bool:
    if token.raw in _PUNCTUATION or token.stem in vocabulary.articles:
        return False
    return token.stem in vocabulary.known or token.stem not in vocabulary.ignore


def _clause(tokens: Sequence[Token], vocabulary: Vocabulary) -> Clause:
    words = [token for token in tokens if token.stem not in vocabulary.articles]
    things: list[ThingNamed] = []
    needs: list[str] = []
    rooms: list[str] = []
    used: set[int] = set()
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
        else:
            (needs if phrase.kind == "need" else rooms).append(phrase.name)
        used.update(token.index for token in mention.tokens)
    free = [token for token in words if token.index not in used]
    content = [token.stem for token in words if _is_content(token, vocabulary)]
    return Clause(
        things=tuple(dict.fromkeys(things)),
        needs=tuple(dict.fromkeys(needs)),
        rooms=tuple(dict.fromkeys(rooms)),
        colors=frozenset(vocabulary.colors[t.stem] for t in free if t.stem in vocabulary.colors),
        materials=frozenset(
            vocabulary.materials[t.stem]
            for t in free
            if t.stem in vocabulary.materials and t.stem not in vocabulary.colors
        ),
        shades=frozenset(token.raw for token in free if token.raw in _SHADES),
        stems=tuple(content),
        unknown=frozenset(word for word in content if word not in vocabulary.known),
    )


def _as_verb(first: Token, tokens: Sequence[Token], vocabulary: Vocabulary) -> str | None:
    """Return the need that a noun names when it stands as a verb: "I want to shower"."""
    before = _token_before(first, tokens)
    if before is None or before.raw not in _VERB_BEFORE:
        return None
    for phrase in vocabulary.phrases:
        if phrase.kind == "need" and phrase.stems == (first.stem,):
            return phrase.name
    return None


def _is_other_thing(
    first: Token, words: Sequence[Token], name: str, vocabulary: Vocabulary
) -> bool:
    """Say whether an unknown word before a general noun makes it something else ("card table")."""
    if not vocabulary.includes(name):
        return False
    before = _token_before(first, words)
    if before is None or before.raw in _PUNCTUATION:
        return False
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
