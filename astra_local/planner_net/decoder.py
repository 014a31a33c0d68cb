"""Queries that read the map where their own waypoints are.

A query stands for one step of the plan. It knows its step as far as it is known (noisy in flow
matching and diffusion, a first guess in ACT and VAE), and what lies there: features of the trunk,
the distance to matter and to people **at the time of the step**, all read at the waypoint to which
the steps before it add up. Without that a head stays at the level of driving straight.

Shape letters as in :mod:`astra_local.planner_net.contract`; ``D`` width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from astra_local.net.attention import DecoderLayer
from astra_local.planner_net.action import denormalized, poses_of
from astra_local.planner_net.config import PlannerNetConfig
from astra_local.planner_net.contract import PlannerInputs, window_places
from astra_local.planner_net.trunk import Scene
from astra_local.planner_record import NUM_STEPS, STEP_S

__all__ = ["WaypointDecoder", "people_gap"]

_SHOWN_M = 1.0
#: Of a waypoint: action 3, pose 4, to the goal 2, distance and people 2.
_NUM_FACTS = 11


class WaypointDecoder(nn.Module):
    """From actions as they are to what the head wants to know of each step."""

    def __init__(self, config: PlannerNetConfig, num_outputs: int = 3) -> None:
        """Make the layers; of each step so many numbers are said."""
        super().__init__()
        first, second, _ = config.channels
        self.read = nn.Linear(first + second + _NUM_FACTS, config.width)
        self.step = nn.Parameter(0.02 * torch.randn(NUM_STEPS, config.width))
        layers = [
            DecoderLayer(config.width, config.num_heads) for _ in range(config.decoder_layers)
        ]
        self._cross = [layer.cross_attention for layer in layers]
        self.layers = nn.ModuleList(layers)
        self.norm = nn.LayerNorm(config.width)
        self.out = nn.Linear(config.width, num_outputs)

    def keys_values(self, scene: Scene) -> list[tuple[Tensor, Tensor]]:
        """Return what the layers attend to, which does not change while a plan is sampled."""
        return [attention.keys_values(scene.tokens) for attention in self._cross]

    def forward(
        self,
        actions: Tensor,
        situation: Tensor,
        scene: Scene,
        keys_values: list[tuple[Tensor, Tensor]] | None = None,
    ) -> Tensor:
        """Say something about every step.

        Args:
            actions: ``(B, K, N, 3)`` normalised steps as they are.
            situation: ``(B, K, D)`` for all steps of an answer alike: flow time, latent variable.
            scene: The encoded states.
            keys_values: From :meth:`keys_values`, where it is asked several times.

        Returns:
            ``(B, K, N, num_outputs)``.
        """
        keys_values = keys_values or self.keys_values(scene)
        queries = self.read(self._facts(actions, scene)) + self.step + situation[:, :, None]
        for layer, pair in zip(self.layers, keys_values, strict=True):
            queries = layer(queries, pair)
        out: Tensor = self.out(self.norm(queries))
        return out

    def _facts(self, actions: Tensor, scene: Scene) -> Tensor:
        poses = poses_of(denormalized(actions))
        xy = poses[..., :2]
        places = window_places(xy)
        maps = [scene.fine, scene.coarse, scene.inputs.distance[:, None].clamp(max=_SHOWN_M)]
        read = [
            functional.grid_sample(values, places, padding_mode="border", align_corners=False)
            for values in maps
        ]
        theta = poses[..., 2:]
        to_goal = scene.inputs.goal[:, None, None, :2] - xy
        gap = people_gap(xy, scene.inputs).clamp(-_SHOWN_M, _SHOWN_M)
        facts = [actions, xy, theta.cos(), theta.sin(), to_goal, gap[..., None]]
        return torch.cat([*(value.permute(0, 2, 3, 1) for value in read), *facts], dim=-1)


def people_gap(xy_m: Tensor, inputs: PlannerInputs) -> Tensor:
    """Return how far waypoints are from where movers will be then, if they walk on as they do.

    Args:
        xy_m: ``(B, K, N, 2)``.
        inputs: Movers in the ego frame now.

    Returns:
        ``(B, K, N)`` metres from the edge of their disc; far where nobody is.
    """
    movers = inputs.movers[:, None, None]
    steps = xy_m.shape[-2]
    time = STEP_S * torch.arange(1, steps + 1, dtype=xy_m.dtype, device=xy_m.device)
    if not movers.shape[-2]:
        return xy_m.new_full(xy_m.shape[:-1], 1e3)
    centre = movers[..., :2] + time[:, None, None] * movers[..., 2:4]
    away = (xy_m[..., None, :] - centre).square().sum(-1).sqrt() - movers[..., 4]
    return away.min(dim=-1).values
