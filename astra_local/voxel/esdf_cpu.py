"""Distance transforms on the CPU: the library `edt`, and SciPy as the reference."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

__all__ = ["distance_to_mask", "nearest_in_mask"]


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
    # Counted in cells where they are cubes: the same bits for a grid and its transpose.
    unit_m = sides_m[0] if len(set(sides_m)) == 1 else 1.0
    spacing = tuple(side / unit_m for side in sides_m)
    if engine == "edt":
        import edt

        # One thread for small grids: starting more costs more than they save.
        threads = 1 if mask.size < _SMALL_CELLS else len(os.sched_getaffinity(0))
        cells = edt.edt(
            np.ascontiguousarray(~mask), anisotropy=spacing, black_border=False, parallel=threads
        )
        return np.asarray(cells * np.float32(unit_m), dtype=np.float32)
    from scipy.ndimage import distance_transform_edt

    cells = distance_transform_edt(~mask, sampling=spacing)
    return np.asarray(cells * unit_m, dtype=np.float32)


def nearest_in_mask(mask: NDArray[np.bool_], sides_m: tuple[float, ...]) -> NDArray[np.int32]:
    """Return the flat index of the nearest cell of a mask for every cell; -1 where it is empty."""
    if not mask.any():
        return np.full(mask.shape, -1, dtype=np.int32)
    from scipy.ndimage import distance_transform_edt

    indices = distance_transform_edt(
        ~mask, sampling=sides_m, return_distances=False, return_indices=True
    )
    return np.ravel_multi_index(tuple(indices), mask.shape).astype(np.int32)


_SMALL_CELLS = 100_000
