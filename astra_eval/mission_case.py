"""One mission of the statistics: a seed becomes a scene, a start, an instruction, and a score."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import SceneError
from astra_core.stack_spec import DEFAULT, StackSpec
from astra_core.time import to_seconds
from astra_eval.drive_record import DriveRecord
from astra_eval.fault_facts import FaultFacts
from astra_eval.fault_witness import FaultWitness
from astra_eval.instructions import Instruction, load_instructions, right_answer, right_answer_to
from astra_eval.named_goal import named_goal
from astra_eval.scoring import MissionScore, score_mission
from astra_sim.conditions import EMPTY, Conditions

if TYPE_CHECKING:
    from astra_core.observation import Observation
    from astra_core.records import Velocity
    from astra_eval.stack_loop import MissionLoop
    from astra_global.mission.log import MissionEvent
    from astra_global.types import MissionResult, MissionStatus
    from astra_sim.scenes.types import Scene
    from astra_sim.simulator import Simulator

__all__ = ["GOALS", "MissionCase", "MissionDrive", "drive_case", "score_drive"]

#: Where the words of a mission come from.
GOALS = ("test", "named")
#: Starts and instructions of one scene are numbered; this keeps their seeds apart.
_RUN_STREAM = 0x6D697373  # "miss"
_TIME_LIMIT_S = 600.0


@dataclass(frozen=True)
class MissionCase:
    """What is asked of the robot.

    Attributes:
        family: Scene family.
        seed: Scene seed.
        map_folder: The map made on the tour.
        number: Which mission in this scene: another start, instruction, crowd and noise.
        conditions: What has changed since the tour, and who walks about.
        goals: ``test`` takes one of the hand-written sentences, ``named`` names a landmark
            plainly; which one depends on seed and number.
        instruction: The words; ``None`` takes what ``goals`` says.
        sealed: Replace all truth by NaN after sensing. Nothing but the score may change.
        fault: Name of what goes wrong on the way; empty for nothing.
    """

    family: str
    seed: int
    map_folder: Path
    number: int = 0
    conditions: Conditions = EMPTY
    goals: str = "test"
    instruction: str | None = None
    sealed: bool = False
    fault: str = ""

    @property
    def run_seed(self) -> int:
        """Return the seed of start pose, noise, people and changes: 0 to 2**31 - 1."""
        state = np.random.SeedSequence([self.seed, self.number, _RUN_STREAM]).generate_state(1)
        return int(state[0]) >> 1

    @cached_property
    def scene(self) -> Scene:
        """Return the building as it is at mission time; where it stood on the tour is the map's."""
        from astra_sim.scenes import make_scene
        from astra_sim.scenes.changes import mission_scene

        return mission_scene(make_scene(self.family, self.seed), self.run_seed, self.conditions)

    @property
    def words(self) -> str:
        """Return what the robot is told."""
        return self._request[0]

    @property
    def right_ids(self) -> tuple[str, ...] | None:
        """Return the right landmarks; ``None`` if nobody wrote down what these words mean."""
        return self._request[1]

    @cached_property
    def _request(self) -> tuple[str, tuple[str, ...] | None]:
        rng = np.random.default_rng([self.run_seed, 1])
        if self.instruction is None and self.goals == "named":
            return named_goal(self.scene, rng)
        words = self.instruction or _choose_instruction(self.scene, rng).text
        answer = right_answer_to(self.scene, words)
        return words, None if answer is None else answer.landmark_ids


@dataclass(frozen=True, eq=False)
class MissionDrive:
    """A driven case, not judged yet.

    Attributes:
        record: The drive.
        result: What the stack reported; ``None`` when it never finished.
        commands: ``(T, 2)`` what the guard told the base, tick by tick [m/s, rad/s].
        real_time_factor: Simulated seconds per wall second.
        log: What the mission noted on the way.
        fault: What became of the fault of the case; ``None`` without one.
    """

    record: DriveRecord
    result: MissionResult | None
    commands: NDArray[np.float64]
    real_time_factor: float
    log: tuple[MissionEvent, ...]
    fault: FaultFacts | None = None

    @property
    def bytes_sha256(self) -> str:
        """Return a hash of all that the stack did: stamps, commands, odometry and poses.

        Two drives of one case by equal stacks on one machine have the same, to the last bit.
        """
        digest = hashlib.sha256(self.record.stamps_ns.astype("<i8").tobytes())
        for values in (self.commands, self.record.odometry, self.record.global_pose):
            digest.update(values.astype("<f8").tobytes())
        return digest.hexdigest()


def drive_case(
    case: MissionCase,
    *,
    stack: StackSpec = DEFAULT,
    on_status: Callable[[MissionStatus, Velocity], None] | None = None,
    on_observation: Callable[[Observation], None] | None = None,
    on_loop: Callable[[MissionLoop], None] | None = None,
) -> MissionDrive:
    """Drive a case in this process, without ROS.

    Args:
        case: What is asked.
        stack: What drives the robot.
        on_status: Called at image rate, for progress.
        on_observation: Called each tick, for recording.
        on_loop: Called once with the loop before it runs, for measurements.
    """
    from astra_eval.stack_loop import MissionLoop
    from astra_global.map import load_map
    from astra_global.stack import build_global
    from astra_global.types import Goal
    from astra_local.config import GuardConfig, LocalConfig
    from astra_local.stack import build_local

    simulator, witness = _simulator(case, stack)
    try:
        astra_global = build_global(stack, load_map(case.map_folder), simulator.rig)
        astra_local = build_local(stack, simulator.rig, LocalConfig())
        loop = MissionLoop(simulator, astra_global, astra_local, GuardConfig(), witness=witness)
        if on_loop is not None:
            on_loop(loop)
        started_s = monotonic()
        record, result = loop.run(
            Goal(text=case.words),
            time_limit_s=_TIME_LIMIT_S,
            on_status=on_status,
            on_observation=on_observation,
        )
        wall_s = monotonic() - started_s
    finally:
        simulator.close()
    simulated_s = to_seconds(int(record.stamps_ns[-1] - record.stamps_ns[0]))
    commands = np.array([(v.linear_mps, v.angular_rad_s) for v in loop.commands])
    return MissionDrive(
        record,
        result,
        commands,
        simulated_s / wall_s,
        astra_global.log,
        None if witness is None else witness.finish(result, int(record.stamps_ns[0])),
    )


def _simulator(case: MissionCase, stack: StackSpec) -> tuple[Simulator, FaultWitness | None]:
    """Return the world of a case, and who watches its fault."""
    from astra_sim.faults import FaultySimulator, make_fault
    from astra_sim.profile import load_profile
    from astra_sim.scenes import make_scene
    from astra_sim.simulator import Simulator

    scene, profile = make_scene(case.family, case.seed), load_profile()
    settings: dict[str, Any] = {
        "conditions": case.conditions,
        "depth": stack.depth == "sensor",
        "seal_truth": case.sealed,
    }
    if not case.fault:
        return Simulator(scene, profile, case.run_seed, **settings), None
    fault = make_fault(case.fault)
    faulty = FaultySimulator(fault, scene, profile, case.run_seed, **settings)
    return faulty, FaultWitness(case.fault, faulty)


def score_drive(case: MissionCase, drive: MissionDrive) -> MissionScore:
    """Judge a drive; its truth must not have been sealed."""
    return score_mission(case.scene, drive.record, drive.result, case.words, case.right_ids)


def _choose_instruction(scene: Scene, rng: np.random.Generator) -> Instruction:
    """Return one of the test instructions that can be carried out here, all equally likely."""
    possible = [
        instruction
        for instruction in load_instructions(scene.family)
        if right_answer(scene, instruction).expect == "arrive"
    ]
    if not possible:
        raise SceneError(f"no test instruction fits {scene.family} {scene.seed}")
    return possible[int(rng.integers(len(possible)))]
