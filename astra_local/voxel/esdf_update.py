"""A distance field that is kept up to date: only what a change can reach is computed again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel.esdf import signed_distance

__all__ = ["EsdfUpdater"]


class EsdfUpdater:
    """Holds occupancy and field of one grid; exact, as if computed anew each time.

    With distances capped at C, a changed cell matters to cells within C of it and nowhere else, and
    those depend on what lies within C of them.

    Attributes:
        distance_m: The field, float32; read-only for callers.
        num_computed: Cells that the last update computed.
    """

    def __init__(
        self,
        occupied: NDArray[np.bool_],
        voxel_size_m: float | tuple[float, ...],
        max_distance_m: float,
        engine: str = "auto",
    ) -> None:
        """Compute the whole field once.

        Args:
            occupied: ``(Y, X)`` or ``(Z, Y, X)`` bool.
            voxel_size_m: Side of a cell, one or one for each axis, metres.
            max_distance_m: Finite cap of the distances.
            engine: See :mod:`astra_local.voxel.esdf`.

        Raises:
            ConfigError: The cap is not finite and positive.
        """
        if not 0.0 < max_distance_m < math.inf:
            raise ConfigError(f"max_distance_m must be positive and finite, got {max_distance_m}")
        self._voxel_size_m, self._cap_m, self._engine = voxel_size_m, max_distance_m, engine
        self._occupied = np.array(occupied, dtype=bool)
        sides = voxel_size_m if isinstance(voxel_size_m, tuple) else (voxel_size_m,) * occupied.ndim
        # Distances are shortened by half a cell, so the reach is longer by as much.
        self._reach = [math.ceil(max_distance_m / side + 0.5) for side in sides]
        self.distance_m: Any = self._field(self._occupied)
        self.num_computed = self._occupied.size

    def update(self, occupied: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Take in the present occupancy and return the field.

        Raises:
            ShapeError: It has another shape than the grid.
        """
        occupied = np.asarray(occupied, dtype=bool)
        if occupied.shape != self._occupied.shape:
            raise ShapeError("occupancy", expected=self._occupied.shape, actual=occupied.shape)
        changed = np.nonzero(occupied != self._occupied)
        self.num_computed = 0
        if len(changed[0]):
            self._occupied[...] = occupied
            low = [int(axis.min()) for axis in changed]
            high = [int(axis.max()) + 1 for axis in changed]
            self._compute(self._grown(low, high, 1), self._grown(low, high, 2))
        return self.distance_m  # type: ignore[no-any-return]

    def _grown(self, low: list[int], high: list[int], times: int) -> tuple[slice, ...]:
        return tuple(
            slice(max(0, a - times * reach), min(side, b + times * reach))
            for a, b, reach, side in zip(low, high, self._reach, self._occupied.shape, strict=True)
        )

    def _compute(self, inner: tuple[slice, ...], outer: tuple[slice, ...]) -> None:
        field = self._field(self._occupied[outer])
        self.num_computed = field.size
        within = tuple(
            slice(a.start - b.start, a.stop - b.start) for a, b in zip(inner, outer, strict=True)
        )
        self.distance_m[inner] = field[within]

    def _field(self, occupied: NDArray[np.bool_]) -> NDArray[np.float32]:
        return signed_distance(
            occupied, self._voxel_size_m, max_distance_m=self._cap_m, engine=self._engine
        )
