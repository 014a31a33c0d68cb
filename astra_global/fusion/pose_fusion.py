"""One high-rate pose on the map from low-rate fixes and local odometry (paper, section 1.1).

The paper leaves the filter open. Here it is an error-state Kalman filter with three numbers: the
state is the pose of the robot on the map at the newest fix (the anchor), carried to any later time
by odometry; ``T_map_odom`` follows from it and changes only when a fix is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from astra_core import se2
from astra_core.records import GlobalPose, LocalizationStatus, LocalOdometry
from astra_core.time import to_seconds
from astra_global.fusion.config import FusionConfig
from astra_global.fusion.motion_model import UncertainPose, mahalanobis_squared, move, update
from astra_global.fusion.odometry_buffer import OdometryBuffer
from astra_global.types import PoseFix

__all__ = ["FixDecision", "FixVerdict", "PoseFusion"]


class FixVerdict(Enum):
    """What became of a fix."""

    FIRST = "first fix"
    ACCEPTED = "accepted"
    KIDNAPPED = "moved: several fixes agree on another place"
    PENDING = "not believed yet"
    OUTLIER = "outlier"
    UNUSABLE = "unusable"

    @property
    def accepted(self) -> bool:
        """Return whether the pose follows the fix."""
        return self in (FixVerdict.FIRST, FixVerdict.ACCEPTED, FixVerdict.KIDNAPPED)


@dataclass(frozen=True)
class FixDecision:
    """A verdict and what it rests on, for the mission log.

    Attributes:
        verdict: What became of the fix.
        reason: One line for people.
        distance_squared: Mahalanobis distance to the belief; NaN where there was none.
        jump_m: How far the pose on the map moved at once because of it.
    """

    verdict: FixVerdict
    reason: str
    distance_squared: float = float("nan")
    jump_m: float = 0.0


@dataclass(frozen=True, eq=False)
class _Anchor:
    stamp_ns: int
    state: UncertainPose


class PoseFusion:
    """Knows where the robot is on the map, how well, and since when.

    Not thread safe: :class:`astra_global.pipeline.AstraGlobal` holds a lock around it.
    """

    def __init__(self, config: FusionConfig | None = None) -> None:
        """Start without a pose."""
        self.config = config or FusionConfig()
        self.odometry = OdometryBuffer(self.config.buffer_s)
        self.accepted_fixes = 0
        self.rejected_fixes = 0
        self.last_fix_ns: int | None = None
        self._gate = float(chi2.ppf(self.config.gate_probability, df=3))
        self._anchor: _Anchor | None = None
        self._candidates: list[tuple[PoseFix, UncertainPose]] = []
        self._length_at_fix_m = 0.0
        self._rejected_in_a_row = 0

    def add_odometry(self, odometry: LocalOdometry) -> None:
        """Take one odometry sample, and keep the anchor inside the window of the buffer."""
        self.odometry.add(odometry)
        if self._anchor is None:
            return
        age_s = to_seconds(odometry.stamp_ns - self._anchor.stamp_ns)
        if age_s > 0.5 * self.config.buffer_s:
            self._move_anchor(odometry.stamp_ns)

    def has_odometry_at(self, stamp_ns: int) -> bool:
        """Return whether a fix at this time could be hung on odometry."""
        return self.odometry.pose_at(stamp_ns) is not None

    def forget(self) -> None:
        """Drop the pose: the robot was carried. Odometry goes on."""
        self._anchor = None
        self._candidates.clear()
        self.last_fix_ns = None
        self._rejected_in_a_row = 0

    def apply_fix(self, fix: PoseFix) -> FixDecision:
        """Weigh one fix at the stamp of its images.

        The first fix needs many inliers or a second one that agrees. Later ones must pass a
        chi-square gate against the belief; those that do not are kept aside, and when enough of
        them agree with each other the robot has been carried and the belief follows them.
        """
        measured, problem = self._measurement(fix)
        if measured is None:
            self.rejected_fixes += 1
            return FixDecision(FixVerdict.UNUSABLE, problem)
        if self._anchor is None:
            decision = self._first_fix(fix, measured)
        else:
            decision = self._later_fix(fix, measured)
        if decision.verdict.accepted:
            self.accepted_fixes += 1
            self.last_fix_ns = max(fix.stamp_ns, self.last_fix_ns or fix.stamp_ns)
            self._length_at_fix_m = self.odometry.total_length_m
            self._rejected_in_a_row = 0
            self._candidates.clear()
        else:
            self.rejected_fixes += 1
            self._rejected_in_a_row += 1
        return decision

    def map_to_odom(self) -> NDArray[np.float64] | None:
        """Return ``T_map_odom`` ``(3,)``, or ``None`` before the first fix."""
        if self._anchor is None:
            return None
        odom = self.odometry.pose_at(self._anchor.stamp_ns)
        if odom is None:
            return None
        return se2.compose(self._anchor.state.pose, se2.inverse(odom))

    def global_pose(self, now_ns: int) -> GlobalPose:
        """Return the pose on the map at ``now_ns``, dead-reckoned from the newest fix."""
        state = self._state_at(now_ns)
        if state is None:
            nowhere = np.full(3, np.nan), np.full((3, 3), np.nan)
            return GlobalPose(now_ns, LocalizationStatus.NOT_LOCALIZED, *nowhere)
        return GlobalPose(now_ns, self._status(state, now_ns), state.pose, state.covariance)

    def metres_since_fix(self) -> float:
        """Return the way driven since the newest accepted fix was applied."""
        return self.odometry.total_length_m - self._length_at_fix_m

    def _measurement(self, fix: PoseFix) -> tuple[UncertainPose | None, str]:
        config = self.config
        pose = np.asarray(fix.pose, dtype=np.float64)
        covariance = np.asarray(fix.covariance, dtype=np.float64)
        if not (np.isfinite(pose).all() and np.isfinite(covariance).all()):
            return None, "pose or covariance is not finite"
        if fix.num_inliers < config.min_inliers:
            return None, f"{fix.num_inliers} inliers are fewer than {config.min_inliers}"
        if self.odometry.pose_at(fix.stamp_ns) is None:
            return None, "no odometry at the time of its images"
        # PnP's own covariance knows pixel noise only; calibration and map errors set the floor.
        floor = np.diag([config.fix_floor_m**2, config.fix_floor_m**2, config.fix_floor_rad**2])
        return UncertainPose(pose, covariance + floor), ""

    def _first_fix(self, fix: PoseFix, measured: UncertainPose) -> FixDecision:
        config = self.config
        strong = config.strong_inlier_ratio * config.min_inliers
        if fix.num_inliers >= strong:
            self._anchor = _Anchor(fix.stamp_ns, measured)
            return FixDecision(FixVerdict.FIRST, f"{fix.num_inliers} inliers")
        agreeing = self._agreeing(fix, measured)
        if agreeing:
            self._set_from([*agreeing, (fix, measured)])
            return FixDecision(FixVerdict.FIRST, "two fixes agree")
        self._remember(fix, measured)
        return FixDecision(FixVerdict.PENDING, f"{fix.num_inliers} inliers: waits for a second fix")

    def _later_fix(self, fix: PoseFix, measured: UncertainPose) -> FixDecision:
        assert self._anchor is not None
        # Out-of-order fixes are carried forward to the anchor instead of moving the anchor back.
        stamp_ns = max(fix.stamp_ns, self._anchor.stamp_ns)
        prior = self._state_at(stamp_ns)
        here = self._carried(fix, measured, stamp_ns)
        if prior is None or here is None:
            return FixDecision(FixVerdict.UNUSABLE, "no odometry between it and the last fix")
        distance_squared = self._distance_squared(prior, here)
        if distance_squared <= self._gate:
            posterior = self._with_floor(update(prior, here))
            self._anchor = _Anchor(stamp_ns, posterior)
            return FixDecision(
                FixVerdict.ACCEPTED, "agrees", distance_squared, _jump(prior, posterior)
            )
        agreeing = self._agreeing(fix, measured)
        self._remember(fix, measured)
        if len(agreeing) + 1 >= self.config.kidnap_fixes and self._independent(agreeing, fix):
            self._set_from([*agreeing, (fix, measured)])
            reason = f"{len(agreeing) + 1} fixes in a row agree on another place"
            jump_m = _jump(prior, self._anchor.state)
            return FixDecision(FixVerdict.KIDNAPPED, reason, distance_squared, jump_m)
        away_m = float(np.linalg.norm(here.pose[:2] - prior.pose[:2]))
        reason = f"{away_m:.2f} m off the belief, d2 {distance_squared:.0f} > {self._gate:.0f}"
        return FixDecision(FixVerdict.OUTLIER, reason, distance_squared)

    def _agreeing(
        self, fix: PoseFix, measured: UncertainPose
    ) -> list[tuple[PoseFix, UncertainPose]]:
        """Return the newest run of candidates that agree with a fix, oldest first."""
        run: list[tuple[PoseFix, UncertainPose]] = []
        for candidate, uncertain in reversed(self._candidates):
            carried = self._carried(candidate, uncertain, fix.stamp_ns)
            if candidate.stamp_ns >= fix.stamp_ns or carried is None:
                continue
            if self._distance_squared(carried, measured) > self._gate:
                break
            run.append((candidate, uncertain))
        return run[::-1]

    def _independent(self, agreeing: list[tuple[PoseFix, UncertainPose]], fix: PoseFix) -> bool:
        """Say whether a run of fixes is more than one wrong picture seen again and again."""
        config = self.config
        strong = config.strong_inlier_ratio * config.min_inliers
        if all(candidate.num_inliers >= strong for candidate, _ in [*agreeing, (fix, None)]):
            return True
        motion = self.odometry.motion(agreeing[0][0].stamp_ns, fix.stamp_ns)
        return motion is not None and (
            motion.length_m >= config.kidnap_motion_m or motion.turn_rad >= config.kidnap_motion_rad
        )

    def _remember(self, fix: PoseFix, measured: UncertainPose) -> None:
        self._candidates.append((fix, measured))
        del self._candidates[: -2 * self.config.kidnap_fixes]

    def _set_from(self, run: list[tuple[PoseFix, UncertainPose]]) -> None:
        first_fix, state = run[0]
        stamp_ns = first_fix.stamp_ns
        for fix, measured in run[1:]:
            motion = self.odometry.motion(stamp_ns, fix.stamp_ns)
            assert motion is not None  # _agreeing has asked for the same way
            state = update(move(state, motion, self.config), measured)
            stamp_ns = fix.stamp_ns
        self._anchor = _Anchor(stamp_ns, state)

    def _distance_squared(self, first: UncertainPose, second: UncertainPose) -> float:
        slack = np.diag([self.config.gate_slack_m] * 2 + [self.config.gate_slack_rad]) ** 2
        return mahalanobis_squared(first, UncertainPose(second.pose, second.covariance + slack))

    def _with_floor(self, state: UncertainPose) -> UncertainPose:
        """Keep many fixes from one standpoint from making the belief surer than the map is."""
        config = self.config
        floor = np.array([config.belief_floor_m, config.belief_floor_m, config.belief_floor_rad])
        missing = np.maximum(0.0, floor**2 - np.diag(state.covariance))
        return UncertainPose(state.pose, state.covariance + np.diag(missing))

    def _carried(
        self, fix: PoseFix, measured: UncertainPose, stamp_ns: int
    ) -> UncertainPose | None:
        motion = self.odometry.motion(fix.stamp_ns, stamp_ns)
        return None if motion is None else move(measured, motion, self.config)

    def _state_at(self, stamp_ns: int) -> UncertainPose | None:
        if self._anchor is None:
            return None
        newest_ns = self.odometry.newest_ns
        # Odometry may lag a little behind the clock: answer with the newest it has.
        stamp_ns = stamp_ns if newest_ns is None else min(stamp_ns, newest_ns)
        motion = self.odometry.motion(self._anchor.stamp_ns, stamp_ns)
        return None if motion is None else move(self._anchor.state, motion, self.config)

    def _move_anchor(self, stamp_ns: int) -> None:
        state = self._state_at(stamp_ns)
        if state is not None and self._anchor is not None:
            self._anchor = replace(self._anchor, stamp_ns=stamp_ns, state=state)

    def _status(self, state: UncertainPose, now_ns: int) -> LocalizationStatus:
        config = self.config
        sigma_m = float(np.sqrt(np.linalg.eigvalsh(state.covariance[:2, :2])[-1]))
        driven_m = self.metres_since_fix()
        if sigma_m > config.lost_sigma_m or driven_m > config.lost_after_m:
            return LocalizationStatus.NOT_LOCALIZED
        age_s = to_seconds(now_ns - self.last_fix_ns) if self.last_fix_ns is not None else 0.0
        if (
            driven_m > config.uncertain_after_m
            or age_s > config.uncertain_after_s
            or self._rejected_in_a_row >= config.uncertain_after_rejections
        ):
            return LocalizationStatus.UNCERTAIN
        return LocalizationStatus.LOCALIZED


def _jump(before: UncertainPose, after: UncertainPose) -> float:
    return float(np.linalg.norm(after.pose[:2] - before.pose[:2]))
