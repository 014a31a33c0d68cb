"""What localization answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from astra_global.types.decision import Decision

__all__ = ["PoseAlternative", "PoseFix"]


@dataclass(frozen=True, eq=False)
class PoseAlternative:
    """Another pose that the same images allow.

    Attributes:
        pose: ``(3,)`` [x, y, theta] of ``base_link`` in ``map``.
        covariance: ``(3, 3)``, m^2, m rad, rad^2.
        log_odds: Natural log of how likely it is relative to the best pose, before any prior.
        num_inliers: Feature matches that agree with it, over all cameras.
    """

    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]
    log_odds: float
    num_inliers: int = 0


@dataclass(frozen=True, eq=False)
class PoseFix:
    """Where the robot was when the images were taken, as far as the images alone can tell.

    Places that look alike stand side by side: ``pose`` is the likeliest, ``alternatives`` are the
    others. A caller that wants a single answer looks at ``confidence``.

    Attributes:
        stamp_ns: Time of the images.
        pose: ``(3,)`` [x, y, theta] of ``base_link`` in ``map``.
        covariance: ``(3, 3)``, m^2, m rad, rad^2.
        num_inliers: Feature matches that agree with the pose, over all cameras.
        node_ids: Nodes whose pictures support it, most inliers first.
        seconds: Wall time it took.
        log: Seconds per stage and counts, for people and reports.
        alternatives: Other poses that stand, likeliest first.
        elsewhere_log_odds: Natural log of how likely it is that the robot is at none of these
            poses, relative to the best one, before any prior.
        decided: What told the pose from its best rival; empty where nothing was compared.
        contradiction: Share of what should be seen from the pose that the images do not show,
            0 to 1; NaN where too little could be predicted.
        proposed_by: Who named the place first: ``expected`` (by odometry), the name of the coarse
            stage, or ``lattice`` (the repetition of the building).
    """

    stamp_ns: int
    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]
    num_inliers: int
    node_ids: tuple[str, ...]
    seconds: float
    log: Mapping[str, float] = field(default_factory=dict)
    alternatives: tuple[PoseAlternative, ...] = ()
    elsewhere_log_odds: float = -10.0
    decided: tuple[Decision, ...] = ()
    contradiction: float = math.nan
    proposed_by: str = ""

    @property
    def confidence(self) -> float:
        """Return the probability of the best pose among all poses and "somewhere else"."""
        rest = sum(math.exp(min(other.log_odds, 50.0)) for other in self.alternatives)
        return 1.0 / (1.0 + rest + math.exp(min(self.elsewhere_log_odds, 50.0)))
