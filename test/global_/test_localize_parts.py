"""The steps of localization one by one, on numbers that can be checked by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from room_world import make_rig

from astra_core import se3
from astra_core.camera import CameraIntrinsics
from astra_core.errors import ConfigError, MapFormatError, ShapeError
from astra_global.localize import FeatureConfig, LocalizeConfig
from astra_global.localize.coarse_vlad import VladCoarse
from astra_global.localize.features import DESCRIPTOR_SCALE, FeatureExtractor, to_float, undistort
from astra_global.localize.index import LocalizationIndex, load_index, save_index
from astra_global.localize.judge import Judge, support_log_odds
from astra_global.localize.matching import match
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.planar import fit_on_floor, reprojection
from astra_global.localize.ranking import NodeRanking
from astra_global.localize.rig_pose import Correspondences, RigPoseSolver
from astra_global.localize.verify import Verifier
from astra_global.localize.vlad import encode, learn_words
from astra_global.types import FREE, OCCUPIED, UNKNOWN, AstraMap, MapNode, OccupancyMap


def _unit(*angles_deg: float) -> np.ndarray:
    radians = np.deg2rad(np.array(angles_deg))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_match_is_mutual_and_distinct() -> None:
    # 0 matches 1 (1 degree away, next 39); 40 lies between 35 and 45: ratio 1, refused;
    # 90 is nearest to 80, whose own nearest is 81.
    query = _unit(0.0, 40.0, 90.0, 81.0)
    reference = _unit(1.0, 35.0, 45.0, 80.0)
    query_ids, reference_ids = match(query, reference, ratio=0.8)
    assert query_ids.tolist() == [0, 3]
    assert reference_ids.tolist() == [0, 3]


def test_match_of_nothing_is_nothing() -> None:
    none = np.zeros((0, 2), np.float32)
    assert match(none, _unit(1.0, 2.0), 0.8)[0].size == 0
    # With a single reference there is no second best to compare with.
    assert match(_unit(1.0), _unit(1.0), 0.8)[0].size == 0


def test_vlad_sums_normalised_residuals() -> None:
    words = np.array([[0.0, 0.0], [10.0, 0.0]], dtype=np.float32)
    descriptors = np.array([[0.0, 1.0], [0.0, 2.0], [13.0, 4.0]], dtype=np.float32)
    # Residuals (0, 3) and (3, 4), each made a unit vector, the whole divided by sqrt(2).
    expected = np.array([0.0, 1.0, 0.6, 0.8]) / np.sqrt(2.0)
    np.testing.assert_allclose(encode(descriptors, words), expected, atol=1e-6)
    assert not encode(np.zeros((0, 2), np.float32), words).any()


def test_words_are_the_centres_of_clusters() -> None:
    rng = np.random.default_rng(0)
    centers = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    points = (centers[:, None] + 0.1 * rng.normal(size=(3, 200, 2))).reshape(-1, 2)
    words = learn_words(points.astype(np.float32), 6, np.random.default_rng(3))
    nearest = np.linalg.norm(words[:, None] - centers, axis=2).min(axis=1)
    assert nearest.max() < 0.3
    again = learn_words(points.astype(np.float32), 6, np.random.default_rng(3))
    np.testing.assert_array_equal(words, again)


def test_root_sift_is_a_unit_vector_in_bytes() -> None:
    rng = np.random.default_rng(1)
    coarse = np.kron(rng.integers(0, 255, (15, 20)), np.ones((16, 16))).astype(np.uint8)
    image = np.repeat(coarse[..., None], 3, axis=2)
    intrinsics = CameraIntrinsics.from_horizontal_fov(320, 240, 1.7)
    features = FeatureExtractor(FeatureConfig(max_features=50)).extract(image, intrinsics)
    assert features.pixels.shape == (50, 2)
    assert features.descriptors.shape == (50, 128)
    lengths = np.linalg.norm(to_float(features.descriptors), axis=1)
    # Rounding to 1 / 512 in 128 dimensions moves the length by far less than 2 %.
    np.testing.assert_allclose(lengths, 1.0, atol=0.02)
    assert features.descriptors.max() < 256 < DESCRIPTOR_SCALE


def test_blank_and_wrong_pictures() -> None:
    extractor = FeatureExtractor(FeatureConfig())
    intrinsics = CameraIntrinsics.from_horizontal_fov(32, 24, 1.7)
    blank = extractor.extract(np.full((24, 32, 3), 90, np.uint8), intrinsics)
    assert len(blank.pixels) == 0
    with pytest.raises(ShapeError, match="a picture"):
        extractor.extract(np.zeros((24, 32), np.uint8), intrinsics)


def test_undistort_inverts_the_distortion_model() -> None:
    k1, p1 = -0.2, 0.01
    intrinsics = CameraIntrinsics(320, 240, 200.0, 200.0, 160.0, 120.0, (k1, 0.0, p1, 0.0, 0.0))
    x, y = 0.3, -0.2
    r2 = x * x + y * y
    # OpenCV's plumb bob with k1 and p1 only.
    distorted_x = x * (1 + k1 * r2) + 2 * p1 * x * y
    distorted_y = y * (1 + k1 * r2) + p1 * (r2 + 2 * y * y)
    pixels = np.array([[200 * distorted_x + 160, 200 * distorted_y + 120]], dtype=np.float32)
    expected = [[200 * x + 160, 200 * y + 120]]
    np.testing.assert_allclose(undistort(pixels, intrinsics), expected, atol=0.05)


def _index(vlad: np.ndarray) -> LocalizationIndex:
    count = len(vlad)
    return LocalizationIndex(
        FeatureConfig(words=2), tuple(f"n{i}" for i in range(count // 2)), ("front", "rear"),
        np.repeat(np.arange(count // 2), 2).astype(np.int32),
        np.tile([0, 1], count // 2).astype(np.int32),
        np.zeros(count + 1, np.int64), np.zeros((0, 128), np.uint8),
        np.zeros((0, 3), np.float32), np.zeros((2, 1), np.float32), vlad.astype(np.float16),
        np.zeros((count, 60, 80), np.float16),
    )  # fmt: skip


def test_all_cameras_vote_for_a_node() -> None:
    # Query 0 likes n0 (1.0 to 0.9), query 1 likes n1 (0.8 to 0.1): n1 wins with 1.7 to 1.1.
    index = _index(np.array([[1.0, 0.1], [0.0, 0.0], [0.9, 0.0], [0.0, 0.8]]))
    nodes = tuple(MapNode(f"n{i}", se3.from_se2([5.0 * i, 0.0, 0.0])) for i in range(2))
    places = PlaceMap(AstraMap(nodes, (), (), make_rig()), index)
    ranking = VladCoarse(places).rank(np.eye(2, dtype=np.float32))
    assert ranking.decided_by == "vlad"
    assert ranking.nodes.tolist() == [1, 0]
    assert ranking.pictures(1, query=1, count=1).tolist() == [3]
    assert ranking.pictures(1, query=0, count=2).tolist() == [2, 3]
    only_first = VladCoarse(places).rank(np.eye(2, dtype=np.float32), (np.array([0.5, 0.0]), 2.0))
    assert only_first.nodes.tolist() == [0]


def test_a_ranking_without_pictures_offers_all_of_a_node() -> None:
    ranking = NodeRanking(np.array([1]), [np.array([0, 1]), np.array([2, 3])], decided_by="mllm")
    assert ranking.pictures(1, query=0, count=1).tolist() == [2, 3]


def test_index_round_trip_and_damage(tmp_path) -> None:
    index = _index(np.arange(8.0).reshape(4, 2))
    path = tmp_path / "index" / "localization.npz"
    save_index(index, path)
    loaded = load_index(path)
    assert loaded.node_ids == ("n0", "n1") and loaded.config == FeatureConfig(words=2)
    np.testing.assert_array_equal(loaded.vlad, index.vlad)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(MapFormatError, match=r"localization\.npz"):
        load_index(path)
    with pytest.raises(MapFormatError, match="missing"):
        load_index(tmp_path / "none.npz")


def _seen_from(pose: np.ndarray, noise_px: float = 0.0, count: int = 200) -> Correspondences:
    """Points all around, as the cameras of the rig see them from a planar pose."""
    rng, rig = np.random.default_rng(5), make_rig()
    angle = rng.uniform(-np.pi, np.pi, 4 * count)
    radius = rng.uniform(1.5, 5.0, 4 * count)
    points = np.stack(
        [radius * np.cos(angle), radius * np.sin(angle), rng.uniform(0.0, 2.4, 4 * count)], axis=1
    ) + np.array([pose[0], pose[1], 0.0])
    parts = []
    for number, camera in enumerate(rig.cameras):
        t_optical_map = se3.inverse(se3.from_se2(pose) @ camera.t_base_optical)
        optical = se3.transform_points(t_optical_map, points)
        pixels = camera.intrinsics.project(optical)
        inside = (optical[:, 2] > 0.1) & (pixels > 0).all(axis=1)
        inside &= (pixels[:, 0] < 320) & (pixels[:, 1] < 240)
        chosen = np.flatnonzero(inside)[: count // 4]
        parts.append(
            Correspondences(
                pixels[chosen] + noise_px * rng.normal(size=(len(chosen), 2)), points[chosen],
                np.full(len(chosen), number), chosen, np.zeros(len(chosen), np.intp),
            )
        )  # fmt: skip
    return Correspondences.join(parts)


POSE = np.array([1.3, -0.7, 2.1])


def test_rig_pose_survives_half_of_the_matches_being_wrong() -> None:
    matches = _seen_from(POSE)
    wrong = np.random.default_rng(0).permutation(len(matches.pixels))[: len(matches.pixels) // 2]
    matches.pixels[wrong] = np.random.default_rng(1).uniform(0, 240, (len(wrong), 2))
    solver = RigPoseSolver(make_rig(), max_error_px=3.0, max_trials=600, random_seed=1)
    answer = solver.solve(matches)
    np.testing.assert_allclose(answer.t_map_base, se3.from_se2(POSE), atol=1e-3)
    again = solver.solve(matches)
    np.testing.assert_array_equal(answer.t_map_base, again.t_map_base)
    right = np.setdiff1d(np.arange(len(matches.pixels)), wrong)
    assert answer.inlier_mask[right].all()


def test_jacobian_is_the_derivative_of_the_reprojection() -> None:
    matches, rig = _seen_from(POSE), make_rig()
    start = POSE + np.array([0.05, -0.03, 0.02])
    t_floor_base = se3.from_xyz_rpy((0, 0, 0.01), (0.01, -0.02, 0))
    _, jacobian = reprojection(matches, start, t_floor_base, rig)
    step = 1e-6
    for column in range(3):
        ahead, behind = start.copy(), start.copy()
        ahead[column] += step
        behind[column] -= step
        numeric = (
            reprojection(matches, ahead, t_floor_base, rig)[0]
            - reprojection(matches, behind, t_floor_base, rig)[0]
        ) / (2 * step)
        np.testing.assert_allclose(jacobian[:, :, column], numeric, rtol=1e-4, atol=1e-3)


def test_floor_fit_finds_the_pose_and_its_covariance_grows_with_less_evidence() -> None:
    rig, config = make_rig(), LocalizeConfig()
    matches = _seen_from(POSE, noise_px=0.5)
    start = POSE + np.array([0.02, -0.02, 0.01])
    fit = fit_on_floor(matches, start, np.eye(4), rig, config)
    np.testing.assert_allclose(fit.pose, POSE, atol=0.005)
    np.testing.assert_array_equal(fit.covariance, fit.covariance.T)
    assert np.linalg.eigvalsh(fit.covariance).min() > 0.9 * config.floor_sigma_rad**2
    few = np.zeros(len(matches.pixels), bool)
    few[:10] = True
    loose = fit_on_floor(matches.select(few), start, np.eye(4), rig, config)
    assert (np.diag(loose.covariance) > np.diag(fit.covariance)).all()
    assert (
        fit_on_floor(matches.select(np.arange(len(few)) < 5), start, np.eye(4), rig, config) is None
    )


def test_inliers_beyond_the_independent_ones_promise_nothing_more() -> None:
    rig, matches = make_rig(), _seen_from(POSE, noise_px=0.5)
    matches.feature[:] = np.arange(len(matches.feature))
    few, everyone = (LocalizeConfig(independent_inliers=number) for number in (15, 10_000_000))
    floor = np.diag([few.floor_sigma_m**2, few.floor_sigma_m**2, few.floor_sigma_rad**2])
    fits = [fit_on_floor(matches, POSE, np.eye(4), rig, config) for config in (few, everyone)]
    count = np.count_nonzero(fits[0].inlier_mask)
    # 15 of each of four cameras count: the variance grows by count / 60.
    expected = (fits[1].covariance - floor) * count / 60.0
    assert count > 150
    np.testing.assert_allclose(fits[0].covariance - floor, expected, rtol=1e-6)


@pytest.mark.parametrize(("cell", "stands"), [(FREE, True), (UNKNOWN, True), (OCCUPIED, False)])
def test_a_pose_inside_an_obstacle_does_not_stand(cell: int, stands: bool) -> None:
    cells = np.full((40, 40), FREE, np.int8)
    occupancy = OccupancyMap(cells, (0.0, -2.0), 0.1)
    row, column = occupancy.cell_of(POSE[:2])
    cells[row, column] = cell
    node = MapNode("n0", se3.from_se2(POSE))
    astra_map = AstraMap((node,), (), (), make_rig(), occupancy=occupancy)
    verifier = Verifier(SimpleNamespace(map=astra_map), make_rig(), LocalizeConfig())
    answer = verifier.fit(_seen_from(POSE), POSE, node)
    assert (answer == "the best pose is inside an obstacle") == (not stands)
    assert isinstance(answer, str) != stands


def test_what_contradicts_a_pose_speaks_for_another_place() -> None:
    config = LocalizeConfig()
    judge = Judge(SimpleNamespace(focal_px=134.0), make_rig(), config, None)
    support = support_log_odds(80, config)
    # 6 % differ anywhere, by people and moved things; beyond that 40 per share.
    assert judge._elsewhere_log_odds(80, 0.03) == pytest.approx(-support)
    assert judge._elsewhere_log_odds(80, 0.16) == pytest.approx(-support + 4.0)
    assert judge._elsewhere_log_odds(80, float("nan")) == pytest.approx(-support)


def test_contradicting_thresholds_are_refused() -> None:
    with pytest.raises(ConfigError, match="enough_inliers"):
        LocalizeConfig(min_inliers=50, enough_inliers=40)
