"""A fix does not stay where it was expected: not with a few false matches, not beside the truth."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from twin_world import TEXELS_PER_M, Twins

from astra_core.stack_spec import StackSpec
from astra_global.localize import Localizer
from astra_global.localize.clock import StageClock
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.judge import Verdict
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.search import HypothesisSearch
from astra_global.stack import build_localizer

PERIOD_M = 0.3
POSE = np.array([2.6, 1.9, -1.4])
TOUR = [
    np.array([x, y, theta])
    for x, y, theta in ((1.6, 1.6, 1.5), (3.0, 1.6, 1.5), (3.0, 2.3, -1.5), (2.2, 2.3, -1.5))
]


def papered() -> Twins:
    """Return rooms with paper on the walls that repeats along them, a sign on one of them."""
    twins = Twins()
    width = round(PERIOD_M * TEXELS_PER_M)
    for room in twins._rooms:
        for wall in (0, 1, 3):
            texture = room._textures[wall]
            for left in range(width, texture.shape[1], width):
                part = texture[:, left : left + width]
                part[:] = texture[:, : part.shape[1]]
    return twins


@pytest.fixture(scope="module")
def twins() -> Twins:
    return papered()


@pytest.fixture(scope="module")
def localizer(twins: Twins, tmp_path_factory: pytest.TempPathFactory) -> Localizer:
    map_, index = twins.make_map(tmp_path_factory.mktemp("papered") / "map", TOUR)
    return build_localizer(StackSpec(), PlaceMap(map_, index), map_.rig)


OFFSETS = [
    np.array([length * np.cos(angle), length * np.sin(angle), turn])
    for length, turn in ((0.2, 0.0), (0.3, 0.0), (0.45, 0.1), (0.9, 0.0))
    for angle in (0.0, 1.7)
]


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_fix_is_the_same_wherever_it_is_expected(
    localizer: Localizer, twins: Twins, everywhere: bool
) -> None:
    frames = twins.frames(localizer.rig, POSE)
    for offset in OFFSETS:
        fix = localizer.localize(frames, expected=[POSE + offset], everywhere=everywhere)
        off_m = float(np.linalg.norm((fix.pose - POSE)[:2]))
        assert off_m < 0.01, f"expected {offset} off, the fix is {off_m:.3f} m off"


def test_a_pose_that_stands_near_by_is_no_reason_to_pass_over_a_better_one(
    localizer: Localizer, twins: Twins
) -> None:
    search = localizer._fine
    assert isinstance(search, HypothesisSearch)
    query = localizer._reader.read(twins.frames(localizer.rig, POSE))
    (right,) = search.confirm(query, [POSE], StageClock())
    few = replace(right, pose=right.pose + np.array([0.3, 0.0, 0.0]), num_inliers=40)
    ranking = localizer._coarse.nodes(query, None)
    found = search.poses(query, ranking, [few], StageClock())
    near = [one for one in found if np.linalg.norm((one.pose - POSE)[:2]) < 0.5]
    assert len(near) == 1
    assert np.linalg.norm((near[0].pose - POSE)[:2]) < 0.01


@pytest.mark.parametrize(
    ("elsewhere", "searches"), [(-10.0, 0), (-2.3, 0), (-2.1, 1), (1.3, 1), (10.0, 1)]
)
def test_where_the_pictures_deny_what_was_expected_the_map_is_searched(
    localizer: Localizer, twins: Twins, elsewhere: float, searches: int
) -> None:
    """Odds of 9 to 1, a log of 2.2, are asked of a single picture as well."""
    frames = twins.frames(localizer.rig, POSE)
    query = localizer._reader.read(frames)
    (right,) = localizer._fine.confirm(query, [POSE], StageClock())
    expected = replace(right, pose=POSE + np.array([0.3, 0.0, 0.0]))
    calls = []

    def judge(query, standing):
        odds = elsewhere if standing == [expected] else -12.0
        return Verdict(tuple(standing), (0.0,) * len(standing), odds, 0.0, ())

    def poses(query, ranking, standing, clock):
        calls.append(ranking)
        return [right]

    made = Localizer(
        SimpleNamespace(rig=localizer.rig, index=localizer._index),
        localizer.rig,
        LocalizeConfig(),
        coarse=SimpleNamespace(nodes=lambda query, near: "ranking"),
        fine=SimpleNamespace(confirm=lambda query, poses, clock: [expected], poses=poses),
        judge=SimpleNamespace(judge=judge),
        mounting=SimpleNamespace(look=lambda query, pose: None, distrusted=frozenset(), errors={}),
    )
    fix = made.localize(frames, expected=[POSE], everywhere=False)
    assert len(calls) == searches
    np.testing.assert_array_equal(fix.pose, right.pose if searches else expected.pose)
