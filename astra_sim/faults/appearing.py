"""Somebody or something stands in front of the robot all at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from astra_sim.faults.fault import Fault, Floor
from astra_sim.faults.things import Box, Standing, Thing

if TYPE_CHECKING:
    from astra_sim.faults.faulty_simulator import FaultySimulator

__all__ = ["BoxAppears", "PersonAppears"]

_OBSTACLE = r"obstacle|person|in the way|touch|contact|blocked|bump"
_TOUCH = r"touch|contact|blocked|bump|does not move|not moving|pressed"
#: What stands nearer is hit, whoever brakes: 0.5 m/s x 0.3 s + (0.5 m/s)2 / 4 m/s2 + 0.05 m.
_STOPPING_M = 0.28
_AVOIDED = Floor(contact_mps=0.1, pressing_s=0.5)
_TOUCHED = Floor(pressing_s=0.5, brake_s=0.25, touch_brake_s=0.3)
_FELT = replace(_TOUCHED, named=True)


class _Appears(Fault):
    """A thing at a distance before the hull, square to the way."""

    appears = True
    may_turn = True
    watch_s = 6.0

    def __init__(self, make: Callable[[np.random.Generator], Thing], before_m: float) -> None:
        self._make = make
        self._before_m = before_m

    def things(self) -> tuple[Thing, ...]:
        """Return the one thing."""
        self._thing = self._make(self.rng)
        return (self._thing,)

    def may_begin(self, simulator: FaultySimulator) -> bool:
        """Return whether the robot drives and there is room for the thing on the floor."""
        return super().may_begin(simulator) and simulator.is_free(
            self._where(simulator)[:2], self._thing.reach_m
        )

    def begin(self, simulator: FaultySimulator) -> None:
        """Put the thing there."""
        simulator.put(self._thing, self._where(simulator))

    def _where(self, simulator: FaultySimulator) -> tuple[float, float, float]:
        x, y, theta = simulator.robot_pose
        ahead_m = simulator.robot.radius_m + self._before_m + self._thing.depth_m
        return x + ahead_m * math.cos(theta), y + ahead_m * math.sin(theta), theta + math.pi


class PersonAppears(_Appears):
    """A person, facing the robot."""

    named_by = _OBSTACLE

    def __init__(self, before_m: float) -> None:
        """Say how far before the hull."""
        super().__init__(Standing, before_m)
        self.floor = _AVOIDED if before_m > _STOPPING_M else _TOUCHED
        self.what = f"a person stands {before_m:g} m before the hull"


class BoxAppears(_Appears):
    """A box on the floor, or a pane of glass."""

    def __init__(
        self,
        what: str,
        size_m: tuple[float, float, float],
        before_m: float,
        *,
        visible: bool = True,
        seen_by_depth: bool = True,
    ) -> None:
        """Describe it.

        Args:
            what: What people call it.
            size_m: Full extents towards the robot, across, and up.
            before_m: How far before the hull.
            visible: Whether images and depth show it.
            seen_by_depth: Whether the stack can know of it before it is touched.
        """
        super().__init__(lambda rng: Box(size_m, visible=visible), before_m)
        seen = _AVOIDED if before_m > _STOPPING_M else _TOUCHED
        self.floor = seen if seen_by_depth else _FELT
        self.what = f"{what} stands {before_m:g} m before the hull"
        self.named_by = _OBSTACLE if seen_by_depth else _TOUCH
