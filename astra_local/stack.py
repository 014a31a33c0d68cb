"""The factory of Astra-Local: from the names of a spec to parts that run.

Nowhere else are the classes behind the ports named. A new part is one file and one line in a table
below (docs/adding_a_planner.md); its name is declared in :data:`astra_core.stack_spec.PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from astra_core.camera import CameraRig
from astra_core.device import DeviceConfig
from astra_core.errors import ConfigError
from astra_core.loading import NO_PROGRESS, Progress
from astra_core.models import LoadedModel, Loader, LoadRequest, Models, load_models
from astra_core.robot_settings import require_robot
from astra_core.stack_spec import StackSpec
from astra_core.weights import load_weights
from astra_core.weights.foreign import ONNX, TRANSFORMERS, any_card, onnx_file, transformers_folder
from astra_local.config import LocalConfig, PlannerConfig, RobotConfig
from astra_local.odometry.ekf import WheelImuFilter
from astra_local.perception import DepthPerception, Eyes
from astra_local.pipeline import AstraLocal
from astra_local.planner.cost_to_go import cost_to_go
from astra_local.planner.mppi import MppiProposer
from astra_local.planner.open_loop import OpenLoopPlanner
from astra_local.planner.planner import LocalPlanner, WayTo
from astra_local.planner.tracker import TrajectoryTracker
from astra_local.plausibility.sensors import SensorPlausibility
from astra_local.ports import OdometryEstimator, Perception, Proposer
from astra_local.sight.watch import SightWatch
from astra_local.voxel.coverage import RigCoverage

__all__ = [
    "LOADERS",
    "ODOMETRY",
    "PERCEPTION",
    "PLANNERS",
    "build_local",
    "build_odometry",
    "build_open_loop_planner",
    "build_perception",
    "build_planner",
    "check_local",
    "load_local",
]

_COLD_ROUNDS = 4


def _ekf(models: Models, rig: CameraRig, config: LocalConfig) -> OdometryEstimator:
    return WheelImuFilter(config.odometry)


def _seeing(rig: CameraRig, config: LocalConfig, eyes: Eyes | None) -> Perception:
    radius_m = config.robot.footprint_radius_m
    return DepthPerception(rig, config.occupancy, config.motion, radius_m, eyes)


def _depth(models: Models, rig: CameraRig, config: LocalConfig) -> Perception:
    return _seeing(rig, config, None)


def _encoder(models: Models, rig: CameraRig, config: LocalConfig) -> Perception:
    from astra_local.encoder.eyes import EncoderEyes

    return _seeing(rig, config, EncoderEyes(models.network("perception"), rig))


def _load_encoder(request: LoadRequest) -> LoadedModel:
    from astra_local.encoder.load import load_encoder

    _require_float32(request)
    weights = load_weights(request.where, request.part, on_progress=request.progress)
    return LoadedModel(load_encoder(weights).to(request.device.torch_device()), weights.card)


def _mono(models: Models, rig: CameraRig, config: LocalConfig) -> Perception:
    from astra_local.mono_net.eyes import MonoEyes

    return _seeing(rig, config, MonoEyes(models.network("perception")))


def _load_mono(request: LoadRequest) -> LoadedModel:
    from astra_local.mono_net.onnx_model import OnnxDepth

    card = any_card(request.where)
    device = request.device.torch_device()
    if request.where.startswith(ONNX):
        return LoadedModel(OnnxDepth(onnx_file(request.where), cuda=device.type == "cuda"), card)
    if request.where.startswith(TRANSFORMERS):
        from astra_local.mono_net.transformers_model import TransformersDepth

        folder = transformers_folder(request.where.removeprefix(TRANSFORMERS))
        return LoadedModel(TransformersDepth(folder, device), card)
    raise ConfigError(
        f"perception=mono runs models of others, and {card.name!r} is one of ours: take "
        "perception=encoder"
    )


def _require_float32(request: LoadRequest) -> None:
    """Refuse another dtype: what comes from sensors is float32, and the networks do not convert."""
    if request.device.dtype != "float32":
        raise ConfigError(
            f"{request.part}={request.name} computes in float32, dtype is {request.device.dtype}: "
            "set dtype to float32"
        )


def _mppi(models: Models, config: PlannerConfig, robot: RobotConfig) -> Proposer:
    return MppiProposer(config)


def _load_head(request: LoadRequest) -> LoadedModel:
    from astra_local.planner_net.load import load_planner

    _require_float32(request)
    device = request.device.torch_device()
    weights = load_weights(request.where, request.part, on_progress=request.progress)
    head = load_planner(weights, request.name, request.robot)
    return LoadedModel(head.to(device), weights.card)


def _head(models: Models, config: PlannerConfig, robot: RobotConfig) -> Proposer:
    from astra_local.planner_net.proposer import NetProposer

    return NetProposer(models.network("planner"), config)


#: What can be built, by name: one line per part. Whoever has a network takes it from the models.
ODOMETRY: dict[str, Callable[[Models, CameraRig, LocalConfig], OdometryEstimator]] = {
    "ekf": _ekf,
}
PERCEPTION: dict[str, Callable[[Models, CameraRig, LocalConfig], Perception]] = {
    "depth": _depth,
    "encoder": _encoder,
    "mono": _mono,
}
PLANNERS: dict[str, Callable[[Models, PlannerConfig, RobotConfig], Proposer]] = {
    "mppi": _mppi,
    "flow": _head,
    "act": _head,
    "vae": _head,
    "diffusion": _head,
}
#: Who loads the network of a part, for those that have one.
LOADERS: dict[str, dict[str, Loader]] = {
    "odometry": {},
    "perception": {"encoder": _load_encoder, "mono": _load_mono},
    "planner": dict.fromkeys(("flow", "act", "vae", "diffusion"), _load_head),
}


def load_local(
    spec: StackSpec,
    config: LocalConfig | None = None,
    device: DeviceConfig | None = None,
    progress: Progress = NO_PROGRESS,
) -> Models:
    """Load what takes long and does not depend on the cameras; the classical stack has nothing.

    Args:
        spec: Names of the parts, and their weights.
        config: Settings; ``None`` is all defaults.
        device: Where the networks run; ``None`` is the CPU.
        progress: Told how far it is.

    Raises:
        ConfigError: A part is not built yet, or the device is not there.
        WeightsError: Weights cannot be used, or are for another part or robot.
    """
    config = config or LocalConfig()
    check_local(spec)
    return load_models(spec, LOADERS, device or DeviceConfig(), config.robot, progress)


def build_local(
    spec: StackSpec,
    rig: CameraRig,
    config: LocalConfig | None = None,
    models: Models | None = None,
) -> AstraLocal:
    """Build Astra-Local as a spec says; quick, where the models are loaded.

    Args:
        spec: Names of the parts.
        rig: The robot's cameras.
        config: Settings; ``None`` is all defaults.
        models: From :func:`load_local`; ``None`` loads them now.

    Raises:
        ConfigError: A part is not built yet, or a setting contradicts the robot.
        WeightsError: Weights cannot be used, or are for another part, robot or rig.
    """
    config = config or LocalConfig()
    require_robot(config, config.robot, "Astra-Local")
    check_local(spec)
    models = models or load_local(spec, config)
    models.check_rig(rig)
    return AstraLocal(
        odometry=build_odometry(spec, rig, config, models),
        perception=build_perception(spec, rig, config, models),
        planner=build_planner(spec, config, np.random.default_rng(config.seed), models=models),
        tracker=TrajectoryTracker(config.tracker, config.robot),
        coverage=RigCoverage(rig, config.occupancy.num_sectors),
        sight=SightWatch(rig, config.sight),
        plausibility=SensorPlausibility(config.plausibility, config.odometry.max_gap_s),
        config=config,
    )


def check_local(spec: StackSpec) -> None:
    """Refuse what cannot be built, before anything is loaded.

    Raises:
        ConfigError: A part of the spec is not built yet.
    """
    spec.check_built({"odometry": ODOMETRY, "perception": PERCEPTION, "planner": PLANNERS})


def build_odometry(
    spec: StackSpec,
    rig: CameraRig,
    config: LocalConfig | None = None,
    models: Models | None = None,
) -> OdometryEstimator:
    """Build the odometry alone, for its evaluation; arguments as :func:`build_local` has them."""
    spec.check_built({"odometry": ODOMETRY})
    config = config or LocalConfig()
    return ODOMETRY[spec.odometry](models or _models_of(spec, config, "odometry"), rig, config)


def build_perception(
    spec: StackSpec,
    rig: CameraRig,
    config: LocalConfig | None = None,
    models: Models | None = None,
) -> Perception:
    """Build the perception alone, for its evaluation; arguments as :func:`build_local` has them."""
    spec.check_built({"perception": PERCEPTION})
    config = config or LocalConfig()
    models = models or _models_of(spec, config, "perception")
    return PERCEPTION[spec.perception](models, rig, config)


def build_planner(
    spec: StackSpec,
    config: LocalConfig | None,
    rng: np.random.Generator,
    *,
    way_to: WayTo = cost_to_go,
    models: Models | None = None,
) -> LocalPlanner:
    """Build the planner alone: the spec's, then MPPI for what it does not find a safe way through.

    Args:
        spec: Names of the parts.
        config: Settings; ``None`` is all defaults.
        rng: All chance comes from it.
        way_to: What tells the remaining way.
        models: From :func:`load_local`; ``None`` loads that of the planner now.

    Raises:
        ConfigError: It is not built yet.
        WeightsError: Its weights cannot be used, or are for another part or robot.
    """
    config = config or LocalConfig()
    spec.check_built({"planner": PLANNERS})
    models = models or _models_of(spec, config, "planner")
    names = dict.fromkeys((spec.planner, "mppi"))
    proposers = [PLANNERS[name](models, config.planner, config.robot) for name in names]
    return LocalPlanner(proposers, config.planner, config.robot, rng, way_to)


def build_open_loop_planner(spec: StackSpec, config: LocalConfig | None = None) -> OpenLoopPlanner:
    """Build a planner without memory; ``num_rounds`` is raised to what a cold start needs."""
    config = config or LocalConfig()
    rounds = max(config.planner.num_rounds, _COLD_ROUNDS)
    cold = replace(config, planner=replace(config.planner, num_rounds=rounds))
    spec.check_built({"planner": PLANNERS})
    models = _models_of(spec, cold, "planner")
    return OpenLoopPlanner(lambda rng: build_planner(spec, cold, rng, models=models), config.robot)


def _models_of(spec: StackSpec, config: LocalConfig, part: str) -> Models:
    """Load the model of one part, if it has one."""
    return load_models(spec, {part: LOADERS[part]}, DeviceConfig(), config.robot)
