"""Which place is it: a Bayes filter over the places of a map (design, section 6; cf. FAB-MAP).

The belief is a mixture: a few places, each a pose with a covariance and a probability, and
"somewhere else", which stands for all the places of the map that are not listed. Odometry moves
every place alike. Images bring hypotheses, each with its log odds against "somewhere else":

    w'(place)          = w(place) * (N exp(e))^t          seen again as a hypothesis, evidence e
    w'(place)          = w(place) * unseen^t              the images show other places only
    w'(new place)      = w(elsewhere) * exp(e)            a hypothesis where no place was
    w'(elsewhere)      = w(elsewhere)

N is the number of places on the map: a listed place holds its whole prior, a new one had the N-th
part of what lay elsewhere. The exponent t is 1 after fresh motion and small without: two images
from one standpoint share their errors and are hardly more evidence than one. Between two updates a
little of every place leaks to "somewhere else", because a robot can be carried; that is all that
kidnap detection needs.

A place that looks like another one keeps its share as long as both look right, and falls behind by
what tells them apart, over every metre driven.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import chi2

from astra_core.odometry_buffer import Motion
from astra_global.fusion.config import FusionConfig
from astra_global.fusion.motion_model import (
    UncertainPose,
    move,
    slack_distance_squared,
    update,
    with_floor,
)

__all__ = ["Place", "PlaceFilter", "PlaceHypothesis"]


@dataclass(frozen=True, eq=False)
class PlaceHypothesis:
    """A pose that images allow, with its log odds against "somewhere else" (uniform prior)."""

    state: UncertainPose
    log_evidence: float


@dataclass(frozen=True, eq=False)
class Place:
    """Where the robot may be.

    Attributes:
        state: Pose and covariance.
        log_weight: Log of its probability.
        freshness: Motion since it was last weighed, as a share of what makes images new evidence;
            at most 1.
        sightings: Updates in which a hypothesis agreed with it.
    """

    state: UncertainPose
    log_weight: float
    freshness: float = 0.0
    sightings: int = 1

    @property
    def probability(self) -> float:
        """Return how likely the robot is here."""
        return math.exp(self.log_weight)


class PlaceFilter:
    """A belief over places. Not thread safe."""

    def __init__(self, config: FusionConfig, num_places: int = 100) -> None:
        """Know nothing.

        Args:
            config: Settings of the fusion: drift, and those of the places.
            num_places: How many places the map has, N above.
        """
        self._config = config
        self._log_n = math.log(max(num_places, 2))
        self._gate = float(chi2.ppf(config.places.gate_probability, df=3))
        self.forget()

    def forget(self) -> None:
        """Know nothing again."""
        self._places: list[Place] = []
        self._log_elsewhere = 0.0

    @property
    def places(self) -> tuple[Place, ...]:
        """Return the listed places, likeliest first."""
        return tuple(self._places)

    @property
    def elsewhere(self) -> float:
        """Return the probability of being at none of them."""
        return math.exp(self._log_elsewhere)

    @property
    def entropy_nats(self) -> float:
        """Return the entropy of the belief; "somewhere else" counts as N equal places."""
        total = sum(-place.probability * place.log_weight for place in self._places)
        if self.elsewhere > 0.0:
            total += self.elsewhere * (self._log_n - self._log_elsewhere)
        return total

    def probability_at(self, state: UncertainPose) -> float:
        """Return the probability of the places that agree with a pose."""
        return sum(
            place.probability for place in self._places if self.same_place(place.state, state)
        )

    def same_place(self, first: UncertainPose, second: UncertainPose) -> bool:
        """Return whether two poses count as one place."""
        return self._distance_squared(first, second) <= self._gate

    def correct(self, wrong: UncertainPose, right: UncertainPose) -> None:
        """Put the places that agree with a pose where the robot is instead; they keep their weight.

        Args:
            wrong: Where the robot was believed, at the time of the belief.
            right: Where it is, a little way off.
        """
        self._places = [
            replace(place, state=right) if self.same_place(place.state, wrong) else place
            for place in self._places
        ]
        self._merge()

    def predict(self, motion: Motion) -> None:
        """Carry every place along an odometry motion."""
        config = self._config.places
        fresh = motion.length_m / config.fresh_motion_m + motion.turn_rad / config.fresh_motion_rad
        self._places = [
            replace(
                place,
                state=move(place.state, motion, self._config),
                freshness=min(1.0, place.freshness + fresh),
            )
            for place in self._places
        ]

    def update(self, hypotheses: Sequence[PlaceHypothesis]) -> None:
        """Weigh the places by what images show now.

        Args:
            hypotheses: Poses that the images allow, at the time of the belief; none means that
                they show no place at all.
        """
        self._leak()
        config = self._config.places
        hypotheses = self._bounded(hypotheses)
        unseen = config.unseen_likelihood if hypotheses else config.blank_likelihood
        owner: set[int] = set()
        places = []
        for place in self._places:
            found = self._best_match(place, hypotheses)
            share = max(config.stale_evidence, place.freshness)
            if found is None:
                weight = place.log_weight + share * math.log(unseen)
                places.append(replace(place, log_weight=weight, freshness=0.0))
                continue
            number, distance_squared = found
            owner.add(number)
            gain = self._log_n + hypotheses[number].log_evidence - 0.5 * distance_squared
            places.append(
                Place(
                    with_floor(update(place.state, hypotheses[number].state), self._config),
                    place.log_weight + share * gain,
                    sightings=place.sightings + 1,
                )
            )
        for number, hypothesis in enumerate(hypotheses):
            if number not in owner:
                weight = self._log_elsewhere + hypothesis.log_evidence
                places.append(Place(hypothesis.state, weight))
        self._places = places
        self._merge()
        self._normalise()

    def _leak(self) -> None:
        """Let a little of every place go elsewhere: somebody may have carried the robot."""
        leak = self._config.places.kidnap_probability
        if not self._places or leak <= 0.0:
            return
        known = sum(place.probability for place in self._places)
        self._log_elsewhere = math.log(self.elsewhere + leak * known)
        keep = math.log1p(-leak)
        self._places = [
            replace(place, log_weight=place.log_weight + keep) for place in self._places
        ]

    def _best_match(
        self, place: Place, hypotheses: Sequence[PlaceHypothesis]
    ) -> tuple[int, float] | None:
        best: tuple[float, int, float] | None = None
        for number, hypothesis in enumerate(hypotheses):
            distance_squared = self._distance_squared(place.state, hypothesis.state)
            if distance_squared > self._gate:
                continue
            score = hypothesis.log_evidence - 0.5 * distance_squared
            if best is None or score > best[0]:
                best = (score, number, distance_squared)
        return None if best is None else best[1:]

    def _merge(self) -> None:
        """Join places that have become one; the likelier gives the pose."""
        kept: list[Place] = []
        for place in sorted(self._places, key=lambda one: -one.log_weight):
            for number, other in enumerate(kept):
                if self.same_place(other.state, place.state):
                    weight = float(np.logaddexp(other.log_weight, place.log_weight))
                    kept[number] = replace(
                        other, log_weight=weight, sightings=max(other.sightings, place.sightings)
                    )
                    break
            else:
                kept.append(place)
        self._places = sorted(kept, key=lambda one: -one.log_weight)

    def _normalise(self) -> None:
        config = self._config.places
        weights = [place.log_weight for place in self._places]
        total = float(np.logaddexp.reduce([*weights, self._log_elsewhere]))
        places = [replace(place, log_weight=place.log_weight - total) for place in self._places]
        kept = [place for place in places if place.probability >= config.min_probability]
        kept = kept[: config.max_places]
        # What is dropped is not lost: it goes to "somewhere else".
        dropped = 1.0 - sum(place.probability for place in kept)
        self._log_elsewhere = math.log(max(dropped, 1e-12))
        self._places = kept

    def _bounded(self, hypotheses: Sequence[PlaceHypothesis]) -> list[PlaceHypothesis]:
        """Lower all evidence alike where the best promises too much; the differences stay."""
        if not hypotheses:
            return []
        best = max(hypothesis.log_evidence for hypothesis in hypotheses)
        surplus = max(0.0, best - self._config.places.max_log_evidence)
        return [
            replace(hypothesis, log_evidence=hypothesis.log_evidence - surplus)
            for hypothesis in hypotheses
        ]

    def _distance_squared(self, first: UncertainPose, second: UncertainPose) -> float:
        config = self._config.places
        return slack_distance_squared(first, second, config.slack_m, config.slack_rad)
