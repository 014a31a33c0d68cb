"""From sightings to landmarks: where lines of sight meet, what is one thing and what is two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_global.mapping.bearings import depth_in_box
from astra_global.mapping.config import PlacingConfig
from astra_global.mapping.errors import SourceError
from astra_global.mapping.placing import place_sightings
from astra_global.mapping.ports import PoseTrack
from astra_global.mapping.sighting import Attributes, PlacedSighting, Sighting, sighting_from_dict
from astra_global.mapping.triangulation import meet, parallax_rad
from astra_global.mapping.work import KeyFrames

# x forward, y left, z up becomes x right, y down, z forward.
LOOKING_AHEAD = np.array([[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 1.0], [0, 0, 0, 1]])
LENS = CameraIntrinsics(320, 240, 100.0, 100.0, 159.5, 119.5)
RIG = CameraRig((Camera("front", LENS, LOOKING_AHEAD),))  # 1 m above the floor
CHAIR = Attributes("chair", "red", "wood", "", "sitting")
CONFIG = PlacingConfig()


def nodes(*poses: tuple[float, float, float]) -> KeyFrames:
    track = PoseTrack.exact(np.array([se3.from_se2(pose) for pose in poses]))
    ids = tuple(f"n{number}" for number in range(len(poses)))
    stamps = np.arange(len(poses), dtype=np.int64)
    return KeyFrames(ids, stamps[:, None], track, stamps)


def sighting(node: int, u: float, v: float, depth_m: float | None = None, **other) -> Sighting:
    """A box of 20 x 10 pixels around (u, v)."""
    box = (u - 10.0, v - 5.0, u + 10.0, v + 5.0)
    return Sighting(f"n{node}", "front", box, **{"attributes": CHAIR, "depth_m": depth_m} | other)


def test_the_middle_of_a_box_seen_from_two_nodes_is_placed_where_the_lines_meet() -> None:
    # A thing at (4, 0.5, 1.2). From (0, 0) it is 0.5 m to the left and 0.2 m above the camera, 4 m
    # ahead: u = 159.5 - 100 * 0.5 / 4 = 147, v = 119.5 - 100 * 0.2 / 4 = 114.5. From (0, 1) it is
    # as far to the right: u = 172. The box is 20 px at 4 m: 0.8 m wide, and half as high.
    seen = [sighting(0, 147.0, 114.5), sighting(1, 172.0, 114.5)]
    (found,) = place_sightings([], seen, RIG, nodes((0, 0, 0), (0, 1, 0)), CONFIG)
    assert found.landmark.id == "chair-1"
    assert found.landmark.position_m == pytest.approx((4.0, 0.5, 1.2), abs=1e-4)
    assert found.landmark.size_m == pytest.approx((0.8, 0.8, 0.4), abs=1e-4)
    assert (found.landmark.color, found.landmark.function) == ("red", "sitting")
    # 200 of 76,800 pixels in each picture.
    assert found.pixels == pytest.approx({"n0": 200.0, "n1": 200.0})


def test_one_node_and_nearly_parallel_lines_say_nothing_about_the_place() -> None:
    alone = [sighting(0, 147.0, 114.5)]
    assert place_sightings([], alone, RIG, nodes((0, 0, 0)), CONFIG) == []
    # 0.1 m apart at 4 m: 0.025 rad; the limit is 0.09.
    near = [sighting(0, 147.0, 114.5), sighting(1, 149.5, 114.5)]
    assert place_sightings([], near, RIG, nodes((0, 0, 0), (0, 0.1, 0)), CONFIG) == []


def test_depth_places_a_box_from_one_node() -> None:
    # The robot looks along +y from (1, 2): 4 m ahead is y = 6, 0.5 m to the left is x = 0.5.
    seen = [sighting(0, 147.0, 114.5, depth_m=4.0)]
    config = replace(CONFIG, min_nodes=1)
    (found,) = place_sightings([], seen, RIG, nodes((1, 2, np.pi / 2)), config)
    assert found.landmark.position_m == pytest.approx((0.5, 6.0, 1.2), abs=1e-4)


def test_depth_of_a_box_is_that_of_its_middle() -> None:
    depth = np.full((240, 320), 3.0, np.float32)
    depth[110:121, 140:161] = 2.0
    depth[115, 150] = 0.0
    # The middle half of (130, 105, 170, 125) is (140, 110, 160, 120).
    assert depth_in_box(depth, (130.0, 105.0, 170.0, 125.0)) == 2.0
    assert depth_in_box(np.zeros_like(depth), (130.0, 105.0, 170.0, 125.0)) is None
    assert depth_in_box(depth, (-50.0, -50.0, -20.0, -20.0)) is None


def test_two_sightings_of_one_thing_are_one_landmark_in_the_middle() -> None:
    # Both nodes look at (4, 0.5, 1.2); the second measures 0.1 m too far.
    seen = [sighting(0, 147.0, 114.5, 4.0), sighting(1, 172.0, 114.5, 4.1)]
    (found,) = place_sightings([], seen, RIG, nodes((0, 0, 0), (0, 1, 0)), CONFIG)
    # The second point is (4.1, 1 - 0.125 * 4.1, 1 + 0.05 * 4.1).
    assert found.landmark.position_m == pytest.approx((4.05, 0.49375, 1.2025), abs=1e-4)
    assert found.num_sightings == 2


def test_the_same_direction_at_another_depth_is_another_thing() -> None:
    # 4 m and 2 m away in the same lines of sight from two nodes: two chairs, one before the other.
    seen = [
        sighting(0, 159.5, 119.5, 4.0),
        sighting(0, 159.5, 119.5, 2.0),
        sighting(1, 159.5, 119.5, 1.5),
        sighting(1, 159.5, 119.5, 3.5),
    ]
    found = place_sightings([], seen, RIG, nodes((0, 0, 0), (0.5, 0, 0)), CONFIG)
    assert sorted(one.landmark.position_m[0] for one in found) == pytest.approx([2.0, 4.0])


@pytest.mark.parametrize("with_depth", [True, False])
def test_two_things_of_one_picture_are_never_one(with_depth: bool) -> None:
    # Chairs at (4, 0.1, 1) and (4, -0.1, 1), 0.2 m apart, from (0, 0.5), (0, -0.5) and (2, 0): 0.4
    # and 0.6 m to the side at 4 m are 10 and 15 px. Sightings of one thing may differ by more.
    # Without depth, two nodes alone would as well see one chair at x = 3.3 and one at x = 5.
    far, near = (4.0, 2.0) if with_depth else (None, None)
    seen = [
        sighting(0, 174.5, 119.5, far), sighting(0, 169.5, 119.5, far),
        sighting(1, 144.5, 119.5, far), sighting(1, 149.5, 119.5, far),
        sighting(2, 154.5, 119.5, near), sighting(2, 164.5, 119.5, near),
    ]  # fmt: skip
    frames = nodes((0, 0.5, 0), (0, -0.5, 0), (2, 0, 0))
    found = place_sightings([], seen, RIG, frames, CONFIG)
    places = sorted(one.landmark.position_m for one in found)
    assert [one.num_sightings for one in found] == [3, 3]
    np.testing.assert_allclose(places, [(4, -0.1, 1), (4, 0.1, 1)], atol=1e-4)


def test_other_categories_are_not_merged() -> None:
    sofa = replace(CHAIR, category="sofa")
    seen = [sighting(0, 147.0, 114.5, 4.0), sighting(1, 172.0, 114.5, 4.0, attributes=sofa)]
    assert place_sightings([], seen, RIG, nodes((0, 0, 0), (0, 1, 0)), CONFIG) == []


def test_words_are_voted_on_by_confidence_and_silence_does_not_count() -> None:
    say = [("red", "EX1T", 0.1), ("blue", "EXIT", 0.4), ("red", "", 0.2), ("", "", 0.9)]
    seen = [
        sighting(number, 159.5, 119.5, 4.0 - number, confidence=sure,
                 attributes=replace(CHAIR, color=color, text=text))
        for number, (color, text, sure) in enumerate(say)
    ]  # fmt: skip
    frames = nodes((0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0))
    (found,) = place_sightings([], seen, RIG, frames, CONFIG)
    assert (found.landmark.color, found.landmark.text) == ("blue", "EXIT")


def test_what_is_placed_already_stays_and_takes_its_sightings() -> None:
    known = PlacedSighting("throne", replace(CHAIR, color="gold"), (4.1, 0.5, 1.2), (1.0, 1.0, 2.0))
    seen = [sighting(0, 147.0, 114.5, 4.0), sighting(1, 172.0, 114.5, 4.0)]
    frames = nodes((0, 0, 0), (0, 1, 0))
    (found,) = place_sightings([known], seen, RIG, frames, CONFIG)
    assert (found.landmark.id, found.landmark.color) == ("throne", "gold")
    assert found.landmark.position_m == (4.1, 0.5, 1.2)
    assert set(found.pixels) == {"n0", "n1"}
    far = replace(known, id="chair-1", position_m=(4.0, 3.0, 1.2))
    names = [one.landmark.id for one in place_sightings([far], seen, RIG, frames, CONFIG)]
    assert names == ["chair-1", "chair-2"]
    with pytest.raises(SourceError, match="id for two things"):
        place_sightings([known, known], [], RIG, frames, CONFIG)


def test_landmarks_are_numbered_by_the_first_node_that_sees_them() -> None:
    # The one that node 0 sees has fewer sightings than the other.
    seen = [
        *(sighting(node, 159.5, 119.5, 6.0 - node) for node in (1, 2, 3)),
        *(sighting(node, 59.5, 119.5, 2.0 - node) for node in (0, 1)),
    ]
    frames = nodes((0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0))
    # The box at u = 59.5 is 1 m to the side per metre ahead: (2, 2) and (2, 1) disagree by 1 m.
    seen[-1] = sighting(1, -40.5, 119.5, 1.0)
    first, second = place_sightings([], seen, RIG, frames, CONFIG)
    assert first.landmark.position_m == pytest.approx((2.0, 2.0, 1.0))
    assert second.landmark.position_m == pytest.approx((6.0, 0.0, 1.0))
    assert [first.landmark.id, second.landmark.id] == ["chair-1", "chair-2"]


@settings(max_examples=60, deadline=None)
@given(
    thing=st.tuples(*[st.floats(-1.5, 1.5)] * 2, st.floats(0.3, 2.0)),
    turns=st.lists(st.floats(-0.6, 0.6), min_size=3, max_size=5),
)
def test_any_thing_seen_from_around_is_found(thing, turns) -> None:
    point = np.array(thing)
    poses, seen = [], []
    for number, turn in enumerate(turns):
        bearing = 2 * np.pi * number / len(turns)
        at = point[:2] + 4.0 * np.array([np.cos(bearing), np.sin(bearing)])
        pose = (at[0], at[1], bearing + np.pi + turn)
        optical = se3.transform_points(se3.inverse(se3.from_se2(pose) @ LOOKING_AHEAD), point)
        poses.append(pose)
        seen.append(sighting(number, *LENS.project(optical)))
    (found,) = place_sightings([], seen, RIG, nodes(*poses), CONFIG)
    assert found.num_sightings == len(turns)
    np.testing.assert_allclose(found.landmark.position_m, point, atol=1e-3)


def test_rays_meet_by_weighted_least_squares() -> None:
    # Two rays along x at y = 0 and y = 0.4 pull a point that a ray along y fixes in x.
    origins = np.array([[0, 0, 0], [0, 0.4, 0], [2, -5, 0], [0, 0, 0], [0, 1, 0]], float)
    directions = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]], float)
    points = meet(origins, directions, np.array([0, 0, 0, 1, 1]), 3)
    np.testing.assert_allclose(points[0], (2.0, 0.2, 0.0), atol=1e-12)
    assert np.isnan(points[1:]).all()  # parallel; nothing looks at the third
    weights = np.array([3.0, 1.0, 1.0, 1.0, 1.0])
    weighted = meet(origins, directions, np.array([0, 0, 0, 1, 1]), 2, weights)
    np.testing.assert_allclose(weighted[0], (2.0, 0.1, 0.0), atol=1e-12)
    angle = parallax_rad(np.zeros((1, 3)), np.array([[1.0, 0, 0]]), np.array([[0, 5.0, 0]]))
    assert angle == pytest.approx(np.pi / 2)


def test_lens_distortion_is_undone_before_boxes_are_placed() -> None:
    bent = replace(LENS, distortion=(0.2, 0.0, 0.0, 0.0, 0.0))
    rig = CameraRig((Camera("front", bent, LOOKING_AHEAD),))
    # x / z = 0.5 is seen at 0.5 * (1 + 0.2 * 0.25) = 0.525.
    low, high = (0.45, 0.55)
    edges = [159.5 + 100 * x * (1 + 0.2 * x * x) for x in (low, high)]
    box = (edges[0], 119.4, edges[1], 119.6)
    seen = [Sighting("n0", "front", box, CHAIR, depth_m=2.0)]
    (found,) = place_sightings([], seen, rig, nodes((0, 0, 0)), replace(CONFIG, min_nodes=1))
    assert found.landmark.position_m == pytest.approx((2.0, -1.0, 1.0), abs=2e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"box_px": (10.0, 0.0, 10.0, 5.0)}, "not a box"),
        ({"box_px": (0.0, float("nan"), 10.0, 5.0)}, "not a box"),
        ({"confidence": 0.0}, "confidence"),
        ({"confidence": float("nan")}, "confidence"),
        ({"depth_m": -1.0}, "depth_m"),
    ],
)
def test_sightings_that_cannot_be_are_refused(change, message) -> None:
    with pytest.raises(SourceError, match=message):
        replace(sighting(0, 100.0, 100.0), **change)


def test_sightings_survive_being_written_down() -> None:
    from dataclasses import asdict
    from json import dumps, loads

    known = PlacedSighting("a", CHAIR, (1.0, 2.0, 3.0), (0.1, 0.2, 0.3), 0.5)
    for one in (sighting(0, 100.0, 100.0, 2.0), sighting(1, 5.0, 5.0), known):
        assert sighting_from_dict(loads(dumps(asdict(one)))) == one
    with pytest.raises(SourceError, match="finite"):
        replace(known, position_m=(1.0, float("inf"), 0.0))
