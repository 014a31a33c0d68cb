"""Drives a tour. Privileged: it knows the floor plan and where it is."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import RobotStuck
from astra_core.observation import Observation
from astra_core.records import Velocity
from astra_core.time import from_seconds
from astra_sim.profile import SensorProfile
from astra_sim.scenes.types import Scene
from astra_sim.simulator import Simulator
from astra_sim.tour.config import TourConfig
from astra_sim.tour.plan import TourPlan, plan_tour
from astra_sim.tour.tracker import PathTracker
from astra_sim.truth import GroundTruth

__all__ = ["drive_tour"]

_SLOWEST_MPS = 0.08
_SPARE_S = 60.0
_STANDING = 0.02


def drive_tour(
    scene: Scene,
    profile: SensorProfile,
    seed: int,
    *,
    config: TourConfig | None = None,
    plan: TourPlan | None = None,
    cameras: bool = True,
) -> Generator[tuple[Observation, NDArray[np.float64]], None, None]:
    """Drive through a building past everything worth seeing, and back to the start.

    Args:
        scene: The building.
        profile: Sensor noise.
        seed: Of noise and order.
        config: Speeds and distances.
        plan: From :func:`astra_sim.tour.plan.plan_tour`; ``None`` plans.
        cameras: Whether to take images.

    Yields:
        Each tick's observation and the true pose ``(3,)`` in ``map`` at its stamp.

    Raises:
        RobotStuck: It touched something or did not get on: a fault of scene or planner.
    """
    config = config or TourConfig()
    plan = plan or plan_tour(scene, seed, config)
    limit_s = plan.length_m / _SLOWEST_MPS + _SPARE_S
    shutter = _Shutter(config)
    with Simulator(scene, profile, seed, camera_hz=0.0, start_pose=plan.start_pose) as simulator:
        commands = _commands(plan, config, simulator.tick_s)
        command = next(commands)
        while command is not None:
            observation = simulator.step(command)
            truth = simulator.truth()
            if truth.collision_count:
                touched = ", ".join(truth.touched)
                raise RobotStuck(f"the tour of {scene.family} {scene.seed} ran into {touched}")
            if simulator.stamp_ns * 1e-9 > limit_s:
                raise RobotStuck(f"the tour of {scene.family} {scene.seed} does not get on")
            if cameras and shutter.due(simulator.stamp_ns):
                observation = replace(observation, frames=simulator.expose())
            yield observation, truth.pose
            command = commands.send(truth)


class _Shutter:
    """Takes pictures by the clock, as a recorder on a robot does.

    It knows nothing of the motion: a recording whose pictures are timed by the true way tells who
    reads it how far the robot has come.
    """

    def __init__(self, config: TourConfig) -> None:
        self._period_ns = from_seconds(1.0 / config.picture_hz)
        self._next_ns = 0

    def due(self, stamp_ns: int) -> bool:
        """Whether it is time for the next set; one that is lost is not taken again."""
        if stamp_ns < self._next_ns:
            return False
        self._next_ns += self._period_ns
        return True


def _commands(
    plan: TourPlan, config: TourConfig, tick_s: float
) -> Generator[Velocity | None, GroundTruth, None]:
    """Yield a command per tick, take the truth after it; ``None`` when the tour is over."""
    for _ in range(max(1, round(config.rest_s / tick_s))):
        truth = yield Velocity()
    for piece in plan.pieces:
        tracker = PathTracker(piece, config)
        while (command := tracker.command(truth.pose)) is not None:
            truth = yield command
        # Come to rest before turning.
        while np.abs(truth.velocity).max() > _STANDING:
            truth = yield Velocity()
    yield None
