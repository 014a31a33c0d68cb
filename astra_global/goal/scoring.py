"""How well one landmark fits an instruction, 0..1, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from astra_global.goal.instruction import Clause, Instruction
from astra_global.goal.vocabulary import Need, Vocabulary
from astra_global.goal.words import tokenize
from astra_global.types import Landmark

__all__ = ["Fit", "LandmarkWords", "asks_for_code", "score_sign", "score_thing", "score_wish"]

# Shares of the category table and of the function text in the score of a need.
_CATEGORY_SHARE, _FUNCTION_SHARE = 0.75, 0.25
# A category that the table does not know can still fit by its function text alone.
_UNKNOWN_CATEGORY, _KNOWN_CATEGORY = 0.65, 0.5
_KIND_OF = 0.9
# A fitting category whose function text does not say so, and a colour of another shade.
_SILENT, _OTHER_SHADE = 0.7, 0.9
_SHADES = frozenset(("light", "dark", "pale", "bright"))


@dataclass(frozen=True)
class Fit:
    """A score and the reason for it; ``is_specific`` = the landmark itself was named."""

    score: float
    why: str
    is_specific: bool = False


class LandmarkWords:
    """A landmark with its attributes as stems, computed once per map."""

    def __init__(self, landmark: Landmark, vocabulary: Vocabulary) -> None:
        """Index one landmark."""
        self.landmark = landmark
        self._vocabulary = vocabulary

    @cached_property
    def name(self) -> str:
        """Return the object name of its category."""
        return self._vocabulary.object_name(self.landmark.category)

    @cached_property
    def function(self) -> frozenset[str]:
        """Return the content stems of its function text."""
        stems = self._vocabulary.stems(self.landmark.function)
        return frozenset(word for word in stems if word not in self._vocabulary.ignore)

    @cached_property
    def sign(self) -> tuple[str, ...]:
        """Return the stems of the text written on it, articles kept ("AISLE A")."""
        tokens = tokenize(self.landmark.text)
        return tuple(self._vocabulary.stem(token) for token in tokens if token[0].isalnum())

    @cached_property
    def colors(self) -> frozenset[str]:
        """Return its colour names; empty if unknown."""
        table = self._vocabulary.colors
        stems = self._vocabulary.stems(self.landmark.color)
        return frozenset(table.get(word, word) for word in stems if word not in _SHADES)

    @cached_property
    def shades(self) -> frozenset[str]:
        """Return the shade words of its colour: "light" of "light blue"."""
        return _SHADES & set(tokenize(self.landmark.color))

    @cached_property
    def materials(self) -> frozenset[str]:
        """Return its material names; empty if unknown."""
        table = self._vocabulary.materials
        stems = self._vocabulary.stems(self.landmark.material)
        return frozenset(table.get(word, word) for word in stems)

    def has_attributes(self, clause: Clause) -> bool:
        """Say whether nothing in a clause contradicts colour and material."""
        if clause.colors and self.colors and not clause.colors & self.colors:
            return False
        return not (clause.materials and self.materials and not clause.materials & self.materials)

    def is_called(self, name: str) -> float:
        """Return 1 if this is such an object, less if it is a kind of it, 0 if not."""
        if self.name == name:
            return 1.0
        if self.name in self._vocabulary.includes(name):
            return _KIND_OF
        # A category that no table knows: "standing desk" is a desk.
        is_known = any(p.name == self.name for p in self._vocabulary.phrases if p.kind == "object")
        words = self.name.split()
        return _KIND_OF if not is_known and len(words) > 1 and words[-1] == name else 0.0


def score_sign(words: LandmarkWords, instruction: Instruction, vocabulary: Vocabulary) -> Fit:
    """Score the text on a landmark against the words of an instruction.

    A sign fits when all its words are said. A sign with a code ("AISLE A", "A-101") must be said
    in one piece, so that "meeting room 5" is not "MEETING ROOM 2".
    """
    said, sign = instruction.stems, words.sign
    if not sign or all(word in vocabulary.ignore for word in sign):
        return Fit(0.0, "")
    if any(_is_code(word, sign) for word in sign):
        joined = "".join(sign).replace("-", "")
        is_said = _stretch(sign, said) is not None or any(
            "".join(said[start : start + length]).replace("-", "") == joined
            for length in (1, 2, 3)
            for start in range(len(said))
        )
    else:
        is_said = set(sign) <= set(said)
    if not is_said:
        return Fit(0.0, "")
    return Fit(1.0, f'its sign says "{words.landmark.text}"', is_specific=True)


def asks_for_code(words: LandmarkWords, instruction: Instruction) -> bool:
    """Say whether an instruction names a code where this sign has one ("room 7" for ROOM 2)."""
    said, sign = instruction.stems, words.sign
    plain = tuple(word for word in sign if not _is_code(word, sign))
    if len(plain) == len(sign):
        return False
    if not plain:
        return any(_is_mixed(word) for word in said)
    start = _stretch(plain, said)
    if start is None:
        return False
    after = said[start + len(plain) : start + len(plain) + 1]
    return any(_is_code(word, sign) for word in after)


def score_thing(words: LandmarkWords, clause: Clause) -> Fit:
    """Score a landmark against the things that a clause names, attributes included."""
    best = Fit(0.0, "")
    for thing in clause.things:
        score = words.is_called(thing.name)
        if clause.colors and words.shades != clause.shades:
            score *= _OTHER_SHADE
        if score > best.score and words.has_attributes(clause):
            colors = " ".join(sorted(clause.colors | clause.materials))
            why = f"named: {colors} {thing.name}".replace("  ", " ")
            best = Fit(score, why, is_specific=thing.definite)
    return best


def score_wish(words: LandmarkWords, clause: Clause, vocabulary: Vocabulary) -> Fit:
    """Score a landmark against needs and rooms, by its category and its function text.

    Several needs in one clause ("sit and watch") count by their mean and their best.
    """
    wishes = [vocabulary.needs[name] for name in (*clause.needs, *clause.rooms)]
    if not wishes:
        return _score_function_words(words, clause)
    fits = [_score_need(words, wish, vocabulary) for wish in wishes]
    best = max(fits, key=lambda fit: fit.score)
    mean = sum(fit.score for fit in fits) / len(fits)
    score = 0.6 * mean + 0.4 * best.score
    if not words.has_attributes(clause):
        score *= 0.5
    return Fit(score, best.why)


def _score_need(words: LandmarkWords, need: Need, vocabulary: Vocabulary) -> Fit:
    hits = any(phrase <= words.function for phrase in need.function)
    weights = [weight * words.is_called(name) for name, weight in need.find.items()]
    weight = max(weights, default=0.0)
    if weight > 0.0:
        if need.is_room:
            return Fit(weight, f"stands in a {need.name}")
        score = _CATEGORY_SHARE * weight + _FUNCTION_SHARE * (1.0 if hits else _SILENT) * weight
        return Fit(score, f'{words.landmark.category} serves "{need.name}"')
    if not hits or need.is_room:
        return Fit(0.0, "")
    is_known = any(p.name == words.name for p in vocabulary.phrases if p.kind == "object")
    score = _KNOWN_CATEGORY if is_known else _UNKNOWN_CATEGORY
    return Fit(score, f'its function "{words.landmark.function}" serves "{need.name}"')


def _score_function_words(words: LandmarkWords, clause: Clause) -> Fit:
    """Compare the words themselves where no need was recognised."""
    if not clause.stems or clause.things:
        return Fit(0.0, "")
    hits = _common(clause.stems, words.function)
    share = len(hits) / len(clause.stems)
    if share < 0.5:
        return Fit(0.0, "")
    said = ", ".join(sorted(hits))
    return Fit(0.4 + 0.3 * share, f'its function "{words.landmark.function}" holds: {said}')


def _common(stems: Sequence[str], function: frozenset[str]) -> set[str]:
    return set(stems) & function


def _stretch(part: Sequence[str], whole: Sequence[str]) -> int | None:
    """Return where a sequence stands in another in one piece."""
    for start in range(len(whole) - len(part) + 1):
        if tuple(whole[start : start + len(part)]) == tuple(part):
            return start
    return None


def _is_code(word: str, sign: Sequence[str]) -> bool:
    # A letter alone is a code only beside other words: "AISLE A".
    has_digit = any(character.isdigit() for character in word)
    return has_digit or (len(word) == 1 and len(sign) > 1)


def _is_mixed(word: str) -> bool:
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
