"""Which of several landmarks that fit: the nearest, a particular one, or a question back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from astra_core.errors import GoalAmbiguous
from astra_global.goal.config import GoalConfig
from astra_global.goal.geometry import box_gap_m, point_gap_m
from astra_global.goal.instruction import Instruction
from astra_global.goal.scoring import Fit, LandmarkWords
from astra_global.types import Landmark

__all__ = ["Candidate", "choose_nearest", "choose_particular", "describe_apart", "distance_m"]

_MOST_OPTIONS = 4
# So much worse a fit is not taken for being nearer.
_MUCH_WORSE = 0.25


@dataclass(frozen=True)
class Candidate:
    """A landmark that fits, how well, and how far it is from the robot."""

    words: LandmarkWords
    fit: Fit
    distance_m: float

    @property
    def landmark(self) -> Landmark:
        """Return the landmark itself."""
        return self.words.landmark


def distance_m(landmark: Landmark, robot_xy: ArrayLike | None) -> float:
    """Return the gap between robot and landmark; 0 where the robot's place does not matter."""
    if robot_xy is None:
        return 0.0
    return float(point_gap_m(landmark, np.asarray(robot_xy, dtype=np.float64)[:2]))


def choose_nearest(candidates: Sequence[Candidate], config: GoalConfig) -> list[Candidate]:
    """Search outward: the first ring with a strong fit, else the first with a weak one.

    Inside a ring of ``search_radius_m`` the better fit wins, among equal ones the nearer.

    Returns:
        The equal ones, nearest first.
    """
    strong = [c for c in candidates if c.fit.score >= config.strong_score]
    most = max(c.fit.score for c in candidates)
    good = strong or [c for c in candidates if c.fit.score >= most - _MUCH_WORSE]
    ring = int(min(c.distance_m for c in good) // config.search_radius_m)
    region = [c for c in good if c.distance_m < (ring + 1) * config.search_radius_m]
    best = max(c.fit.score for c in region)
    equal = [c for c in region if c.fit.score >= best - config.equal_margin]
    return sorted(equal, key=lambda c: (c.distance_m, -c.fit.score, c.landmark.id))


def choose_particular(
    instruction: Instruction,
    candidates: Sequence[Candidate],
    facilities: frozenset[str],
    config: GoalConfig,
    landmarks: Sequence[Landmark],
) -> list[Candidate]:
    """Return the one that is meant, wherever on the map it is; nearest first if any will do.

    Raises:
        GoalAmbiguous: Several fit equally and stand apart, and it matters which.
    """
    specific = [c for c in candidates if c.fit.is_specific]
    best = max(c.fit.score for c in specific)
    # Exact names beat kinds of them by their score, so equality is narrow here.
    equal = [c for c in specific if c.fit.score >= best - 0.5 * config.equal_margin]
    equal = sorted(equal, key=lambda c: (c.distance_m, c.landmark.id))
    nearest = equal[0]
    if nearest.words.name in facilities or nearest.words.label.names & facilities:
        return equal
    apart = [c for c in equal if not _is_same_place(c, nearest, config)]
    if not apart:
        return equal
    raise GoalAmbiguous(_question(instruction, [nearest, *apart], landmarks))


def _is_same_place(first: Candidate, second: Candidate, config: GoalConfig) -> bool:
    """Say whether it does not matter which: side by side, or two signs with the same text."""
    if box_gap_m(first.landmark, second.landmark) <= config.together_m:
        return True
    is_sign = first.words.label.code is not None or first.words.name == second.words.name == "sign"
    return is_sign and first.landmark.text == second.landmark.text


def _question(
    instruction: Instruction, equal: Sequence[Candidate], landmarks: Sequence[Landmark]
) -> str:
    options = "; ".join(describe_apart([c.landmark for c in equal[:_MOST_OPTIONS]], landmarks))
    more = f" and {len(equal) - _MOST_OPTIONS} more" if len(equal) > _MOST_OPTIONS else ""
    return f"{instruction.text!r} fits {len(equal)} places, which one? {options}{more}"


def describe_apart(options: Sequence[Landmark], landmarks: Sequence[Landmark]) -> list[str]:
    """Describe options; of those that sound alike each with its place on the map."""
    told = [_describe(landmark, landmarks) for landmark in options]
    return [
        f"{landmark.id} ({words})"
        if told.count(words) == 1
        else f"{landmark.id} ({words}, at x {landmark.position_m[0]:.1f} m, "
        f"y {landmark.position_m[1]:.1f} m)"
        for landmark, words in zip(options, told, strict=True)
    ]


def _describe(landmark: Landmark, landmarks: Sequence[Landmark]) -> str:
    looks = " ".join(word for word in (landmark.color, landmark.category) if word)
    if landmark.text:
        return f'{looks} "{landmark.text}"'
    others = [
        (box_gap_m(landmark, other), other.text or f"the {other.category}")
        for other in landmarks
        if other.id != landmark.id and other.category != landmark.category
    ]
    beside = f" beside {min(others)[1]}" if others else ""
    return f"{looks}{beside}"
