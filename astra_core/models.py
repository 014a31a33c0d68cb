"""The models in the parts of a stack: loaded once, before the cameras are known.

Each factory has a table of loaders. A part without a loader has no model, as all classical ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from astra_core.camera import CameraRig
from astra_core.device import DeviceConfig
from astra_core.loading import NO_PROGRESS, Progress
from astra_core.robot import RobotConfig
from astra_core.stack_spec import StackSpec
from astra_core.weights import ModelCard, check_rig, check_robot

__all__ = ["LoadRequest", "LoadedModel", "Loader", "Loaders", "Models", "load_models"]


@dataclass(frozen=True)
class LoadedModel:
    """A network with its weights in it.

    Attributes:
        network: What the factory puts into the part.
        card: What its weights say of themselves.
    """

    network: Any
    card: ModelCard


@dataclass(frozen=True)
class LoadRequest:
    """What a loader is asked for.

    Attributes:
        part: Of the stack, ``planner`` for example.
        name: What stands in it, ``flow`` for example.
        where: Name, folder or file of its weights.
        device: Where the network will run.
        robot: The robot that it will drive.
        progress: To be told how far it is; raises when nobody waits any more.
    """

    part: str
    name: str
    where: str
    device: DeviceConfig
    robot: RobotConfig
    progress: Progress


Loader = Callable[[LoadRequest], LoadedModel]
#: Part to name to loader, as in :data:`astra_core.stack_spec.PARTS`.
Loaders = Mapping[str, Mapping[str, Loader]]


@dataclass(frozen=True)
class Models:
    """All models of a half of the stack.

    Attributes:
        by_part: Which model is in which part; parts without one are not there.
    """

    by_part: Mapping[str, LoadedModel] = field(default_factory=lambda: MappingProxyType({}))

    def network(self, part: str) -> Any:
        """Return the network of a part that has one."""
        return self.by_part[part].network

    def check_rig(self, rig: CameraRig) -> None:
        """Refuse models that were trained with other cameras.

        Raises:
            WeightsError: One was.
        """
        for model in self.by_part.values():
            check_rig(model.card, rig)

    @property
    def weights(self) -> dict[str, str]:
        """Return what results carry: name to sha256 of each set of weights."""
        return {model.card.name: model.card.sha256 for model in self.by_part.values()}


def load_models(
    spec: StackSpec,
    loaders: Loaders,
    device: DeviceConfig,
    robot: RobotConfig,
    progress: Progress = NO_PROGRESS,
) -> Models:
    """Load the models of a spec, and check that they are for this robot. Takes as long as it takes.

    Args:
        spec: Which parts, and which weights are in them.
        loaders: Who loads which part.
        device: Where the networks will run.
        robot: The robot that they will drive.
        progress: Told how far it is.

    Raises:
        WeightsError: Weights are missing, damaged, or not for this part or robot.
        ConfigError: The device is not there.
    """
    wanted = [
        (part, name, loaders[part][name])
        for part, name in spec.parts.items()
        if name in loaders.get(part, {})
    ]
    models = {}
    for number, (part, name, load) in enumerate(wanted):
        inner = progress.part(number / len(wanted), (number + 1) / len(wanted))
        inner(0.0)
        where = spec.models[part]
        models[part] = load(LoadRequest(part, name, where, device, robot, inner))
        check_robot(models[part].card, robot)
    progress(1.0)
    return Models(MappingProxyType(models))
