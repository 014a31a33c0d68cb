"""What every planning head takes and gives: the contract of this room, and fake inputs of it.

Shape letters: ``B`` states, ``T`` = 4 occupancies (now, 0.5, 1.0, 1.5 s ago), ``Y, X`` = 64 cells
of :data:`astra_local.voxel.ego_window.WINDOW`, ``M`` movers, ``K`` answers per state, ``N`` = 16
steps of 0.2 s. The record that training reads is :mod:`astra_local.planner_record`.

Frame: ``base_link`` of the state (ego): x forward, y left, metres, radians. Grids are indexed
``[y, x]`` with index 0 at the lowest coordinate; the occupancies of the past are already moved into
the ego frame of now. All tensors are float32 on one device.

    occupancy  (B, T, Y, X)  0 or 1: matter, walkers included
    known      (B, Y, X)     0 or 1: seen at all
    distance   (B, Y, X)     metres to the nearest occupied cell of now, 0 inside, at most 2
    movers     (B, M, 5)     x, y, vx, vy, radius of who is seen to walk; nobody: x = y = FAR_M
    velocity   (B, 2)        forward speed m/s, turn rate rad/s
    goal       (B, 6)        sub-goal: x, y, cos theta, sin theta, is final, largest speed m/s
    actions    (B, K, N, 3)  dx, dy, dtheta of each step in the frame of the pose before it
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from astra_local.planner_record import FAR_M, HISTORY_S, NUM_STEPS
from astra_local.voxel.ego_window import WINDOW

__all__ = ["NUM_PAST", "PlannerInputs", "fake_actions", "fake_inputs", "window_places"]

NUM_PAST = len(HISTORY_S)


def window_places(points_m: Tensor) -> Tensor:
    """Return points ``(*, 2)`` of the ego frame as ``grid_sample`` wants them.

    -1 and 1 are the outer edges of the window (``align_corners=False``).
    """
    height, width = WINDOW.shape
    low = points_m.new_tensor(WINDOW.low_m)
    return (points_m - low) * (2.0 / (points_m.new_tensor([width, height]) * WINDOW.cell_m)) - 1.0


@dataclass(frozen=True, eq=False)
class PlannerInputs:
    """A batch of what the robot knows; shapes in the contract above."""

    occupancy: Tensor
    known: Tensor
    distance: Tensor
    movers: Tensor
    velocity: Tensor
    goal: Tensor

    def __len__(self) -> int:
        """Return B."""
        return len(self.velocity)

    def to(self, device: torch.device | str) -> PlannerInputs:
        """Return the same on a device."""
        return PlannerInputs(*(getattr(self, field.name).to(device) for field in fields(self)))


def fake_inputs(batch: int = 2, movers: int = 3, seed: int = 0) -> PlannerInputs:
    """Return inputs that keep to the contract and mean nothing, for tests and traces."""
    random = torch.Generator().manual_seed(seed)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(shape, generator=random)

    theta = 2.0 * torch.pi * uniform(batch)
    goal = torch.stack(
        [3.0 * uniform(batch) - 1.0, 2.0 * uniform(batch) - 1.0, theta.cos(), theta.sin(),
         (uniform(batch) < 0.5).float(), 0.6 * uniform(batch)], dim=-1,
    )  # fmt: skip
    walkers = torch.cat(
        [4.0 * uniform(batch, movers, 2) - 2.0, uniform(batch, movers, 2) - 0.5,
         torch.full((batch, movers, 1), 0.3)], dim=-1,
    )  # fmt: skip
    walkers[:, -1:] = walkers.new_tensor([FAR_M, FAR_M, 0.0, 0.0, 0.0])
    return PlannerInputs(
        occupancy=(uniform(batch, NUM_PAST, *WINDOW.shape) < 0.1).float(),
        known=(uniform(batch, *WINDOW.shape) < 0.9).float(),
        distance=2.0 * uniform(batch, *WINDOW.shape),
        movers=walkers,
        velocity=torch.stack([0.6 * uniform(batch), uniform(batch) - 0.5], dim=-1),
        goal=goal,
    )


def fake_actions(batch: int = 2, seed: int = 0) -> Tensor:
    """Return normalised steps ``(B, N, 3)`` of nobody."""
    return torch.randn((batch, NUM_STEPS, 3), generator=torch.Generator().manual_seed(seed))
