"""Where the robot stops at a landmark."""

from __future__ import annotations

import numpy as np
import pytest
from toy_world import FURNITURE, make_map

from astra_core import se3
from astra_core.errors import GoalUnreachable
from astra_global.goal.approach import approach_pose, free_pose_near
from astra_global.goal.geometry import box_gap_m, point_gap_m
from astra_global.route import Blockage, FreeSpace
from astra_global.types import FREE, OCCUPIED, AstraMap, Landmark, MapNode, OccupancyMap

MAP = make_map()
SPACE = FreeSpace.from_map(MAP)


@pytest.mark.parametrize("name", [row[0] for row in FURNITURE])
def test_stops_near_free_and_facing(name: str) -> None:
    landmark = MAP.landmark_by_id[name]
    pose = approach_pose(MAP, landmark, SPACE)
    assert SPACE.clearance_at(pose[:2]) >= 0.30
    gap = float(point_gap_m(landmark, pose[:2]))
    assert 0.25 < gap <= 0.8
    # A ray along the heading meets the footprint.
    ray = pose[:2] + np.linspace(0.0, 1.2, 200)[:, None] * [np.cos(pose[2]), np.sin(pose[2])]
    assert point_gap_m(landmark, ray).min() < 0.02


@pytest.mark.parametrize(("x", "is_left"), [(4.94, True), (5.11, False)])
def test_stays_on_the_side_of_the_wall_that_saw_it(x: float, is_left: bool) -> None:
    # A thin sign on one face of the middle wall; the other room is nearer than 0.5 m.
    seen_from = tuple(node.id for node in MAP.nodes if (node.pose[0] < 5.0) == is_left)
    sign = Landmark("s", "sign", "", "", "HALL", "", (x, 4.0, 1.5), (0.02, 0.4, 0.2), seen_from)
    assert (approach_pose(MAP, sign, SPACE)[0] < 5.0) == is_left


def test_hidden_picture_is_approached_over_the_furniture_below_it() -> None:
    # On the lower wall behind bed_2, at most 1.5 m away from where the robot can stand.
    picture = Landmark(
        "p", "picture", "", "", "", "", (7.0, 0.1, 1.6), (0.6, 0.02, 0.5),
        MAP.landmark_by_id["bed_2"].node_ids,
    )  # fmt: skip
    pose = approach_pose(MAP, picture, SPACE)
    assert SPACE.clearance_at(pose[:2]) >= 0.30
    assert point_gap_m(picture, pose[:2]) <= 1.5


def test_blocked_place_gives_another() -> None:
    landmark = MAP.landmark_by_id["sofa_1"]
    first = approach_pose(MAP, landmark, SPACE)
    second = approach_pose(
        MAP, landmark, SPACE, blockages=[Blockage(float(first[0]), float(first[1]), 0.4, 0)]
    )
    assert np.linalg.norm(second[:2] - first[:2]) >= 0.4 + 0.30
    assert point_gap_m(landmark, second[:2]) <= 0.8


def test_walled_in_landmark_is_unreachable() -> None:
    cells = np.full((100, 100), FREE, np.int8)
    cells[30:70, 30:70] = OCCUPIED
    cells[35:65, 35:65] = FREE
    node = MapNode("n0", se3.from_se2([0.5, 0.5, 0.0]))
    landmark = Landmark("x", "x", "", "", "", "", (2.5, 2.5, 0.5), (0.3, 0.3, 1.0))
    map = AstraMap((node,), (), (landmark,), None, occupancy=OccupancyMap(cells, (0.0, 0.0), 0.05))
    with pytest.raises(GoalUnreachable, match="x"):
        approach_pose(map, landmark, FreeSpace.from_map(map))


def test_without_occupancy_the_nearest_linked_node_is_taken() -> None:
    landmark = MAP.landmark_by_id["tv_1"]
    pose = approach_pose(MAP, landmark, None)
    node = MAP.node_by_id[landmark.node_ids[0]]
    np.testing.assert_allclose(pose[:2], node.pose[:2])
    # Node (6.5, 7.5); the nearest point of the tv is its lower left corner (6.9, 7.7).
    assert pose[2] == pytest.approx(np.arctan2(0.2, 0.4))


def test_pose_goals_snap_to_free_space() -> None:
    np.testing.assert_array_equal(free_pose_near(SPACE, [2.0, 4.0, 1.0]), [2.0, 4.0, 1.0])
    # 0.1 m off the sofa's front edge at y = 4.05.
    moved = free_pose_near(SPACE, [7.5, 3.95, -1.0])
    assert moved[2] == -1.0
    assert SPACE.clearance_at(moved[:2]) >= 0.30
    assert np.linalg.norm(moved[:2] - [7.5, 3.95]) < 0.35
    for pose in ([7.0, 0.9, 0.0], [np.nan, 0.0, 0.0], [-5.0, 0.0, 0.0]):
        with pytest.raises(GoalUnreachable):
            free_pose_near(SPACE, pose)


def test_gaps_between_boxes() -> None:
    first = Landmark("a", "", "", "", "", "", (0.0, 0.0, 0.0), (2.0, 2.0, 1.0))
    second = Landmark("b", "", "", "", "", "", (5.0, 6.0, 0.0), (2.0, 4.0, 1.0))
    # 1 to 4 along x, 1 to 4 along y.
    assert box_gap_m(first, second) == pytest.approx(np.hypot(3.0, 3.0))
    assert box_gap_m(first, first) == 0.0
    assert point_gap_m(first, [2.0, 0.5]) == pytest.approx(1.0)
