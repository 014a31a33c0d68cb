"""Who finds the landmark that an instruction means: the stack, and what it is compared with."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import GoalAmbiguous, GoalNotFound
from astra_core.stack_spec import StackSpec

if TYPE_CHECKING:
    from astra_global.types import AstraMap, Landmark

__all__ = ["Decision", "GoalMethod", "RandomLandmark", "StackGoals", "WordOverlap", "describe"]

_STOP_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        "a an and are at be by can could do for from go going has have i in into is it its let "
        "like me my need no not of on one or our please some something take that the there this "
        "to up us want we where which who will with would you your",
    )
)


@dataclass(frozen=True)
class Decision:
    """What was made of an instruction.

    Attributes:
        action: ``arrive``, ``ask`` or ``refuse``.
        landmark_id: Where to, empty unless ``arrive``.
        node_id: The node to look from, empty unless ``arrive``.
    """

    action: Literal["arrive", "ask", "refuse"]
    landmark_id: str = ""
    node_id: str = ""


class GoalMethod(Protocol):
    """Finds goals on one map."""

    def decide(self, text: str, robot_xy: NDArray[np.float64]) -> Decision:
        """Return what to do with an instruction, the robot being at ``(2,)`` in ``map``."""
        ...


class StackGoals:
    """The goals of the stack."""

    def __init__(self, spec: StackSpec, astra_map: AstraMap) -> None:
        """Read the landmarks of the map."""
        from astra_global.stack import build_goals

        self._goals = build_goals(spec, astra_map)

    def decide(self, text: str, robot_xy: NDArray[np.float64]) -> Decision:
        """Resolve the instruction."""
        try:
            match = self._goals.rank(text, robot_xy)[0]
        except GoalAmbiguous:
            return Decision("ask")
        except GoalNotFound:
            return Decision("refuse")
        return Decision("arrive", match.landmark_id, match.node_id)


class WordOverlap:
    """The landmark that shares most words with the instruction, rare words first; else a refusal.

    A word weighs log(L / number of landmarks that have it), L landmarks in all.
    """

    def __init__(self, astra_map: AstraMap) -> None:
        """Count the words of all landmarks."""
        self._landmarks = astra_map.landmarks
        self._words = [_words(describe(mark)) for mark in astra_map.landmarks]
        counts = Counter(word for words in self._words for word in words)
        self._weight = {
            word: float(np.log(1.0 + len(self._words) / count)) for word, count in counts.items()
        }

    def decide(self, text: str, robot_xy: NDArray[np.float64]) -> Decision:
        """Choose by words; the nearest of equals."""
        asked = _words(text)
        scores = np.array(
            [sum(self._weight[word] for word in words & asked) for words in self._words]
        )
        if not len(scores) or scores.max() <= 0.0:
            return Decision("refuse")
        return choose_nearest(self._landmarks, scores, robot_xy)


class RandomLandmark:
    """Any landmark: what chance gets."""

    def __init__(self, astra_map: AstraMap, rng: np.random.Generator) -> None:
        """Keep the landmarks."""
        self._landmarks = astra_map.landmarks
        self._rng = rng

    def decide(self, text: str, robot_xy: NDArray[np.float64]) -> Decision:
        """Draw a landmark."""
        return _towards(self._landmarks[int(self._rng.integers(len(self._landmarks)))])


def describe(landmark: Landmark) -> str:
    """Return all attributes of a landmark as one phrase."""
    looks = f"{landmark.color} {landmark.material} {landmark.category}"
    return " ".join(part for part in (looks, landmark.text, landmark.function) if part)


def choose_nearest(
    landmarks: tuple[Landmark, ...], scores: NDArray[np.float64], robot_xy: NDArray[np.float64]
) -> Decision:
    """Return the way to the best landmark by scores ``(L,)``, the nearest one of equals."""
    best = np.flatnonzero(scores >= scores.max() - 1e-9)
    positions = np.array([landmarks[index].position_m[:2] for index in best])
    nearest = best[int(np.argmin(np.linalg.norm(positions - robot_xy, axis=1)))]
    return _towards(landmarks[int(nearest)])


def _towards(landmark: Landmark) -> Decision:
    return Decision("arrive", landmark.id, landmark.node_ids[0] if landmark.node_ids else "")


def _words(text: str) -> frozenset[str]:
    """Return the words of a text without filling words, plural or not."""
    found = re.findall(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", text.lower())
    return frozenset(
        word[:-1] if len(word) > 3 and word.endswith("s") else word
        for word in found
        if word not in _STOP_WORDS
    )
