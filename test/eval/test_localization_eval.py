"""Localization as an evaluation: queries, methods, judgement and summary."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from astra_core import se2
from astra_core.errors import NotLocalized, SceneError
from astra_core.observation import CameraFrame
from astra_core.records import LocalOdometry, Velocity
from astra_eval.identifiable import Identifier
from astra_eval.json_file import plain
from astra_eval.localization_eval import judge_answer
from astra_eval.localization_methods import Answer, BestMoment, LastMoment
from astra_eval.localization_queries import Query, QueryMaker
from astra_eval.localization_summary import summarize_localization
from astra_eval.shares import flatten
from astra_global.types import PoseFix
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.types import Room, Scene
from astra_sim.simulator import Simulator

AISLES = (
    Room("AISLE A", "aisle", (0.0, 0.0, 3.0, 10.0)),
    Room("AISLE B", "aisle", (3.0, 0.0, 6.0, 10.0)),
    Room("docks", "docks", (0.0, -5.0, 6.0, 0.0)),
)
HALL = Scene("warehouse", 0, (0.0, -5.0, 6.0, 10.0), AISLES, (), (), np.zeros((0, 2)))


def judged(*pose: float, covariance: np.ndarray | None = None) -> dict:
    answer = Answer(np.array(pose), covariance, 0.9, 0.5)
    return judge_answer(answer, np.array([1.0, 5.0, 3.1]), AISLES[0], HALL)


def test_errors_are_distances_and_the_shorter_turn() -> None:
    result = judged(1.3, 5.4, -3.1)
    assert result["error_m"] == pytest.approx(0.5)
    assert result["error_deg"] == pytest.approx(math.degrees(2.0 * math.pi - 6.2))
    assert (result["refused"], result["room"], result["seconds"]) == (False, "AISLE A", 0.5)
    assert math.isnan(result["nees"])


def test_nees_is_the_squared_error_in_units_of_the_covariance() -> None:
    result = judged(1.2, 5.0, 3.1, covariance=np.diag([0.01, 0.01, 0.01]))
    assert result["nees"] == pytest.approx(4.0)


def test_another_aisle_is_wrong_and_another_zone_is_merely_off() -> None:
    assert judged(4.0, 5.0, 3.1)["wrong_aisle"]
    assert not judged(1.0, 9.0, 3.1)["wrong_aisle"]
    assert not judged(1.0, -2.0, 3.1)["wrong_aisle"]
    assert not judged(50.0, 50.0, 3.1)["wrong_aisle"]


def test_a_refusal_has_no_pose_to_judge() -> None:
    refused = judge_answer(Answer(None, None, 0.2, 0.1), np.zeros(3), None, HALL)
    assert refused == {"refused": True, "seconds": 0.1, "confidence": 0.2}


class ScriptedLocalizer:
    """Answers by the stamp of the frames: (pose, inliers) or a refusal."""

    def __init__(self, answers: dict[int, tuple[list[float], int]]) -> None:
        self._answers = answers

    def localize(self, frames: tuple[CameraFrame, ...]) -> PoseFix:
        stamp_ns = frames[0].stamp_ns
        if stamp_ns not in self._answers:
            raise NotLocalized("scripted")
        pose, inliers = self._answers[stamp_ns]
        return PoseFix(stamp_ns, np.array(pose), np.eye(3), inliers, (), 0.0)


def scripted_query() -> Query:
    """Return a query of three moments, each a metre further along x in ``odom``."""
    black = np.zeros((2, 2, 3), np.uint8)
    odometry = [
        LocalOdometry(n, np.array([float(n), 0.0, 0.0]), np.eye(3), Velocity()) for n in range(1, 4)
    ]
    moments = {n: (CameraFrame("front", n, black),) for n in range(1, 4)}
    return Query(tuple(odometry), moments, np.zeros(3), "")


def test_the_moment_with_most_inliers_is_carried_to_the_last() -> None:
    up = [5.0, 5.0, math.pi / 2]
    answer = BestMoment(ScriptedLocalizer({1: (up, 90), 3: ([0.0, 0.0, 0.0], 40)}), 3).answer(
        scripted_query()
    )
    assert answer.pose == pytest.approx([5.0, 7.0, math.pi / 2])


def test_of_equal_moments_the_newest_counts_and_none_is_a_refusal() -> None:
    same = {1: ([1.0, 0.0, 0.0], 50), 2: ([9.0, 0.0, 0.0], 50)}
    assert BestMoment(ScriptedLocalizer(same), 3).answer(scripted_query()).pose[0] == 10.0
    assert BestMoment(ScriptedLocalizer({}), 3).answer(scripted_query()).pose is None


def test_moments_before_the_robot_was_carried_away_do_not_count() -> None:
    there_and_here = ScriptedLocalizer({1: ([5.0, 5.0, 0.0], 90), 3: ([1.0, 0.0, 0.0], 40)})
    assert BestMoment(there_and_here, 2).answer(scripted_query()).pose[0] == 1.0
    assert (
        BestMoment(ScriptedLocalizer({1: ([5.0, 5.0, 0.0], 90)}), 2).answer(scripted_query()).pose
        is None
    )


def test_the_last_moment_answers_alone() -> None:
    only_first = LastMoment(ScriptedLocalizer({1: ([1.0, 0.0, 0.0], 90)}))
    assert only_first.answer(scripted_query()).pose is None
    last = LastMoment(ScriptedLocalizer({1: ([1.0, 0.0, 0.0], 90), 3: ([2.0, 3.0, 0.0], 0)}))
    assert last.answer(scripted_query()).pose == pytest.approx([2.0, 3.0, 0.0])


def row(seed: int, told_by: str, error_m: float | None, error_deg: float = 0.0) -> dict:
    refused = {"refused": True, "seconds": 1.0, "confidence": 0.1}
    answer = refused if error_m is None else {
        "refused": False, "seconds": 2.0, "confidence": 0.9, "error_m": error_m,
        "error_deg": error_deg, "room": "AISLE A" if error_m < 2.0 else "AISLE B",
        "wrong_aisle": error_m > 2.0, "nees": 3.0, "pose": [0.0, 0.0, 0.0],
    }  # fmt: skip
    return {
        "seed": seed, "number": 0, "truth": [0.0, 0.0, 0.0], "room": "AISLE A", "told_by": told_by,
        "moments": 5, "answers": {"classical": answer, "sift_pnp": refused},
    }  # fmt: skip


def test_shares_count_refusals_as_neither_right_nor_false() -> None:
    rows = [
        row(1, "sign", 0.1), row(1, "", None), row(2, "sign", 0.9, 4.9), row(2, "", 0.2, 5.1),
        row(3, "sign", 9.0),
    ]  # fmt: skip
    summary = summarize_localization(rows)
    results = summary["results"]
    assert summary["n"] == 5
    assert results["within_1m_5deg_percent"] == pytest.approx(40.0)
    assert results["within_025m_2deg_percent"] == pytest.approx(20.0)
    assert results["within_10m_percent"] == pytest.approx(80.0)
    assert results["refused_percent"] == pytest.approx(20.0)
    assert results["false_fix_percent"] == pytest.approx(40.0)
    assert results["wrong_aisle_percent"] == pytest.approx(20.0)
    assert results["right_room_percent"] == pytest.approx(60.0)
    assert results["identifiable_percent"] == pytest.approx(60.0)
    assert results["identifiable_within_1m_5deg_percent"] == pytest.approx(200.0 / 3.0)
    assert results["unidentifiable_refused_percent"] == pytest.approx(50.0)
    assert results["seconds_per_query"] == pytest.approx(1.8)
    assert summary["baselines"]["sift_pnp"]["refused_percent"] == 100.0
    assert summary["calibration"]["nees_mean"] == pytest.approx(3.0)
    low, high = summary["ci95"]["within_1m_5deg_percent"]
    assert low < 40.0 < high
    by_scene = summary["ci95_by_scene"]["within_1m_5deg_percent"]
    assert 0.0 <= by_scene[0] < 40.0 < by_scene[1] <= 100.0


def test_no_rows_give_no_numbers_and_valid_json() -> None:
    empty = plain(summarize_localization([]))
    assert empty["n"] == 0
    assert empty["results"]["within_1m_5deg_percent"] is None
    assert flatten([]) == []


def test_queries_are_short_drives_with_pictures_and_odometry_that_fit_the_truth() -> None:
    scene, profile = make_scene("home", 100), load_profile()
    with Simulator(scene, profile, 100, camera_hz=0.0, depth=False, semantics=True) as simulator:
        plan = floor_plan(simulator.scene)
        identifier = Identifier(simulator.scene, profile.signs)
        maker = QueryMaker(simulator, plan, identifier, ("front",), 3)
        queries = [maker.make(np.random.default_rng(number)) for number in range(2)]
        assert simulator.truth().collision_count == 0
    for query in queries:
        assert len(query.moments) == 3
        assert list(query.moments) == sorted(query.moments)
        assert query.odometry[-1].stamp_ns == max(query.moments)
        assert plan.is_free(*query.truth[:2], 0.25)
        for frames in query.moments.values():
            assert [frame.camera for frame in frames] == ["front"]
        stamps = {sample.stamp_ns: sample.pose for sample in query.odometry}
        for before, after in pairwise(query.moments):
            step = se2.between(stamps[before], stamps[after])
            assert 0.25 < np.hypot(*step[:2]) < 0.6
    assert not np.allclose(queries[0].truth, queries[1].truth)


def test_a_carried_robot_is_elsewhere_and_its_odometry_did_not_feel_it() -> None:
    scene, profile = make_scene("home", 100), load_profile()
    with Simulator(scene, profile, 100, camera_hz=0.0, depth=False, semantics=True) as simulator:
        plan = floor_plan(simulator.scene)
        identifier = Identifier(simulator.scene, profile.signs)
        maker = QueryMaker(simulator, plan, identifier, ("front",), 2, carried=True)
        places = []
        maker._driver.place = _noting(maker._driver.place, places)
        query = maker.make(np.random.default_rng(0))
    assert len(query.moments) == 4
    assert query.odometry[-1].stamp_ns == max(query.moments)
    # The truth is where it was carried to; by odometry it is still near where it started.
    assert math.dist(query.truth[:2], places[-1][:2]) < 1.0
    assert math.dist(query.truth[:2], places[0][:2]) > 2.0
    assert max(np.hypot(*sample.pose[:2]) for sample in query.odometry) < 1.5
    still = pairwise(query.odometry)
    assert max(np.hypot(*(b.pose - a.pose)[:2]) for a, b in still) < 0.05


def test_a_building_too_small_to_be_carried_in_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, profile = make_scene("home", 100), load_profile()
    with Simulator(scene, profile, 100, camera_hz=0.0, depth=False, semantics=True) as simulator:
        plan = floor_plan(simulator.scene)
        only_place = plan.sample_free_pose(np.random.default_rng(0), 0.35)
        monkeypatch.setattr(type(plan), "sample_free_pose", lambda *_: only_place)
        identifier = Identifier(simulator.scene, profile.signs)
        maker = QueryMaker(simulator, plan, identifier, ("front",), 2, carried=True)
        with pytest.raises(SceneError, match="no free place for the robot 3 m away"):
            maker.make(np.random.default_rng(0))


def _noting(place, places: list):
    def noting(pose) -> None:
        places.append(np.asarray(pose))
        place(pose)

    return noting
