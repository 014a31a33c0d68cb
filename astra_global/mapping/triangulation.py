"""Points from rays: where several lines of sight meet best.

Letters: ``R`` rays, ``P`` points, each of which some of the rays look at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["meet", "parallax_rad"]

_MIN_EIGENVALUE = 1e-7  # of normalised normal equations: rays parallel to within 0.5 mrad


def meet(
    origins: NDArray[np.float64],
    directions: NDArray[np.float64],
    point_of: NDArray[np.intp],
    count: int,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the points closest to bundles of rays, by least squares over distances to the rays.

    For rays o + s d the point minimises sum w |(I - d d^T)(p - o)|^2, which is linear in p.

    Args:
        origins: ``(R, 3)``.
        directions: ``(R, 3)`` of length 1.
        point_of: ``(R,)`` which point a ray looks at.
        count: P.
        weights: ``(R,)`` above 0; 1 / distance^2 turns distances into angles. All 1 by default.

    Returns:
        ``(P, 3)``, NaN where the rays of a point are parallel or there are fewer than two.
    """
    weights = np.ones(len(origins)) if weights is None else weights
    total = np.bincount(point_of, weights, minlength=count)
    share = weights / np.where(total > 0.0, total, 1.0)[point_of]
    across = np.eye(3) - directions[:, :, None] * directions[:, None, :]
    across *= share[:, None, None]
    normal, right = np.zeros((count, 3, 3)), np.zeros((count, 3))
    np.add.at(normal, point_of, across)
    np.add.at(right, point_of, np.einsum("rij,rj->ri", across, origins))
    fixed = np.linalg.eigvalsh(normal)[:, 0] > _MIN_EIGENVALUE if count else np.zeros(0, bool)
    points = np.full((count, 3), np.nan)
    points[fixed] = np.linalg.solve(normal[fixed], right[fixed][..., None])[..., 0]
    return points


def parallax_rad(
    points: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the angles ``(P,)`` at which points ``(P, 3)`` see two origins ``(P, 3)`` apart."""
    to_a, to_b = a - points, b - points
    cross = np.linalg.norm(np.cross(to_a, to_b), axis=-1)
    return np.asarray(np.arctan2(cross, np.einsum("pi,pi->p", to_a, to_b)))
