"""One high-rate pose on the map from low-rate fixes and local odometry (paper, section 1.1).

The paper leaves the filter open. Here two work together. The place filter decides which place it
is, out of all that look alike. Once a place is believed, an error-state Kalman filter with three
numbers holds the pose: the state is the pose of the robot on the map at the newest fix (the
anchor), carried to any later time by odometry; ``T_map_odom`` follows from it and changes only when
a fix is believed. Fixes that agree with each other and not with the pose move it as well
(:mod:`astra_global.fusion.dissent`); until they are enough the pose is as unsure as they are off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from astra_core import se2
from astra_core.odometry_buffer import OdometryBuffer
from astra_core.records import GlobalPose, LocalizationStatus, LocalOdometry
from astra_core.time import to_seconds
from astra_global.fusion.config import FusionConfig
from astra_global.fusion.dissent import Dissent
from astra_global.fusion.fix_decision import FixDecision, FixVerdict
from astra_global.fusion.fix_poses import allowed_poses, is_finite
from astra_global.fusion.motion_model import (
    UncertainPose,
    move,
    slack_distance_squared,
    update,
    with_floor,
)
from astra_global.fusion.place_belief import PlaceTracker
from astra_global.types import PoseFix

__all__ = ["PoseFusion"]


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
        self._dissent = Dissent(self.config, self.odometry)
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
        self._dissent.forget()
        self.last_fix_ns = None
        self._rejected_in_a_row = 0

    def apply_fix(self, fix: PoseFix) -> FixDecision:
        """Weigh one fix at the stamp of its images.

        Every pose that it allows goes to the place filter. The first pose is taken when one place
        is believed. Later fixes correct it when one of their poses passes a chi-square gate; when
        the places come to believe in another one, the robot has been carried and the pose follows.
        """
        problem = "" if is_finite(fix) else "pose or covariance is not finite"
        if not self.has_odometry_at(fix.stamp_ns):
            problem = "no odometry at the time of its images"
        if problem:
            self.rejected_fixes += 1
            return FixDecision(FixVerdict.UNUSABLE, problem)
        allowed = allowed_poses(fix, self.config)
        # Out-of-order fixes are carried forward instead of moving anchor and belief back.
        self.places.update(fix.stamp_ns, allowed, fix)
        log_odds = np.array([0.0, *(other.log_odds for other in fix.alternatives)])
        decision = self._settle(fix, allowed, log_odds)
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

    @property
    def doubt(self) -> str:
        """Return in a sentence what the newest fixes have against the pose; empty if nothing."""
        count = self._rejected_in_a_row
        if self._anchor is None or count < self.config.uncertain_after_rejections:
            return ""
        told = f"the newest {count} looks at the pictures do not agree with the pose"
        if not self._dissent.count:
            return f"{told}; they see other places"
        return f"{told}: they see the robot {self._dissent.away_m:.2f} m beside it"

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
        covariance = self._dissent.doubted(now_ns, state)
        return GlobalPose(now_ns, self._status(state, now_ns), state.pose, covariance)

    def metres_since_fix(self) -> float:
        """Return the way driven since the newest accepted fix was applied."""
        return self.odometry.total_length_m - self._length_at_fix_m

    def _settle(
        self, fix: PoseFix, allowed: list[UncertainPose], log_odds: NDArray[np.float64]
    ) -> FixDecision:
        """Move the anchor by what the fix and the places say."""
        believed = self.places.believed()
        if self._anchor is None:
            if believed is None:
                return FixDecision(FixVerdict.PENDING, self.places.reason())
            self._anchor = _Anchor(self.places.stamp_ns, believed.state)
            return FixDecision(FixVerdict.FIRST, self.places.reason())
        stamp_ns = max(fix.stamp_ns, self._anchor.stamp_ns)
        prior = self._state_at(stamp_ns)
        motion = self.odometry.motion(fix.stamp_ns, stamp_ns)
        if prior is None or motion is None:
            return FixDecision(FixVerdict.UNUSABLE, "no odometry between it and the last fix")
        here = [move(pose, motion, self.config) for pose in allowed]
        distances = np.array([self._distance_squared(prior, pose) for pose in here])
        near = self._near(prior, here, distances, log_odds)
        best = min(near, key=lambda number: distances[number], default=int(np.argmin(distances)))
        if believed is not None and not self._is_here(believed.state):
            anchor_ns = self.places.stamp_ns
            before = self._state_at(anchor_ns)
            jump_m = _jump(before, believed.state) if before is not None else float("nan")
            self._put(anchor_ns, believed.state)
            return FixDecision(FixVerdict.KIDNAPPED, self.places.reason(), distances[best], jump_m)
        if distances[best] <= self._gate:
            posterior = with_floor(update(prior, here[best]), self.config)
            self._put(stamp_ns, posterior)
            return FixDecision(
                FixVerdict.ACCEPTED, "agrees", distances[best], _jump(prior, posterior)
            )
        seen = [here[number] for number in near if log_odds[number] > fix.elsewhere_log_odds]
        right = self._dissent.weigh(stamp_ns, prior, seen, self._gate) if seen else None
        if right is not None:
            reason = (
                f"{self._dissent.count} fixes agree, {_jump(prior, right):.2f} m off the belief"
            )
            self.places.correct(stamp_ns, prior, right)
            self._put(stamp_ns, with_floor(right, self.config))
            return FixDecision(FixVerdict.CORRECTED, reason, distances[best], _jump(prior, right))
        away_m = _jump(prior, here[0])
        reason = f"{away_m:.2f} m off the belief, d2 {distances[0]:.0f} > {self._gate:.0f}"
        return FixDecision(FixVerdict.OUTLIER, reason, distances[0])

    def _near(
        self,
        prior: UncertainPose,
        here: list[UncertainPose],
        distances: NDArray[np.float64],
        log_odds: NDArray[np.float64],
    ) -> list[int]:
        """Return which poses of a fix may be the pose put right, likeliest first.

        They speak of one spot, so the best of them speaks, and those that are hardly less likely:
        a wrong pose stands on a few matches even beside the right one.
        """
        near = [
            number
            for number, pose in enumerate(here)
            if distances[number] <= self._gate or self._dissent.is_near(prior, pose)
        ]
        near.sort(key=lambda number: -log_odds[number])
        least = log_odds[near[0]] - self.config.dissent_log_odds if near else 0.0
        return [number for number in near if log_odds[number] >= least]

    def _put(self, stamp_ns: int, state: UncertainPose) -> None:
        """Take a pose as the anchor; whoever dissented has been heard or was wrong."""
        self._anchor = _Anchor(stamp_ns, state)
        self._dissent.forget()

    def _is_here(self, state: UncertainPose) -> bool:
        """Say whether a believed place is where the anchor is."""
        here = self._state_at(self.places.stamp_ns)
        return here is None or self.places.same_place(here, state)

    def _note_place(self) -> None:
        """Remember how likely the place of the pose is, for its status."""
        here = self._state_at(self.places.stamp_ns)
        self._place_probability = 1.0 if here is None else self.places.probability_at(here)

    def _distance_squared(self, first: UncertainPose, second: UncertainPose) -> float:
        config = self.config
        return slack_distance_squared(first, second, config.gate_slack_m, config.gate_slack_rad)

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
