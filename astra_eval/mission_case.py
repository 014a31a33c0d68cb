"""One mission of the statistics: a seed becomes a scene, a start, an instruction, and a score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from astra_core.time import to_seconds
from astra_eval.drive_record import DriveRecord
from astra_eval.instructions import Instruction, accepted_categories, load_instructions
from astra_eval.scoring import MissionScore, score_mission

if TYPE_CHECKING:
    from astra_sim.scenes.types import Scene

__all__ = ["MissionCase", "MissionOutcome", "choose_instruction", "run_case"]


@dataclass(frozen=True)
class MissionCase:
    """What is asked of the robot.

    Attributes:
        family: Scene family.
        seed: Scene seed; start pose and sensor noise follow from it.
        map_folder: The map made on the tour.
        instruction: The words; ``None`` takes one of the test instructions by the seed.
        sealed: Replace all truth by NaN after sensing. Nothing but the score may change.
    """

    family: str
    seed: int
    map_folder: Path
    instruction: str | None = None
    sealed: bool = False


@dataclass(frozen=True, eq=False)
class MissionOutcome:
    """A driven case: the judgement, the record, and what the machine needed.

    Attributes:
        score: The judgement.
        record: The drive.
        real_time_factor: Simulated seconds per wall second.
        log: What the mission noted on the way.
    """

    score: MissionScore
    record: DriveRecord
    real_time_factor: float
    log: tuple[Any, ...]


def choose_instruction(scene: Scene, seed: int) -> Instruction:
    """Return an answerable test instruction that this scene can satisfy, by the seed.

    Neighbouring seeds begin at neighbouring lines of the file, so that a range of seeds asks for
    different things.
    """
    answerable = [i for i in load_instructions(scene.family) if i.expect == "arrive"]
    present = {landmark.category for landmark in scene.landmarks}
    first = seed % len(answerable)
    for instruction in answerable[first:] + answerable[:first]:
        if present & set(instruction.accept):
            return instruction
    raise ValueError(f"no test instruction fits {scene.family} {seed}")


def run_case(
    case: MissionCase,
    on_status: Callable[[Any, Any], None] | None = None,
    on_observation: Callable[[Any], None] | None = None,
) -> MissionOutcome:
    """Drive a case in this process, without ROS."""
    from astra_eval.stack_loop import MissionLoop
    from astra_global.config import AstraGlobalConfig
    from astra_global.map import load_map
    from astra_global.pipeline import AstraGlobal
    from astra_global.types import Goal
    from astra_local.config import GuardConfig, LocalConfig
    from astra_local.pipeline import AstraLocal
    from astra_sim.profile import load_profile
    from astra_sim.scenes import make_scene
    from astra_sim.simulator import Simulator

    scene = make_scene(case.family, case.seed)
    if case.instruction is None:
        instruction = choose_instruction(scene, case.seed)
        text, accept = instruction.text, instruction.accept or None
    else:
        text, accept = case.instruction, accepted_categories(case.family, case.instruction)
    simulator = Simulator(scene, load_profile(), case.seed, seal_truth=case.sealed)
    try:
        astra_global = AstraGlobal(simulator.rig, AstraGlobalConfig(), load_map(case.map_folder))
        loop = MissionLoop(
            simulator,
            astra_global,
            AstraLocal(simulator.rig, LocalConfig()),
            GuardConfig(),
        )
        started = monotonic()
        record, result = loop.run(
            Goal(text=text), on_status=on_status, on_observation=on_observation
        )
        wall_s = monotonic() - started
    finally:
        simulator.close()
    simulated_s = to_seconds(int(record.stamps_ns[-1] - record.stamps_ns[0]))
    score = score_mission(scene, record, result, text, accept)
    return MissionOutcome(score, record, simulated_s / wall_s, astra_global.log)
