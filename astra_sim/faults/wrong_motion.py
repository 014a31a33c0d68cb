"""Wheels and IMU that go on talking, but not of what the robot does."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from astra_core.observation import ImuSample, Observation, WheelSample
from astra_sim.faults.fault import Fault, Floor

__all__ = ["AT_ONCE", "BY_CONTRADICTION", "ImuReads", "StampsStandStill", "WheelsRead"]

Triple = tuple[float, float, float]
#: Impossible by itself.
AT_ONCE = Floor(contact_mps=0.1, stand_s=0.5, named=True)
#: False only by disagreement: of the motion.
BY_CONTRADICTION = Floor(contact_mps=0.1, way_m=1.0, turn_rad=math.pi / 2.0, named=True)


class ImuReads(Fault):
    """Every reading of the IMU is changed in the same way."""

    named_by = r"\bimu\b|gyro"
    watch_s = 6.0

    def __init__(
        self,
        what: str,
        turn: Callable[[float, float, float], Triple] | None = None,
        force: Callable[[float, float, float], Triple] | None = None,
        floor: Floor = AT_ONCE,
    ) -> None:
        """Say what becomes of it.

        Args:
            what: What the IMU does, for people.
            turn: From the true angular rate, rad/s, to what is read; ``None`` changes nothing.
            force: The same for the specific force, m/s^2.
            floor: What must hold.
        """
        self.what, self.floor = f"the IMU {what}", floor
        self._turn, self._force = turn, force

    def sense(self, observation: Observation) -> Observation:
        """Change every sample."""
        return replace(observation, imu=tuple(self._changed(one) for one in observation.imu))

    def _changed(self, sample: ImuSample) -> ImuSample:
        turn, force = sample.angular_velocity_rad_s, sample.linear_acceleration_m_s2
        return ImuSample(
            sample.stamp_ns,
            self._turn(*turn) if self._turn else turn,
            self._force(*force) if self._force else force,
        )


class WheelsRead(Fault):
    """Speed and turn of the wheels are multiplied."""

    named_by = r"wheel"
    watch_s = 6.0

    def __init__(
        self, what: str, linear: float, angular: float, floor: Floor = BY_CONTRADICTION
    ) -> None:
        """Say by what, and what the wheels do, for people."""
        self.what, self.floor = f"the wheels {what}", floor
        self._factors = np.array([linear, angular])

    def sense(self, observation: Observation) -> Observation:
        """Change every sample."""
        wheels = []
        for one in observation.wheels:
            v, w = self._factors * (one.linear_velocity_mps, one.angular_velocity_rad_s)
            wheels.append(WheelSample(one.stamp_ns, float(v), float(w)))
        return replace(observation, wheels=tuple(wheels))


class StampsStandStill(Fault):
    """A driver stamps everything with the time at which it hung."""

    floor = AT_ONCE
    watch_s = 6.0

    def __init__(self, sensor: str) -> None:
        """Say whose: ``imu`` or ``wheels``."""
        self._sensor = sensor
        self.what = f"the stamps of {sensor} stand still"
        self.named_by = {"imu": r"\bimu\b", "wheels": r"wheel"}[sensor]
        self._hung_ns: int | None = None

    def sense(self, observation: Observation) -> Observation:
        """Stamp every sample with the first stamp."""
        if self._hung_ns is None:
            self._hung_ns = observation.stamp_ns
        if self._sensor == "imu":
            imu = tuple(replace(one, stamp_ns=self._hung_ns) for one in observation.imu)
            return replace(observation, imu=imu)
        wheels = tuple(replace(one, stamp_ns=self._hung_ns) for one in observation.wheels)
        return replace(observation, wheels=wheels)
