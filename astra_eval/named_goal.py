"""A goal named plainly: "take me to the green armchair". The named, easier row of missions.

It takes the understanding of language out of a mission, so that what is left over is finding
itself, the way and the drive. The headline row uses the hand-written sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from astra_core.errors import SceneError
from astra_eval.instructions.answer import is_one_place

if TYPE_CHECKING:
    from astra_sim.scenes.types import Scene, SceneLandmark

__all__ = ["named_goal"]


def named_goal(scene: Scene, rng: np.random.Generator) -> tuple[str, tuple[str, ...]]:
    """Draw a landmark that its writing, or colour and category, tell from all others.

    Args:
        scene: The building.
        rng: Draws it; all that can be told apart are equally likely.

    Returns:
        The words, and the ids of the landmarks they fit: one, or several in one place.

    Raises:
        SceneError: No landmark of the building can be told apart.
    """
    for index in rng.permutation(len(scene.landmarks)):
        mark = scene.landmarks[int(index)]
        for words, fitting in (_by_text(scene, mark), _by_color(scene, mark)):
            if fitting and is_one_place(fitting):
                return words, tuple(sorted(item.id for item in fitting))
    raise SceneError(f"{scene.family} {scene.seed}: no landmark can be told from the others")


def _by_text(scene: Scene, mark: SceneLandmark) -> tuple[str, list[SceneLandmark]]:
    if not mark.text:
        return "", []
    # Who reads the name of a room wants to go there: the sign and the room's things fit as well.
    fitting = [item for item in scene.landmarks if item.text.casefold() == mark.text.casefold()]
    return f"take me to the {mark.category} {mark.text}", fitting


def _by_color(scene: Scene, mark: SceneLandmark) -> tuple[str, list[SceneLandmark]]:
    fitting = [
        item
        for item in scene.landmarks
        if item.category == mark.category and item.color == mark.color
    ]
    return f"take me to the {mark.color} {mark.category}", fitting
