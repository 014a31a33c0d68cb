"""One mission over real ROS 2 processes: start them, say the goal, keep what scoring needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from astra_cli.demo.join import join_drive
from astra_cli.demo.memory import MemoryWatch
from astra_cli.demo.mission_result import mission_result
from astra_cli.demo.stack import RunningStack, running_stack
from astra_cli.demo.summary import DemoCost
from astra_core.errors import AstraError
from astra_core.stack_spec import DEFAULT, StackSpec
from astra_eval.drive_record import DriveRecord

if TYPE_CHECKING:
    from astra_cli.demo.display import ProgressState
    from astra_cli.ros.demo_session import DemoSession
    from astra_global.types import MissionResult
    from astra_sim.scenes.types import Scene

__all__ = ["DdsDrive", "drive_over_dds"]


@dataclass(frozen=True, eq=False)
class DdsDrive:
    """A drive over DDS, not judged yet: the record, what the stack reported, and the cost."""

    record: DriveRecord
    result: MissionResult
    cost: DemoCost


def drive_over_dds(
    scene: Scene,
    map_folder: Path,
    goal: str,
    *,
    start_seed: int,
    conditions: str,
    spec: StackSpec = DEFAULT,
    record: Path | None = None,
    on_state: Callable[[ProgressState], None] = lambda state: None,
    on_begin: Callable[[RunningStack], None] = lambda stack: None,
    on_end: Callable[[RunningStack, DdsDrive], None] = lambda stack, drive: None,
    viewer: bool = False,
) -> DdsDrive:
    """Run one mission in processes of their own.

    Args:
        scene: The building as it was on the tour.
        map_folder: Its map.
        goal: What the robot is told.
        start_seed: Of start pose, noise and conditions.
        conditions: Name of the conditions.
        spec: Which parts both nodes of the stack are made of.
        record: Folder for the bag and the logs; ``None`` keeps nothing.
        on_state: Called often with what a person is shown.
        on_begin: Called when everything is up, before the goal is given.
        on_end: Called after the mission, while everything is still up.
        viewer: Whether somebody watches: serves the page, and drives no faster than real time.

    Raises:
        AstraError: Something did not start, died, or was not heard of.
    """
    with running_stack(
        scene,
        map_folder,
        record,
        start_seed=start_seed,
        conditions=conditions,
        spec=spec,
        viewer=viewer,
    ) as stack:
        memory = MemoryWatch(stack.process_ids)
        try:
            on_begin(stack)
            answer = stack.session.drive(goal, check=stack.check, on_state=on_state)
        finally:
            memory_mb = memory.close()
        drive = _heard(stack.session, mission_result(answer), memory_mb)
        on_end(stack, drive)
        return drive


def _heard(session: DemoSession, result: MissionResult, memory_mb: Mapping[str, float]) -> DdsDrive:
    log = session.log
    drive = join_drive(
        log.truth,
        log.odometry,
        log.global_poses,
        num_collisions=session.num_collisions,
        collided_with=session.collided_with,
        goal_ns=log.first_stamp_ns,
        end_ns=log.end_stamp_ns,
    )
    if len(drive.stamps_ns) == 0:
        raise AstraError("nothing was recorded of the drive: no ground truth or odometry arrived")
    cost = DemoCost(
        log.wall_time_s,
        log.real_time_factor,
        log.rates_hz(),
        log.planning_s,
        log.image_to_command_ms,
        memory_mb,
    )
    return DdsDrive(drive, result, cost)
