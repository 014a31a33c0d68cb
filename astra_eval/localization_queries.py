"""Queries of the localization table: a start anywhere, and pictures along a short drive.

One simulator serves all queries of a scene: people go on walking, the robot is put elsewhere. A
privileged driver steers along straight free floor, and pictures are taken only where a query wants
them. What the stack gets of it is pictures and odometry, as on the robot. Of a robot that is
carried on the way ("kidnapped") odometry tells nothing: it stands, and then it drives elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import SceneError
from astra_core.observation import CameraFrame, Observation
from astra_core.records import LocalOdometry
from astra_core.stack_spec import CLASSICAL
from astra_core.time import to_seconds
from astra_eval.identifiable import Identifier
from astra_eval.privileged_driver import PrivilegedDriver
from astra_local.stack import build_odometry

if TYPE_CHECKING:
    from astra_sim.scenes.floor_plan import FloorPlan
    from astra_sim.simulator import Simulator

__all__ = ["Query", "QueryMaker"]

#: Way between two moments.
SPACING_M = 0.4
_START_CLEARANCE_M = 0.35
_LEG_CLEARANCE_M = 0.33
_FREE_OF_PEOPLE_M = 0.08
_REST_S = 0.5
_LIMIT_S = 30.0
_HEADINGS = 24
_SHORTEST_LEG_M = 0.15
_STEP_M = 0.05
_TRIES = 50
_CARRIED_M = 3.0


@dataclass(frozen=True, eq=False)
class Query:
    """What a localizer is asked with, and the truth it is judged by.

    Attributes:
        odometry: Astra-Local's odometry, every tick from the start on.
        moments: Stamp to the pictures taken at it, oldest first.
        truth: ``(3,)`` true pose in ``map`` at the last moment.
        told_by: Id of a landmark in the pictures (those after it was carried) that tells the place;
            empty if there is none.
    """

    odometry: tuple[LocalOdometry, ...]
    moments: dict[int, tuple[CameraFrame, ...]]
    truth: NDArray[np.float64]
    told_by: str


class QueryMaker:
    """Makes queries in one running world."""

    def __init__(
        self,
        simulator: Simulator,
        plan: FloorPlan,
        identifier: Identifier,
        cameras: tuple[str, ...],
        num_moments: int,
        *,
        carried: bool = False,
    ) -> None:
        """Prepare.

        Args:
            simulator: Made with ``semantics``; its own camera rate may be 0.
            plan: Floor plan of the world as it is now.
            identifier: Of the same world.
            cameras: Which cameras of the rig may be used.
            num_moments: Moments of a query; fewer where the robot cannot drive on.
            carried: After these, carry the robot at least 3 m away and take as many there.
        """
        self._simulator = simulator
        self._driver = PrivilegedDriver(simulator)
        self._plan = plan
        self._identifier = identifier
        self._cameras = cameras
        self._num_moments = num_moments
        self._carried = carried

    def make(self, rng: np.random.Generator) -> Query:
        """Put the robot somewhere and take the pictures of one query.

        Raises:
            SceneError: The building has no room to put it, or to carry it to.
        """
        self._place(rng)
        # The same for all methods: what differs between them is how they find the place.
        odometry_filter = build_odometry(CLASSICAL, self._simulator.rig)
        odometry: list[LocalOdometry] = []

        def sense(observation: Observation) -> None:
            odometry.append(odometry_filter.observe(observation))

        moments: dict[int, tuple[CameraFrame, ...]] = {}
        told_by, truth = self._look_about(rng, sense, moments)
        if self._carried:
            self._place(rng, away_from=truth)
            told_by, truth = self._look_about(rng, sense, moments)
        # What was driven after the last picture belongs to no query.
        last_ns = max(moments)
        heard = tuple(sample for sample in odometry if sample.stamp_ns <= last_ns)
        return Query(heard, moments, truth, told_by)

    def _look_about(
        self,
        rng: np.random.Generator,
        sense: Callable[[Observation], None],
        moments: dict[int, tuple[CameraFrame, ...]],
    ) -> tuple[str, NDArray[np.float64]]:
        """Stand, drive and take the pictures; return what tells the place, and the last pose."""
        for observation in self._driver.rest(_REST_S):
            sense(observation)
        told_by, taken, driven_m = self._take(moments), 1, 0.0
        truth = before = self._driver.truth.pose
        drive = self._drive(rng)
        while taken < self._num_moments and (sensed := next(drive, None)) is not None:
            sense(sensed)
            here = self._driver.truth.pose
            driven_m += float(np.hypot(*(here - before)[:2]))
            before = here
            if driven_m >= SPACING_M * taken:
                told_by, taken = self._take(moments) or told_by, taken + 1
                truth = here
        return told_by, truth

    def _place(
        self, rng: np.random.Generator, away_from: NDArray[np.float64] | None = None
    ) -> None:
        for _ in range(_TRIES):
            pose = self._plan.sample_free_pose(rng, _START_CLEARANCE_M)
            if away_from is not None and math.dist(pose[:2], away_from[:2]) < _CARRIED_M:
                continue
            self._driver.place(pose)
            if self._driver.truth.clearance_m >= _FREE_OF_PEOPLE_M:
                return
        away = f" {_CARRIED_M:g} m away from where it was" if away_from is not None else ""
        raise SceneError(f"no free place for the robot{away} in {_TRIES} tries")

    def _take(self, moments: dict[int, tuple[CameraFrame, ...]]) -> str:
        """Take the pictures of a moment; return what in them tells the place."""
        frames = self._simulator.expose()
        moments[self._simulator.stamp_ns] = tuple(
            frame for frame in frames if frame.camera in self._cameras
        )
        for camera in self._cameras:
            name = self._identifier.what_tells(self._simulator.object_image(camera))
            if name:
                return name
        return ""

    def _drive(self, rng: np.random.Generator) -> Iterator[Observation]:
        """Drive leg after leg while there is room and time."""
        began_ns = self._simulator.stamp_ns
        while to_seconds(self._simulator.stamp_ns - began_ns) < _LIMIT_S:
            leg = self._leg(rng)
            if leg is None:
                return
            yield from self._driver.follow(leg)

    def _leg(self, rng: np.random.Generator) -> NDArray[np.float64] | None:
        """Return points ``(N, 2)`` along the longest straight way over free floor, if any."""
        start = self._driver.truth.pose[:2]
        wanted_m = SPACING_M * self._num_moments
        headings = rng.uniform(-math.pi, math.pi) + np.linspace(
            0.0, 2.0 * math.pi, _HEADINGS, endpoint=False
        )
        free_m = [self._free_run_m(start, float(heading), wanted_m) for heading in headings]
        best = int(np.argmax(free_m))
        if free_m[best] < _SHORTEST_LEG_M:
            return None
        direction = np.array([math.cos(headings[best]), math.sin(headings[best])])
        count = max(2, math.ceil(free_m[best] / _STEP_M))
        leg: NDArray[np.float64] = (
            start + np.linspace(0.0, free_m[best], count)[:, None] * direction
        )
        return leg

    def _free_run_m(self, start: NDArray[np.float64], heading: float, most_m: float) -> float:
        step_m = self._plan.resolution_m
        direction = np.array([math.cos(heading), math.sin(heading)])
        for number in range(1, math.ceil(most_m / step_m) + 1):
            x, y = start + number * step_m * direction
            if not self._plan.is_free(x, y, _LEG_CLEARANCE_M):
                return (number - 1) * step_m
        return most_m
