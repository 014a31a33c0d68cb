"""One high-rate pose on the map from low-rate fixes and local odometry (paper, section 1.1).

The paper leaves the filter open. Here two work together. The place filter decides which place it
is, out of all that look alike. Once a place is believed, an error-state Kalman filter with three
numbers holds the pose: the state is the pose of the robot on the map at the newest fix (the
anchor), carried to any later time by odometry; ``T_map_odom`` follows from it and changes only when
a fix is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from astra_core import se2
from astra_core.odometry_buffer import OdometryBuffer
from astra_core.records import GlobalPose, LocalizationStatus, LocalOdometry
from astra_core.time import to_seconds
from astra_global.fusion.config import FusionConfig
from astra_global.fusion.motion_model import (
    UncertainPose,
    mahalanobis_squared,
    move,
    update,
    with_floor,
)
from astra_global.fusion.place_belief import PlaceTracker
from astra_global.types import PoseFix

__all__ = ["FixDecision", "FixVerdict", "PoseFusion"]


class FixVerdict(Enum):
    """What became of a fix."""

    FIRST = "first fix"
    ACCEPTED = "accepted"
    KIDNAPPED = "moved: another place is believed"
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

    def __init__(self, config: FusionConfig | None = None, num_places: int = 100) -> None:
        """Start without a pose, on a map of so many places."""
        self.config = config or FusionConfig()
        self.odometry = OdometryBuffer(self.config.buffer_s)
        self.places = PlaceTracker(self.config, self.odometry, num_places)
        self.accepted_fixes = 0
        self.rejected_fixes = 0
        self.last_fix_ns: int | None = None
        self._gate = float(chi2.ppf(self.config.gate_probability, df=3))
        self._anchor: _Anchor | None = None
        self._length_at_fix_m = 0.0
        self._rejected_in_a_row = 0
        self._place_probability = 1.0

    def add_odometry(self, odometry: LocalOdometry) -> None:
        """Take one odometry sample, and keep the anchor inside the window of the buffer."""
        self.odometry.add(odometry)
        self.places.keep_up(odometry.stamp_ns)
        if self._anchor is None:
            return
        age_s = to_seconds(odometry.stamp_ns - self._anchor.stamp_ns)
        if age_s > 0.5 * self.config.buffer_s:
            self._move_anchor(odometry.stamp_ns)

    def has_odometry_at(self, stamp_ns: int) -> bool:
        """Return whether a fix at this time could be hung on odometry."""
        return self.odometry.driven_at(stamp_ns) is not None

    def forget(self) -> None:
        """Drop the pose and the places: the robot was carried. Odometry goes on."""
        self._anchor = None
        self.places.forget()
        self.last_fix_ns = None
        self._rejected_in_a_row = 0

    def apply_fix(self, fix: PoseFix) -> FixDecision:
        """Weigh one fix at the stamp of its images.

        Every pose that it allows goes to the place filter. The first pose is taken when one place
        is believed. Later fixes correct it when one of their poses passes a chi-square gate; when
        the places come to believe in another one, the robot has been carried and the pose follows.
        """
        problem = self._problem(fix)
        if problem:
            self.rejected_fixes += 1
            return FixDecision(FixVerdict.UNUSABLE, problem)
        allowed = self._allowed_poses(fix)
        # Out-of-order fixes are carried forward instead of moving anchor and belief back.
        self.places.update(fix.stamp_ns, allowed, fix)
        decision = self._settle(fix.stamp_ns, allowed)
        self._note_place()
        if decision.verdict.accepted:
            self.accepted_fixes += 1
            self.last_fix_ns = max(fix.stamp_ns, self.last_fix_ns or fix.stamp_ns)
            self._length_at_fix_m = self.odometry.total_length_m
            self._rejected_in_a_row = 0
        else:
            self.rejected_fixes += 1
            self._rejected_in_a_row += 1
        return decision

    def report_blank(self) -> None:
        """Take note that images showed no place of the map."""
        newest_ns = self.odometry.newest_ns
        if newest_ns is not None:
            self.places.update(newest_ns, [], None)
            self._note_place()

    @property
    def is_settled(self) -> bool:
        """Return whether one place, seen several times, is believed and the newest fix agreed."""
        place = self.places.believed()
        if place is None or self._rejected_in_a_row > 0:
            return False
        return place.sightings >= self.config.places.settled_sightings

    def expected_poses(self, stamp_ns: int) -> list[NDArray[np.float64]]:
        """Return where the robot may be at a stamp, likeliest first: what images should show."""
        config = self.config.places
        places = self.places.belief(stamp_ns).places[: config.max_expected]
        return [
            place.pose for place in places if place.probability >= config.min_expected_probability
        ]

    def map_to_odom(self) -> NDArray[np.float64] | None:
        """Return ``T_map_odom`` ``(3,)``, or ``None`` before the first fix."""
        if self._anchor is None:
            return None
        odom = self.odometry.driven_at(self._anchor.stamp_ns)
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

    def _problem(self, fix: PoseFix) -> str:
        poses = [(fix.pose, fix.covariance)]
        poses += [(other.pose, other.covariance) for other in fix.alternatives]
        if not all(np.isfinite(pose).all() and np.isfinite(p).all() for pose, p in poses):
            return "pose or covariance is not finite"
        if self.odometry.driven_at(fix.stamp_ns) is None:
            return "no odometry at the time of its images"
        return ""

    def _allowed_poses(self, fix: PoseFix) -> list[UncertainPose]:
        config = self.config
        # PnP's own covariance knows pixel noise only; calibration and map errors set the floor.
        floor = np.diag([config.fix_floor_m**2, config.fix_floor_m**2, config.fix_floor_rad**2])
        poses = [(fix.pose, fix.covariance)]
        poses += [(other.pose, other.covariance) for other in fix.alternatives]
        return [
            UncertainPose(np.asarray(pose, dtype=np.float64), np.asarray(p) + floor)
            for pose, p in poses
        ]

    def _settle(self, fix_ns: int, allowed: list[UncertainPose]) -> FixDecision:
        """Move the anchor by what the fix and the places say."""
        believed = self.places.believed()
        if self._anchor is None:
            if believed is None:
                return FixDecision(FixVerdict.PENDING, self.places.reason())
            self._anchor = _Anchor(self.places.stamp_ns, believed.state)
            return FixDecision(FixVerdict.FIRST, self.places.reason())
        stamp_ns = max(fix_ns, self._anchor.stamp_ns)
        prior = self._state_at(stamp_ns)
        motion = self.odometry.motion(fix_ns, stamp_ns)
        if prior is None or motion is None:
            return FixDecision(FixVerdict.UNUSABLE, "no odometry between it and the last fix")
        here = [move(pose, motion, self.config) for pose in allowed]
        distances = [self._distance_squared(prior, pose) for pose in here]
        best = int(np.argmin(distances))
        if believed is not None and not self._is_here(believed.state):
            anchor_ns = self.places.stamp_ns
            before = self._state_at(anchor_ns)
            self._anchor = _Anchor(anchor_ns, believed.state)
            jump_m = _jump(before, believed.state) if before is not None else float("nan")
            return FixDecision(FixVerdict.KIDNAPPED, self.places.reason(), distances[best], jump_m)
        if distances[best] <= self._gate:
            posterior = with_floor(update(prior, here[best]), self.config)
            self._anchor = _Anchor(stamp_ns, posterior)
            return FixDecision(
                FixVerdict.ACCEPTED, "agrees", distances[best], _jump(prior, posterior)
            )
        away_m = _jump(prior, here[0])
        reason = f"{away_m:.2f} m off the belief, d2 {distances[0]:.0f} > {self._gate:.0f}"
        return FixDecision(FixVerdict.OUTLIER, reason, distances[0])

    def _is_here(self, state: UncertainPose) -> bool:
        """Say whether a believed place is where the anchor is."""
        here = self._state_at(self.places.stamp_ns)
        return here is None or self.places.same_place(here, state)

    def _note_place(self) -> None:
        """Remember how likely the place of the pose is, for its status."""
        here = self._state_at(self.places.stamp_ns)
        self._place_probability = 1.0 if here is None else self.places.probability_at(here)

    def _distance_squared(self, first: UncertainPose, second: UncertainPose) -> float:
        slack = np.diag([self.config.gate_slack_m] * 2 + [self.config.gate_slack_rad]) ** 2
        return mahalanobis_squared(first, UncertainPose(second.pose, second.covariance + slack))

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
        if (
            sigma_m > config.lost_sigma_m
            or driven_m > config.lost_after_m
            or self._place_probability < config.places.given_up_probability
        ):
            return LocalizationStatus.NOT_LOCALIZED
        age_s = to_seconds(now_ns - self.last_fix_ns) if self.last_fix_ns is not None else 0.0
        if (
            driven_m > config.uncertain_after_m
            or age_s > config.uncertain_after_s
            or self._rejected_in_a_row >= config.uncertain_after_rejections
            or self._place_probability < config.places.doubted_probability
        ):
            return LocalizationStatus.UNCERTAIN
        return LocalizationStatus.LOCALIZED


def _jump(before: UncertainPose, after: UncertainPose) -> float:
    return float(np.linalg.norm(after.pose[:2] - before.pose[:2]))
