"""Stages of the map builder one by one."""

from __future__ import annotations

import numpy as np
import pytest
from room_world import make_rig, write_annotations

from astra_core import se3
from astra_core.camera import Camera
from astra_core.errors import ConfigError
from astra_global.mapping.config import (
    EdgeConfig,
    FusionConfig,
    KeyFrameConfig,
    VisibilityConfig,
)
from astra_global.mapping.depth_fusion import VoxelFusion
from astra_global.mapping.edges import connect_nodes, segment_clearance_m
from astra_global.mapping.errors import SourceError, TourError
from astra_global.mapping.extent import require_extent
from astra_global.mapping.index_stage import depth_at
from astra_global.mapping.key_frames import choose_key_frames
from astra_global.mapping.oracle import AnnotatedLandmarks, interpolate_poses
from astra_global.mapping.stages import Stage, run_stages
from astra_global.mapping.visibility import count_pixels_on, view_of
from astra_global.types import FREE, OCCUPIED, UNKNOWN, Landmark, OccupancyMap


def _poses(*planar: tuple[float, float, float]) -> np.ndarray:
    return np.array([se3.from_se2(pose) for pose in planar])


def test_key_frames_by_distance_angle_and_known_pose() -> None:
    poses = _poses((0, 0, 0), (0.2, 0, 0), (0.4, 0, 0), (0.5, 0, 0.3), (0.5, 0, 0.6), (0.8, 0, 0.6))
    poses[0] = np.nan
    # Starts at the first known pose (0.2); 0.5 is 0.3 m on, then the angle 0.6 > 0.52 counts.
    chosen = choose_key_frames(poses, KeyFrameConfig(distance_m=0.4, angle_rad=0.5236))
    assert chosen.tolist() == [1, 4]
    # Across pi the turn is small: 3.1 to -3.1 is 0.08 rad.
    turn = _poses((0, 0, 3.1), (0, 0, -3.1))
    assert choose_key_frames(turn, KeyFrameConfig()).tolist() == [0]


def test_poses_are_interpolated_inside_and_unknown_outside() -> None:
    stamps = np.array([0, 1_000_000_000, 5_000_000_000])
    poses = _poses((0, 0, 3.0), (1, 2, -3.0), (1, 2, 0))
    at = np.array([-1, 0, 500_000_000, 3_000_000_000, 6_000_000_000])
    result = interpolate_poses(stamps, poses, at, max_gap_s=2.0)
    assert np.isnan(result[[0, 3, 4]]).all()
    np.testing.assert_allclose(se3.to_se2(result[1]), (0, 0, 3.0))
    # Half way on the short arc from 3.0 to -3.0 is pi.
    np.testing.assert_allclose(result[2], se3.from_se2((0.5, 1.0, np.pi)), atol=1e-12)


def _wall_camera() -> tuple[Camera, np.ndarray]:
    """A camera at 1 m height that looks along +x at a wall at x = 2."""
    rig = make_rig(80, 60)
    camera = Camera("front", rig["front"].intrinsics, rig["front"].t_base_optical)
    return camera, se3.from_xyz_rpy((-0.15, 0, -0.1)) @ camera.t_base_optical


def test_a_landmark_is_seen_only_where_depth_lies_on_it() -> None:
    camera, t_map_optical = _wall_camera()
    config = VisibilityConfig(margin_m=0.05)
    depth = np.full((60, 80), 2.0, np.float32)
    on_wall = Landmark("a", "picture", "", "", "", "", (2.0, 0.0, 1.0), (0.02, 0.5, 0.5))
    behind = Landmark("b", "picture", "", "", "", "", (3.0, 0.0, 1.0), (0.02, 0.5, 0.5))
    in_front = Landmark("c", "picture", "", "", "", "", (1.0, 0.0, 1.0), (0.02, 0.5, 0.5))
    at_back = Landmark("d", "picture", "", "", "", "", (-2.0, 0.0, 1.0), (0.02, 0.5, 0.5))
    all_four = [on_wall, behind, in_front, at_back]
    view = view_of(depth, camera, t_map_optical, config.max_range_m)
    counts = count_pixels_on(all_four, view, config)
    # 0.6 m at 2 m with f = 33.6 px: 10.1 px across, 10.1 down; every second one is looked at.
    assert counts[0] == pytest.approx(100, abs=30)
    assert counts[1:].tolist() == [0, 0, 0]
    hidden = view_of(np.full((60, 80), 1.0, np.float32), camera, t_map_optical, 6.0)
    assert count_pixels_on(all_four, hidden, config).nonzero()[0].tolist() == [2]
    blind = view_of(np.zeros((60, 80), np.float32), camera, t_map_optical, 6.0)
    assert not count_pixels_on(all_four, blind, config).any()


def test_fused_depth_is_free_up_to_the_wall_and_unknown_behind_it() -> None:
    camera, t_map_optical = _wall_camera()
    config = FusionConfig(max_range_m=3.0)
    fusion = VoxelFusion.over(np.array([-1.0, -2.0]), np.array([4.0, 2.0]), config)
    depth = np.full((60, 80), 2.0, np.float32)
    fusion.add_depth(depth, camera, t_map_optical)
    grid = fusion.occupancy()
    points = np.array([[1.5, 0.0], [2.025, 0.0], [2.025, 1.0], [2.5, 0.0], [-0.5, 0.0]])
    assert grid.value_at(points).tolist() == [FREE, OCCUPIED, OCCUPIED, UNKNOWN, UNKNOWN]
    # The wall moves away: after some looks through it, it is free.
    for _ in range(4):
        fusion.add_depth(np.full((60, 80), 2.8, np.float32), camera, t_map_optical)
    assert fusion.occupancy().value_at(np.array([2.025, 0.0])) == FREE


def test_unknown_depth_says_nothing_and_driving_says_free() -> None:
    camera, t_map_optical = _wall_camera()
    fusion = VoxelFusion.over(np.array([-1.0, -1.0]), np.array([3.0, 1.0]), FusionConfig())
    fusion.add_depth(np.zeros((60, 80), np.float32), camera, t_map_optical)
    assert (fusion.occupancy().cells == UNKNOWN).all()
    fusion.add_body(np.array([0.0, 0.0]), 0.22)
    free = fusion.occupancy().cells == FREE
    # A disc of 0.22 m radius has 0.152 m^2.
    assert free.sum() * 0.05**2 == pytest.approx(0.152, abs=0.02)


def test_edges_need_free_space_for_the_robot() -> None:
    cells = np.full((60, 60), FREE, np.int8)  # 3 x 3 m from (0, 0)
    cells[:, 30] = OCCUPIED  # a wall at x = 1.5 ...
    cells[40:56, 30] = FREE  # ... with a door of 0.8 m from y = 2.0 to 2.8
    grid = OccupancyMap(cells, (0.0, 0.0), 0.05)
    xy = np.array([[1.0, 0.8], [2.0, 0.8], [1.0, 2.4], [2.0, 2.4]])
    edges = connect_nodes(["a", "b", "c", "d"], xy, grid, EdgeConfig(max_driven_length_m=0.5))
    assert {(edge.a, edge.b) for edge in edges} == {("c", "d")}
    assert edges[0].length_m == pytest.approx(1.0)
    wide = EdgeConfig(max_driven_length_m=0.5, robot_radius_m=0.45)
    assert connect_nodes(["a", "b", "c", "d"], xy, grid, wide) == []
    # What the tour has driven is an edge whatever the grid says.
    driven = connect_nodes(["a", "b"], xy[:2], grid, EdgeConfig(max_driven_length_m=1.0))
    assert [(edge.a, edge.b) for edge in driven] == [("a", "b")]
    # Leaving the grid is not free.
    clearance = grid.clearance_m()
    assert segment_clearance_m(grid, clearance, xy[2], np.array([1.0, 9.0])) == 0.0


def test_depth_at_refuses_edges_and_holes() -> None:
    depth = np.full((10, 10), 2.0, np.float32)
    depth[:, 5:] = 3.0
    depth[8, 1] = 0.0
    pixels = np.array([[2.0, 2.0], [5.0, 2.0], [8.4, 2.0], [1.0, 8.0], [0.0, 0.0]], np.float32)
    values, usable = depth_at(depth, pixels)
    assert usable.tolist() == [True, False, True, False, True]
    assert values[[0, 2, 4]].tolist() == [2.0, 3.0, 2.0]


def test_annotations_are_read_and_faults_are_named(tmp_path) -> None:
    path = write_annotations(tmp_path / "landmarks.yaml")
    box, sign = AnnotatedLandmarks(path).sightings(None)
    assert box.size_m == pytest.approx((0.8, 0.8, 0.9))
    assert (sign.id, sign.attributes.text) == ("sign", "EXIT")
    path.write_text("- {id: a, position_m: [1, 2]}", "utf-8")
    with pytest.raises(SourceError, match=r"landmark 0\.position_m: expected three numbers"):
        AnnotatedLandmarks(path).sightings(None)
    path.write_text("- {id: a, position_m: [1, 2, 3]}\n" * 2, "utf-8")
    with pytest.raises(SourceError, match="used twice: a"):
        AnnotatedLandmarks(path).sightings(None)
    path.write_text("[", "utf-8")
    with pytest.raises(SourceError, match="not YAML"):
        AnnotatedLandmarks(path).sightings(None)


def test_stages_go_on_where_they_were_interrupted(tmp_path) -> None:
    ran: list[str] = []
    fail = {"b": True}

    needs = {"a": (), "b": ("a",), "c": ("b",)}

    def stage(name: str, inputs: str = "") -> Stage:
        def run(progress) -> dict[str, int]:
            ran.append(name)
            if fail.get(name):
                raise KeyboardInterrupt
            progress(0.5, name)
            return {"count": len(ran)}

        return Stage(name, name, 1.0, inputs, run, needs[name])

    shares: list[float] = []
    stages = [stage("a"), stage("b"), stage("c")]
    with pytest.raises(KeyboardInterrupt):
        run_stages(stages, tmp_path / "w", lambda share, text: shares.append(share))
    fail.clear()
    reports = run_stages(stages, tmp_path / "w", lambda share, text: shares.append(share))
    assert ran == ["a", "b", "b", "c"]
    assert [report.resumed for report in reports] == [True, False, False]
    assert reports[0].counts == {"count": 1}
    # Other inputs of b: b and what follows run again, a does not.
    ran.clear()
    run_stages([stages[0], stage("b", "new"), stages[2]], tmp_path / "w", lambda s, t: None)
    assert ran == ["b", "c"]
    # A build that ends before c has made b anew: c is noticed to be of another b.
    run_stages([stages[0], stage("b", "newer")], tmp_path / "w", lambda s, t: None)
    ran.clear()
    run_stages([stages[0], stage("b", "newer"), stages[2]], tmp_path / "w", lambda s, t: None)
    assert ran == ["c"]
    # b was interrupted on other inputs and runs on the old ones again: nobody knows that it says
    # the same as before, so c is made of what it says now.
    fail["b"] = True
    with pytest.raises(KeyboardInterrupt):
        run_stages([stages[0], stage("b", "odd"), stages[2]], tmp_path / "w", lambda s, t: None)
    fail.clear()
    ran.clear()
    run_stages([stages[0], stage("b", "newer"), stages[2]], tmp_path / "w", lambda s, t: None)
    assert ran == ["b", "c"]
    assert all(0.0 <= share <= 1.0 for share in shares) and shares[-1] == 1.0


@pytest.mark.parametrize("ours", [False, True])
def test_a_work_folder_with_other_files_is_left_alone(tmp_path, ours) -> None:
    work = tmp_path / "m.building"

    def fill(progress) -> dict:
        (work / "nodes").mkdir()
        (work / "nodes" / "n0000_front.jpg").touch()
        (work / "rig.json").touch()
        raise KeyboardInterrupt

    stages = [Stage("tour", "tour", 1.0, "", fill)]
    if ours:
        # Interrupted twice: the second build clears what the first one left.
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                run_stages(stages, work, lambda share, text: None)
    work.mkdir(exist_ok=True)
    (work / "nodes").mkdir(exist_ok=True)
    (work / "nodes" / "thesis.tex").write_text("years")
    before = sorted(work.rglob("*"))
    with pytest.raises(ConfigError, match=r"nodes/thesis\.tex"):
        run_stages(stages, work, lambda share, text: None)
    assert sorted(work.rglob("*")) == before


def test_a_pose_kilometres_off_is_named_before_a_grid_is_made() -> None:
    config = FusionConfig()
    xy = np.array([[0.0, 0.0], [3.0, 1.0], [5.0, 2.0]])
    stamps = np.array([1, 2, 3]) * 10**9
    require_extent(xy, stamps, config, "tour")
    for off in (5000.0, -1e300):
        with pytest.raises(TourError, match=r"^tour: .*pose at 2\.000 s is .*fusion\.max_voxels"):
            require_extent(np.array([[0.0, 0.0], [5.0, off], [5.0, 2.0]]), stamps, config, "tour")
    # 1.0 m and 0.5 m, 10 m margins: 220 by 210 cells in 10 layers are 462,000 voxels.
    grid = {"max_range_m": 4.0, "padding_m": 1.0, "resolution_m": 0.05, "floor_m": 0.5,
            "ceiling_m": 1.5, "layer_m": 0.1}  # fmt: skip
    corners = np.array([[0.0, 0.0], [1.0, 0.5]])
    require_extent(corners, stamps[:2], FusionConfig(**grid, max_voxels=462_001), "tour")
    with pytest.raises(TourError):
        require_extent(corners, stamps[:2], FusionConfig(**grid, max_voxels=461_999), "tour")
