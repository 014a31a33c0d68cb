"""Eyes shards as tensors: all moments in memory, batches of equally many cameras.

Letters as in :mod:`astra_local.encoder.contract`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from astra_core.errors import ConfigError
from astra_local.depth_code import decode_depth
from astra_local.encoder.contract import CELL_PX, DEPTH_CELL_PX, EyesInputs, rig_rays
from astra_local.eyes_record import EyesMoments, read_eyes_shard
from astra_local.train.planner_states import ShardSource

__all__ = ["EyesBatch", "EyesDataset", "depth_points_z"]


@dataclass(frozen=True, eq=False)
class EyesBatch:
    """Moments to learn from.

    Attributes:
        inputs: What cameras saw.
        depth_m: ``(B, N, U, V)`` truth, of the nearest of the pixels in a cell; 0 unknown.
        pixel_depth_m: ``(B, N, H, W)`` truth of every pixel; 0 unknown.
    """

    inputs: EyesInputs
    depth_m: Tensor
    pixel_depth_m: Tensor

    def to(self, device: torch.device | str) -> EyesBatch:
        """Return the same on a device."""
        return EyesBatch(
            self.inputs.to(device), self.depth_m.to(device), self.pixel_depth_m.to(device)
        )


@dataclass(frozen=True, eq=False)
class _Group:
    """The moments of all rigs of equally many cameras.

    Attributes:
        color: ``(M, N, H, W, 3)`` uint8.
        depth_code: ``(M, N, H, W)`` uint8.
        rays: ``(R, N, 3, h, w)`` of each rig.
        origins: ``(R, N, 3)``.
        rig_of: ``(M,)`` which rig.
    """

    color: NDArray[np.uint8]
    depth_code: NDArray[np.uint8]
    rays: NDArray[np.float32]
    origins: NDArray[np.float32]
    rig_of: NDArray[np.intp]


class EyesDataset:
    """The moments of many shards; about 200 KB each in memory."""

    def __init__(self, shards: Sequence[Path], split: str) -> None:
        """Read all shards.

        Args:
            shards: At least one.
            split: All must be of it.

        Raises:
            ShardError: A shard cannot be used.
            ConfigError: A shard is of another split or profile.
        """
        parts = [read_eyes_shard(path) for path in shards]
        self.profile = str(parts[0].meta["profile"])
        for path, part in zip(shards, parts, strict=True):
            if part.meta["split"] != split:
                raise ConfigError(f"{path} is of {part.meta['split']} seeds, not of {split}")
            if part.meta["profile"] != self.profile:
                raise ConfigError(f"{path} was made with another profile than {shards[0]}")
        self.sources = sorted(
            ShardSource(
                str(part.meta["family"]), str(part.meta["conditions"]), str(part.meta["way"]),
                len(part), int(part.meta["seed"]),
            )
            for part in parts
        )  # fmt: skip
        self.seeds = sorted({(source.family, source.seed) for source in self.sources})
        told = [f"{p.meta['family']} {p.meta['seed']} {p.meta['conditions']} {p.meta['rig']} "
                f"{p.meta['code']} {len(p)}" for p in parts]  # fmt: skip
        self.sha256 = hashlib.sha256("\n".join(told).encode()).hexdigest()
        self._groups: list[_Group] = []
        family: list[NDArray[np.str_]] = []
        where: list[NDArray[np.intp]] = []
        for number in sorted({len(part.rig.cameras) for part in parts}):
            alike = [part for part in parts if len(part.rig.cameras) == number]
            self._groups.append(_grouped(alike))
            count = len(self._groups[-1].rig_of)
            group = np.full(count, len(self._groups) - 1)
            where.append(np.stack([group, np.arange(count)], axis=1))
            family += [np.repeat(str(part.meta["family"]), len(part)) for part in alike]
        self._where = np.concatenate(where)
        #: Of each moment, in the order of the index.
        self.family = np.concatenate(family)
        self.num_cameras = np.array([len(self._groups[g].rays[0]) for g, _ in self._where])

    def __len__(self) -> int:
        """Return how many moments there are."""
        return len(self._where)

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw the index ``(count,)`` of moments of equally many cameras, each equally often."""
        number = self.num_cameras[rng.integers(len(self))]
        return np.asarray(rng.choice(np.flatnonzero(self.num_cameras == number), count))

    def batch(
        self, index: NDArray[np.intp], mirrored: NDArray[np.bool_] | None = None
    ) -> EyesBatch:
        """Return some moments as tensors.

        Args:
            index: ``(B,)`` which, all of equally many cameras.
            mirrored: ``(B,)`` which to see in a mirror: left and right change places.

        Raises:
            ConfigError: They have not equally many cameras.
        """
        groups = set(self._where[index, 0].tolist())
        if len(groups) != 1:
            raise ConfigError("a batch must be of moments with equally many cameras")
        group, rows = self._groups[groups.pop()], self._where[index, 1]
        images = torch.from_numpy(group.color[rows]).permute(0, 1, 4, 2, 3).float() / 255.0
        code = group.depth_code[rows]
        rig = group.rig_of[rows]
        rays, origins = torch.from_numpy(group.rays[rig]), torch.from_numpy(group.origins[rig])
        pixels = torch.from_numpy(decode_depth(code))
        cells = torch.from_numpy(decode_depth(_nearest(code)))
        if mirrored is not None and mirrored.any():
            flip = torch.from_numpy(mirrored)
            images, pixels, cells = (_flipped(x, flip) for x in (images, pixels, cells))
            left = torch.where(flip, -1.0, 1.0)
            rays = _flipped(rays, flip)
            rays = torch.cat(
                [rays[:, :, :1], rays[:, :, 1:2] * left[:, None, None, None, None], rays[:, :, 2:]],
                dim=2,
            )
            origins = origins * torch.stack([left.abs(), left, left.abs()], dim=-1)[:, None]
        return EyesBatch(EyesInputs(images, rays, origins), cells, pixels)


def depth_points_z(rays: Tensor, origins: Tensor, depth_m: Tensor) -> Tensor:
    """Return the height above the floor of what cells of any size show, metres.

    Args:
        rays: ``(B, N, 3, h, w)``.
        origins: ``(B, N, 3)``.
        depth_m: ``(B, N, U, V)``; the cells are as large as those of the rays, or parts of them.
    """
    up = rays[:, :, 2]
    grown = torch.nn.functional.interpolate(
        up, size=depth_m.shape[-2:], mode="bilinear", align_corners=False
    )
    return origins[..., 2, None, None] + depth_m * grown


def _grouped(parts: Sequence[EyesMoments]) -> _Group:
    known: dict[str, int] = {}
    rays: list[NDArray[np.float32]] = []
    origins: list[NDArray[np.float32]] = []
    rig_of: list[NDArray[np.intp]] = []
    for part in parts:
        key = repr(part.meta["rig"])
        if key not in known:
            known[key] = len(rays)
            found = rig_rays(part.rig, CELL_PX)
            rays.append(found.rays)
            origins.append(found.origins)
        rig_of.append(np.full(len(part), known[key]))
    return _Group(
        np.concatenate([part.color for part in parts]),
        np.concatenate([part.depth_code for part in parts]),
        np.stack(rays),
        np.stack(origins),
        np.concatenate(rig_of),
    )


def _nearest(code: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the codes of the nearest known pixel of every cell."""
    size = DEPTH_CELL_PX
    # Code 0, unknown, becomes the largest number; all others grow with depth.
    shifted = code - np.uint8(1)
    *lead, height, width = code.shape
    cells = shifted.reshape(*lead, height // size, size, width // size, size)
    return np.asarray(cells.min(axis=(-3, -1)) + np.uint8(1), np.uint8)


def _flipped(values: Tensor, flip: Tensor) -> Tensor:
    where = flip.reshape(-1, *([1] * (values.ndim - 1)))
    return torch.where(where, values.flip(-1), values)
