"""One mission from start to result: ticks the tree of algorithm 1."""

from __future__ import annotations

import numpy as np
from py_trees.common import Status

from astra_core.errors import AstraError, MissionTimedOut, SensorTimeout
from astra_core.records import SubGoal
from astra_core.time import to_seconds
from astra_global.mission.algorithm import navigate
from astra_global.mission.world import Ask, MissionWorld
from astra_global.types import Goal, MissionPhase, MissionResult, MissionStatus

__all__ = ["Mission"]


class Mission:
    """Turns the asks of the running behaviour into sub-goals, and the tree's end into a result."""

    def __init__(
        self, world: MissionWorld, goal: Goal, now_ns: int, timeout_s: float = 0.0
    ) -> None:
        """Accept a goal; nothing happens before the first :meth:`step`."""
        self._world = world
        self._tree = navigate(world, goal)
        self._start_ns = now_ns
        self._start_m = world.fusion.odometry.total_length_m
        self._timeout_s = timeout_s if timeout_s > 0.0 else world.config.timeout_s
        self._first_fix_s = -1.0
        self._decided_by = ""
        self.result: MissionResult | None = None
        world.recoveries = world.recoveries_in_a_row = 0
        world.place = world.route = world.problem = world.blocked = world.ask = None
        name = goal.text or goal.landmark_id or goal.kind.name.lower()
        world.log.add(now_ns, "start", f"goal: {name}", goal_kind=goal.kind.name.lower())

    def step(self, now_ns: int) -> MissionStatus:
        """Advance by one tick; after the end the result is repeated with a halt."""
        world = self._world
        world.now_ns = now_ns
        if self.result is None:
            if self._first_fix_s < 0.0 and world.is_localized:
                self._first_fix_s = self._seconds()
            try:
                self._check_limits()
            except AstraError as error:
                self._end(error.code, str(error))
            else:
                self._tick()
        return self._status()

    def stop(self, error: AstraError, now_ns: int) -> MissionResult:
        """End the mission from outside: cancelled or preempted."""
        self._world.now_ns = max(now_ns, self._world.now_ns)
        if self.result is None:
            self._end(error.code, str(error))
        assert self.result is not None
        return self.result

    def _tick(self) -> None:
        self._tree.tick_once()
        running, problem = self._tree.tip(), self._world.problem
        if self._tree.status is Status.SUCCESS:
            self._end(0, "")
        elif self._tree.status is Status.FAILURE:
            assert problem is not None
            self._end(problem.code, str(problem))
        elif running is not None and running.name != self._decided_by:
            self._decided_by = running.name
            self._world.note("behaviour", running.name)

    def _check_limits(self) -> None:
        if self._seconds() > self._timeout_s:
            raise MissionTimedOut(f"not there after {self._timeout_s:.0f} s")
        newest_ns = self._world.fusion.odometry.newest_ns
        silent_s = to_seconds(self._world.now_ns - max(newest_ns or 0, self._start_ns))
        if silent_s > self._world.config.odometry_timeout_s:
            raise SensorTimeout(f"no odometry for {silent_s:.1f} s")

    def _end(self, code: int, message: str) -> None:
        world = self._world
        self._tree.stop(Status.INVALID)
        self.result = MissionResult(
            error_code=code,
            error_msg=message,
            landmark_id=world.place.landmark_id if world.place else "",
            goal_pose=world.place.pose if world.place else None,
            path_length_m=world.fusion.odometry.total_length_m - self._start_m,
            time_s=self._seconds(),
            first_fix_time_s=self._first_fix_s,
            recoveries=world.recoveries,
            remark=world.place.remark if world.place else "",
        )
        world.ask = Ask(MissionPhase.DONE, world.new_request())
        world.note("result", message or "arrived", error_code=code)

    def _status(self) -> MissionStatus:
        world, ask = self._world, self._world.ask
        assert ask is not None
        return MissionStatus(
            phase=ask.phase,
            sub_goal=_sub_goal(ask, world.now_ns),
            landmark_id=world.place.landmark_id if world.place else "",
            distance_remaining_m=ask.remaining_m,
            eta_s=ask.remaining_m / world.config.usual_speed_mps,
            recoveries=world.recoveries,
            result=self.result,
            message=self.result.error_msg if self.result else self._told(ask),
        )

    def _told(self, ask: Ask) -> str:
        remark = self._world.place.remark if self._world.place else ""
        return "; ".join(filter(None, (remark, ask.message)))

    def _seconds(self) -> float:
        return to_seconds(self._world.now_ns - self._start_ns)


def _sub_goal(ask: Ask, now_ns: int) -> SubGoal:
    goes = ask.pose_odom is not None
    return SubGoal(
        stamp_ns=now_ns,
        pose=np.zeros(3) if ask.pose_odom is None else ask.pose_odom,
        is_final=ask.is_final,
        max_speed_mps=ask.speed_mps,
        halt=not goes and ask.spin_rad == 0.0,
        spin_rad=ask.spin_rad,
        sequence=ask.request,
    )
