"""The poses of a fix as the fusion takes them: as unsure as their matches, and as their odds."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from astra_global.fusion.config import FusionConfig
from astra_global.fusion.motion_model import UncertainPose
from astra_global.types import PoseFix

__all__ = ["allowed_poses", "is_finite"]


def is_finite(fix: PoseFix) -> bool:
    """Return whether every pose of a fix is a pose."""
    poses = [(fix.pose, fix.covariance)]
    poses += [(other.pose, other.covariance) for other in fix.alternatives]
    return all(np.isfinite(pose).all() and np.isfinite(p).all() for pose, p in poses)


def allowed_poses(fix: PoseFix, config: FusionConfig) -> list[UncertainPose]:
    """Return the pose of a fix and its alternatives, in its order.

    PnP's own covariance knows pixel noise only: calibration and map errors set a floor. And it
    takes the matches for right, which share their errors where something repeats itself: a pose
    that the pictures deny may be off by ``doubt_m``. With p, the odds of "none of these" against
    the pose as a probability, its covariance is ``P + floor + p doubt^2``, the second moment of
    the mixture.
    """
    floor = np.array([config.fix_floor_m, config.fix_floor_m, config.fix_floor_rad]) ** 2
    doubt = np.array([config.doubt_m, config.doubt_m, config.doubt_rad]) ** 2
    poses = [(fix.pose, fix.covariance, 0.0)]
    poses += [(other.pose, other.covariance, other.log_odds) for other in fix.alternatives]
    return [
        UncertainPose(
            np.asarray(pose, dtype=np.float64),
            np.asarray(p) + np.diag(floor + expit(fix.elsewhere_log_odds - odds) * doubt),
        )
        for pose, p, odds in poses
    ]
