"""What the simulator's cameras and a bag of them make of a state, beside the truth."""

from __future__ import annotations

import numpy as np
import pytest

from astra_core import se2
from astra_core.errors import ShardError
from astra_core.records import Velocity
from astra_data.bag_drive import states_of_bag
from astra_data.planner_data import write_bag_shard
from astra_data.planner_drives import SceneUnit, true_drives
from astra_local.planner_record import (
    FIELDS,
    read_planner_shard,
    unpack_cells,
    write_planner_shard,
)
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.simulator import Simulator
from astra_sim.tour import BagWriter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def states():
    return true_drives(SceneUnit("home", 3, "standard"), 1)(0, 8)


def test_the_true_way_fills_the_whole_record(states, tmp_path):
    from planner_states import HEADER

    from astra_data.planner_state import SOURCES

    assert len(states) == 8
    header = {**HEADER, "way": "true", "sources": list(SOURCES)}
    write_planner_shard(tmp_path / "a.npz", states, header)
    assert [state["tick"] for state in states] == list(range(6, 22, 2))


def test_what_the_cameras_mark_is_where_something_stands(states):
    for state in states:
        occupied = unpack_cells(np.asarray(state["occupied"]))[0]
        sdf_m = 0.01 * np.asarray(state["sdf_cm"])
        assert occupied.sum() > 20
        # People and doors are not in the distances; most of what is seen is the building.
        assert (sdf_m[occupied] < 0.15).mean() > 0.8


def test_odometry_is_near_the_truth_and_is_not_the_truth(states):
    error = np.array([np.subtract(s["speed"], s["true_speed"]) for s in states])
    assert 0.0 < np.abs(error).max() < 0.15


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    """Record ten seconds of driving an arc, and where the robot really was."""
    folder = tmp_path_factory.mktemp("bag") / "drive"
    scene, truth = make_scene("home", 3), []
    # The arc is a circle of 0.375 m: it needs that much room all around.
    start = floor_plan(scene).sample_free_pose(np.random.default_rng(0), 1.05)
    with (
        Simulator(scene, load_profile().quiet(), 1, camera_hz=5.0, start_pose=start) as simulator,
        BagWriter(folder, simulator.rig, name="drive") as writer,
    ):
        for tick in range(500):
            command = Velocity(0.15, 0.4) if tick > 50 else Velocity()
            writer.write_observation(simulator.step(command))
            truth.append(simulator.truth().pose)
        assert not simulator.truth().collision_count
    return folder, np.array(truth)


def test_a_bag_is_its_own_expert_in_hindsight(bag):
    folder, truth = bag
    states = states_of_bag(folder)
    assert len(states) > 15
    for state in states:
        assert set(state) == set(FIELDS)
        assert state["num_people"] == 0
        # Ticks count from the first state, which came with the first pictures.
        now = round((state["tick"] * 0.1 + 0.2) / 0.02)
        poses = truth[now + 9 : now + 170 : 10][:16]
        expected = se2.between(truth[now - 1], poses)
        np.testing.assert_allclose(
            np.asarray(state["expert_poses"])[:, :2], expected[:, :2], atol=0.08
        )
        # 0.15 m/s and 0.4 rad/s once it drives.
        if state["tick"] > 20:
            np.testing.assert_allclose(state["expert_speeds"][0], [0.15, 0.4], atol=0.03)
            # Less than 1.5 m is left: the sub-goal is where the drive ended, and so is the goal.
            end = se2.between(truth[now - 1], truth[-1])
            assert state["is_final"] == 1
            np.testing.assert_allclose(state["sub_goal"][:2], end[:2], atol=0.08)
            np.testing.assert_allclose(state["goal"][:2], end[:2], atol=0.08)
            assert state["route_left_m"] == pytest.approx(0.15 * 0.02 * (500 - now), abs=0.1)


def test_a_bag_without_depth_says_so(tmp_path):
    folder = tmp_path / "blind"
    scene = make_scene("home", 3)
    with (
        Simulator(scene, load_profile(), 1, camera_hz=5.0, depth=False) as simulator,
        BagWriter(folder, simulator.rig, name="drive") as writer,
    ):
        for _ in range(20):
            writer.write_observation(simulator.step(Velocity()))
    with pytest.raises(ShardError, match="no depth"):
        states_of_bag(folder)


def test_the_shard_of_a_bag_is_written_once_and_says_what_it_lacks(bag, tmp_path):
    folder, _ = bag
    path, count = write_bag_shard(folder, tmp_path)
    read = read_planner_shard(path)
    assert len(read) == count > 15
    assert (read.meta["way"], read.meta["people_known"]) == ("bag", False)
    written = path.stat().st_mtime_ns
    assert write_bag_shard(folder, tmp_path) == (path, count)
    assert path.stat().st_mtime_ns == written
