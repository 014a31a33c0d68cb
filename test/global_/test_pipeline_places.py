"""Astra-Global between localizer and fusion: where it looks, and what it says when places tie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from toy_world import RIG, make_map

from astra_core import se2
from astra_core.errors import NotLocalized
from astra_core.observation import CameraFrame
from astra_core.records import LocalizationStatus, LocalOdometry, Velocity
from astra_core.stack_spec import StackSpec
from astra_global.config import AstraGlobalConfig
from astra_global.pipeline import AstraGlobal
from astra_global.stack import build_global
from astra_global.types import Goal, PoseAlternative, PoseFix

S = 1_000_000_000
HERE, TWIN = np.array([2.5, 2.0, 0.3]), np.array([7.5, 6.5, 0.3])
COVARIANCE = np.diag([0.01, 0.01, 0.005]) ** 2


class Scripted:
    """Answers with HERE and a twin of given odds; remembers what it was asked."""

    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.twin_log_odds: float | None = None
        self.is_blind = False
        self.moved = np.zeros(3)
        self.asked: list[tuple[list[np.ndarray], bool]] = []

    def localize(
        self, frames: Sequence[CameraFrame], *, expected=(), everywhere: bool = True
    ) -> PoseFix:
        self.asked.append((list(expected), everywhere))
        if self.is_blind:
            raise NotLocalized("blind")
        others = ()
        if self.twin_log_odds is not None:
            twin = se2.compose(TWIN, self.moved)
            others = (PoseAlternative(twin, COVARIANCE, self.twin_log_odds),)
        here = se2.compose(HERE, self.moved)
        return PoseFix(frames[0].stamp_ns, here, COVARIANCE, 200, (), 0.0, alternatives=others)


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def stack(scripted: Scripted) -> AstraGlobal:
    return build_global(StackSpec(), make_map(), RIG, localizer=scripted)


def look(stack: AstraGlobal, second: int, moved: np.ndarray | None = None) -> bool:
    """Look once, standing at the start or ``moved``; returns whether the fix was believed."""
    pose = np.zeros(3) if moved is None else moved
    stack.add_odometry(LocalOdometry(second * S, pose, np.eye(3) * 1e-4, Velocity()))
    frame = CameraFrame("front", second * S, np.zeros((24, 32, 3), np.uint8))
    try:
        return stack.apply_fix(stack.localize([frame]))
    except NotLocalized as error:
        stack.report_failure(str(error))
        return False


def test_places_that_tie_are_told_and_not_chosen_between(stack, scripted) -> None:
    scripted.twin_log_odds = 0.0
    assert not any(look(stack, second) for second in range(1, 4))
    assert stack.map_to_odom() is None
    assert stack.global_pose(3 * S).status is LocalizationStatus.NOT_LOCALIZED
    belief = stack.place_belief(3 * S)
    np.testing.assert_allclose([place.probability for place in belief.places], 0.5, atol=1e-3)
    assert "fit 2 places alike" in belief.reason
    assert belief.entropy_nats == pytest.approx(np.log(2.0), abs=0.02)
    # Both places are looked at in any case, and so is the rest of the map.
    expected, everywhere = scripted.asked[-1]
    assert everywhere and len(expected) == 2
    scripted.twin_log_odds = -9.0
    scripted.moved = np.array([0.5, 0.0, 0.0])
    assert look(stack, 4, scripted.moved), "one look that tells them apart is enough"
    assert stack.place_belief(4 * S).places[0].probability > 0.98
    there = se2.compose(HERE, scripted.moved)
    np.testing.assert_allclose(stack.global_pose(4 * S).pose, there, atol=0.01)


def test_a_believed_place_is_looked_at_first_and_the_map_every_few_times(stack, scripted) -> None:
    for second in range(1, 13):
        assert look(stack, second)
    places = AstraGlobalConfig().fusion.places
    # Believed from the first look on, but one search may have missed a place that looks alike.
    assert [everywhere for _, everywhere in scripted.asked] == [
        number < places.settled_sightings or number % places.look_everywhere_every == 0
        for number in range(12)
    ]
    assert scripted.asked[0] == ([], True)
    assert all(len(expected) == 1 for expected, _ in scripted.asked[1:])
    np.testing.assert_allclose(scripted.asked[5][0][0], HERE, atol=0.01)


def test_a_picture_goal_that_fits_two_places_is_refused(stack, scripted) -> None:
    scripted.twin_log_odds = -12.0
    assert look(stack, 1)
    scripted.twin_log_odds = -1.0
    stack.start(Goal(image=np.zeros((24, 32, 3), np.uint8)), S)
    look(stack, 2)
    status = stack.step(2 * S)
    for tenth in range(1, 30):
        if status.result is not None:
            break
        status = stack.step(2 * S + tenth * S // 10)
    assert status.result is not None and not status.result.success
    assert "the pictures fit 2 places alike" in status.result.error_msg


def test_blind_looks_leave_a_known_place_for_long(stack, scripted) -> None:
    assert look(stack, 1)
    scripted.is_blind = True
    for second in range(2, 8):
        assert not look(stack, second)
    assert stack.place_belief(8 * S).places[0].probability > 0.9
    assert stack.last_failure == "blind"


def test_before_anything_is_seen_nothing_is_known(stack) -> None:
    belief = stack.place_belief(S)
    assert belief.places == () and belief.elsewhere == pytest.approx(1.0)
    assert belief.entropy_nats == pytest.approx(np.log(len(make_map().nodes)))
    assert belief.reason == "no place of the map was recognised"
