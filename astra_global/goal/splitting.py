"""Cut an instruction into what is wanted, what it shall be next to, and what it shall not be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from astra_global.goal.phrases import Token

__all__ = ["PUNCTUATION", "marker_at", "split_negations", "split_relation"]

PUNCTUATION = frozenset(",.;:!?")

_NEGATIONS = (
    ("instead", "of"), ("rather", "than"), ("other", "than"), ("apart", "from"),
    ("anything", "but"), ("not",), ("no",), ("dont",), ("except",), ("never",), ("isnt",),
    ("without",),
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
_PREFERS = frozenset(("rather", "prefer", "sooner"))
# "I don't have a pen", "I don't feel well" rule nothing out: they say what is missing.
_LACKS = frozenset([("dont",), ("not",), ("isnt",)])
_LACKING = frozenset(
    ("have", "know", "see", "own", "feel", "feeling", "enough", "well", "working", "understand")
)
_PERFECT = frozenset(["have", "has", "had"])
# "Closest to" means the one with the smallest distance, however far; the others mean beside.
_CLOSEST = (("closest", "to"), ("nearest", "to"), ("nearest",), ("closest",))
_BESIDE = (
    ("next", "to"), ("close", "to"), ("close", "by"), ("adjacent", "to"), ("in", "front", "of"),
    ("across", "from"), ("on", "top", "of"), ("left", "of"), ("right", "of"), ("near",),
    ("beside",), ("opposite",), ("behind",), ("between",), ("under",), ("below",), ("above",),
    ("outside",), ("facing",), ("with",), ("by",), ("at",),
)  # fmt: skip
_INSIDE = (("inside",), ("within",), ("in",), ("of",), ("from",), ("on",))


def marker_at(
    tokens: Sequence[Token], position: int, markers: Sequence[tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Return the marker that stands at a place, ``None`` if none does."""
    for marker in markers:
        if tuple(token.raw for token in tokens[position : position + len(marker)]) == marker:
            return marker
    return None


def split_negations(
    tokens: Sequence[Token],
    is_content: Callable[[Token], bool],
    is_need: Callable[[Sequence[Token]], bool],
) -> tuple[list[Token], list[list[Token]]]:
    """Return what is said to be wanted, and each piece that is ruled out.

    Args:
        tokens: The whole instruction.
        is_content: Whether a token carries meaning.
        is_need: Whether a piece names a need: "I have no clean shirts" rules nothing out.
    """
    positive: list[Token] = []
    negative: list[list[Token]] = []
    position = 0
    said = {token.raw for token in tokens}
    while position < len(tokens):
        marker = marker_at(tokens, position, _NEGATIONS)
        before = tokens[position - 1].raw if position else ""
        following = tokens[position + 1].raw if position + 1 < len(tokens) else ""
        is_number_sign = marker == ("no",) and following[:1].isdigit()  # "dock no 3"
        if marker is None and tokens[position].raw == "than" and _PREFERS & said:
            marker = ("than",)  # "I'd rather walk up than take the lift"
        is_lack = marker in _LACKS and following in _LACKING
        if (
            marker is None
            or is_number_sign
            or is_lack
            or (marker == ("not",) and before in _PERFECT)
        ):
            positive.append(tokens[position])
            position += 1
            continue
        start = position
        position += len(marker)
        segment: list[Token] = []
        while position < len(tokens):
            token = tokens[position]
            has_content = any(is_content(t) for t in segment)
            if token.raw in PUNCTUATION or (has_content and token.raw in _RESUME):
                break
            segment.append(token)
            position += 1
        if marker == ("no",) and is_need(segment):
            positive.extend(segment)
        elif marker == ("without",) and is_need([tokens[start], *segment]):
            positive.extend([tokens[start], *segment])  # "without an engine" may say what is meant
        elif segment:
            negative.append(segment)
    return positive, negative


def split_relation(
    tokens: list[Token],
    names_wish: Callable[[Sequence[Token]], bool],
    names_place: Callable[[Sequence[Token]], bool],
    names_code: Callable[[Sequence[Token]], bool],
) -> tuple[list[Token], list[Token], str]:
    """Split "the chair | next to | the desk, please" into head, tail and relation.

    Args:
        tokens: What is wanted.
        names_wish: Whether a piece names anything to go to.
        names_place: Whether a piece names something to be next to.
        names_code: Whether a piece names a numbered place ("in aisle C").

    Returns:
        Head and tail, and ``beside``, ``closest`` or ``inside``; empty where there is no relation.
    """
    kinds = (("closest", _CLOSEST), ("beside", _BESIDE), ("inside", _INSIDE))
    for position in range(1, len(tokens)):
        for relation, markers in kinds:
            marker = marker_at(tokens, position, markers)
            if marker is None:
                continue
            end = start = position + len(marker)
            while end < len(tokens) and tokens[end].raw not in PUNCTUATION:
                end += 1
            head, tail = tokens[:position], tokens[start:end]
            # "In the kitchen" is read with the thing itself; a numbered place needs its sign.
            is_tail = names_code(tail) or (relation != "inside" and names_place(tail))
            if names_wish(head) and is_tail:
                return head + tokens[end:], tail, relation
    return tokens, [], ""
