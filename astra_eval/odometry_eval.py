"""Odometry as an evaluation: drives of equal length in one building, by every set of sensors.

A privileged driver leads the robot along parts of the tour and on random routes, among people. The
filter of the stack gets the same samples with and without each sensor; cameras are off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.observation import Observation, WheelSample
from astra_core.polyline import evenly_spaced
from astra_core.stack_spec import CLASSICAL, DEFAULT, StackSpec
from astra_core.time import from_seconds
from astra_eval.metrics.odometry import (
    absolute_trajectory_error_m,
    path_length,
    relative_rotation_error_deg_per_10m,
    relative_translation_error_percent,
)
from astra_eval.privileged_driver import PrivilegedDriver
from astra_eval.rows import Unit
from astra_sim.conditions import Conditions
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import FloorPlan, floor_plan
from astra_sim.scenes.seeds import stream
from astra_sim.tour.config import TourConfig
from astra_sim.tour.path import split_at_corners
from astra_sim.tour.plan import plan_tour

if TYPE_CHECKING:
    from astra_sim.simulator import Simulator

__all__ = ["METRICS", "MODALITIES", "WHEEL_ONLY", "OdometryWork", "dead_reckoning"]

Points = NDArray[np.float64]

#: Metric key to its function of (estimated, true) poses ``(T, 3)``.
METRICS: dict[str, Callable[[Points, Points], float]] = {
    "rte_percent": relative_translation_error_percent,
    "rre_deg_per_10m": relative_rotation_error_deg_per_10m,
    "ate_m": absolute_trajectory_error_m,
}
#: Sets of sensors the filter is run with; the first is the stack's own.
MODALITIES = ("wheels+imu", "wheels", "imu")
#: The baseline: wheel samples summed up, no filter.
WHEEL_ONLY = "wheel_only"

_CLEARANCE_M = 0.33
_REST_S = 1.0
_STEP_M = 0.05
_LIMIT_S = 300.0
_ARRIVED_M = 0.2
_NEAREST_GOAL_M = 3.0


@dataclass(frozen=True)
class OdometryWork:
    """Drives in one scene.

    Attributes:
        family: Scene family.
        conditions: What has changed since the tour, and who walks about.
        per_scene: Drives in each scene; every second one follows the tour.
        length_m: Of each drive.
        stack: Whose odometry is evaluated; that of the classical one gets the same samples beside
            any other.
    """

    family: str
    conditions: Conditions
    per_scene: int
    length_m: float = 25.0
    stack: StackSpec = DEFAULT

    def __call__(self, unit: Unit) -> dict[str, Any]:
        """Return the row of a scene seed: the errors of all its drives."""
        from astra_sim.profile import load_profile
        from astra_sim.simulator import Simulator

        (seed,) = unit
        scene, profile = make_scene(self.family, seed), load_profile()
        drives = []
        for number in range(self.per_scene):
            rng = stream(seed, "odometry", number)
            with Simulator(
                scene,
                profile,
                int(rng.integers(2**31)),
                conditions=self.conditions,
                camera_hz=0.0,
                depth=False,
            ) as simulator:
                on_tour = number % 2 == 1
                tour = plan_tour(simulator.scene, seed).pieces if on_tour else ()
                drives.append(self._drive(simulator, tour, rng))
        return {"drives": drives}

    def _drive(
        self, simulator: Simulator, tour: Sequence[Points], rng: np.random.Generator
    ) -> dict[str, Any]:
        from astra_local.stack import build_odometry

        filters = {name: build_odometry(self.stack, simulator.rig) for name in MODALITIES}
        if self.stack.odometry != CLASSICAL.odometry:
            filters[CLASSICAL.odometry] = build_odometry(CLASSICAL, simulator.rig)
        estimates: dict[str, list[Points]] = {name: [] for name in filters}
        truth: list[Points] = []
        wheels: list[WheelSample] = []
        way_m = 0.0
        driver = PrivilegedDriver(simulator)
        for observation in _drive_on(simulator, driver, tour, rng):
            wheels += observation.wheels
            for name, one in filters.items():
                heard = _only(observation, name) if name in MODALITIES else observation
                estimates[name].append(one.observe(heard).pose)
            truth.append(driver.truth.pose)
            way_m += path_length(np.array(truth[-2:]))
            if way_m >= self.length_m:
                break
        true = np.array(truth)
        paths = {name: np.array(poses) for name, poses in estimates.items()}
        paths[WHEEL_ONLY] = dead_reckoning(wheels, simulator.tick_s)
        return {
            "way": "tour" if tour else "random",
            "length_m": way_m,
            "errors": {
                name: {key: metric(path, true) for key, metric in METRICS.items()}
                for name, path in paths.items()
            },
        }


def dead_reckoning(wheels: list[WheelSample], tick_s: float) -> NDArray[np.float64]:
    """Sum up wheel samples of equal spacing by the midpoint rule, from the origin.

    Returns:
        ``(T, 3)`` poses after each sample.
    """
    pose, poses = np.zeros(3), []
    for sample in wheels:
        distance = sample.linear_velocity_mps * tick_s
        turn = sample.angular_velocity_rad_s * tick_s
        step = np.array([distance * np.cos(turn / 2.0), distance * np.sin(turn / 2.0), turn])
        pose = se2.compose(pose, step)
        poses.append(pose)
    return np.array(poses).reshape(-1, 3)


def _only(observation: Observation, modalities: str) -> Observation:
    names = modalities.split("+")
    return replace(
        observation,
        imu=observation.imu if "imu" in names else (),
        wheels=observation.wheels if "wheels" in names else (),
    )


def _drive_on(
    simulator: Simulator,
    driver: PrivilegedDriver,
    tour: Sequence[Points],
    rng: np.random.Generator,
) -> Iterator[Observation]:
    """Stand a second, drive a part of the tour if there is one, then go on at random."""
    first = int(rng.integers(len(tour))) if tour else 0
    if tour:
        (x, y), ahead = tour[first][0], tour[first][1] - tour[first][0]
        driver.place((float(x), float(y), float(np.arctan2(ahead[1], ahead[0]))))
    yield from driver.rest(_REST_S)
    for piece in tour[first:]:
        yield from driver.follow(piece)
        if float(np.hypot(*(driver.truth.pose[:2] - piece[-1]))) > _ARRIVED_M:
            break  # somebody stood in the way; the next piece does not begin here
    plan = floor_plan(simulator.scene)
    # Time ends a drive that is walled in.
    while simulator.stamp_ns < from_seconds(_LIMIT_S):
        for piece in _random_route(driver.truth.pose, plan, rng):
            yield from driver.follow(piece)


def _random_route(pose: Points, plan: FloorPlan, rng: np.random.Generator) -> list[Points]:
    """Return the shortest way to a random place, cut at its corners; empty where none was found."""
    goal = plan.sample_free_pose(rng, _CLEARANCE_M)[:2]
    here = (float(pose[0]), float(pose[1]))
    if float(np.hypot(goal[0] - here[0], goal[1] - here[1])) < _NEAREST_GOAL_M:
        return []
    way = plan.shortest_path(here, goal, _CLEARANCE_M)
    if way is None:
        return []
    pieces = split_at_corners(evenly_spaced(way, _STEP_M), TourConfig().corner_rad)
    return [piece for piece in pieces if len(piece) > 1]
