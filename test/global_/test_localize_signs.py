"""Reading signs: what a text says for and against a pose, and that real pictures are read."""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from importlib import util
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from room_world import make_rig
from twin_world import APART_M, Twins

from astra_core.camera import CameraRig
from astra_core.stack_spec import StackSpec
from astra_global.localize import JudgeConfig, LocalizeConfig, SignConfig, text_reader
from astra_global.localize.appearance import View
from astra_global.localize.hypothesis import Hypothesis
from astra_global.localize.judge import Judge, support_log_odds
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.rig_pose import Correspondences
from astra_global.localize.signs import SignEvidence, Signs, letters_of, partial_edit_distance
from astra_global.localize.text_reader import ReadText
from astra_global.stack import build_localizer
from astra_global.types import AstraMap, Landmark, MapNode

WORDS = st.text("AB1", max_size=8)


class Reader:
    """Reads what it is told to."""

    def __init__(self, *texts: ReadText):
        self.texts, self.pictures = list(texts), 0

    def read(self, image):
        self.pictures += 1
        return self.texts if self.pictures == 1 else []


class Places:
    """As much of a map as signs need: nodes at x = 0 and x = 20."""

    def __init__(self, *landmarks: Landmark):
        self.nodes = (MapNode("n0", np.eye(4)), MapNode("n20", np.eye(4)))
        self.map = AstraMap(self.nodes, (), landmarks, make_rig())

    def nearest_nodes(self, xy_m, count, radius_m):
        return np.flatnonzero(np.abs(np.array([0.0, 20.0]) - xy_m[0]) <= radius_m)


def sign(text: str, x: float, y: float, width: float = 0.4, seen_from: tuple = ()) -> Landmark:
    """A plate across x, its centre as high as the cameras."""
    center, size = (x, y, 1.1), (0.02 if width else 0.0, width, 0.4 * width)
    return Landmark(f"{text}@{x}", "sign", "white", "plate", text, "", center, size, seen_from)


def standing(x: float, y: float = 0.0, theta: float = 0.0) -> Hypothesis:
    none = Correspondences(*(np.zeros((0, *shape)) for shape in ((2,), (3,), (), (), ())))
    return Hypothesis(np.array([x, y, theta]), np.eye(3), none, 100, np.eye(4))


class OnePicture:
    """A query with one picture of the front camera."""

    def __init__(self):
        self.camera, self.image = 0, np.zeros((240, 320, 3), np.uint8)
        self.pictures = (self,)


def read(text: str, u: float = 159.5, v: float = 119.5, confidence: float = 0.99) -> ReadText:
    """A text of 24 x 10 pixels."""
    return ReadText(text, confidence, (u - 12, v - 5), (u + 12, v + 5))


def likelihoods(texts, landmarks, poses, rig=None):
    signs = Signs(Places(*landmarks), rig or make_rig(), LocalizeConfig(), Reader(*texts))
    said = signs.evidence(OnePicture(), poses)
    return said.log_likelihood, said.elsewhere, said.num_texts


# Seen from (0, 0) the plate at x = 2 is 0.4 / 1.85 * 134 = 29 pixels wide.
A, B = sign("A-01", 2.0, 0.0), sign("B-02", 22.0, 0.0)
HERE, TWIN, BARE = standing(0.0), standing(20.0), standing(40.0)


def test_a_text_speaks_for_the_place_with_this_sign_and_against_its_twin() -> None:
    values, elsewhere, count = likelihoods([read("a-01")], [A, B], [HERE, TWIN, BARE])
    nothing = math.log(1.5 / 3.0)  # one of two texts of the map
    assert count == 1
    assert values == pytest.approx([0.0, -6.0, nothing])  # two letters differ from B-02
    assert elsewhere == pytest.approx(nothing)


def test_evidence_adds_up_to_a_limit() -> None:
    values, elsewhere, count = likelihoods([read("A-01")] * 5, [A, B], [HERE, TWIN, BARE])
    assert count == 5
    assert values == pytest.approx([0.0, -8.0, 5 * math.log(0.5)])
    assert elsewhere == pytest.approx(5 * math.log(0.5))


def test_a_part_of_a_text_fits_where_it_is_a_part() -> None:
    values, _, _ = likelihoods([read("01")], [A, sign("A-12", 22.0, 0.0)], [HERE, TWIN])
    assert values == pytest.approx([0.0, -3.0])


@pytest.mark.parametrize("text", ["FRAGILE", "OK", "KG"])
def test_what_no_map_lists_says_nothing(text: str) -> None:
    """Nor does a short text that is only nearly there: it may be written on a box."""
    assert likelihoods([read(text)], [A, B, sign("DOCK", 9.0, 0.0)], [HERE, TWIN])[2] == 0


def test_a_sign_that_is_not_listed_speaks_against_another_sign_at_its_place() -> None:
    values, elsewhere, _ = likelihoods([read("A-07")], [A, B], [HERE, TWIN, BARE])
    assert values == pytest.approx([-3.0, -3.0, -1.0])
    assert elsewhere == pytest.approx(-1.0)


def test_letters_that_look_alike_never_speak_against_the_right_place() -> None:
    marks = [sign("AISLE D", 2.0, 0.0), sign("AISLE C", 22.0, 0.0)]
    values, _, _ = likelihoods([read("AISLEO")] * 2, marks, [HERE, TWIN, BARE])
    assert values == pytest.approx([0.0, -6.0, 2 * math.log(0.5)])


def test_however_many_texts_a_map_has_another_sign_is_worse_than_none() -> None:
    many = [sign(f"Z{number:03d}", 99.0, 99.0) for number in range(1000)]
    values, elsewhere, _ = likelihoods([read("A-01")], [A, B, *many], [HERE, TWIN, BARE])
    assert values == pytest.approx([0.0, -6.0, -3.0])
    assert elsewhere == pytest.approx(-3.0)


def test_a_sign_that_no_node_near_by_has_seen_is_hidden() -> None:
    behind = sign("A-01", 22.6, 0.0, 0.6, ("n0",))  # as its twin sees it: behind a rack
    marks = [sign("A-01", 2.0, 0.0, 0.4, ("n0",)), sign("B-02", 22.0, 0.0, 0.4, ("n20",)), behind]
    values, _, _ = likelihoods([read("A-01")], marks, [HERE, TWIN])
    assert values == pytest.approx([0.0, -6.0])


def test_a_sign_of_unknown_size_counts_where_its_centre_is() -> None:
    values, _, _ = likelihoods([read("A-01")], [sign("A-01", 2.0, 0.0, 0.0), B], [HERE, TWIN])
    assert values == pytest.approx([0.0, -6.0])


def test_a_lens_may_bend_the_picture() -> None:
    rig = make_rig()
    k = replace(rig.cameras[0].intrinsics, distortion=(-0.3, 0.09, 0.0, 0.0, 0.0))
    bent = CameraRig((replace(rig.cameras[0], intrinsics=k), *rig.cameras[1:]))
    # At y = 1.6, x = 2: u = 159.5 - 134 * 1.6 / 1.85 = 43.8 without distortion, 14 px more with.
    mark = sign("A-01", 2.0, 1.6)
    seen = cv2.projectPoints(
        np.array([[-1.6 / 1.85, 0.0, 1.0]]), np.zeros(3), np.zeros(3), k.matrix(),
        np.array(k.distortion),
    )[0].ravel()  # fmt: skip
    assert seen[0] > 43.8 + 12.0
    values, _, _ = likelihoods([read("A-01", *seen)], [mark, B], [HERE, BARE], bent)
    assert values == pytest.approx([0.0, math.log(0.5)])


@pytest.mark.parametrize("text", [read("A-01", confidence=0.5), read("1"), read("- -")])
def test_doubtful_and_short_texts_say_nothing(text: ReadText) -> None:
    assert likelihoods([text], [A, B], [HERE, TWIN])[2] == 0


@pytest.mark.parametrize("pose", [standing(0.0, 0.0, np.pi), standing(3.0), standing(0.0, 1.5)])
def test_a_sign_counts_only_where_it_is_seen(pose: Hypothesis) -> None:
    """Behind the camera, behind the robot, or elsewhere in the picture: the map has none there."""
    values, _, _ = likelihoods([read("A-01")], [A, B], [HERE, pose])
    assert values == pytest.approx([0.0, math.log(0.5)])


def test_a_text_much_larger_than_the_sign_is_not_its_text() -> None:
    far = standing(-12.0)  # The plate is 4 pixels wide.
    values, _, _ = likelihoods([read("A-01")], [A, B], [HERE, far])
    assert values == pytest.approx([0.0, math.log(0.5)])


def test_nothing_is_read_without_rivals_or_signs_or_reader() -> None:
    for landmarks, poses in (([A], [HERE]), ([sign("", 2.0, 0.0)], [HERE, TWIN])):
        reader = Reader(read("A-01"))
        said = Signs(Places(*landmarks), make_rig(), LocalizeConfig(), reader).evidence(
            OnePicture(), poses
        )
        assert reader.pictures == said.num_texts == 0
        assert not said.log_likelihood.any() and said.elsewhere == 0.0
    said = Signs(Places(A), make_rig(), LocalizeConfig(), None).evidence(OnePicture(), [HERE, TWIN])
    assert said.num_texts == 0


def test_letters() -> None:
    assert letters_of("Bay a-01 ") == letters_of("8AYAO1") == "8AYA01"
    assert letters_of("停車場 3") == "停車場3"
    assert partial_edit_distance("D05", "D06") == 1
    assert partial_edit_distance("AISLEC", "AISLED") == 1
    assert partial_edit_distance("13", "B13") == 0
    assert partial_edit_distance("D057", "D05") == 1
    assert partial_edit_distance("DOCK", "B13") == 4
    assert partial_edit_distance("", "B13") == 0


@given(WORDS, WORDS, WORDS)
def test_a_stretch_of_a_text_differs_in_nothing(before: str, part: str, after: str) -> None:
    assert partial_edit_distance(part, before + part + after) == 0


@given(WORDS, WORDS)
def test_at_most_all_letters_differ_and_a_letter_more_is_one_more_at_most(
    part: str, whole: str
) -> None:
    count = partial_edit_distance(part, whole)
    assert max(0, len(part) - len(whole)) <= count <= len(part)
    assert partial_edit_distance(part, whole + "A") <= count
    assert partial_edit_distance(part + "A", whole) <= count + 1


def test_a_picture_is_read() -> None:
    """Dark letters of 12 pixels on a plate, some noise, as a camera sees a label from 3 m."""
    picture = np.full((240, 320, 3), 110, np.uint8)
    picture += np.random.default_rng(0).integers(0, 30, picture.shape, dtype=np.uint8)
    cv2.rectangle(picture, (190, 80), (252, 104), (230, 230, 225), -1)
    cv2.putText(picture, "B-12", (196, 98), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 25), 2)
    reader = text_reader.text_reader(SignConfig())
    assert reader is not None
    (found,) = reader.read(picture)
    assert letters_of(found.text) == letters_of("B12") and found.confidence > 0.8
    assert 186 <= found.low_px[0] <= 200 and 240 <= found.high_px[0] <= 256
    assert 78 <= found.low_px[1] <= 90 and 94 <= found.high_px[1] <= 108
    assert reader.read(np.full((240, 320, 3), 110, np.uint8)) == []


def test_a_missing_library_is_said_once_and_signs_may_be_left_alone(monkeypatch, caplog) -> None:
    assert text_reader.text_reader(SignConfig(read=False)) is None
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "rapidocr" else name)
    with caplog.at_level(logging.WARNING):
        assert text_reader.text_reader(SignConfig()) is None
    assert [record.message for record in caplog.records] == [
        "signs are not read: rapidocr is not installed"
    ]


def test_a_reader_that_breaks_is_given_up_and_localization_goes_on(monkeypatch, caplog) -> None:
    def fail(self):
        raise OSError("no model")

    monkeypatch.setattr(text_reader._RapidOcrReader, "_open", fail)
    reader = text_reader.text_reader(SignConfig())
    for _ in range(3):
        assert reader.read(np.zeros((240, 320, 3), np.uint8)) == []
    assert [record.message for record in caplog.records] == [
        "signs are not read any more: OSError: no model"
    ]


def test_poses_that_signs_rule_out_are_not_drawn(monkeypatch) -> None:
    poses = [standing(20.0, float(number)) for number in range(6)] + [standing(0.0)]
    said = SignEvidence(np.array([-8.0] * 5 + [-5.0, 0.0]), -3.0, 3)
    config = LocalizeConfig(judge=JudgeConfig(max_poses=2))
    judge = Judge(
        SimpleNamespace(focal_px=134.0),
        make_rig(),
        config,
        SimpleNamespace(evidence=lambda query, standing: said),
    )
    drawn = []
    blank = View(np.zeros((240, 320), np.float32), np.zeros((240, 320), bool))
    monkeypatch.setattr(judge, "_view", lambda camera, pose: drawn.append(pose) or blank)
    verdict = judge.judge(OnePicture(), poses)
    assert drawn == [poses[6], poses[5]]
    assert verdict.hypotheses[:2] == (poses[6], poses[5])
    assert verdict.log_odds == pytest.approx([0.0, -5.0] + [-8.0] * 5)
    assert verdict.elsewhere_log_odds == pytest.approx(-support_log_odds(100, config) - 3.0)


def test_a_sign_that_is_read_decides_between_rooms_whose_pictures_do_not(tmp_path) -> None:
    """The tour has looked away from the signs: only the landmarks know what is written there."""
    twins = Twins(("AISLE B", "AISLE D"))
    away = [
        np.array([x + room * APART_M, y, theta])
        for room in (0, 1)
        for x, y, theta in ((1.6, 1.6, np.pi / 2), (3.0, 1.6, np.pi / 2), (3.6, 2.2, 0.3))
    ]
    astra_map, index = twins.make_map(tmp_path / "map", away)
    marks = tuple(
        # The plate: columns 2.2 to 3.87 m, 1.1 to 1.55 m high, on the wall y = 0.
        Landmark(
            word, "sign", "white", "plate", word, "",
            (3.03 + room * APART_M, 0.0, 1.32), (1.67, 0.02, 0.45),
        )
        for room, word in enumerate(("AISLE B", "AISLE D"))
    )  # fmt: skip
    signed = AstraMap(astra_map.nodes, (), marks, astra_map.rig, folder=astra_map.folder)
    for room in (0, 1):
        pose = np.array([2.9 + room * APART_M, 2.0, np.pi / 2 + 0.1])
        fixes = {
            name: build_localizer(StackSpec(), PlaceMap(one, index), one.rig).localize(
                twins.frames(astra_map.rig, pose, noise_seed=room)
            )
            for name, one in (("signs", signed), ("none", astra_map))
        }
        assert np.linalg.norm((fixes["signs"].pose - pose)[:2]) < 0.1
        twin = fixes["signs"].alternatives[0]
        assert twin.log_odds < -2.5
        ours = {name: _odds_of(fix, pose) for name, fix in fixes.items()}
        assert ours["signs"] > ours["none"] + 2.0


def _odds_of(fix, pose) -> float:
    """Return the log odds of a pose against its best rival."""
    odds = [(fix.pose, 0.0), *((other.pose, other.log_odds) for other in fix.alternatives)]
    right = max(value for at, value in odds if np.linalg.norm((at - pose)[:2]) < 0.2)
    return right - max(value for at, value in odds if np.linalg.norm((at - pose)[:2]) >= 0.2)
