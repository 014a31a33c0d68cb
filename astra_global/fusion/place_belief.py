"""The place filter on the clock of the odometry, and its belief in words and numbers for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.odometry_buffer import OdometryBuffer
from astra_core.time import to_seconds
from astra_global.fusion.config import FusionConfig
from astra_global.fusion.motion_model import UncertainPose, move
from astra_global.fusion.place_filter import Place, PlaceFilter, PlaceHypothesis
from astra_global.types import PoseFix

__all__ = ["BelievedPlace", "PlaceBelief", "PlaceTracker"]


@dataclass(frozen=True, eq=False)
class BelievedPlace:
    """A place where the robot may be.

    Attributes:
        pose: ``(3,)`` [x, y, theta] in ``map``.
        covariance: ``(3, 3)``.
        probability: How likely it is, 0 to 1.
    """

    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]
    probability: float


@dataclass(frozen=True, eq=False)
class PlaceBelief:
    """Where the robot may be, all in all.

    Attributes:
        stamp_ns: Time of the poses.
        places: Likeliest first.
        elsewhere: Probability of being at none of them.
        entropy_nats: 0 = one place is certain; the log of the number of places = nothing is known.
        reason: One line for people.
    """

    stamp_ns: int
    places: tuple[BelievedPlace, ...]
    elsewhere: float
    entropy_nats: float
    reason: str


class PlaceTracker:
    """A place filter that is carried along by odometry."""

    def __init__(self, config: FusionConfig, odometry: OdometryBuffer, num_places: int) -> None:
        """Know nothing yet.

        Args:
            config: Settings.
            odometry: The motion between stamps.
            num_places: How many places the map has.
        """
        self._config = config
        self._odometry = odometry
        self._filter = PlaceFilter(config, num_places)
        self.stamp_ns = 0

    def forget(self) -> None:
        """Know nothing again."""
        self._filter.forget()

    def keep_up(self, now_ns: int) -> None:
        """Carry the belief along before it drops out of the window of the odometry."""
        if self._filter.places and to_seconds(now_ns - self.stamp_ns) > 0.5 * self._config.buffer_s:
            self._carry_to(now_ns)

    def update(self, stamp_ns: int, allowed: Sequence[UncertainPose], fix: PoseFix | None) -> None:
        """Weigh the places by the poses that images allow.

        Args:
            stamp_ns: Time of the images; older ones are carried forward to the belief.
            allowed: The pose of the fix and those of its alternatives; empty = none stands.
            fix: The fix itself; ``None`` for images that show no place.
        """
        if not self._carry_to(stamp_ns):
            return
        motion = self._odometry.motion(stamp_ns, self.stamp_ns)
        if motion is None:
            return
        hypotheses = []
        if fix is not None:
            odds = [0.0, *(other.log_odds for other in fix.alternatives)]
            hypotheses = [
                PlaceHypothesis(move(pose, motion, self._config), value - fix.elsewhere_log_odds)
                for pose, value in zip(allowed, odds, strict=True)
            ]
        self._filter.update(hypotheses)

    def believed(self) -> Place | None:
        """Return the place that holds nearly all of the belief, if there is one."""
        places = self._filter.places
        enough = self._config.places.believed_probability
        return places[0] if places and places[0].probability >= enough else None

    def same_place(self, first: UncertainPose, second: UncertainPose) -> bool:
        """Return whether two poses count as one place."""
        return self._filter.same_place(first, second)

    def probability_at(self, state: UncertainPose) -> float:
        """Return the probability of the places that agree with a pose."""
        return self._filter.probability_at(state)

    def correct(self, stamp_ns: int, wrong: UncertainPose, right: UncertainPose) -> None:
        """Move the place of a pose to where the robot is instead, both told at a stamp."""
        motion = self._odometry.motion(stamp_ns, self.stamp_ns)
        if motion is not None:
            self._filter.correct(
                move(wrong, motion, self._config), move(right, motion, self._config)
            )

    def belief(self, now_ns: int) -> PlaceBelief:
        """Return the belief at a later time."""
        newest_ns = self._odometry.newest_ns
        stamp_ns = (
            self.stamp_ns if newest_ns is None else max(min(now_ns, newest_ns), self.stamp_ns)
        )
        motion = self._odometry.motion(self.stamp_ns, stamp_ns)
        places = []
        for place in self._filter.places:
            state = place.state if motion is None else move(place.state, motion, self._config)
            places.append(BelievedPlace(state.pose, state.covariance, place.probability))
        return PlaceBelief(
            stamp_ns,
            tuple(places),
            self._filter.elsewhere,
            self._filter.entropy_nats,
            self.reason(),
        )

    def reason(self) -> str:
        """Say in one line for people what is known."""
        places = self._filter.places
        if not places:
            return "no place of the map was recognised"
        first = places[0]
        x, y, _ = first.state.pose
        text = f"{100 * first.probability:.0f} % at ({x:.1f}, {y:.1f})"
        alike = sum(place.probability > 0.05 for place in places)
        if alike > 1:
            return f"{text}; the pictures fit {alike} places alike"
        if self.believed() is None:
            return f"{text}: not sure yet"
        return text

    def _carry_to(self, stamp_ns: int) -> bool:
        """Carry the belief forward; never back. Returns whether the odometry reaches so far."""
        if not self._filter.places:
            if self._odometry.driven_at(stamp_ns) is None:
                return False
            self.stamp_ns = max(self.stamp_ns, stamp_ns)
            return True
        if stamp_ns <= self.stamp_ns:
            return True
        motion = self._odometry.motion(self.stamp_ns, stamp_ns)
        if motion is None:
            return False
        self._filter.predict(motion)
        self.stamp_ns = stamp_ns
        return True
