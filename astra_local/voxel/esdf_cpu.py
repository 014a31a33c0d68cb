"""Distance transforms on the CPU: the library `edt`, and SciPy as the reference."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

__all__ = ["distance_to_mask", "distance_to_other_kind", "nearest_in_mask"]

_SMALL_CELLS = 100_000


def distance_to_mask(
    mask: NDArray[np.bool_], sides_m: tuple[float, ...], engine: str
) -> NDArray[np.float32]:
    """Return the distance of every cell to the nearest cell of a mask, centre to centre.

    Args:
        mask: One grid; no batch.
        sides_m: Sides of a cell along the axes, metres.
        engine: ``edt`` or ``scipy``.

    Returns:
        Same shape, float32; 0 in the mask, infinite where it is empty.
    """
    if not mask.any():
        return np.full(mask.shape, np.inf, dtype=np.float32)
    if engine == "edt":
        return _edt(np.ascontiguousarray(~mask), sides_m)
    return _scipy(~mask, sides_m)


def distance_to_other_kind(
    occupied: NDArray[np.bool_], sides_m: tuple[float, ...], engine: str
) -> NDArray[np.float32]:
    """Return the distance of every cell to the nearest one of the other kind, centre to centre.

    Args:
        occupied: One grid; no batch.
        sides_m: Sides of a cell along the axes, metres.
        engine: ``edt`` or ``scipy``.

    Returns:
        Same shape, float32; infinite where there are no two kinds.
    """
    if occupied.all() or not occupied.any():
        return np.full(occupied.shape, np.inf, dtype=np.float32)
    if engine == "edt":
        # The library measures how far every cell is from the end of its own label: with a label
        # for each kind, one pass gives both signs.
        return _edt(occupied.view(np.uint8) + np.uint8(1), sides_m)
    inside, outside = _scipy(occupied, sides_m), _scipy(~occupied, sides_m)
    return np.where(occupied, inside, outside)


def _edt(labels: NDArray[np.uint8], sides_m: tuple[float, ...]) -> NDArray[np.float32]:
    import edt

    spacing, unit_m = _in_cells(sides_m)
    # One thread for small grids: starting more costs more than they save.
    threads = 1 if labels.size < _SMALL_CELLS else len(os.sched_getaffinity(0))
    cells = edt.edt(labels, anisotropy=spacing, black_border=False, parallel=threads)
    return np.asarray(cells * np.float32(unit_m), dtype=np.float32)


def _scipy(mask: NDArray[np.bool_], sides_m: tuple[float, ...]) -> NDArray[np.float32]:
    from scipy.ndimage import distance_transform_edt

    spacing, unit_m = _in_cells(sides_m)
    return np.asarray(distance_transform_edt(mask, sampling=spacing) * unit_m, dtype=np.float32)


def _in_cells(sides_m: tuple[float, ...]) -> tuple[tuple[float, ...], float]:
    # Counted in cells where they are cubes: the same bits for a grid and its transpose.
    unit_m = sides_m[0] if len(set(sides_m)) == 1 else 1.0
    return tuple(side / unit_m for side in sides_m), unit_m


def nearest_in_mask(mask: NDArray[np.bool_], sides_m: tuple[float, ...]) -> NDArray[np.int32]:
    """Return the flat index of the nearest cell of a mask for every cell; -1 where it is empty."""
    if not mask.any():
        return np.full(mask.shape, -1, dtype=np.int32)
    from scipy.ndimage import distance_transform_edt

    indices = distance_transform_edt(
        ~mask, sampling=sides_m, return_distances=False, return_indices=True
    )
    flat = np.ravel_multi_index(tuple(indices), mask.shape)
    return np.asarray(flat, dtype=np.int32)
