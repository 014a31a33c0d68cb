"""What localization answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["PoseFix"]


@dataclass(frozen=True, eq=False)
class PoseFix:
    """Where the robot was when the images were taken, found without any prior.

    Attributes:
        stamp_ns: Time of the images.
        pose: ``(3,)`` [x, y, theta] of ``base_link`` in ``map``.
        covariance: ``(3, 3)``, m^2, m rad, rad^2.
        num_inliers: Feature matches that agree with the pose, over all cameras.
        node_ids: Nodes whose pictures support it, most inliers first.
        seconds: Wall time it took.
        log: Seconds per stage and counts, for people and reports.
    """

    stamp_ns: int
    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]
    num_inliers: int
    node_ids: tuple[str, ...]
    seconds: float
    log: Mapping[str, float] = field(default_factory=dict)
