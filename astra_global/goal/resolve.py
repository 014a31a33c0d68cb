"""From an instruction to a landmark (paper, section 1.5: goal localization).

Rules beyond the paper, which leaves them open:

* A wish ("I am thirsty", "a chair") takes the nearest of the landmarks that serve it equally well;
  search goes outward in rings of ``search_radius_m`` and stops at the first ring with a strong fit.
* A particular thing ("the blue sofa") is looked for on the whole map. Several that fit equally and
  stand apart are asked back, unless they are facilities of which any will do (toilets, exits).
* What is named but not on the map is refused, even if something similar is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from astra_core.errors import GoalAmbiguous, GoalNotFound
from astra_global.goal.config import GoalConfig
from astra_global.goal.geometry import box_gap_m, point_gap_m
from astra_global.goal.instruction import Clause, Instruction, read_instruction
from astra_global.goal.scoring import (
    Fit,
    LandmarkWords,
    asks_for_code,
    score_sign,
    score_thing,
    score_wish,
)
from astra_global.goal.vocabulary import Vocabulary, load_vocabulary
from astra_global.types import AstraMap, GoalMatch, Landmark

__all__ = ["GoalResolver", "resolve_goal"]


@dataclass(frozen=True)
class _Candidate:
    words: LandmarkWords
    fit: Fit
    distance_m: float

    @property
    def landmark(self) -> Landmark:
        return self.words.landmark


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
            return [GoalMatch(landmark.id, self._node_of(landmark), 1.0, "its id was given")]
        instruction = read_instruction(text, self._vocabulary)
        candidates = self._candidates(instruction, robot_xy)
        if not candidates:
            raise GoalNotFound(self._refusal(instruction))
        if candidates[0].fit.is_specific and not instruction.nearest:
            chosen = self._choose_particular(instruction, candidates)
        else:
            chosen = self._choose_nearest(candidates)
        rest = sorted(
            (candidate for candidate in candidates if candidate is not chosen),
            key=lambda candidate: (-candidate.fit.score, candidate.distance_m),
        )
        return [self._match(candidate) for candidate in (chosen, *rest)]

    def _candidates(self, instruction: Instruction, robot_xy: ArrayLike | None) -> list[_Candidate]:
        """Return what fits, best class of evidence only: thing named, then sign, then wish."""
        allowed = [words for words in self._words if not self._ruled_out(words, instruction)]
        wanted = instruction.wanted
        signs = [(words, score_sign(words, instruction, self._vocabulary)) for words in allowed]
        signs = [(words, fit) for words, fit in signs if fit.score > 0.0]
        if not signs and any(asks_for_code(words, instruction) for words in allowed):
            return []
        if wanted.things:
            fits = self._things(allowed, signs, instruction)
            near, marks = instruction.near, list(signs)
        else:
            fits = signs if signs and instruction.near.is_empty and not wanted.needs else []
            fits = fits or [
                (words, score_wish(words, wanted, self._vocabulary)) for words in allowed
            ]
            near, marks = instruction.near, list(signs) if wanted.needs else []
        fits = [(words, fit) for words, fit in fits if fit.score >= self.config.weak_score]
        if wanted.rooms and (wanted.things or wanted.needs):
            fits = self._in_rooms(fits, wanted, marks) or ([] if wanted.things else fits)
        if not near.is_empty:
            fits = self._beside(fits, near)
        return [_Candidate(words, fit, _distance(words.landmark, robot_xy)) for words, fit in fits]

    def _things(
        self,
        allowed: Sequence[LandmarkWords],
        signs: list[tuple[LandmarkWords, Fit]],
        instruction: Instruction,
    ) -> list[tuple[LandmarkWords, Fit]]:
        wanted = instruction.wanted
        fits = [(words, score_thing(words, wanted)) for words in allowed]
        fits = [(words, fit) for words, fit in fits if fit.score > 0.0]
        with_text = [pair for pair in fits if any(pair[0] is words for words, _ in signs)]
        if with_text:
            return with_text
        if fits:
            # A need said along with a thing breaks ties: "a chair where I can work".
            bonus = replace(wanted, things=(), rooms=(), stems=())
            return [
                (words, replace(fit, score=fit.score * self._tie(words, bonus)))
                for words, fit in fits
            ]
        if signs:
            return signs
        # The thing is not here. Only a need that the same thing would have served may stand in.
        missing = {thing.name for thing in wanted.things}
        needs = tuple(
            name for name in wanted.needs if missing & set(self._vocabulary.needs[name].find)
        )
        if not needs:
            return []
        wish = replace(wanted, things=(), rooms=(), needs=needs)
        fits = [(words, score_wish(words, wish, self._vocabulary)) for words in allowed]
        return [(words, fit) for words, fit in fits if fit.score >= self.config.strong_score]

    def _tie(self, words: LandmarkWords, bonus: Clause) -> float:
        if not bonus.needs:
            return 1.0
        return 0.8 + 0.2 * min(1.0, score_wish(words, bonus, self._vocabulary).score)

    def _ruled_out(self, words: LandmarkWords, instruction: Instruction) -> bool:
        for clause in instruction.ruled_out:
            if clause.things and score_thing(words, clause).score == 0.0:
                continue
            if not clause.things and not words.has_attributes(clause):
                continue
            known = (not clause.colors or words.colors) and (
                not clause.materials or words.materials
            )
            if known and (not clause.rooms or self._is_in(words, clause.rooms)):
                return True
        return False

    def _is_in(self, words: LandmarkWords, rooms: Sequence[str]) -> bool:
        marks = self._room_marks(rooms)
        gaps = [box_gap_m(words.landmark, mark) for mark in marks]
        return bool(gaps) and min(gaps) <= 0.5 * self.config.room_m

    def _room_marks(self, rooms: Sequence[str]) -> list[Landmark]:
        """Return the landmarks that tell where rooms are: signs with their name, else furniture."""
        marks = []
        for room in rooms:
            need = self._vocabulary.needs[room]
            name = set(self._vocabulary.stems(room))
            marks += [
                words.landmark
                for words in self._words
                if (words.sign and set(words.sign) == name)
                or any(words.name == thing for thing, weight in need.find.items() if weight >= 0.8)
            ]
        return marks

    def _in_rooms(
        self,
        fits: list[tuple[LandmarkWords, Fit]],
        wanted: Clause,
        signs: list[tuple[LandmarkWords, Fit]],
    ) -> list[tuple[LandmarkWords, Fit]]:
        marks = [words.landmark for words, _ in signs] + self._room_marks(wanted.rooms)
        if not marks:
            return fits
        return self._nearest_to(fits, marks, self.config.room_m, "in the " + wanted.rooms[0])

    def _beside(
        self, fits: list[tuple[LandmarkWords, Fit]], near: Clause
    ) -> list[tuple[LandmarkWords, Fit]]:
        marks = [words.landmark for words in self._words if score_thing(words, near).score > 0.0]
        marks += self._room_marks(near.rooms)
        if not marks:
            return fits if len(fits) == 1 else []
        what = near.things[0].name if near.things else near.rooms[0]
        return self._nearest_to(fits, marks, self.config.beside_m, f"beside the {what}")

    def _nearest_to(
        self,
        fits: list[tuple[LandmarkWords, Fit]],
        marks: Sequence[Landmark],
        limit_m: float,
        why: str,
    ) -> list[tuple[LandmarkWords, Fit]]:
        """Keep what stands near one of the marks; the nearest keeps its score, others lose."""
        kept = []
        for words, fit in fits:
            gaps = [
                box_gap_m(words.landmark, mark) for mark in marks if mark.id != words.landmark.id
            ]
            # A landmark that itself marks the room ("the fridge in the kitchen") is in it.
            is_mark = any(mark.id == words.landmark.id for mark in marks)
            gap_m = 0.0 if is_mark and limit_m == self.config.room_m else min(gaps, default=np.inf)
            if gap_m <= limit_m:
                kept.append((words, fit, gap_m))
        if not kept:
            return []
        nearest_m = min(gap_m for *_, gap_m in kept)
        return [
            (words, Fit(fit.score * _fade(gap_m - nearest_m), f"{fit.why}, {why}", fit.is_specific))
            for words, fit, gap_m in kept
        ]

    def _choose_nearest(self, candidates: list[_Candidate]) -> _Candidate:
        config = self.config
        for threshold in (config.strong_score, config.weak_score):
            good = [c for c in candidates if c.fit.score >= threshold]
            if not good:
                continue
            nearest_m = min(candidate.distance_m for candidate in good)
            ring = int(nearest_m // config.search_radius_m)
            region = [c for c in good if c.distance_m < (ring + 1) * config.search_radius_m]
            best = max(candidate.fit.score for candidate in region)
            equal = [c for c in region if c.fit.score >= best - config.equal_margin]
            return min(equal, key=lambda c: (c.distance_m, -c.fit.score, c.landmark.id))
        raise AssertionError("candidates below the weak score were removed before")

    def _choose_particular(
        self, instruction: Instruction, candidates: list[_Candidate]
    ) -> _Candidate:
        best = max(candidate.fit.score for candidate in candidates)
        # Exact names beat kinds of them by their score, so equality is narrow here.
        equal = [c for c in candidates if c.fit.score >= best - 0.5 * self.config.equal_margin]
        nearest = min(equal, key=lambda c: (c.distance_m, c.landmark.id))
        is_facility = nearest.words.name in self._vocabulary.facilities
        apart = [
            c for c in equal if box_gap_m(c.landmark, nearest.landmark) > self.config.together_m
        ]
        if not apart or (is_facility and not instruction.wanted.colors):
            return nearest
        raise GoalAmbiguous(self._question(instruction, [nearest, *apart]))

    def _question(self, instruction: Instruction, equal: list[_Candidate]) -> str:
        options = "; ".join(self._describe(candidate.landmark) for candidate in equal[:4])
        more = f" and {len(equal) - 4} more" if len(equal) > 4 else ""
        return f"{instruction.text!r} fits {len(equal)} places, which one? {options}{more}"

    def _describe(self, landmark: Landmark) -> str:
        others = [
            (box_gap_m(landmark, other), other)
            for other in self.map.landmarks
            if other.id != landmark.id and other.category != landmark.category
        ]
        beside = f" beside the {min(others, key=lambda o: o[0])[1].category}" if others else ""
        looks = " ".join(word for word in (landmark.color, landmark.category) if word)
        return f"{landmark.id} ({looks}{beside})"

    def _refusal(self, instruction: Instruction) -> str:
        named = ", ".join(thing.name for thing in instruction.wanted.things)
        wishes = ", ".join((*instruction.wanted.needs, *instruction.wanted.rooms))
        attributes = " ".join(sorted(instruction.wanted.colors | instruction.wanted.materials))
        if named:
            what = f"no {attributes} {named}".replace("  ", " ")
            return f"there is {what} on the map that fits {instruction.text!r}"
        if wishes:
            return f"nothing on the map serves {wishes!r}, which {instruction.text!r} asks for"
        return f"no landmark on the map fits {instruction.text!r}"

    def _match(self, candidate: _Candidate) -> GoalMatch:
        landmark, fit = candidate.landmark, candidate.fit
        away = f", {candidate.distance_m:.1f} m away" if np.isfinite(candidate.distance_m) else ""
        score = float(min(1.0, fit.score))
        return GoalMatch(landmark.id, self._node_of(landmark), score, fit.why + away)

    def _node_of(self, landmark: Landmark) -> str:
        """Return the node with the best view; the nearest one where none is linked."""
        for node_id in landmark.node_ids:
            if node_id in self.map.node_by_id:
                return node_id
        return self.map.nearest_node(np.asarray(landmark.position_m[:2])).id


def _distance(landmark: Landmark, robot_xy: ArrayLike | None) -> float:
    if robot_xy is None:
        return 0.0
    return float(point_gap_m(landmark, np.asarray(robot_xy, dtype=np.float64)[:2]))


def _fade(extra_m: float) -> float:
    return 1.0 if extra_m < 0.5 else max(0.5, 0.9 - 0.1 * extra_m)
