"""Goals as an evaluation: every test instruction in one building.

Nothing is rendered: the map is made of the building's landmarks. What is right is judged by
:mod:`astra_eval.instructions`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from astra_core.stack_spec import DEFAULT, StackSpec
from astra_eval.goal_methods import Decision, GoalMethod, RandomLandmark, StackGoals, WordOverlap
from astra_eval.instructions import RightAnswer, load_instructions, right_answer
from astra_eval.rows import Unit
from astra_eval.stack_facts import compared_stacks
from astra_sim.scenes.seeds import stream

if TYPE_CHECKING:
    from astra_global.types import AstraMap

__all__ = ["GoalsWork"]

_START_CLEARANCE_M = 0.35


@dataclass(frozen=True)
class GoalsWork:
    """Asks for goals in one scene.

    Attributes:
        family: Scene family.
        per_scene: Instructions drawn in each scene; 0 means all.
        embedding: Model or folder of the sentence embedding; empty leaves that baseline out.
        stack: What is evaluated; the classical one is asked beside any other.
    """

    family: str
    per_scene: int = 0
    embedding: str = ""
    stack: StackSpec = DEFAULT

    def __call__(self, unit: Unit) -> dict[str, Any]:
        """Return the row of a scene seed: all its queries with all decisions."""
        from astra_eval.landmark_map import map_from_scene
        from astra_sim.scenes import make_scene
        from astra_sim.scenes.floor_plan import floor_plan

        (seed,) = unit
        scene = make_scene(self.family, seed)
        plan = floor_plan(scene)
        astra_map = map_from_scene(scene, plan)
        methods = self._methods(astra_map, seed)
        rng = stream(seed, "goals")
        instructions = load_instructions(self.family)
        chosen = rng.permutation(len(instructions))[: self.per_scene or None]
        queries = []
        for index in sorted(chosen):
            instruction = instructions[index]
            start = np.array(plan.sample_free_pose(rng, _START_CLEARANCE_M)[:2])
            right = right_answer(scene, instruction)
            answers = {}
            for name, method in methods.items():
                began = time.perf_counter()
                decision = method.decide(instruction.text, start)
                seconds = time.perf_counter() - began
                answers[name] = {**_judge(decision, right, astra_map), "seconds": seconds}
            queries.append(
                {
                    "text": instruction.text,
                    "kind": instruction.kind,
                    "expect": right.expect,
                    "right": list(right.landmark_ids),
                    "answers": answers,
                }
            )
        return {"queries": queries}

    def _methods(self, astra_map: AstraMap, seed: int) -> dict[str, GoalMethod]:
        methods: dict[str, GoalMethod] = {
            **{
                name: StackGoals(spec, astra_map)
                for name, spec in compared_stacks(self.stack).items()
            },
            "word_overlap": WordOverlap(astra_map),
        }
        if self.embedding:
            from astra_eval.sentence_embedding import EmbeddingGoals, load_encoder

            methods["sentence_embedding"] = EmbeddingGoals(astra_map, load_encoder(self.embedding))
        methods["random"] = RandomLandmark(astra_map, stream(seed, "random landmark"))
        return methods


def _judge(decision: Decision, right: RightAnswer, astra_map: AstraMap) -> dict[str, Any]:
    node = astra_map.node_by_id.get(decision.node_id)
    sees_right = node is not None and bool(set(node.landmark_ids) & set(right.landmark_ids))
    return {
        "action": decision.action,
        "landmark": decision.landmark_id,
        "landmark_right": decision.landmark_id in right.landmark_ids,
        "node_right": sees_right,
    }
