"""Where somebody wants the robot to go, and what on the map that means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ConfigError

__all__ = ["Goal", "GoalKind", "GoalMatch"]


class GoalKind(IntEnum):
    """How a goal is named; the values of ``astra_msgs/msg/GoalSpec.kind``."""

    TEXT = 0
    LANDMARK = 1
    POSE = 2
    IMAGE = 3


@dataclass(frozen=True, eq=False)
class Goal:
    """A place named by words, a landmark, a pose or a picture. Exactly one field is set.

    Attributes:
        text: "I am thirsty".
        landmark_id: A landmark of the map.
        pose: ``(3,)`` [x, y, theta] in ``map``.
        image: ``(H, W, 3)`` uint8, RGB, taken at the goal.
    """

    text: str | None = None
    landmark_id: str | None = None
    pose: NDArray[np.float64] | None = None
    image: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        """Refuse a goal that names nothing or two things."""
        given = [
            name for name, value in vars(self).items() if value is not None and not _blank(value)
        ]
        if len(given) != 1:
            raise ConfigError(f"a goal needs exactly one of text, landmark, pose, image: {given}")

    @property
    def kind(self) -> GoalKind:
        """Return how this goal is named."""
        if self.text:
            return GoalKind.TEXT
        if self.landmark_id:
            return GoalKind.LANDMARK
        return GoalKind.POSE if self.pose is not None else GoalKind.IMAGE


def _blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


@dataclass(frozen=True)
class GoalMatch:
    """The landmark that an instruction means (paper, section 1.5).

    Attributes:
        landmark_id: The landmark.
        node_id: Node with the best view of it.
        score: How well it fits, 0..1.
        why: One line for people.
        is_equal: Whether it serves as well as the first, so that the shorter way may decide.
        may_replace: Whether it may be taken where those before it cannot be reached.
        decided_by: Which ranker says so, by the name of its part: ``words``, ``mllm``, ...
    """

    landmark_id: str
    node_id: str
    score: float
    why: str
    is_equal: bool = False
    may_replace: bool = False
    decided_by: str = ""
