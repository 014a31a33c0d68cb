"""Relations: what stands in a room, beside a thing, closest to a place, in an aisle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from astra_global.goal.config import GoalConfig
from astra_global.goal.geometry import box_gap_m
from astra_global.goal.instruction import Clause
from astra_global.goal.scoring import Fit, LandmarkWords, score_code, score_thing
from astra_global.goal.vocabulary import Vocabulary
from astra_global.types import Landmark

__all__ = ["Fits", "Relations"]

Fits = list[tuple[LandmarkWords, Fit]]

# A piece of furniture this typical marks its room where no sign does.
_TYPICAL = 0.8
_EQUALLY_NEAR_M = 0.3


class Relations:
    """Knows what marks places on one map."""

    def __init__(
        self, landmarks: Sequence[LandmarkWords], config: GoalConfig, vocabulary: Vocabulary
    ) -> None:
        """Keep the landmarks of a map."""
        self._words = landmarks
        self._config = config
        self._vocabulary = vocabulary

    def coded(self, clause: Clause) -> list[Landmark]:
        """Return what marks the numbered places of a clause; an aisle is marked by its bays too."""
        marks = []
        for said in clause.codes:
            for words in self._words:
                code = words.label.code
                is_bay = said.kind == "aisle" and code is not None and len(code) > 1
                is_of_aisle = is_bay and code is not None and code[:1] == said.code
                if score_code(words, said).score == 1.0 or is_of_aisle:
                    marks.append(words.landmark)
        return marks

    def rooms(self, rooms: Sequence[str]) -> list[Landmark]:
        """Return the landmarks that tell where rooms are: signs with their name, else furniture."""
        marks = []
        for room in rooms:
            need = self._vocabulary.needs[room]
            marks += [
                words.landmark
                for words in self._words
                if room in words.label.names
                or any(
                    words.name == thing for thing, weight in need.find.items() if weight >= _TYPICAL
                )
            ]
        return marks

    def is_in(self, words: LandmarkWords, rooms: Sequence[str]) -> bool:
        """Say whether a landmark stands in one of the rooms, as far as their marks tell."""
        gaps = [box_gap_m(words.landmark, mark) for mark in self.rooms(rooms)]
        return bool(gaps) and min(gaps) <= 0.5 * self._config.room_m

    def in_rooms(self, fits: Fits, rooms: Sequence[str], labelled: Sequence[Landmark]) -> Fits:
        """Keep what stands in a room; all of it where nothing marks the room."""
        marks = [*labelled, *self.rooms(rooms)]
        if not marks:
            return fits
        return self._near(fits, marks, self._config.room_m, f"in the {rooms[0]}", marks_count=True)

    def beside(self, fits: Fits, near: Clause, relation: str) -> Fits:
        """Keep what stands beside, in or closest to what a clause names."""
        marks = self.coded(near)
        what = next((f"{said.kind} {said.code}" for said in near.codes), "")
        if not near.codes:
            marks = [words.landmark for words in self._words if score_thing(words, near).score > 0]
            marks += self.rooms(near.rooms)
            what = near.things[0].name if near.things else near.rooms[0]
        if not marks:
            return fits if len(fits) == 1 and not near.codes else []
        limit_m = {"closest": np.inf, "inside": self._config.room_m}.get(
            relation, self._config.beside_m
        )
        return self._near(fits, marks, limit_m, f"{relation} {what}", marks_count=False)

    def _near(
        self,
        fits: Fits,
        marks: Sequence[Landmark],
        limit_m: float,
        why: str,
        marks_count: bool,
    ) -> Fits:
        """Keep what stands near one of the marks; the nearest keeps its score, others lose.

        Args:
            fits: What to choose from.
            marks: What to be near to.
            limit_m: Largest gap.
            why: For people.
            marks_count: Whether a mark is near itself: the fridge is in the kitchen that it marks.
        """
        kept = []
        for words, fit in fits:
            gaps = [
                box_gap_m(words.landmark, mark) for mark in marks if mark.id != words.landmark.id
            ]
            is_mark = any(mark.id == words.landmark.id for mark in marks)
            gap_m = 0.0 if is_mark and marks_count else min(gaps, default=np.inf)
            if gap_m <= limit_m and np.isfinite(gap_m):
                kept.append((words, fit, gap_m))
        if not kept:
            return []
        nearest_m = min(gap_m for *_, gap_m in kept)
        return [
            (
                words,
                replace(fit, score=fit.score * _fade(gap_m - nearest_m), why=f"{fit.why}, {why}"),
            )
            for words, fit, gap_m in kept
        ]


def _fade(extra_m: float) -> float:
    """Return what is left of a score so much further away than the nearest."""
    return 1.0 if extra_m < _EQUALLY_NEAR_M else max(0.5, 0.9 - 0.1 * extra_m)
