"""From weights and their card to a head that plans, and to the weights of its picker."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch

from astra_core.errors import WeightsError
from astra_core.robot import RobotConfig
from astra_core.weights import FLOATS, TensorSpec, Weights, check_robot
from astra_local.planner_net.config import PRESETS
from astra_local.planner_net.heads import PlanningHead
from astra_local.planner_net.picker import PickerWeights
from astra_local.planner_net.registry import HEADS, make_head

__all__ = ["PICKER_TENSOR", "LoadedPlanner", "load_planner"]

#: The picker's numbers, in the order of the fields of :class:`PickerWeights`.
PICKER_TENSOR = "picker.weights"


@dataclass(frozen=True, eq=False)
class LoadedPlanner:
    """A head with its weights, and how its plans are picked."""

    head: PlanningHead
    picker: PickerWeights


def load_planner(weights: Weights, name: str, robot: RobotConfig) -> LoadedPlanner:
    """Make a head of weights.

    Args:
        weights: With the card of a planner.
        name: The head that is wanted, as in ``planner=NAME``.
        robot: The robot that it shall drive.

    Returns:
        The head on the CPU in float32, ready to plan.

    Raises:
        WeightsError: They are of another head, another robot, or another architecture.
    """
    card = weights.card
    head_name, preset = card.settings.get("head"), card.settings.get("preset")
    if head_name != name or head_name not in HEADS or preset not in PRESETS:
        raise WeightsError(
            f"the weights {card.name!r} are of the head {head_name!r} ({preset!r}): "
            f"planner={name} needs its own (--weights planner=NAME)"
        )
    check_robot(card, robot)
    head = make_head(name, PRESETS[preset])
    wanted = {key: TensorSpec(tuple(v.shape), FLOATS) for key, v in head.state_dict().items()}
    count = len(fields(PickerWeights))
    weights.require({**wanted, PICKER_TENSOR: TensorSpec((count,), FLOATS)})
    head.load_state_dict(
        {key: torch.tensor(weights.tensors[key], dtype=torch.float32) for key in wanted}
    )
    numbers = [float(value) for value in weights.tensors[PICKER_TENSOR]]
    return LoadedPlanner(head.eval(), PickerWeights(*numbers))
