"""Which things of an office get a name: all that are rare, some of what there are dozens of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from astra_sim.scenes.decor import Hanging
from astra_sim.scenes.floor_plan import FloorPlan
from astra_sim.scenes.functions_office import (
    DOOR_SIGN_FUNCTION,
    EXIT_SIGN_FUNCTION,
    OFFICE_FUNCTIONS,
    WAY_SIGN_FUNCTION,
)
from astra_sim.scenes.naming import name_landmark
from astra_sim.scenes.placing import Placed
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import SceneLandmark, SceneObject

__all__ = ["LANDMARK_RANGE", "OfficeSigns", "office_landmarks"]

#: Number of landmarks of an office.
LANDMARK_RANGE = (30, 120)
_FEWEST = 36
#: Things of which only some are named.
_LESSER = frozenset(
    (
        "desk",
        "office chair",
        "plant",
        "trash bin",
        "filing cabinet",
        "bookshelf",
        "coat rack",
        "sideboard",
        "storage shelf",
        "armchair",
        "coffee table",
        "recycling bin",
        "fire extinguisher",
    )
)


@dataclass(frozen=True)
class OfficeSigns:
    """The signs of an office: beside doors, over corridors, and at the stairs."""

    doors: tuple[Hanging, ...]
    ways: tuple[Hanging, ...]
    exit: Hanging

    def all(self) -> tuple[Hanging, ...]:
        """Return all of them."""
        return (*self.doors, *self.ways, self.exit)


def office_landmarks(
    seed: int,
    plan: FloorPlan,
    furniture: list[tuple[Placed, SceneObject]],
    signs: OfficeSigns,
    pictures: list[Hanging],
    clearance_m: float,
    reach_m: float,
) -> list[SceneLandmark]:
    """Name things.

    Args:
        seed: Seed of the scene.
        plan: Where the robot can be; of what there are dozens only what it gets to is named.
        furniture: All pieces and their objects.
        signs: All signs.
        pictures: All pictures.
        clearance_m: Radius of the robot with its margin.
        reach_m: How near it must get.

    Returns:
        30 to 120 landmarks, at least one of every category there is.
    """
    rng = stream(seed, "landmarks")
    named = [_sign(rng, sign, DOOR_SIGN_FUNCTION) for sign in signs.doors]
    named += [_sign(rng, sign, WAY_SIGN_FUNCTION) for sign in signs.ways]
    named.append(_sign(rng, signs.exit, EXIT_SIGN_FUNCTION))
    main: list[SceneLandmark] = []
    lesser: list[SceneLandmark] = []
    for item, obj in furniture:
        piece = item.piece
        if piece.landmark:
            function = _pick(rng, OFFICE_FUNCTIONS[piece.kind])
            landmark = name_landmark(
                obj, piece.kind, piece.color, piece.material, piece.text, function
            )
            (lesser if piece.kind in _LESSER else main).append(landmark)
    lesser = [lesser[i] for i in rng.permutation(len(lesser))]
    words = OFFICE_FUNCTIONS["picture"]
    art = [
        name_landmark(art.obj, "picture", art.color, art.material, "", _pick(rng, words))
        for art in (pictures[i] for i in rng.permutation(len(pictures)))
    ]

    def near(landmarks: list[SceneLandmark]) -> Iterator[SceneLandmark]:
        return (
            one for one in landmarks if plan.reachable_near(one, clearance_m, reach_m) is not None
        )

    first, more = _firsts(main)
    few, others = _firsts(lesser)
    share = round(len(others) * rng.uniform(0.1, 0.5))
    paintings = list(islice(near(art), int(rng.integers(2, 7))))
    # What is rarest comes first, so that the limit takes away the third desk, not the lift.
    named += [*first, *near(few), *paintings]
    # Tours differ in how thoroughly they name what comes several times.
    order = rng.permutation(len(more))[: round(len(more) * rng.uniform(0.3, 1.0))]
    named += [more[i] for i in order]
    named += islice(near(others), max(share, _FEWEST - len(named)))
    return named[: LANDMARK_RANGE[1]]


def _firsts(
    landmarks: list[SceneLandmark],
) -> tuple[list[SceneLandmark], list[SceneLandmark]]:
    """Split into the first one of every category, and the others."""
    seen: set[str] = set()
    first: list[SceneLandmark] = []
    others: list[SceneLandmark] = []
    for landmark in landmarks:
        (others if landmark.category in seen else first).append(landmark)
        seen.add(landmark.category)
    return first, others


def _sign(rng: np.random.Generator, sign: Hanging, words: tuple[str, ...]) -> SceneLandmark:
    function = _pick(rng, words).format(room=sign.about)
    return name_landmark(sign.obj, "sign", sign.color, sign.material, sign.text, function)


def _pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(0, len(words)))]
