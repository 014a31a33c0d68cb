"""The whole stack against the simulator in one process, without ROS: the loop of the statistics.

The same pipelines run inside the ROS nodes; this file only decides what is called when, as the
nodes' timers do: proprioception each tick, perception and planning at image rate, localization at
its own rate with a modelled latency, the guard last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from astra_core.angles import wrap_angle
from astra_core.config import setting
from astra_core.errors import NotLocalized
from astra_core.observation import ImuSample, Observation
from astra_core.records import LocalizationStatus, Velocity
from astra_core.time import from_seconds, to_seconds
from astra_eval.drive_record import DriveRecord, DriveRecorder

if TYPE_CHECKING:
    from astra_eval.fault_witness import FaultWitness
    from astra_global.pipeline import AstraGlobal
    from astra_global.types import Goal, MissionResult, MissionStatus, PoseFix
    from astra_local.config import GuardConfig
    from astra_local.pipeline import AstraLocal
    from astra_sim.simulator import Simulator

__all__ = ["LoopConfig", "MissionLoop"]

#: Two periods of the node's planner, which plans then whether images have come or not.
_PLAN_ANYWAY_S = 0.2


@dataclass(frozen=True)
class LoopConfig:
    """When things happen in a run without ROS."""

    localization_latency_s: float = setting(
        0.5, "Simulated time from an image to its applied fix.", minimum=0.0
    )
    settle_s: float = setting(1.0, "Standing still after the mission, for scoring.", minimum=0.0)


class MissionLoop:
    """Runs one mission and records it.

    The robot's velocity command is the only thing that flows back into the simulator, and the
    :class:`Observation` the only thing that flows out of it into the stack. Truth is read for the
    record alone.
    """

    def __init__(
        self,
        simulator: Simulator,
        astra_global: AstraGlobal,
        astra_local: AstraLocal,
        guard_config: GuardConfig,
        config: LoopConfig | None = None,
        witness: FaultWitness | None = None,
    ) -> None:
        """Join the parts; nothing moves yet.

        Args:
            simulator: The world.
            astra_global: As built for its rig.
            astra_local: Likewise.
            guard_config: Limits of the guard.
            config: When things happen.
            witness: Who watches a run with a fault.
        """
        from astra_local.safety.guard import Guard

        self._simulator = simulator
        self._global = astra_global
        self._local = astra_local
        self._guard = Guard(guard_config)
        self._peers = guard_config.peers
        self._config = config or LoopConfig()
        self._velocity = Velocity()
        self._status: MissionStatus | None = None
        self._period_s = astra_global.config.localize.period_s
        self._next_localization_ns = 0
        self._pending: tuple[int, PoseFix | NotLocalized] | None = None
        self._recorder = DriveRecorder()
        self._witness = witness
        self._imu: list[ImuSample] = []
        self._planned_ns = simulator.stamp_ns
        self._guard_reason = ""
        self.commands: list[Velocity] = []

    @property
    def parts(self) -> dict[str, object]:
        """Return simulator, Astra-Local and Astra-Global by name, for measurements."""
        return {"simulator": self._simulator, "local": self._local, "global": self._global}

    def run(
        self,
        goal: Goal,
        *,
        time_limit_s: float = 600.0,
        on_status: Callable[[MissionStatus, Velocity], None] | None = None,
        on_observation: Callable[[Observation], None] | None = None,
    ) -> tuple[DriveRecord, MissionResult | None]:
        """Drive until the mission ends.

        Args:
            goal: Where to go.
            time_limit_s: Simulated time after which the run is given up.
            on_status: Called at image rate, for progress.
            on_observation: Called each tick, for recording.

        Returns:
            The record, and how the mission ended; ``None`` when the time ran out or a fault has
            been watched for long enough.
        """
        start_ns = self._simulator.stamp_ns
        self._global.start(goal, start_ns)
        result, end_ns = None, None
        while to_seconds(self._simulator.stamp_ns - start_ns) < time_limit_s:
            self.tick(on_status, on_observation)
            if self._status is not None and self._status.result is not None:
                result = replace(
                    self._status.result, fallback_fraction=self._local.fallback_fraction
                )
                end_ns = self._simulator.stamp_ns
                break
            if self._witness is not None and self._witness.has_seen_enough:
                break
        for _ in range(round(self._config.settle_s / self._simulator.tick_s)):
            self.tick(None, on_observation)
        truth = self._simulator.truth()
        record = self._recorder.finish(
            truth.collision_count, truth.touched, goal_ns=start_ns, end_ns=end_ns
        )
        return record, result

    def tick(
        self,
        on_status: Callable[[MissionStatus, Velocity], None] | None,
        on_observation: Callable[[Observation], None] | None,
    ) -> None:
        """Simulate and think for one tick."""
        observation = self._simulator.step(self._velocity)
        if on_observation is not None:
            on_observation(observation)
        if self._witness is not None and (said := self._witness.take_said()) is not None:
            # Of the last tick: odometry does not know of this one yet.
            stamp_ns = observation.stamp_ns - from_seconds(self._simulator.tick_s)
            self._global.set_pose(said.pose, said.covariance, stamp_ns)
        now_ns = observation.stamp_ns
        for peer in self._peers:
            self._guard.on_heartbeat(peer, now_ns)
        if observation.wheels:
            self._drive(observation, on_status)
        else:
            self._wait(observation)
        decision = self._guard.step(now_ns)
        self._velocity, self._guard_reason = decision.velocity, decision.reason
        self._local.on_driven(self._velocity, now_ns)
        self.commands.append(self._velocity)
        pose = self._global.global_pose(now_ns)
        known = pose.status != LocalizationStatus.NOT_LOCALIZED
        truth, odometry = self._simulator.truth(), self._local.odometry
        self._recorder.add(
            now_ns,
            truth.pose,
            np.zeros(3) if odometry is None else odometry.pose,
            pose.pose if known else None,
        )
        if self._witness is not None:
            off_m = math.dist(pose.pose[:2], truth.pose[:2]) if known else None
            off_rad = wrap_angle(float(pose.pose[2] - truth.pose[2])) if known else 0.0
            self._witness.add(truth, self._velocity, off_m, self.words(), off_rad=off_rad)

    def words(self) -> Iterator[str]:
        """Yield what the stack says of itself to people now: what health is made of, a line each.

        A part that learns to name another kind of trouble is asked here as well.
        """
        yield self._guard_reason
        yield self._local.stop_reason
        yield self._local.blind_reason
        yield from self._global.problems
        yield self._global.doubt
        if self._status is not None:
            yield self._status.message

    def _drive(
        self,
        observation: Observation,
        on_status: Callable[[MissionStatus, Velocity], None] | None,
    ) -> None:
        now_ns = observation.stamp_ns
        if self._imu:
            observation = replace(observation, imu=(*self._imu, *observation.imu))
            self._imu.clear()
        odometry = self._local.observe(observation)
        self._global.add_odometry(odometry)
        self._localize(observation)
        if observation.frames:
            self._local.perceive(observation.frames)
        if observation.frames or self._is_due(now_ns):
            self._planned_ns = now_ns
            self._status = self._global.step(now_ns)
            self._local.plan(self._status.sub_goal, now_ns)
            if on_status is not None:
                on_status(self._status, self._velocity)
        self._guard.on_obstacle(self._local.nearest_obstacle())
        self._guard.on_command(self._local.command(now_ns), now_ns)

    def _wait(self, observation: Observation) -> None:
        """Do without wheels what the nodes do: nothing is driven by IMU samples alone."""
        self._imu += observation.imu
        if self._is_due(observation.stamp_ns):
            self._planned_ns = observation.stamp_ns
            self._status = self._global.step(observation.stamp_ns)

    def _is_due(self, now_ns: int) -> bool:
        """Return whether it is time to plan without images: as late as the nodes do."""
        return to_seconds(now_ns - self._planned_ns) >= _PLAN_ANYWAY_S

    def _localize(self, observation: Observation) -> None:
        now_ns = observation.stamp_ns
        if self._pending is not None and now_ns >= self._pending[0]:
            answer = self._pending[1]
            self._pending = None
            if isinstance(answer, NotLocalized):
                self._global.report_failure(str(answer))
            else:
                self._global.apply_fix(answer)
        if not observation.frames or self._pending or now_ns < self._next_localization_ns:
            return
        self._next_localization_ns = now_ns + from_seconds(self._period_s)
        answer_ns = now_ns + from_seconds(self._config.localization_latency_s)
        try:
            self._pending = (answer_ns, self._global.localize(observation.frames))
        except NotLocalized as error:
            self._pending = (answer_ns, error)
