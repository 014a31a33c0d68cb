"""One mission of the statistics: a seed becomes a scene, a start, an instruction, and a score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.time import to_seconds
from astra_eval.drive_record import DriveRecord
from astra_eval.instructions import Instruction, accepted_categories, load_instructions
from astra_eval.scoring import MissionScore, score_mission

if TYPE_CHECKING:
    from astra_core.observation import Observation
    from astra_core.records import Velocity
    from astra_global.mission.log import MissionEvent
    from astra_global.types import MissionResult, MissionStatus
    from astra_sim.scenes.types import Scene

__all__ = ["MissionCase", "MissionDrive", "choose_instruction", "drive_case", "score_drive"]


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
class MissionDrive:
    """A driven case, not judged yet.

    Attributes:
        instruction: What the robot was told.
        accept: Right landmark categories; ``None`` if nobody wrote them down.
        record: The drive.
        result: What the stack reported; ``None`` when it never finished.
        commands: ``(T, 2)`` what the guard told the base, tick by tick [m/s, rad/s].
        real_time_factor: Simulated seconds per wall second.
        log: What the mission noted on the way.
    """

    instruction: str
    accept: tuple[str, ...] | None
    record: DriveRecord
    result: MissionResult | None
    commands: NDArray[np.float64]
    real_time_factor: float
    log: tuple[MissionEvent, ...]


def choose_instruction(scene: Scene, seed: int) -> Instruction:
    """Return an answerable test instruction that this scene can satisfy, by the seed.

    Neighbouring seeds begin at neighbouring lines of the file, so that a range of seeds asks for
    different things.
    """
    answerable = [i for i in load_instructions(scene.family) if i.expect == "arrive"]
    first = seed % len(answerable)
    for instruction in answerable[first:] + answerable[:first]:
        num = sum(landmark.category in instruction.accept for landmark in scene.landmarks)
        if num == 1 or (num > 1 and not instruction.definite):
            return instruction
    raise ValueError(f"no test instruction fits {scene.family} {seed}")


def drive_case(
    case: MissionCase,
    on_status: Callable[[MissionStatus, Velocity], None] | None = None,
    on_observation: Callable[[Observation], None] | None = None,
) -> MissionDrive:
    """Drive a case in this process, without ROS.

    Args:
        case: What is asked.
        on_status: Called at image rate, for progress.
        on_observation: Called each tick, for recording.
    """
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
    text, accept = _instruction(case, scene)
    simulator = Simulator(scene, load_profile(), case.seed, seal_truth=case.sealed)
    try:
        astra_global = AstraGlobal(simulator.rig, AstraGlobalConfig(), load_map(case.map_folder))
        astra_local = AstraLocal(simulator.rig, LocalConfig())
        loop = MissionLoop(simulator, astra_global, astra_local, GuardConfig())
        started_s = monotonic()
        record, result = loop.run(
            Goal(text=text), on_status=on_status, on_observation=on_observation
        )
        wall_s = monotonic() - started_s
    finally:
        simulator.close()
    simulated_s = to_seconds(int(record.stamps_ns[-1] - record.stamps_ns[0]))
    commands = np.array([(v.linear_mps, v.angular_rad_s) for v in loop.commands])
    return MissionDrive(
        text, accept, record, result, commands, simulated_s / wall_s, astra_global.log
    )


def score_drive(case: MissionCase, drive: MissionDrive) -> MissionScore:
    """Judge a drive; its truth must not have been sealed."""
    from astra_sim.scenes import make_scene

    scene = make_scene(case.family, case.seed)
    return score_mission(scene, drive.record, drive.result, drive.instruction, drive.accept)


def _instruction(case: MissionCase, scene: Scene) -> tuple[str, tuple[str, ...] | None]:
    if case.instruction is not None:
        return case.instruction, accepted_categories(case.family, case.instruction)
    instruction = choose_instruction(scene, case.seed)
    return instruction.text, instruction.accept
