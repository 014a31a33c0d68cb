"""Look-alike places: several poses stand, signs decide, and moving brings the sign into view."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from room_world import make_rig
from twin_world import APART_M, Twins

from astra_core.errors import NotLocalized
from astra_core.records import LocalizationStatus, LocalOdometry, Velocity
from astra_core.stack_spec import StackSpec
from astra_global.fusion import PoseFusion
from astra_global.localize import Localizer, PnpLocalizer, RetrievalLocalizer
from astra_global.localize.appearance import View, correlation
from astra_global.localize.candidates import candidate_places
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.judge import Judge, _Compared, block_log_odds
from astra_global.localize.lattice import lattice_proposals, repeated_shifts
from astra_global.localize.place_map import PlaceMap
from astra_global.stack import build_localizer
from astra_global.types import Decision, Evidence

HALF_PI = np.pi / 2
# The robot looks up the room, away from the sign at y = 0, and down towards it.
TOUR = [
    np.array([x + room * APART_M, y, theta])
    for room in (0, 1)
    for x, y, theta in (
        (1.6, 1.6, HALF_PI), (3.0, 1.6, HALF_PI), (3.0, 2.3, -HALF_PI), (2.2, 2.3, -HALF_PI),
    )
]  # fmt: skip
TWINS = Twins()
TO_OTHER = np.array([APART_M, 0.0, 0.0])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    return TWINS.make_map(tmp_path_factory.mktemp("twins") / "map", TOUR)


@pytest.fixture(scope="module")
def localizer(world) -> Localizer:
    return build_localizer(StackSpec(), PlaceMap(*world), world[0].rig)


def near(pose: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.linalg.norm((pose - other)[:2]) < 0.1)


@pytest.mark.parametrize("room", [0, 1])
def test_a_sign_in_view_decides(localizer: Localizer, room: int) -> None:
    pose = np.array([2.8, 2.1, -HALF_PI + 0.1]) + room * TO_OTHER
    fix = localizer.localize(TWINS.frames(localizer.rig, pose, noise_seed=room))
    assert near(fix.pose, pose)
    other = pose + (1 - 2 * room) * TO_OTHER
    assert any(near(rival.pose, other) for rival in fix.alternatives), "the twin stands, too"
    assert fix.confidence > 0.9
    # Matches do not tell them apart: the twin has nearly as many.
    assert min(rival.num_inliers for rival in fix.alternatives) > 0.6 * fix.num_inliers
    # The log says so: the map has no landmarks with a text here, so the looks of the sign it was.
    decided = {decision.by: decision for decision in fix.decided}
    assert decided[Evidence.LOOKS].log_odds > 2.0 > abs(decided[Evidence.INLIERS].log_odds)
    assert decided[Evidence.LOOKS].observations > 100
    assert decided[Evidence.INLIERS].observations == fix.num_inliers
    assert decided[Evidence.SIGNS] == Decision(Evidence.SIGNS, 0.0, 0)
    assert 0.0 <= fix.contradiction < 0.3 and fix.proposed_by == "vlad"


def test_without_a_sign_both_places_stand_with_equal_odds(localizer: Localizer) -> None:
    pose = np.array([2.8, 1.8, HALF_PI - 0.1])
    front = TWINS.frames(localizer.rig, pose)[:1]
    fix = localizer.localize(front)
    assert {near(fix.pose, pose), near(fix.pose, pose + TO_OTHER)} == {True, False}
    rival = fix.alternatives[0]
    assert near(rival.pose, pose) or near(rival.pose, pose + TO_OTHER)
    assert abs(rival.log_odds) < 1.0 and fix.confidence < 0.75


def test_moving_resolves_what_one_picture_cannot(localizer: Localizer) -> None:
    """The front camera alone turns from the far wall to the sign."""
    fusion = PoseFusion(num_places=len(TOUR))
    start = np.array([2.8, 2.0, HALF_PI]) + TO_OTHER
    verdicts = []
    for number, turn in enumerate((0.0, 0.2, np.pi - 0.2, np.pi, np.pi + 0.2)):
        stamp_ns = (number + 1) * 1_000_000_000
        pose = start + np.array([0.0, 0.0, turn])
        fusion.add_odometry(
            LocalOdometry(stamp_ns, np.array([0.0, 0.0, turn]), np.eye(3) * 1e-4, Velocity())
        )
        front = TWINS.frames(localizer.rig, pose, stamp_ns, number)[:1]
        fix = localizer.localize(front, expected=fusion.expected_poses(stamp_ns))
        verdicts.append(fusion.apply_fix(fix).verdict.accepted)
        if number == 1:
            assert fusion.places.believed() is None and "alike" in fusion.places.reason()
            status = fusion.global_pose(stamp_ns).status
            assert status is LocalizationStatus.NOT_LOCALIZED
    assert verdicts[:2] == [False, False] and verdicts[-1]
    assert near(fusion.global_pose(stamp_ns).pose, start)


def test_an_expected_pose_is_confirmed_without_a_search(localizer: Localizer) -> None:
    pose = np.array([2.8, 2.1, -HALF_PI])
    frames = TWINS.frames(localizer.rig, pose)
    off = pose + np.array([0.05, -0.04, 0.02])
    fix = localizer.localize(frames, expected=[off], everywhere=False)
    assert near(fix.pose, pose) and not fix.alternatives and "retrieval_s" not in fix.log
    assert fix.proposed_by == "expected"
    # Belief alone does not keep it there: nothing stands at a wrong pose, so the map is searched.
    wrong = localizer.localize(frames, expected=[off + np.array([0.0, 0.0, 2.0])], everywhere=False)
    assert near(wrong.pose, pose)
    # Expected at the twin: the search shows that the other one is it.
    twin = localizer.localize(frames, expected=[pose + TO_OTHER], everywhere=True)
    assert near(twin.pose, pose) and len(twin.alternatives) == 1


def test_the_baselines_give_one_answer(world) -> None:
    pose = np.array([2.8, 2.1, -HALF_PI + 0.1])
    frames = TWINS.frames(world[0].rig, pose)
    pnp = PnpLocalizer(PlaceMap(*world), world[0].rig).localize(frames)
    assert not pnp.alternatives and pnp.num_inliers >= 30
    assert near(pnp.pose, pose) or near(pnp.pose, pose + TO_OTHER)
    retrieval = RetrievalLocalizer(PlaceMap(*world), world[0].rig)
    retrieved = retrieval.localize(frames)
    assert any(np.array_equal(retrieved.pose, node) for node in TOUR)
    with pytest.raises(NotLocalized):
        retrieval.localize([])


def test_candidates_are_thinned_in_space() -> None:
    xy = np.array([[0.0, 0.0], [0.5, 0.0], [9.0, 0.0], [0.9, 0.0], [9.5, 0.0], [20.0, 0.0]])
    ranking = np.array([1, 0, 2, 3, 4, 5])
    places = candidate_places(ranking, xy, radius_m=1.0, max_places=2, nodes_per_place=2)
    # Node 1 takes 0 and 3 along (two of them are returned), node 2 takes 4; 5 comes too late.
    assert [place.tolist() for place in places] == [[1, 0], [2, 4]]


def test_evidence_of_one_block_is_bounded() -> None:
    evidence = np.zeros((16, 16))
    evidence[:8, :8] = 1.0
    assert block_log_odds(evidence, 8, 3.0) == pytest.approx(3.0)
    evidence[8, 8] = -0.1
    assert block_log_odds(evidence, 8, 3.0) == pytest.approx(3.0 - 0.1, abs=1e-4)
    np.testing.assert_allclose(block_log_odds(-evidence, 8, 3.0), -2.9, atol=1e-4)


def test_what_two_places_share_is_no_evidence_however_badly_one_is_drawn() -> None:
    """The same board, once sharp and once smeared; and another board."""
    rng = np.random.default_rng(2)

    def board() -> np.ndarray:
        return cv2.GaussianBlur(rng.uniform(0, 255, (96, 128)).astype(np.float32), (0, 0), 2.0)

    judge = Judge(SimpleNamespace(focal_px=134.0), make_rig(), LocalizeConfig(), None)
    seen, other = board(), board()
    smeared = cv2.GaussianBlur(seen, (0, 0), 4.0)

    def compared(gray: np.ndarray) -> _Compared:
        view = View(gray, np.ones(gray.shape, dtype=bool))
        return _Compared(view, *correlation(seen, view, 11))

    against_other = judge._difference(compared(seen), compared(other))
    against_smeared = judge._difference(compared(seen), compared(smeared))
    assert against_other > 5.0
    assert 0.0 <= against_smeared < 0.2 * against_other
    assert judge._difference(compared(other), compared(seen)) == pytest.approx(-against_other)
    blank = View(np.zeros_like(seen), np.zeros(seen.shape, dtype=bool))
    nothing = _Compared(blank, *correlation(seen, blank, 11))
    assert judge._difference(nothing, compared(seen)) == 0.0


def test_shifts_that_repeat_lead_to_the_missing_place() -> None:
    # Aisles 5 m apart; the third of five is missing, and so is the last.
    poses = np.array([[1.0, 0.0, 0.3], [1.0, 5.0, 0.3], [1.0, 15.0, 0.3], [7.0, 3.0, 3.4]])
    end = poses[:1] + np.array([0.0, 20.0, 0.0])
    shifts = repeated_shifts(np.concatenate([poses, end]))
    # 5 m (0-5, 15-20) and 15 m (0-15, 5-20) occur twice in either direction.
    assert {tuple(shift) for shift in shifts} == {(0, 5), (0, -5), (0, 15), (0, -15)}
    nodes = np.array([[1.2, y] for y in (0.0, 5.0, 10.0, 15.0, 20.0)])
    found = lattice_proposals(poses, shifts, nodes, max_node_distance_m=0.5, count=5)
    assert sorted(tuple(pose) for pose in found) == [(1.0, 10.0, 0.3), (1.0, 20.0, 0.3)]
    assert repeated_shifts(poses[:1]).shape == (0, 2)


def test_correlation_does_not_care_for_light_and_says_where_it_knows_nothing() -> None:
    rng = np.random.default_rng(0)
    gray = rng.uniform(60, 200, (48, 64)).astype(np.float32)
    valid = np.ones(gray.shape, dtype=bool)
    valid[:, 32:] = False
    fit, contrast = correlation(0.5 * gray + 30.0, View(gray, valid), 11)
    assert fit.shape == (12, 16)
    np.testing.assert_allclose(fit[2:-2, 2:6], 1.0, atol=1e-3)
    assert np.isnan(fit[:, 9:]).all()
    other = rng.uniform(60, 200, gray.shape).astype(np.float32)
    different, _ = correlation(other, View(gray, np.ones_like(valid)), 11)
    assert np.median(different) < 0.3
    # Uniform between 60 and 200: 140 / sqrt(12).
    np.testing.assert_allclose(contrast[2:-2, 2:6].mean(), 40.4, rtol=0.1)
