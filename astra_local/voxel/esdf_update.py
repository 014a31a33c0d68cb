"""A distance field that is kept up to date: only what a change can reach is computed again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel.esdf import ArrayT, signed_distance
from astra_local.voxel.esdf_input import occupied_cells, sides_of, spatial_axes

__all__ = ["EsdfUpdater"]


class EsdfUpdater:
    """Holds occupancy and field of one grid; exact, as if computed anew each time.

    With distances capped at C, a changed cell matters to cells within C of it and nowhere else, and
    those depend on what lies within C of them. NumPy arrays and torch tensors on any device; all
    stay where the first one is. One box holds all changes of an update, so far corners that change
    at once cost the whole grid; nearest cells are not kept.

    For large grids of which little changes, as in training. The planner's map moves with the robot
    and is computed anew with each set of images.

    Attributes:
        distance_m: The field, float32, of the kind of the occupancy; read-only for callers.
        num_computed: Cells that the last update computed.
    """

    def __init__(
        self,
        occupied: ArrayT,
        voxel_size_m: float | tuple[float, ...],
        max_distance_m: float,
        engine: str = "auto",
        threshold: float = 0.5,
    ) -> None:
        """Compute the whole field once.

        Args:
            occupied: ``(Y, X)`` or ``(Z, Y, X)``, one grid; bool, or probabilities of which those
                above the threshold are occupied.
            voxel_size_m: Side of a cell, one or one for each axis, metres.
            max_distance_m: Finite cap of the distances.
            engine: See :mod:`astra_local.voxel.esdf`.
            threshold: For probabilities.

        Raises:
            ShapeError: Not one non-empty grid of two or three axes, or sizes for other axes.
            ConfigError: The cap or a size is not finite and positive, or the engine is unknown.
            ValueError: Probabilities that are not finite, where the CPU has them.
        """
        if not 0.0 < max_distance_m < math.inf:
            raise ConfigError(f"max_distance_m must be positive and finite, got {max_distance_m}")
        self._voxel_size_m, self._cap_m, self._engine = voxel_size_m, max_distance_m, engine
        self._threshold = threshold
        dims = spatial_axes(tuple(occupied.shape), voxel_size_m, occupied.ndim)
        sides_m = sides_of(voxel_size_m, dims)
        self._occupied: Any = _copy(occupied_cells(occupied, threshold))
        # Distances are shortened by half a cell, so the reach is longer by as much.
        self._reach = [math.ceil(max_distance_m / side + 0.5) for side in sides_m]
        self.distance_m: Any = self._field(self._occupied)
        self.num_computed = math.prod(self._occupied.shape)

    def update(
        self, occupied: ArrayT, changed: tuple[tuple[int, int], ...] | None = None
    ) -> ArrayT:
        """Take in the present occupancy and return the field.

        Args:
            occupied: Of the shape, kind and device of the first; bool or probabilities.
            changed: For each axis the first index that may have changed and the one past the last.
                Without it the grids are compared, for which a GPU has to be waited for.

        Raises:
            ShapeError: It has another shape or kind than the grid, or the box is not one of it.
            ValueError: Probabilities that are not finite, where the CPU has them.
        """
        if isinstance(occupied, np.ndarray) != isinstance(self._occupied, np.ndarray):
            kinds = (type(grid).__name__ for grid in (self._occupied, occupied))
            raise ShapeError("occupancy", expected=next(kinds), actual=next(kinds))
        if tuple(occupied.shape) != tuple(self._occupied.shape):
            raise ShapeError(
                "occupancy", expected=tuple(self._occupied.shape), actual=tuple(occupied.shape)
            )
        known = None if changed is None else self._checked(changed)
        cells = occupied_cells(occupied, self._threshold)
        box = self._changes(cells) if known is None else known
        self.num_computed = 0
        if box:
            within = tuple(slice(*ends) for ends in box)
            self._occupied[within] = cells[within]
            self._compute(self._grown(box, 1), self._grown(box, 2))
        return self.distance_m  # type: ignore[no-any-return]

    def _changes(self, occupied: Any) -> tuple[tuple[int, int], ...]:
        """Return the box around what has changed; empty if nothing has."""
        differs = occupied != self._occupied
        box = []
        for axis in range(differs.ndim):
            others = tuple(other for other in range(differs.ndim) if other != axis)
            hit = differs.any(others)
            # The line along an axis is short: it is looked at on the CPU.
            (where,) = np.nonzero(hit if isinstance(hit, np.ndarray) else hit.cpu().numpy())
            if not len(where):
                return ()
            box.append((int(where[0]), int(where[-1]) + 1))
        return tuple(box)

    def _checked(self, box: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        shape = tuple(self._occupied.shape)
        inside = len(box) == len(shape) and all(
            0 <= low < high <= side for (low, high), side in zip(box, shape, strict=True)
        )
        if not inside:
            raise ShapeError("the changed box", expected=f"a part of {shape}", actual=box)
        return box

    def _grown(self, box: tuple[tuple[int, int], ...], times: int) -> tuple[slice, ...]:
        return tuple(
            slice(max(0, low - times * reach), min(side, high + times * reach))
            for (low, high), reach, side in zip(box, self._reach, self._occupied.shape, strict=True)
        )

    def _compute(self, inner: tuple[slice, ...], outer: tuple[slice, ...]) -> None:
        field = self._field(self._occupied[outer])
        self.num_computed = math.prod(field.shape)
        within = tuple(
            slice(a.start - b.start, a.stop - b.start) for a, b in zip(inner, outer, strict=True)
        )
        self.distance_m[inner] = field[within]

    def _field(self, occupied: Any) -> Any:
        return signed_distance(
            occupied, self._voxel_size_m, max_distance_m=self._cap_m, engine=self._engine
        )


def _copy(occupied: Any) -> Any:
    return occupied.copy() if isinstance(occupied, np.ndarray) else occupied.clone()
