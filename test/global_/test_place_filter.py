"""The place filter on numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_global.fusion import FusionConfig, Motion, PlaceConfig, PlaceFilter, PlaceHypothesis
from astra_global.fusion.motion_model import UncertainPose

N = 50
FRESH = Motion(np.array([0.5, 0.0, 0.0]), 0.5, 0.0, 1.0)
STILL = Motion(np.zeros(3), 0.0, 0.0, 1.0)


def make(**settings: float) -> PlaceFilter:
    """Return a filter without leak whose pose uncertainty is all in the slack."""
    settings = {"kidnap_probability": 0.0, "min_probability": 0.0} | settings
    return PlaceFilter(FusionConfig(places=PlaceConfig(**settings)), N)


def at(x: float, evidence: float, theta: float = 0.0) -> PlaceHypothesis:
    return PlaceHypothesis(
        UncertainPose(np.array([x, 0.0, theta]), np.diag([0.03, 0.03, 0.015]) ** 2), evidence
    )


def shares(belief: PlaceFilter) -> list[float]:
    return [place.probability for place in belief.places]


def test_new_places_take_their_odds_from_elsewhere() -> None:
    belief = make()
    belief.update([at(0.0, math.log(6.0)), at(9.0, math.log(2.0))])
    # Odds 6 : 2 : 1 against elsewhere.
    np.testing.assert_allclose(shares(belief), [6 / 9, 2 / 9])
    assert belief.elsewhere == pytest.approx(1 / 9)
    expected = -(6 / 9 * math.log(6 / 9) + 2 / 9 * math.log(2 / 9))
    expected -= 1 / 9 * (math.log(1 / 9) - math.log(N))
    assert belief.entropy_nats == pytest.approx(expected)


def test_a_place_seen_again_gains_n_times_its_odds() -> None:
    belief = make()
    belief.update([at(0.0, 0.0)])
    belief.predict(FRESH)
    belief.update([at(0.5, math.log(3.0))])
    # 1/2 x 50 x 3 against 1/2: the pose is where odometry put it, so nothing is lost to distance.
    assert shares(belief) == [pytest.approx(150 / 151, rel=1e-6)]
    assert belief.places[0].sightings == 2


def test_images_from_the_same_standpoint_hardly_count() -> None:
    belief = make(stale_evidence=0.1)
    belief.update([at(0.0, 0.0)])
    belief.predict(STILL)
    belief.update([at(0.0, math.log(3.0))])
    gain = 150**0.1
    assert shares(belief) == [pytest.approx(gain / (gain + 1), rel=1e-6)]


def test_a_place_that_is_not_among_several_loses() -> None:
    belief = make(unseen_likelihood=0.1)
    belief.update([at(0.0, 0.0)])
    belief.predict(FRESH)
    belief.update([at(9.0, 0.0)])
    # 1/2 x 0.1 : 1/2 x 1 (new) : 1/2 (elsewhere).
    np.testing.assert_allclose(shares(belief), [1 / 2.1, 0.1 / 2.1])


def test_images_that_show_nothing_hardly_speak_against_a_place() -> None:
    belief = make(blank_likelihood=0.7)
    belief.update([at(0.0, 0.0)])
    belief.predict(FRESH)
    belief.update([])
    np.testing.assert_allclose(shares(belief), [0.7 / 1.7])


def test_differences_survive_the_bound_of_the_evidence() -> None:
    belief = make(max_log_evidence=7.0)
    belief.update([at(0.0, 30.0), at(9.0, 28.0)])
    first, second = shares(belief)
    assert first / second == pytest.approx(math.exp(2.0))
    assert belief.elsewhere == pytest.approx(math.exp(-7.0) * first)


def test_look_alikes_are_told_apart_by_driving() -> None:
    """Two places fit alike until a sign comes into view, three times with odds of 1 to e."""
    belief = make()
    for step in range(3):
        belief.predict(FRESH)
        belief.update([at(0.5 * step + 0.5, 4.0), at(0.5 * step + 9.5, 4.0)])
    np.testing.assert_allclose(shares(belief), [0.5, 0.5], atol=1e-3)
    for step in range(3, 6):
        belief.predict(FRESH)
        belief.update([at(0.5 * step + 0.5, 4.0), at(0.5 * step + 9.5, 3.0)])
    assert shares(belief)[0] == pytest.approx(1 / (1 + math.exp(-3.0)), abs=1e-4)
    assert belief.places[0].state.pose[0] == pytest.approx(3.0, abs=0.05)


def test_a_carried_robot_is_believed_elsewhere_at_the_second_sight() -> None:
    belief = make(kidnap_probability=1e-5)
    for step in range(4):
        belief.predict(FRESH)
        belief.update([at(0.5 * step, 7.0)])
    assert shares(belief)[0] > 0.999
    belief.predict(FRESH)
    belief.update([at(30.0, 7.0)])
    assert belief.places[0].state.pose[0] < 3.0, "one sight of another place is not enough"
    belief.predict(FRESH)
    belief.update([at(30.5, 7.0)])
    assert belief.places[0].state.pose[0] == pytest.approx(30.5, abs=0.01)
    assert shares(belief)[0] > 0.98


def test_headings_part_places_and_close_ones_become_one() -> None:
    belief = make()
    belief.update([at(0.0, 1.0), at(0.0, 1.0, theta=math.pi)])
    assert len(belief.places) == 2
    belief.forget()
    belief.update([at(0.0, math.log(2.0)), at(0.2, math.log(2.0))])
    assert shares(belief) == [pytest.approx(4 / 5)]
    assert belief.probability_at(belief.places[0].state) == pytest.approx(4 / 5)


def test_what_is_pruned_goes_elsewhere() -> None:
    belief = make(max_places=2, min_probability=0.01)
    belief.update([at(9.0 * number, 0.0) for number in range(4)])
    np.testing.assert_allclose(shares(belief), [0.2, 0.2])
    assert belief.elsewhere == pytest.approx(0.6)
