"""What rows and tables say of the stack that made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from astra_core.errors import ConfigError, WeightsError
from astra_core.stack_spec import CLASSICAL, PARTS, StackSpec

__all__ = ["compared_stacks", "planners_beside", "stack_name", "weights_sha256"]


def compared_stacks(stack: StackSpec) -> dict[str, StackSpec]:
    """Return by name the stack that is evaluated, first, and the classical one beside any other.

    Both answer the same queries in the same run, so that a difference is one of the parts.
    """
    return {stack.name: stack, CLASSICAL.name: CLASSICAL}


def planners_beside(text: str) -> dict[str, StackSpec]:
    """Read ``NAME=WEIGHTS[,NAME=WEIGHTS...]``: planners to judge beside a stack.

    The head that weights are of stands on their card.

    Raises:
        ConfigError: A name is missing or given twice.
        WeightsError: Weights are missing, damaged, or not of a planner.
    """
    from astra_core.weights import find_card, read_card

    beside: dict[str, StackSpec] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, separator, where = item.partition("=")
        if not separator or not name or not where or name in beside:
            raise ConfigError(f"--beside takes NAME=WEIGHTS, each name once, got {item!r}")
        card = read_card(find_card(where))
        head = card.settings.get("head", "")
        if card.part != "planner" or head not in PARTS["planner"]:
            raise WeightsError(f"{where} holds {card.name!r}, which is no planner")
        beside[name] = StackSpec(planner=head, weights=(("planner", where),))
    return beside


def stack_name(report: Mapping[str, Any]) -> str:
    """Return the name of the stack that a result is about.

    Results from before stacks had names are the classical one's.
    """
    return StackSpec.from_json(report["stack"]).name if "stack" in report else CLASSICAL.name


def weights_sha256(stack: StackSpec) -> dict[str, str]:
    """Return the name and the sha256 of the model in each learned part, as their cards say.

    Raises:
        WeightsError: A model is missing, or its card is damaged.
    """
    from astra_core.weights.foreign import any_card

    cards = [any_card(where) for where in stack.models.values()]
    return {card.name: card.sha256 for card in cards}
