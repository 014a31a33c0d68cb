"""Planner shards as tensors: all states in memory, packed; batches unpacked, half of them mirrored.

Letters: ``B`` states of a batch, ``P`` people, ``N`` steps; see :mod:`astra_local.planner_record`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from astra_core.errors import ConfigError
from astra_local.planner_net.action import normalized, steps_of
from astra_local.planner_net.contract import PlannerInputs
from astra_local.planner_net.esdf_loss import Surroundings
from astra_local.planner_net.sensed import inputs_of, window_distance
from astra_local.planner_record import PlannerStates, read_planner_shard, unpack_cells
from astra_local.voxel.ego_window import WINDOW

__all__ = ["PlannerBatch", "PlannerDataset", "ShardSource", "shards_in"]

_USED = (
    "occupied", "known", "speed", "sub_goal", "is_final", "max_speed_mps", "movers",
    "expert_poses", "people", "people_radius", "sdf_cm", "route", "route_left_m",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class PlannerBatch:
    """States to learn from.

    Attributes:
        inputs: What the robot knew.
        actions: ``(B, N, 3)`` normalised steps of the expert.
        expert_xy: ``(B, N, 2)`` its positions, metres.
        around: The truth for the ESDF loss.
    """

    inputs: PlannerInputs
    actions: Tensor
    expert_xy: Tensor
    around: Surroundings

    def __len__(self) -> int:
        """Return B."""
        return len(self.actions)

    def to(self, device: torch.device | str) -> PlannerBatch:
        """Return the same on a device."""
        around = self.around
        return PlannerBatch(
            self.inputs.to(device),
            self.actions.to(device),
            self.expert_xy.to(device),
            replace(around, distance=around.distance.to(device), people=around.people.to(device)),
        )


class ShardSource(NamedTuple):
    """Where the states of one shard come from."""

    family: str
    conditions: str
    way: str
    states: int
    seed: int

    @classmethod
    def of(cls, part: PlannerStates) -> ShardSource:
        """Return the source of a shard."""
        meta = part.meta
        return cls(
            str(meta["family"]),
            str(meta["conditions"]),
            str(meta["way"]),
            len(part),
            int(meta["seed"]),
        )


def shards_in(folders: Sequence[Path], ways: Sequence[str] = ()) -> list[Path]:
    """Return the shards below some folders in a fixed order; ``ways`` picks by their names' end.

    Raises:
        ConfigError: There is none.
    """
    found = sorted(
        path
        for folder in folders
        for path in folder.rglob("*.npz")
        if not ways or path.stem.rsplit("-", 1)[-1] in ways
    )
    if not found:
        wanted = f" of {' or '.join(ways)} states" if ways else ""
        places = ", ".join(str(folder) for folder in folders)
        raise ConfigError(
            f"no planner shards{wanted} in {places}: ./astra data generate planner --out {places}"
        )
    return found


class PlannerDataset:
    """The states of many shards; about 9 KB each in memory."""

    def __init__(self, shards: Sequence[Path], split: str) -> None:
        """Read all shards.

        Args:
            shards: From :func:`shards_in`.
            split: All must be of it: nobody trains on what is to be judged.

        Raises:
            ShardError: A shard cannot be used.
            ConfigError: A shard is of another split, or of another robot or profile than the first.
        """
        parts: list[PlannerStates] = [read_planner_shard(path) for path in shards]
        self.profile = str(parts[0].meta["profile"])
        self.robot: dict[str, float] = dict(parts[0].meta["robot"])
        for path, part in zip(shards, parts, strict=True):
            if part.meta["split"] != split:
                raise ConfigError(f"{path} is of {part.meta['split']} seeds, not of {split}")
            if part.meta["profile"] != self.profile:
                raise ConfigError(f"{path} was made with another profile than {shards[0]}")
            # A later version may say more of the same robot: what both say has to agree.
            self.robot = {k: v for k, v in self.robot.items() if k in part.meta["robot"]}
            if any(part.meta["robot"][key] != value for key, value in self.robot.items()):
                raise ConfigError(f"{path} was made with another robot than {shards[0]}")
        self.arrays = {key: np.concatenate([part.arrays[key] for part in parts]) for key in _USED}
        lengths = [len(part) for part in parts]
        self.family = np.repeat([part.meta["family"] for part in parts], lengths)
        self.conditions = np.repeat([part.meta["conditions"] for part in parts], lengths)
        self.way = np.repeat([part.meta["way"] for part in parts], lengths)
        self.sources = sorted(ShardSource.of(part) for part in parts)
        self.seeds = sorted({(source.family, source.seed) for source in self.sources})
        # Whole centimetres in a byte: what the reader would compute anew for every batch.
        self._distance_cm = np.concatenate(
            [_packed_distance(unpack_cells(part.arrays["occupied"][:, 0])) for part in parts]
        )
        self.sha256 = hashlib.sha256(
            "\n".join(f"{p.meta['family']} {p.meta['seed']} {p.meta['conditions']} "
                      f"{p.meta['way']} {p.meta['code']} {len(p)}" for p in parts).encode()
        ).hexdigest()  # fmt: skip

    def __len__(self) -> int:
        """Return how many states there are."""
        return len(self._distance_cm)

    def batch(
        self, index: NDArray[np.intp], mirrored: NDArray[np.bool_] | None = None
    ) -> PlannerBatch:
        """Return some states as tensors.

        Args:
            index: ``(B,)`` which.
            mirrored: ``(B,)`` which to see in a mirror: left and right change places.
        """
        arrays = {key: values[index] for key, values in self.arrays.items()}
        distance = self._distance_cm[index].astype(np.float32) * np.float32(0.01)
        occupied, known = (unpack_cells(arrays[key]) for key in ("occupied", "known"))
        inputs = inputs_of(arrays, occupied, known, distance)
        poses = torch.from_numpy(arrays["expert_poses"].copy())
        # Of the step's end, the moment at which its waypoint is reached.
        people = torch.from_numpy(arrays["people"][:, :, 1:].copy()).transpose(1, 2)
        radius = torch.from_numpy(arrays["people_radius"].copy())
        radius = radius[:, None, :, None].expand(*people.shape[:3], 1)
        people = torch.cat([people, radius], dim=-1)
        truth = torch.from_numpy(arrays["sdf_cm"].astype(np.float32) * np.float32(0.01))
        if mirrored is not None and mirrored.any():
            flip = torch.from_numpy(mirrored)
            inputs = _mirrored(inputs, flip)
            poses = _signed(poses, flip, (1, 2))
            people = _signed(people, flip, (1,))
            truth = torch.where(flip[:, None, None], truth.flip(1), truth)
        return PlannerBatch(
            inputs,
            normalized(steps_of(poses)),
            poses[..., :2],
            Surroundings(truth, WINDOW.low_m, WINDOW.cell_m, people),
        )


def _packed_distance(occupied: NDArray[np.bool_]) -> NDArray[np.uint8]:
    distance = np.stack([window_distance(cells) for cells in occupied])
    return np.round(100.0 * distance).astype(np.uint8)


def _mirrored(inputs: PlannerInputs, flip: Tensor) -> PlannerInputs:
    def grid(values: Tensor) -> Tensor:
        where = flip.reshape(-1, *([1] * (values.ndim - 1)))
        return torch.where(where, values.flip(-2), values)

    return PlannerInputs(
        occupancy=grid(inputs.occupancy),
        known=grid(inputs.known),
        distance=grid(inputs.distance),
        movers=_far_kept(inputs.movers, _signed(inputs.movers, flip, (1, 3))),
        velocity=_signed(inputs.velocity, flip, (1,)),
        goal=_signed(inputs.goal, flip, (1, 3)),
    )


def _far_kept(before: Tensor, after: Tensor) -> Tensor:
    """Keep nobody where nobody stands: it is a mark and no place."""
    return torch.where(before[..., 4:] > 0.0, after, before)


def _signed(values: Tensor, flip: Tensor, columns: tuple[int, ...]) -> Tensor:
    """Change the sign of columns of the last axis where ``flip (B,)`` says so."""
    sign = torch.ones(values.shape[-1])
    sign[list(columns)] = -1.0
    where = flip.reshape(-1, *([1] * (values.ndim - 1)))
    return torch.where(where, values * sign, values)
