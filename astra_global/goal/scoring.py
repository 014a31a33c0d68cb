"""How well one landmark fits an instruction, 0..1, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from astra_global.goal.codes import SaidCode, kind_before
from astra_global.goal.instruction import Clause
from astra_global.goal.labels import Label, read_label
from astra_global.goal.vocabulary import Need, Vocabulary
from astra_global.goal.words import tokenize
from astra_global.types import Landmark

__all__ = ["Fit", "LandmarkWords", "score_code", "score_label", "score_thing", "score_wish"]

# Shares of the category table and of the function text in the score of a need.
_CATEGORY_SHARE, _FUNCTION_SHARE = 0.75, 0.25
# A category that the table does not know can still fit by its function text alone.
_UNKNOWN_CATEGORY, _KNOWN_CATEGORY = 0.65, 0.5
# Below the score at which the search stops: the very thing is looked for further away first.
_KIND_OF = 0.84
# The thing itself beats a sign with its name, which may hang a few metres away.
_SIGN_OF = 0.84
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
    def label(self) -> Label:
        """Return what is written on it."""
        return read_label(self.landmark.text, self._vocabulary)

    @cached_property
    def kind(self) -> str:
        """Return what a number on it counts if its text does not say: a rack's counts bays."""
        kind, _ = kind_before(self._vocabulary.stems(self.landmark.category), self._vocabulary)
        return kind

    @cached_property
    def colors(self) -> frozenset[str]:
        """Return its colour names; empty if unknown."""
        table = self._vocabulary.colors
        stems = self._vocabulary.stems(self.landmark.color)
        return frozenset(table.get(word, word) for word in stems if word not in _SHADES)

    @cached_property
    def color_names(self) -> frozenset[str]:
        """Return the words of its colour as the map gives it."""
        return frozenset(tokenize(self.landmark.color))

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
        """Return 1 if this is such an object, less if it is a kind of it or its sign, 0 if not."""
        if self.name == name:
            return 1.0
        if name in self.label.names:
            return _SIGN_OF
        if self.name in self._vocabulary.includes(name):
            return _KIND_OF
        # A category that no table knows: "standing desk" is a desk.
        is_known = self.name in self._vocabulary.object_names
        words = self.name.split()
        return _KIND_OF if not is_known and len(words) > 1 and words[-1] == name else 0.0


def score_code(words: LandmarkWords, said: SaidCode) -> Fit:
    """Score the code on a landmark against one that was said ("dock 3")."""
    score = words.label.answers(said, words.kind)
    if score == 0.0:
        return Fit(0.0, "")
    return Fit(score, f'its sign says "{words.landmark.text}"', is_specific=True)


def score_label(words: LandmarkWords, clause: Clause, vocabulary: Vocabulary) -> Fit:
    """Score the plain words on a landmark: it fits when all of them are said.

    Words that only tell a colour or a material ("PLASTIC" on a bin) name no place.
    """
    label = words.label
    attributes = set(vocabulary.colors) | set(vocabulary.materials)
    if set(label.words) <= attributes or not label.is_said(clause.said, vocabulary):
        return Fit(0.0, "")
    return Fit(1.0, f'its sign says "{words.landmark.text}"', is_specific=True)


def score_thing(words: LandmarkWords, clause: Clause) -> Fit:
    """Score a landmark against the things that a clause names, attributes included."""
    best = Fit(0.0, "")
    for thing in clause.things:
        score = words.is_called(thing.name)
        if clause.colors and words.shades != clause.shades:
            score *= _OTHER_SHADE
        if clause.colors and not words.color_names & clause.raw:
            # Turquoise is a blue, but where something is called blue, that is meant.
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
    # A room said with a need only tells where to look; it is not wanted itself.
    wishes = [vocabulary.needs[name] for name in clause.needs or clause.rooms]
    if not wishes:
        return _score_function_words(words, clause)
    fits = [_score_need(words, wish, clause.definite_rooms, vocabulary) for wish in wishes]
    best = max(fits, key=lambda fit: fit.score)
    mean = sum(fit.score for fit in fits) / len(fits)
    score = 0.6 * mean + 0.4 * best.score
    if not words.has_attributes(clause):
        score *= 0.5
    return Fit(score, best.why, best.is_specific)


def _score_need(
    words: LandmarkWords, need: Need, definite_rooms: frozenset[str], vocabulary: Vocabulary
) -> Fit:
    # What a rack holds is no help: winter jackets on stock are no place to hang a jacket.
    is_holder = words.name in vocabulary.holders
    hits = not is_holder and any(phrase <= words.function for phrase in need.function)
    if need.is_room and need.name in words.label.names:
        is_definite = need.name in definite_rooms
        return Fit(1.0, f'its sign says "{words.landmark.text}"', is_specific=is_definite)
    find = need.find if need.is_room else {**need.find, need.name: 1.0}
    weights = [weight * words.is_called(name) for name, weight in find.items()]
    weight = max(weights, default=0.0)
    if weight > 0.0:
        hits = hits or bool(words.label.names & set(find))  # an EXIT sign needs no function text
        if need.is_room:
            return Fit(min(1.0, weight), f"stands in a {need.name}")
        score = _CATEGORY_SHARE * weight + _FUNCTION_SHARE * (1.0 if hits else _SILENT) * weight
        return Fit(score, f'{words.landmark.category} serves "{need.name}"')
    if not hits or need.is_room:
        return Fit(0.0, "")
    is_known = words.name in vocabulary.object_names
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
