"""Localization as an evaluation: queries in one scene, and what a table says of many scenes.

Protocol (DESIGN section 8): start anywhere free, any heading, no prior, conditions of missions; a
query is several moments on a short drive, or one. All methods answer the same queries.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astra_core.angles import wrap_angle
from astra_core.stack_spec import CLASSICAL, DEFAULT, StackSpec
from astra_eval.instructions.landmark_filter import room_of
from astra_eval.localization_methods import (
    Answer,
    BestMoment,
    LastMoment,
    Method,
    RandomNode,
    Stack,
)
from astra_eval.localization_queries import Query, QueryMaker
from astra_eval.metrics.calibration import pose_nees
from astra_eval.rows import Unit
from astra_eval.stack_facts import compared_stacks
from astra_sim.conditions import Conditions
from astra_sim.scenes.seeds import stream

if TYPE_CHECKING:
    from astra_core.camera import CameraRig
    from astra_global.types import AstraMap
    from astra_sim.scenes.types import Room, Scene

__all__ = ["CAMERAS", "LocalizationWork", "judge_answer"]

#: Which cameras of the rig a query may use; none named means all.
CAMERAS: dict[str, tuple[str, ...]] = {"rig": (), "front": ("front",)}

MapFolder = Callable[[str, int], Path]


@dataclass(frozen=True)
class LocalizationWork:
    """Makes and answers the queries of one scene.

    Attributes:
        family: Scene family.
        conditions: What has changed since the tour, and who walks about.
        cameras: A key of :data:`CAMERAS`.
        frames: Moments per query.
        per_scene: Queries in each scene.
        map_folder: Returns the map of a scene, made where it is missing.
        carried: Whether the robot is carried elsewhere in the middle of every query.
        stack: What is evaluated; the classical one is asked beside any other.
    """

    family: str
    conditions: Conditions
    cameras: str
    frames: int
    per_scene: int
    map_folder: MapFolder
    carried: bool = False
    stack: StackSpec = DEFAULT

    def __call__(self, unit: Unit) -> dict[str, Any]:
        """Return the row of a scene seed: all its queries with all answers."""
        from astra_eval.identifiable import Identifier
        from astra_global.map import load_map
        from astra_sim.profile import load_profile
        from astra_sim.scenes import make_scene
        from astra_sim.scenes.floor_plan import floor_plan
        from astra_sim.simulator import Simulator

        (seed,) = unit
        astra_map = load_map(self.map_folder(self.family, seed))
        profile = load_profile()
        kind = ("carried",) if self.carried else ()
        rng = stream(seed, "localization", self.cameras, self.frames, *kind)
        queries = []
        with Simulator(
            make_scene(self.family, seed),
            profile,
            seed,
            conditions=self.conditions,
            camera_hz=0.0,
            depth=False,
            semantics=True,
        ) as simulator:
            methods = _methods(self.stack, astra_map, simulator.rig, seed, self.frames)
            now = simulator.scene
            maker = QueryMaker(
                simulator,
                floor_plan(now),
                Identifier(now, profile.signs),
                CAMERAS[self.cameras] or simulator.rig.names,
                self.frames,
                carried=self.carried,
            )
            for _ in range(self.per_scene):
                query = maker.make(rng)
                answers = {name: method.answer(query) for name, method in methods.items()}
                queries.append(_judge(query, answers, now))
        return {"queries": queries}


def _methods(
    stack: StackSpec, astra_map: AstraMap, rig: CameraRig, seed: int, num_moments: int
) -> dict[str, Method]:
    """Return who answers; the stack first, baselines after it."""
    from astra_global.config import AstraGlobalConfig
    from astra_global.localize import (
        LocalizeConfig,
        PnpLocalizer,
        RetrievalLocalizer,
        SignConfig,
    )
    from astra_global.stack import load_places

    places = load_places(astra_map)
    blind_to_signs = AstraGlobalConfig(localize=LocalizeConfig(signs=SignConfig(read=False)))
    return {
        **{name: Stack(spec, places, rig) for name, spec in compared_stacks(stack).items()},
        "no_ocr": Stack(CLASSICAL, places, rig, blind_to_signs),
        "sift_pnp": BestMoment(PnpLocalizer(places, rig), num_moments),
        "retrieval": LastMoment(RetrievalLocalizer(places, rig)),
        "random_node": RandomNode(astra_map, stream(seed, "random node")),
    }


def _judge(query: Query, answers: Mapping[str, Answer], scene: Scene) -> dict[str, Any]:
    room = room_of(scene, *query.truth[:2])
    return {
        "truth": [float(value) for value in query.truth],
        "room": room.name if room is not None else "",
        "moments": len(query.moments),
        "told_by": query.told_by,
        "answers": {
            name: judge_answer(answer, query.truth, room, scene) for name, answer in answers.items()
        },
    }


def judge_answer(
    answer: Answer, truth: np.ndarray, room: Room | None, scene: Scene
) -> dict[str, Any]:
    """Return how an answer compares with the truth.

    Args:
        answer: The answer.
        truth: ``(3,)`` true pose.
        room: Room of the true pose; ``None`` outside of all.
        scene: The building.

    Returns:
        ``refused, seconds, confidence``, and for a pose ``pose, error_m, error_deg, room,
        wrong_aisle`` and ``nees`` (``None`` without a covariance).
    """
    judged: dict[str, Any] = {
        "refused": answer.pose is None,
        "seconds": answer.seconds,
        "confidence": answer.confidence,
    }
    if answer.pose is None:
        return judged
    believed = room_of(scene, *answer.pose[:2])
    nees = math.nan
    if answer.covariance is not None:
        nees = float(pose_nees(answer.pose[None], answer.covariance[None], truth[None])[0])
    return {
        **judged,
        "pose": [float(value) for value in answer.pose],
        "error_m": float(np.hypot(*(answer.pose - truth)[:2])),
        "error_deg": float(np.degrees(abs(wrap_angle(float(answer.pose[2] - truth[2]))))),
        "room": believed.name if believed is not None else "",
        "wrong_aisle": _is_other_aisle(room, believed),
        "nees": nees,
    }


def _is_other_aisle(room: Room | None, believed: Room | None) -> bool:
    """Return whether the robot stands in one aisle and believes to be in another."""
    if room is None or believed is None:
        return False
    return room.kind == believed.kind == "aisle" and room.name != believed.name
