"""Forgets the foot of what has left: nothing hangs in the air below a thing that is gone.

A voxel is cleared only by a ray through it, and close to the robot no ray reaches the lowest
layers. The foot of a door leaf that slid open, or of a person who walked on, would stand there for
ever. So a low voxel goes with the body above it, when two layers of that body, both once certain,
are seen to be free and the low one was not hit since. A box under a table top keeps its own hits;
a low box, of which one layer at most is seen to vanish at a flat angle, stays.

Noise puts some low voxels of a thin leaf into the next column, which never had a body of its own.
Specks that lie within one cell of departed bodies altogether go with them.

Letters: ``Z`` layers, lowest first; ``H``, ``W`` the grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["DepartedBodies"]

_LAYERS_GONE = 2
_LARGEST_GAP = 1
_EIGHT = np.ones((3, 3), dtype=bool)


class DepartedBodies:
    """Remembers which voxels were certain, to know a body that left from one that never was."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        """Start with nothing remembered."""
        self.certain = np.zeros(shape, dtype=bool)

    def feet(
        self,
        occupied: NDArray[np.bool_],
        certain: NDArray[np.bool_],
        hit: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Return the voxels to be forgotten now.

        Args:
            occupied: ``(Z, H, W)`` after the newest images.
            certain: ``(Z, H, W)`` voxels with more evidence than one wrong picture gives.
            hit: ``(Z, H, W)`` voxels hit by the newest images.

        Returns:
            ``(Z, H, W)``: occupied voxels below at least two layers of a departed body.
        """
        self.certain |= certain
        gone = self.certain & ~occupied
        if not gone.any():
            return gone
        # What is hit below stands on its own: the body that was above it is another thing.
        hit_below = np.zeros(occupied.shape[1:], dtype=bool)
        for layer in range(len(occupied)):
            self.certain[layer] &= occupied[layer] | ~hit_below
            hit_below |= hit[layer]
        gone &= self.certain
        feet = np.zeros_like(occupied)
        run = np.zeros(occupied.shape[1:], dtype=np.int8)
        gap = np.zeros_like(run)
        for layer in reversed(range(len(occupied))):
            feet[layer] = occupied[layer] & (run >= _LAYERS_GONE) & ~hit[layer]
            # A foot that goes carries on the run to the layer below it; so does one layer that
            # was never sure, as the cameras saw it at the edge of their view.
            body = gone[layer] | feet[layer]
            gap = np.where(body, 0, gap + 1).astype(np.int8)
            keeps = body | ((gap <= _LARGEST_GAP) & ~occupied[layer])
            run = np.where(keeps, run + body, 0).astype(np.int8)
        feet |= self._specks(occupied & ~feet, gone.sum(axis=0) >= _LAYERS_GONE, hit)
        self.certain &= ~feet
        return feet

    def _specks(
        self, occupied: NDArray[np.bool_], left: NDArray[np.bool_], hit: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return the voxels of groups of columns that all touch columns ``(H, W)`` of the departed.

        A group that was hit by the newest images is there, and what stands below a departed body
        was judged by its own column.
        """
        columns = occupied.any(axis=0)
        near = ndimage.binary_dilation(left, _EIGHT)
        if not (columns & near).any():
            return np.zeros_like(occupied)
        groups, _ = ndimage.label(columns, _EIGHT)
        stays = np.zeros(groups.max() + 1, dtype=bool)
        stays[groups[columns & (~near | left | hit.any(axis=0))]] = True
        left_over: NDArray[np.bool_] = occupied & ~stays[groups]
        return left_over
