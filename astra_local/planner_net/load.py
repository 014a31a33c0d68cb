"""From weights and their card to a head that plans."""

from __future__ import annotations

import torch

from astra_core.errors import WeightsError
from astra_core.robot import RobotConfig
from astra_core.weights import FLOATS, TensorSpec, Weights, check_robot
from astra_local.planner_net.config import PRESETS
from astra_local.planner_net.heads import PlanningHead
from astra_local.planner_net.registry import HEADS, make_head

__all__ = ["LEARNED_SCORE", "load_planner"]

#: In the settings of a card: plans are picked by a learned score, which the weights hold, too.
LEARNED_SCORE = "learned"


def load_planner(weights: Weights, name: str, robot: RobotConfig) -> PlanningHead:
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
    if card.settings.get("score") == LEARNED_SCORE:
        head.add_score()
    wanted = {key: TensorSpec(tuple(v.shape), FLOATS) for key, v in head.state_dict().items()}
    weights.require(wanted)
    head.load_state_dict(
        {key: torch.tensor(weights.tensors[key], dtype=torch.float32) for key in wanted}
    )
    return head.eval()
