"""Ticks the toy robot, its localizer and Astra-Global together."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from toy_world import RIG, ToyLocalizer, ToyRobot, make_map

from astra_core.errors import NotLocalized
from astra_core.observation import CameraFrame
from astra_core.stack_spec import StackSpec
from astra_global.stack import build_global
from astra_global.types import Goal, MissionPhase, MissionStatus

TICK_NS = 100_000_000
ACTION = Path(__file__).parents[2] / "astra_msgs" / "action" / "Navigate.action"
CODES = {
    name: int(value)
    for name, value in re.findall(r"^uint16 ([A-Z_]+)=(\d+)", ACTION.read_text(), flags=re.M)
}


class Runner:
    """Ticks robot, localizer (once a second, half a second late) and Astra-Global together."""

    def __init__(self, pose: tuple[float, float, float], **world: object) -> None:
        self.robot = ToyRobot(pose)
        self.localizer = ToyLocalizer(self.robot)
        self.stack = build_global(StackSpec(), make_map(**world), RIG, localizer=self.localizer)
        self.now_ns = 0
        self.phases: list[MissionPhase] = []
        self.on_tick: Callable[[Runner], None] = lambda _: None
        self._late: list[tuple[int, object]] = []

    def tick(self) -> MissionStatus:
        self.now_ns += TICK_NS
        self.on_tick(self)
        self.stack.add_odometry(self.robot.odometry(self.now_ns))
        if self.now_ns % 1_000_000_000 == 0:
            image = np.zeros((24, 32, 3), np.uint8)
            try:
                answer: object = self.stack.localize([CameraFrame("front", self.now_ns, image)])
            except NotLocalized as problem:
                answer = problem
            self._late.append((self.now_ns + 500_000_000, answer))
        while self._late and self._late[0][0] <= self.now_ns:
            answer = self._late.pop(0)[1]
            if isinstance(answer, NotLocalized):
                self.stack.report_failure(str(answer))
            else:
                self.stack.apply_fix(answer)
        status = self.stack.step(self.now_ns)
        self.robot.drive(status.sub_goal, 0.1)
        if not self.phases or self.phases[-1] is not status.phase:
            self.phases.append(status.phase)
        return status

    def run(self, goal: Goal, limit_s: float = 300.0) -> MissionStatus:
        self.stack.start(goal, self.now_ns)
        return self.go_on(limit_s)

    def go_on(self, limit_s: float) -> MissionStatus:
        for _ in range(int(limit_s * 10)):
            status = self.tick()
            if status.phase is MissionPhase.DONE:
                return status
        raise AssertionError(f"not done after {limit_s} s: {status}")

    def until(self, phase: MissionPhase, limit_s: float = 60.0) -> MissionStatus:
        for _ in range(int(limit_s * 10)):
            status = self.tick()
            if status.phase is phase:
                return status
        raise AssertionError(f"never {phase}: {self.phases}")

    def said(self, kind: str) -> list[str]:
        """Return the messages of one kind in the log."""
        return [event.message for event in self.stack.log if event.kind == kind]
