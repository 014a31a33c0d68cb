"""What a fault did: how hard the robot hit, how long it pressed, when it stood, what it said."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from astra_core.records import Velocity
from astra_core.time import to_seconds
from astra_eval.fault_facts import FaultFacts, judged

if TYPE_CHECKING:
    from astra_global.types import MissionResult
    from astra_sim.faults import FaultySimulator, InitialPose
    from astra_sim.truth import GroundTruth

__all__ = ["FaultWitness"]

#: Slower than this, told and in truth, is standing.
_STANDS_MPS, _STANDS_RAD_S = 0.02, 0.05
#: It counts when it lasts: a robot that goes back and forth passes through zero.
_STANDS_FOR_S = 0.2
#: Of the braking that the robot can do: less is slowing down.
_FULL_BRAKING = 0.9
#: A believed pose this near to the true one is right.
_MENDED_M, _MENDED_RAD = 0.1, 0.1


class FaultWitness:
    """Watches a run with a fault, tick by tick; the stack knows nothing of it."""

    def __init__(self, name: str, simulator: FaultySimulator) -> None:
        """Watch.

        Args:
            name: Of the fault.
            simulator: In which it happens.
        """
        self._name, self._simulator = name, simulator
        self._before: set[str] = set()
        self._contact_mps, self._pressing_s = 0.0, 0.0
        self._brake_ns: int | None = None
        self._stand_ns: int | None = None
        self._standing_ns: int | None = None
        self._touch_ns: int | None = None
        self._touch_brake_ns: int | None = None
        self._touch_stand_ns: int | None = None
        self._way_m = self._turn_rad = 0.0
        self._mended_ns: int | None = None
        self._named: tuple[str, int] | None = None
        self._began_mps: float | None = None
        self._told = Velocity()

    @property
    def has_seen_enough(self) -> bool:
        """Return whether the fault has been watched for as long as it asks for."""
        began_ns = self._simulator.began_ns
        if began_ns is None:
            return False
        return to_seconds(self._simulator.stamp_ns - began_ns) >= self._simulator.fault.watch_s

    def take_said(self) -> InitialPose | None:
        """Return the pose that a person gives the robot now, once."""
        return self._simulator.take_said()

    def add(
        self,
        truth: GroundTruth,
        told: Velocity,
        off_m: float | None,
        words: Iterable[str],
        *,
        off_rad: float = 0.0,
    ) -> None:
        """Take in a tick.

        Args:
            truth: At its end.
            told: What the base is told for the next one.
            off_m: How far the believed position is from the true one; ``None`` for no belief.
            words: What the stack says of its state now.
            off_rad: How far the believed heading is from the true one, to either side.
        """
        now_ns, since_ns = self._simulator.stamp_ns, self._simulator.since_ns
        before, self._told = self._told, told
        if self._simulator.began_ns is None:
            self._before.update(words)
            return
        if self._began_mps is None:
            self._began_mps = abs(float(truth.velocity[0]))
        self._hear(words, now_ns)
        self._feel(truth, told, now_ns)
        braking = self._brakes(before, told)
        if braking and self._touch_ns is not None and self._touch_brake_ns is None:
            self._touch_brake_ns = now_ns
        if since_ns is None or now_ns < since_ns:
            return
        if braking and self._brake_ns is None:
            self._brake_ns = now_ns
        if self._stand_ns is None or self._named is None:
            moved_m, turned_rad = np.abs(truth.velocity) * self._simulator.tick_s
            self._way_m += float(moved_m)
            self._turn_rad += float(turned_rad)
        self._stand(truth, told, now_ns)
        if off_m is None or off_m > _MENDED_M or abs(off_rad) > _MENDED_RAD:
            self._mended_ns = None
        elif self._mended_ns is None:
            self._mended_ns = now_ns

    def finish(self, result: MissionResult | None, start_ns: int) -> FaultFacts:
        """Return what became of the fault.

        Args:
            result: How the mission ended; ``None`` when it never did.
            start_ns: When it was given.
        """
        began_ns, since_ns = self._simulator.began_ns, self._simulator.since_ns
        if began_ns is None:
            return FaultFacts(self._name, mission_ended=result is not None)
        if result is not None:
            self._hear([result.error_msg], self._simulator.stamp_ns)
        named, named_ns = self._named or (None, None)
        facts = FaultFacts(
            fault=self._name,
            began_s=to_seconds(began_ns - start_ns),
            began_mps=self._began_mps,
            contact_mps=self._contact_mps,
            pressing_s=self._pressing_s,
            brake_s=_seconds(since_ns, self._brake_ns),
            stand_s=_seconds(since_ns, self._stand_ns),
            way_m=None if since_ns is None else self._way_m,
            turn_rad=None if since_ns is None else self._turn_rad,
            touch_brake_s=_seconds(self._touch_ns, self._touch_brake_ns),
            touch_stand_s=_seconds(self._touch_ns, self._touch_stand_ns),
            mended_s=_seconds(since_ns, self._mended_ns),
            fault_named=named,
            named_s=_seconds(since_ns if since_ns is not None else began_ns, named_ns),
            mission_ended=result is not None,
        )
        return judged(facts, self._simulator.fault.floor)

    def _hear(self, words: Iterable[str], now_ns: int) -> None:
        if self._named is not None:
            return
        for text in words:
            # What was said before, of anything else, does not name it.
            if text not in self._before and self._simulator.fault.names(text):
                self._named = (text, now_ns)
                return

    def _feel(self, truth: GroundTruth, told: Velocity, now_ns: int) -> None:
        self._contact_mps = max(self._contact_mps, truth.contact_mps)
        if self._touch_ns is None and (truth.contact_mps > 0.0 or truth.contact_bearings_rad):
            self._touch_ns = now_ns
        if any(
            told.linear_mps * math.cos(bearing) > _STANDS_MPS
            for bearing in truth.contact_bearings_rad
        ):
            self._pressing_s += self._simulator.tick_s

    def _brakes(self, before: Velocity, told: Velocity) -> bool:
        """Return whether the command brakes as hard as the robot can, or is to stand."""
        lost_mps = abs(before.linear_mps) - abs(told.linear_mps)
        full_mps2 = _FULL_BRAKING * self._simulator.robot.max_braking_m_s2
        return told.linear_mps == 0.0 or lost_mps >= full_mps2 * self._simulator.tick_s

    def _stand(self, truth: GroundTruth, told: Velocity, now_ns: int) -> None:
        linear_mps, angular_rad_s = np.abs(truth.velocity)
        stands = max(abs(told.linear_mps), linear_mps) <= _STANDS_MPS
        if not self._simulator.fault.may_turn:
            stands = stands and max(abs(told.angular_rad_s), angular_rad_s) <= _STANDS_RAD_S
        if not stands:
            self._standing_ns = None
            return
        if self._standing_ns is None:
            self._standing_ns = now_ns
        if to_seconds(now_ns - self._standing_ns) < _STANDS_FOR_S:
            return
        if self._stand_ns is None:
            self._stand_ns = self._standing_ns
        if self._touch_stand_ns is None and self._touch_ns is not None:
            self._touch_stand_ns = max(self._standing_ns, self._touch_ns)


def _seconds(from_ns: int | None, to_ns: int | None) -> float | None:
    return None if from_ns is None or to_ns is None else to_seconds(to_ns - from_ns)
