"""The heads by the name they have in ``--stack planner=NAME``."""

from __future__ import annotations

import torch

from astra_core.errors import ConfigError
from astra_local.planner_net.config import PlannerNetConfig
from astra_local.planner_net.diffusion_head import DiffusionHead
from astra_local.planner_net.flow_head import FlowHead
from astra_local.planner_net.heads import PlanningHead
from astra_local.planner_net.latent_heads import ActHead, VaeHead

__all__ = ["HEADS", "make_head"]

HEADS: dict[str, type[PlanningHead]] = {
    head.name: head for head in (FlowHead, ActHead, VaeHead, DiffusionHead)
}


def make_head(name: str, config: PlannerNetConfig, seed: int = 0) -> PlanningHead:
    """Return a head with weights that depend on the seed alone.

    Raises:
        ConfigError: There is no head of that name.
    """
    if name not in HEADS:
        raise ConfigError(f"no planning head {name!r}: choose one of {', '.join(HEADS)}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return HEADS[name](config)
