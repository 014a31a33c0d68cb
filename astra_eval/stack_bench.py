"""Where the processor time of a mission goes: simulator, perception, planning, localization.

Processor seconds are counted, not wall seconds: they mean the same on a busy machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from astra_core.stack_spec import DEFAULT, StackSpec
from astra_core.time import to_seconds
from astra_eval.mission_case import MissionCase

if TYPE_CHECKING:
    from astra_eval.stack_loop import MissionLoop

__all__ = ["StageClock", "bench_mission"]

#: Stage to (part of the loop, method).
_STAGES = (
    ("simulate", "simulator", "step"),
    ("odometry", "local", "observe"),
    ("perceive", "local", "perceive"),
    ("plan", "local", "plan"),
    ("localize", "global", "localize"),
    ("mission", "global", "step"),
)


class StageClock:
    """Counts processor seconds and calls of methods, by stage."""

    def __init__(self) -> None:
        """Start from nothing."""
        self.cpu_s: dict[str, float] = {}
        self.calls: dict[str, int] = {}

    def wrap(self, owner: object, method: str, stage: str) -> None:
        """Count every call of a method of one object from now on."""
        inner: Callable[..., Any] = getattr(owner, method)

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.thread_time()
            try:
                return inner(*args, **kwargs)
            finally:
                self.cpu_s[stage] = self.cpu_s.get(stage, 0.0) + time.thread_time() - began
                self.calls[stage] = self.calls.get(stage, 0) + 1

        setattr(owner, method, timed)


def bench_mission(case: MissionCase, stack: StackSpec = DEFAULT) -> dict[str, Any]:
    """Drive one mission in this process and say what it cost.

    Returns:
        ``sim_time_s``, ``wall_time_s``, ``cpu_s``, ``real_time_factor``, and per stage
        ``cpu_s_per_sim_s`` and ``ms_per_call``.
    """
    from astra_eval.mission_case import drive_case

    clock = StageClock()

    def watch(loop: MissionLoop) -> None:
        for stage, part, method in _STAGES:
            clock.wrap(loop.parts[part], method, stage)

    cpu, wall = time.process_time(), time.perf_counter()
    drive = drive_case(case, stack=stack, on_loop=watch)
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    seconds = to_seconds(int(drive.record.stamps_ns[-1] - drive.record.stamps_ns[0]))
    return {
        "sim_time_s": seconds,
        "wall_time_s": wall_s,
        "cpu_s": cpu_s,
        "real_time_factor": drive.real_time_factor,
        "stages": {
            stage: {
                "cpu_s_per_sim_s": clock.cpu_s[stage] / seconds,
                "ms_per_call": 1e3 * clock.cpu_s[stage] / clock.calls[stage],
                "calls": clock.calls[stage],
            }
            for stage, _, _ in _STAGES
            if stage in clock.calls
        },
    }
