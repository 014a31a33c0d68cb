"""Shards as tensors: numbers by hand, the mirror, and states that nobody may learn from."""

import numpy as np
import pytest
import torch
from planner_shards import ROBOT, state, write_folder, write_shard

from astra_core.errors import ConfigError
from astra_local.planner_net.action import denormalized, poses_of
from astra_local.planner_net.esdf_loss import clearance
from astra_local.planner_record import pack_cells
from astra_local.train.planner_states import PlannerDataset, shards_in

RNG = np.random.default_rng(0)


def dataset(tmp_path, **changes):
    path = write_shard(tmp_path, [state(RNG, **changes), state(RNG)])
    return PlannerDataset([path], "train")


def one(data, mirrored=False):
    return data.batch(np.array([0]), np.array([mirrored]))


def cell_at(x, y):
    cells = np.zeros((4, 64, 64), bool)
    cells[0, int((y + 3.2) / 0.1), int((x + 2.0) / 0.1)] = True
    return cells


def test_what_a_head_is_given(tmp_path):
    data = dataset(
        tmp_path,
        occupied=pack_cells(cell_at(1.05, 0.55)),
        sub_goal=np.array([1.0, 0.5, np.pi / 2], np.float32),
        is_final=np.uint8(1),
        speed=np.array([0.3, -0.2], np.float32),
    )
    inputs = one(data).inputs
    torch.testing.assert_close(inputs.goal[0], torch.tensor([1.0, 0.5, 0.0, 1.0, 1.0, 0.6]))
    torch.testing.assert_close(inputs.velocity[0], torch.tensor([0.3, -0.2]))
    assert float(inputs.occupancy.sum()) == 1.0
    assert float(inputs.occupancy[0, 0, 37, 30]) == 1.0
    # Ten cells ahead of it: a metre.
    assert float(inputs.distance[0, 37, 40]) == pytest.approx(1.0, abs=0.006)
    assert float(inputs.distance[0, 0, 0]) == pytest.approx(2.0)


def test_actions_lead_where_the_expert_went(tmp_path):
    poses = np.cumsum(RNG.normal(0.05, 0.05, (16, 3)), axis=0).astype(np.float32)
    batch = one(dataset(tmp_path, expert_poses=poses))
    found = poses_of(denormalized(batch.actions))
    torch.testing.assert_close(found[0], torch.from_numpy(poses), atol=1e-5, rtol=1e-4)


def test_people_stand_at_the_moment_at_which_a_step_ends(tmp_path):
    people = np.full((8, 17, 2), 100.0, np.float32)
    people[0, :, 0] = np.arange(17)
    people[0, :, 1] = 0.0
    radius = np.zeros(8, np.float32)
    radius[0] = 0.3
    batch = one(dataset(tmp_path, people=people, people_radius=radius))
    torch.testing.assert_close(batch.around.people[0, 0, 0], torch.tensor([1.0, 0.0, 0.3]))
    torch.testing.assert_close(batch.around.people[0, 15, 0], torch.tensor([16.0, 0.0, 0.3]))


def test_the_mirror_changes_left_and_right_everywhere(tmp_path):
    people = np.full((8, 17, 2), 100.0, np.float32)
    people[0] = (1.0, 0.7)
    movers = np.full((8, 5), 100.0, np.float32)
    movers[:, 2:] = 0.0
    movers[0] = (1.0, 0.7, 0.1, 0.4, 0.3)
    sdf = np.full((64, 64), 100, np.int8)
    sdf[:20] = -50
    poses = np.cumsum(RNG.normal(0.05, 0.05, (16, 3)), axis=0).astype(np.float32)
    data = dataset(
        tmp_path,
        occupied=pack_cells(cell_at(1.05, 0.55)), known=pack_cells(cell_at(1.05, 0.55)[0]),
        people=people, people_radius=np.full(8, 0.3, np.float32), movers=movers, sdf_cm=sdf,
        expert_poses=poses, speed=np.array([0.3, 0.2], np.float32),
        sub_goal=np.array([1.0, 0.5, 0.3], np.float32),
    )  # fmt: skip
    plain, mirror = one(data), one(data, mirrored=True)
    assert float(mirror.inputs.occupancy[0, 0, 63 - 37, 30]) == 1.0
    assert float(mirror.inputs.known[0, 63 - 37, 30]) == 1.0
    assert torch.equal(mirror.inputs.distance, plain.inputs.distance.flip(1))
    torch.testing.assert_close(mirror.inputs.velocity[0], torch.tensor([0.3, -0.2]))
    torch.testing.assert_close(
        mirror.inputs.goal[0, :4], torch.tensor([1.0, -0.5, 0.955336, -0.295520])
    )
    torch.testing.assert_close(
        mirror.inputs.movers[0, 0], torch.tensor([1.0, -0.7, 0.1, -0.4, 0.3])
    )
    assert torch.equal(mirror.inputs.movers[0, 1:], plain.inputs.movers[0, 1:])
    # What is near the expert stays as near in the mirror.
    for here in (plain, mirror):
        found = poses_of(denormalized(here.actions))[..., :2]
        torch.testing.assert_close(found, here.expert_xy, atol=1e-5, rtol=1e-4)
    same = [clearance(here.expert_xy[:, None], here.around, 0.22) for here in (plain, mirror)]
    torch.testing.assert_close(same[0], same[1])


def test_states_of_another_split_robot_or_kind_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="validation seeds"):
        PlannerDataset([write_folder(tmp_path / "a", split="validation", seed=50001)], "train")
    other = write_shard(tmp_path / "b", [state(RNG)], robot={**ROBOT, "footprint_radius_m": 0.3})
    with pytest.raises(ConfigError, match="another robot"):
        PlannerDataset([write_folder(tmp_path / "c"), other], "train")
    with pytest.raises(ConfigError, match="data generate planner"):
        shards_in([tmp_path / "nowhere"])


def test_ways_are_told_by_the_names_of_shards(tmp_path):
    cheap, true = write_folder(tmp_path), write_folder(tmp_path, way="true")
    assert shards_in([tmp_path]) == [cheap, true]
    assert shards_in([tmp_path], ["true"]) == [true]
