"""The factory of Astra-Local: from the names of a spec to parts that run.

Nowhere else are the classes behind the ports named. A new part is one file and one line in a table
below (docs/adding_a_planner.md); its name is declared in :data:`astra_core.stack_spec.PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from astra_core.camera import CameraRig
from astra_core.robot_settings import require_robot
from astra_core.stack_spec import StackSpec
from astra_local.config import LocalConfig, PlannerConfig, RobotConfig
from astra_local.odometry.ekf import WheelImuFilter
from astra_local.perception import DepthPerception
from astra_local.pipeline import AstraLocal
from astra_local.planner.cost_to_go import cost_to_go
from astra_local.planner.mppi import MppiProposer
from astra_local.planner.open_loop import OpenLoopPlanner
from astra_local.planner.planner import LocalPlanner, WayTo
from astra_local.planner.tracker import TrajectoryTracker
from astra_local.ports import OdometryEstimator, Perception, Proposer
from astra_local.voxel.coverage import RigCoverage

__all__ = [
    "ODOMETRY",
    "PERCEPTION",
    "PLANNERS",
    "build_local",
    "build_odometry",
    "build_open_loop_planner",
    "build_planner",
    "check_local",
]

_COLD_ROUNDS = 4


def _ekf(spec: StackSpec, rig: CameraRig, config: LocalConfig) -> OdometryEstimator:
    return WheelImuFilter(config.odometry)


def _depth(spec: StackSpec, rig: CameraRig, config: LocalConfig) -> Perception:
    radius_m = config.robot.footprint_radius_m
    return DepthPerception(rig, config.occupancy, config.motion, radius_m)


def _mppi(spec: StackSpec, config: PlannerConfig, robot: RobotConfig) -> Proposer:
    return MppiProposer(config)


def _net(spec: StackSpec, config: PlannerConfig, robot: RobotConfig) -> Proposer:
    from astra_core.weights import find_card, load_weights
    from astra_local.planner_net.load import load_planner
    from astra_local.planner_net.proposer import NetProposer

    weights = load_weights(find_card(spec.models["planner"]), part="planner")
    return NetProposer(load_planner(weights, spec.planner, robot), config)


#: What can be built, by name: one line per part.
ODOMETRY: dict[str, Callable[[StackSpec, CameraRig, LocalConfig], OdometryEstimator]] = {
    "ekf": _ekf,
}
PERCEPTION: dict[str, Callable[[StackSpec, CameraRig, LocalConfig], Perception]] = {
    "depth": _depth,
}
PLANNERS: dict[str, Callable[[StackSpec, PlannerConfig, RobotConfig], Proposer]] = {
    "mppi": _mppi,
    "flow": _net,
    "act": _net,
    "vae": _net,
    "diffusion": _net,
}


def build_local(spec: StackSpec, rig: CameraRig, config: LocalConfig | None = None) -> AstraLocal:
    """Build Astra-Local as a spec says.

    Args:
        spec: Names of the parts.
        rig: The robot's cameras.
        config: Settings; ``None`` is all defaults.

    Raises:
        ConfigError: A part is not built yet, or a setting contradicts the robot.
    """
    config = config or LocalConfig()
    require_robot(config, config.robot, "Astra-Local")
    check_local(spec)
    return AstraLocal(
        odometry=build_odometry(spec, rig, config),
        perception=PERCEPTION[spec.perception](spec, rig, config),
        planner=build_planner(spec, config, np.random.default_rng(config.seed)),
        tracker=TrajectoryTracker(config.tracker, config.robot),
        coverage=RigCoverage(rig, config.occupancy.num_sectors),
        config=config,
    )


def check_local(spec: StackSpec) -> None:
    """Refuse what cannot be built, before anything is loaded.

    Raises:
        ConfigError: A part of the spec is not built yet.
    """
    spec.check_built({"odometry": ODOMETRY, "perception": PERCEPTION, "planner": PLANNERS})


def build_odometry(
    spec: StackSpec, rig: CameraRig, config: LocalConfig | None = None
) -> OdometryEstimator:
    """Build the odometry alone, for its evaluation; arguments as :func:`build_local` has them."""
    spec.check_built({"odometry": ODOMETRY})
    return ODOMETRY[spec.odometry](spec, rig, config or LocalConfig())


def build_planner(
    spec: StackSpec,
    config: LocalConfig | None,
    rng: np.random.Generator,
    *,
    way_to: WayTo = cost_to_go,
) -> LocalPlanner:
    """Build the planner alone: the spec's, then MPPI for what it does not find a safe way through.

    Args:
        spec: Names of the parts.
        config: Settings; ``None`` is all defaults.
        rng: All chance comes from it.
        way_to: What tells the remaining way.

    Raises:
        ConfigError: It is not built yet.
    """
    config = config or LocalConfig()
    spec.check_built({"planner": PLANNERS})
    names = dict.fromkeys((spec.planner, "mppi"))
    proposers = [PLANNERS[name](spec, config.planner, config.robot) for name in names]
    return LocalPlanner(proposers, config.planner, config.robot, rng, way_to)


def build_open_loop_planner(spec: StackSpec, config: LocalConfig | None = None) -> OpenLoopPlanner:
    """Build a planner without memory; ``num_rounds`` is raised to what a cold start needs."""
    config = config or LocalConfig()
    rounds = max(config.planner.num_rounds, _COLD_ROUNDS)
    cold = replace(config, planner=replace(config.planner, num_rounds=rounds))
    spec.check_built({"planner": PLANNERS})
    return OpenLoopPlanner(lambda rng: build_planner(spec, cold, rng), config.robot)
