"""Matter that was not there a moment ago, in the open: believed at once.

A cell that was long seen to be free needs several images until it counts as occupied, so that
noise of depth beside a wall does not close doorways. Somebody who steps in front of the robot has
no time for that. So where nothing that is certain stands nearby, one image is enough, if it hits
so much that it is no noise: a body, a bag, a box. Stray pixels at an edge lie scattered along
their rays, a few in each cell, and do not come near that.

Letters: ``Z`` layers, lowest first; ``H``, ``W`` the grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["sudden_matter"]

_AROUND = 3
# Noise of depth and odometry moves the face of what stands by a cell or two.
_BESIDE = np.ones((5, 5), dtype=bool)


def sudden_matter(
    hit: NDArray[np.bool_],
    evidence: NDArray[np.float64],
    certain: NDArray[np.bool_],
    near: NDArray[np.bool_],
    sure_evidence: float,
) -> NDArray[np.bool_]:
    """Return the voxels ``(Z, H, W)`` to be believed at once.

    Args:
        hit: ``(Z, H, W)`` voxels that the newest images hit and that were free before.
        evidence: ``(Z, H, W)`` share of the face of each that they hit.
        certain: ``(Z, H, W)`` voxels known for long to be occupied.
        near: ``(H, W)`` cells that are near enough to hurry.
        sure_evidence: Share of a face that voxels of one layer and their neighbours need together.
    """
    candidates = hit & near
    candidates &= ~ndimage.binary_dilation(certain.any(axis=0), _BESIDE)
    for layer in np.flatnonzero(candidates.any(axis=(1, 2))):
        around = ndimage.uniform_filter(evidence[layer], _AROUND, mode="constant") * _AROUND**2
        candidates[layer] &= around >= sure_evidence
    return candidates
