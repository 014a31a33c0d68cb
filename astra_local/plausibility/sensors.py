"""Stands before the odometry, whichever it is: passes on what can be so, and says what cannot.

Single readings are refused by their range and their stamps. Gravity must point down. Wheels, gyro,
accelerometer and cameras must tell of the same motion: of two that contradict each other none is
believed, and the robot stands until nobody has wanted it to move for a while. Life is judged by
what the odometry used, in the time of the stamps.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from astra_core.observation import ImuSample, Observation, WheelSample
from astra_core.records import LocalOdometry
from astra_core.time import from_seconds, to_seconds
from astra_local.odometry.stamps import StampGate
from astra_local.plausibility.config import PlausibilityConfig
from astra_local.plausibility.fault import SensorFault
from astra_local.plausibility.gate import imu_problem, wheel_problem
from astra_local.plausibility.gravity import GravityCheck
from astra_local.plausibility.life import SensorLife
from astra_local.plausibility.speed import SpeedCheck
from astra_local.plausibility.turning import TurnCheck

__all__ = ["SensorPlausibility"]

# A longer step between two readings is a gap: what happened in it nobody knows.
_LONGEST_STEP_S = 0.1
_BOTH = ("imu", "wheel")
_NAMES = {"imu": "imu", "wheel": "wheel_odometry"}


class SensorPlausibility:
    """Judges wheels and IMU, tick by tick.

    Attributes:
        refused: How many samples were refused, by reason.
    """

    def __init__(self, config: PlausibilityConfig, max_gap_s: float) -> None:
        """Start with nothing heard.

        Args:
            config: Limits.
            max_gap_s: A jump of the stamps by more needs a second sample, see
                :class:`~astra_local.odometry.stamps.StampGate`.
        """
        self._config = config
        self._stamps = {name: StampGate(max_gap_s) for name in _BOTH}
        self._lives = {name: SensorLife(_NAMES[name], config) for name in _BOTH}
        self._gravity = GravityCheck(config)
        self._turning, self._speed = TurnCheck(config), SpeedCheck(config)
        self._newest_ns: dict[str, int | None] = dict.fromkeys(_BOTH)
        self._gyro_rad = 0.0
        self._stands = False
        self._turn_reason = self._speed_reason = self._sight_reason = ""
        self._slip_until_ns = 0
        self._lost_ns: int | None = None
        self._wanted_ns: int | None = None
        self._faults: tuple[SensorFault, ...] = ()
        self.refused: Counter[str] = Counter()

    @property
    def faults(self) -> tuple[SensorFault, ...]:
        """Return what is wrong now; replaced as a whole."""
        return self._faults

    @property
    def stop_reason(self) -> str:
        """Return why the robot must not move; empty where it may."""
        return "; ".join(fault.reason for fault in self._faults)

    def admit(self, observation: Observation) -> Observation:
        """Return the observation without the readings that cannot be so."""
        imu = tuple(one for one in observation.imu if self._admits(one))
        wheels = tuple(one for one in observation.wheels if self._admits(one))
        for sample in imu:
            self._feel(sample)
        for one in wheels:
            self._roll(one)
        return replace(observation, imu=imu, wheels=wheels)

    def judge(self, estimate: LocalOdometry, now_ns: int) -> None:
        """Renew the faults by what the odometry has used.

        Args:
            estimate: Its answer to what was admitted.
            now_ns: End of the tick.
        """
        for name in _BOTH:
            if name in estimate.modalities:
                self._lives[name].use(now_ns)
        # A contradiction stays until it is forgiven: while the robot stands nothing tells of it.
        if self._turning.contradicts:
            self._turn_reason = self._turn_reason or self._turning.reason
        if self._speed.contradicts:
            self._speed_reason = self._speed_reason or self._speed.reason
        self._forgive(now_ns)
        found: list[tuple[tuple[str, ...], str]] = [
            *(((name,), life.problem(now_ns)) for name, life in self._lives.items()),
            (_BOTH, self._lost(estimate, now_ns)),
            (("imu",), self._gravity.problem),
            (_BOTH, self._turn_reason),
            (_BOTH, self._speed_reason),
            (("wheel",), self._sight_reason),
        ]
        self._faults = tuple(SensorFault(names, reason) for names, reason in found if reason)

    def accuse_wheels(self, reason: str) -> None:
        """Take what the cameras say against the wheels; may come from another thread.

        It is forgiven like the other contradictions, and not heard while the wheels may slip.
        """
        newest_ns = self._newest_ns["wheel"]
        if newest_ns is None or newest_ns >= self._slip_until_ns:
            self._sight_reason = reason

    def want(self, now_ns: int) -> None:
        """Take note that somebody wants the robot to drive."""
        self._wanted_ns = now_ns

    def _lost(self, estimate: LocalOdometry, now_ns: int) -> str:
        if not np.isfinite(estimate.pose).all():
            self._lost_ns = now_ns
        elif self._lost_ns is not None:
            since_s = to_seconds(now_ns - self._lost_ns)
            if not 0.0 <= since_s < self._config.recovered_s:
                self._lost_ns = None
        return "" if self._lost_ns is None else "the pose of the odometry is not a number"

    def excuse_slip(self) -> None:
        """Take note that something holds the robot: its wheels may slip, and lie for a moment.

        A contradiction that was there before is none of that.
        """
        self._turning.pause(self._config.slip_s)
        self._speed.pause(self._config.slip_s)
        self._slip_until_ns = (self._newest_ns["wheel"] or 0) + from_seconds(self._config.slip_s)

    def _forgive(self, now_ns: int) -> None:
        """Let the robot try again after a contradiction that is over, and a rest."""
        wanted_ns = self._wanted_ns
        if wanted_ns is not None and to_seconds(now_ns - wanted_ns) <= self._config.forgive_s:
            return
        if self._turn_reason and not self._turning.contradicts:
            self._turn_reason = ""
            self._turning.reset()
        if self._speed_reason and not self._speed.contradicts:
            self._speed_reason = ""
            self._speed.reset()
        self._sight_reason = ""  # the cameras said it once, and would have to see it again

    def _admits(self, sample: ImuSample | WheelSample) -> bool:
        if isinstance(sample, ImuSample):
            name, problem = "imu", imu_problem(sample, self._config)
        else:
            name, problem = "wheel", wheel_problem(sample, self._config)
        problem = self._stamps[name].problem(sample.stamp_ns) or problem
        if problem:
            self.refused[f"{name} {problem}"] += 1
            self._lives[name].refuse(problem)
            return False
        self._stamps[name].take(sample.stamp_ns)
        return True

    def _step_s(self, name: str, stamp_ns: int) -> float:
        """Return how long after the one before a reading came; 0 after a gap."""
        before_ns, self._newest_ns[name] = self._newest_ns[name], stamp_ns
        step_s = 0.0 if before_ns is None else to_seconds(stamp_ns - before_ns)
        return step_s if step_s <= _LONGEST_STEP_S else 0.0

    def _feel(self, sample: ImuSample) -> None:
        turn, force = sample.angular_velocity_rad_s, sample.linear_acceleration_m_s2
        self._lives["imu"].admit(sample.stamp_ns, (*turn, *force), self._stands)
        self._gravity.add(sample)
        step_s = self._step_s("imu", sample.stamp_ns)
        if step_s == 0.0:
            self._forget()
            return
        self._gyro_rad += turn[2] * step_s
        # Exact zeros ahead and to the left are filled in where there is no accelerometer.
        if force[0] != 0.0 or force[1] != 0.0:
            self._speed.feel(force[0], turn[1], step_s)

    def _roll(self, sample: WheelSample) -> None:
        v, w = sample.linear_velocity_mps, sample.angular_velocity_rad_s
        self._lives["wheel"].admit(sample.stamp_ns)
        self._stands = v == 0.0 and w == 0.0
        step_s = self._step_s("wheel", sample.stamp_ns)
        imu_ns = self._newest_ns["imu"]
        if step_s == 0.0 or imu_ns is None:
            self._forget()
            return
        if abs(to_seconds(sample.stamp_ns - imu_ns)) > _LONGEST_STEP_S:
            self._forget()
            return
        gyro_rad, self._gyro_rad = self._gyro_rad, 0.0
        self._turning.add(gyro_rad, w * step_s, v * step_s, step_s)
        self._speed.roll(v, step_s)

    def _forget(self) -> None:
        """Start the comparisons anew after a gap."""
        self._gyro_rad = 0.0
        self._turning.reset()
        self._speed.restart()
