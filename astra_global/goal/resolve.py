"""From an instruction to a landmark (paper, section 1.5: goal localization).

Rules beyond the paper, which leaves them open:

* A wish ("I am thirsty", "a chair") takes the nearest of the landmarks that serve it equally well;
  search goes outward in rings of ``search_radius_m`` and stops at the first ring with a strong fit.
* A particular thing ("the blue sofa") is looked for on the whole map. Several that fit equally and
  stand apart are asked back, unless they are facilities of which any will do (toilets, exits).
* A numbered place ("dock 3", "bay C-07") is that place or none.
* What is named but not on the map is refused, even if something similar is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from astra_core.errors import GoalNotFound
from astra_global.goal.choosing import Candidate, choose_nearest, choose_particular, distance_m
from astra_global.goal.config import GoalConfig
from astra_global.goal.instruction import Clause, Instruction, read_instruction
from astra_global.goal.relations import Fits, Relations
from astra_global.goal.scoring import (
    LandmarkWords,
    score_code,
    score_label,
    score_thing,
    score_wish,
)
from astra_global.goal.spelling import Spelling
from astra_global.goal.stock import Stock
from astra_global.goal.vocabulary import Vocabulary, load_vocabulary
from astra_global.goal.words import stretch, tokenize
from astra_global.types import AstraMap, GoalMatch, Landmark

__all__ = ["GoalResolver", "resolve_goal"]

# A sign is meant where its words are at least half of what an instruction says.
_FEW_WORDS = 2


def resolve_goal(
    text: str, map: AstraMap, robot_xy: ArrayLike | None, config: GoalConfig | None = None
) -> GoalMatch:
    """Return the landmark that an instruction means; see :class:`GoalResolver`."""
    return GoalResolver(map, config).resolve(text, robot_xy)


class GoalResolver:
    """Finds landmarks by words; holds the landmarks of one map in stemmed form."""

    def __init__(
        self,
        map: AstraMap,
        config: GoalConfig | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        """Index the landmarks of a map."""
        self.map = map
        self.config = config or GoalConfig()
        categories = [landmark.category for landmark in map.landmarks]
        self._vocabulary = (vocabulary or load_vocabulary()).with_categories(categories)
        self._words = [LandmarkWords(landmark, self._vocabulary) for landmark in map.landmarks]
        self._spelling = Spelling(self._vocabulary, map.landmarks)
        self._stock = Stock(self._words, self._vocabulary)
        self._relations = Relations(self._words, self.config, self._vocabulary)

    def resolve(self, text: str, robot_xy: ArrayLike | None) -> GoalMatch:
        """Return the best landmark.

        Args:
            text: The instruction.
            robot_xy: ``(2,)`` in ``map``; ``None`` treats all distances as equal.

        Raises:
            GoalNotFound: Nothing on the map fits.
            GoalAmbiguous: Several particular things fit equally; the message asks back.
        """
        return self.rank(text, robot_xy)[0]

    def rank(self, text: str, robot_xy: ArrayLike | None) -> list[GoalMatch]:
        """Return all landmarks that fit, the chosen one first; raises as :meth:`resolve`."""
        if text.strip() in self.map.landmark_by_id:
            landmark = self.map.landmark_by_id[text.strip()]
            return [self._match(landmark, 1.0, "its id was given", may_replace=True)]
        instruction = read_instruction(text, self._vocabulary)
        if instruction.wanted.is_empty:
            instruction = read_instruction(self._spelling.corrected(text), self._vocabulary)
        candidates = [
            Candidate(words, fit, distance_m(words.landmark, robot_xy))
            for words, fit in self._fits(instruction)
        ]
        if not candidates:
            raise GoalNotFound(self._refusal(instruction))
        best = max(candidates, key=lambda candidate: candidate.fit.score)
        if best.fit.is_specific and not instruction.nearest:
            equal = choose_particular(
                instruction,
                candidates,
                self._vocabulary.facilities,
                self.config,
                self.map.landmarks,
            )
        else:
            equal = choose_nearest(candidates, self.config)
        rest = sorted(
            (candidate for candidate in candidates if candidate not in equal),
            key=lambda candidate: (-candidate.fit.score, candidate.distance_m),
        )
        lowest = _score(equal[0]) - self.config.equal_margin
        return [
            self._match(
                candidate.landmark,
                _score(candidate),
                candidate.fit.why + _away(candidate),
                is_equal=number < len(equal),
                may_replace=_score(candidate) >= lowest,
            )
            for number, candidate in enumerate([*equal, *rest])
        ]

    def _fits(self, instruction: Instruction) -> Fits:
        """Return what fits, best class of evidence only: code, goods, thing, sign, wish."""
        allowed = [words for words in self._words if not self._ruled_out(words, instruction)]
        wanted = instruction.wanted
        if written := self._written(allowed, instruction):
            return written
        if wanted.codes:
            return self._coded(allowed, wanted)
        labelled = [(words, score_label(words, wanted, self._vocabulary)) for words in allowed]
        labelled = [(words, fit) for words, fit in labelled if fit.score > 0.0]
        fits = self._stocked(allowed, wanted)
        marks = []
        if not fits and wanted.things and self._vocabulary.acts & set(wanted.needs):
            fits = self._done_to_things(allowed, wanted)
        if not fits and wanted.things:
            fits, marks = self._things(allowed, labelled, wanted), labelled
        elif not fits:
            fits = self._signs(labelled, wanted) if instruction.near.is_empty else []
            fits = fits or [(w, score_wish(w, wanted, self._vocabulary)) for w in allowed]
            marks = labelled if wanted.needs else []
        fits = [(words, fit) for words, fit in fits if fit.score >= self.config.weak_score]
        if wanted.rooms and (wanted.things or wanted.needs):
            signs = [words.landmark for words, _ in marks]
            inside = self._relations.in_rooms(fits, wanted.rooms, signs)
            fits = inside or ([] if wanted.things else fits)
        if not fits:
            fits = self._only_stocked(allowed, wanted)
        if not instruction.near.is_empty:
            beside = self._relations.beside(fits, instruction.near, instruction.relation)
            # What is said beside a wish only explains it: "working at a computer".
            fits = beside or (fits if wanted.needs and not wanted.things else [])
        return fits

    def _written(self, allowed: Sequence[LandmarkWords], instruction: Instruction) -> Fits:
        """Return what was named with all that is written on it: "the sign MEN".

        Said like this, writing is no wish: who asks for the sign does not look for any toilet.
        """
        wanted = instruction.wanted
        is_done_to = bool(self._vocabulary.acts & set(wanted.needs))  # "the waste basket burns"
        if not wanted.things or not instruction.near.is_empty:
            return []
        said = _plain_tokens(instruction.text)
        found: dict[int, Fits] = {}
        for words in allowed:
            text, category = _plain_tokens(words.landmark.text), words.landmark.category
            things = tuple(thing for thing in wanted.things if thing.name == words.name)
            fit = score_thing(words, replace(wanted, things=things))
            # In "the waste container" nothing but the thing is named, whatever its writing.
            is_name = set(text) <= set(tokenize(category))
            pointed = [*tokenize(category), *text] if is_name or is_done_to else text
            if text and fit.score > 0.0 and stretch(pointed, said) is not None:
                fit = replace(fit, why=f'{fit.why} that says "{words.landmark.text}"')
                found.setdefault(len(text), []).append((words, fit))
        return found[max(found)] if found else []

    def _coded(self, allowed: Sequence[LandmarkWords], wanted: Clause) -> Fits:
        """Return what carries the codes, or what stands there: "the whiteboard of room 2.14"."""
        fits = [(words, score_code(words, said)) for words in allowed for said in wanted.codes]
        fits = [(words, fit) for words, fit in fits if fit.score > 0.0]
        if not fits or not wanted.things:
            return fits
        things = [(words, score_thing(words, wanted)) for words in allowed]
        things = [(words, fit) for words, fit in things if fit.score > 0.0]
        both = [pair for pair in fits if any(pair[0] is words for words, _ in things)]
        return both or self._relations.beside(things, Clause(codes=wanted.codes), "inside") or fits

    def _done_to_things(self, allowed: Sequence[LandmarkWords], wanted: Clause) -> Fits:
        """Return what serves a need that is done to the things named: "charge the forklift"."""
        serving = {thing for need in wanted.needs for thing in self._vocabulary.needs[need].find}
        if any(thing.name in serving for thing in wanted.things):
            return []
        wish = replace(wanted, things=(), colors=frozenset(), materials=frozenset())
        fits = [(words, score_wish(words, wish, self._vocabulary)) for words in allowed]
        return [(words, fit) for words, fit in fits if fit.score >= self.config.weak_score]

    def _signs(self, labelled: Fits, wanted: Clause) -> Fits:
        """Return the signs that are meant themselves.

        A need means a sign only in the sign's own words: "shipping", but not "ship this".
        """
        if wanted.rooms and self._vocabulary.acts & set(wanted.needs):
            return []  # "a fire in the kitchen"
        content = [stem for stem in wanted.said if stem not in self._vocabulary.ignore]
        return [
            (words, fit)
            for words, fit in labelled
            if not wanted.needs
            or (
                words.label.raw <= wanted.raw
                and len(content) <= _FEW_WORDS * len(words.label.words)
                and not self._is_part_of_phrase(words.label.words, wanted.said)
            )
        ]

    def _is_part_of_phrase(self, part: tuple[str, ...], said: tuple[str, ...]) -> bool:
        """Say whether words were said as part of something longer: "a shipping label"."""
        return any(
            len(phrase.stems) > len(part)
            and set(part) < set(phrase.stems)
            and stretch(phrase.stems, said) is not None
            for phrase in self._vocabulary.phrases_of(set(said))
        )

    def _stocked(self, allowed: Sequence[LandmarkWords], wanted: Clause) -> Fits:
        return [pair for pair in self._stock.asked_for(wanted.said) if pair[0] in allowed]

    def _only_stocked(self, allowed: Sequence[LandmarkWords], wanted: Clause) -> Fits:
        named = self._stock.named(wanted.said, is_part_enough=wanted.is_empty)
        return [pair for pair in named if pair[0] in allowed]

    def _things(self, allowed: Sequence[LandmarkWords], labelled: Fits, wanted: Clause) -> Fits:
        fits = [(words, score_thing(words, wanted)) for words in allowed]
        fits = [(words, fit) for words, fit in fits if fit.score > 0.0]
        if fits:
            with_text = self._with_text(fits, labelled, wanted)
            if with_text:
                return with_text
            # A need said along with a thing breaks ties: "a chair where I can work".
            bonus = replace(wanted, things=(), rooms=(), stems=())
            return [
                (words, replace(fit, score=fit.score * self._tie(words, bonus)))
                for words, fit in fits
            ]
        names = {word for thing in wanted.things for word in self._vocabulary.stems(thing.name)}
        named = [pair for pair in labelled if names & set(pair[0].label.words)]
        if named:
            return named
        # The thing is not here. Only a need that the same thing would have served may stand in.
        missing = {thing.name for thing in wanted.things}
        needs = tuple(
            name for name in wanted.needs if missing & set(self._vocabulary.needs[name].find)
        )
        if not needs and missing <= self._vocabulary.cargo:
            # "Putting things into cartons": what is said about them may still be a function.
            about = replace(wanted, things=())
            return [(words, score_wish(words, about, self._vocabulary)) for words in allowed]
        if not needs:
            return []
        wish = replace(wanted, things=(), rooms=(), needs=needs)
        fits = [(words, score_wish(words, wish, self._vocabulary)) for words in allowed]
        return [(words, fit) for words, fit in fits if fit.score >= self.config.strong_score]

    def _with_text(self, fits: Fits, labelled: Fits, wanted: Clause) -> Fits:
        """Return the fits whose text was said beside their name: "the bin for glass"."""
        names = {word for thing in wanted.things for word in self._vocabulary.stems(thing.name)}
        said = {id(words): fit for words, fit in labelled if set(words.label.words) - names}
        return [(words, said[id(words)]) for words, _ in fits if id(words) in said]

    def _tie(self, words: LandmarkWords, bonus: Clause) -> float:
        if not bonus.needs:
            return 1.0
        return 0.8 + 0.2 * min(1.0, score_wish(words, bonus, self._vocabulary).score)

    def _ruled_out(self, words: LandmarkWords, instruction: Instruction) -> bool:
        for clause in instruction.ruled_out:
            if any(score_code(words, said).score == 1.0 for said in clause.codes):
                return True
            if clause.things and score_thing(words, clause).score == 0.0:
                continue
            if not clause.things and not words.has_attributes(clause):
                continue
            if clause.is_empty and not (clause.colors or clause.materials):
                continue
            known = (not clause.colors or words.colors) and (
                not clause.materials or words.materials
            )
            is_there = not clause.rooms or self._relations.is_in(words, clause.rooms)
            if known and is_there and not clause.codes:
                return True
        return False

    def _refusal(self, instruction: Instruction) -> str:
        wanted = instruction.wanted
        places = ", ".join(f"{said.kind} {_written(said.code)}".strip() for said in wanted.codes)
        if places:
            return f"no sign on the map says {places!r}, which {instruction.text!r} asks for"
        named = ", ".join(thing.name for thing in wanted.things)
        wishes = ", ".join((*wanted.needs, *wanted.rooms))
        attributes = " ".join(sorted(wanted.colors | wanted.materials))
        if named:
            what = f"no {attributes} {named}".replace("  ", " ")
            return f"there is {what} on the map that fits {instruction.text!r}"
        if wishes:
            return f"nothing on the map serves {wishes!r}, which {instruction.text!r} asks for"
        return f"no landmark on the map fits {instruction.text!r}"

    def _match(self, landmark: Landmark, score: float, why: str, **flags: bool) -> GoalMatch:
        node_id = self._node_of(landmark)
        return GoalMatch(landmark.id, node_id, score, why, decided_by="words", **flags)

    def _node_of(self, landmark: Landmark) -> str:
        """Return the node with the best view; the nearest one where none is linked."""
        for node_id in landmark.node_ids:
            if node_id in self.map.node_by_id:
                return node_id
        return self.map.nearest_node(np.asarray(landmark.position_m[:2])).id


def _score(candidate: Candidate) -> float:
    return float(min(1.0, candidate.fit.score))


def _away(candidate: Candidate) -> str:
    return f", {candidate.distance_m:.1f} m away" if np.isfinite(candidate.distance_m) else ""


def _written(code: Sequence[str | int]) -> str:
    return "-".join(str(part).upper() for part in code)


def _plain_tokens(text: str) -> list[str]:
    return [token for token in tokenize(text) if token[0].isalnum()]
