"""The planner record: what is written is read, and what breaks the contract is refused."""

from __future__ import annotations

import numpy as np
import pytest
from planner_states import HEADER, state

from astra_core.errors import ShapeError, ShardError
from astra_core.shard_file import read_shard, write_shard
from astra_local.planner_record import (
    FIELDS,
    pack_cells,
    read_planner_shard,
    unpack_cells,
    write_planner_shard,
)


def test_states_come_back_as_they_were(tmp_path):
    rng = np.random.default_rng(0)
    occupied = rng.random((4, 64, 64)) < 0.3
    known = rng.random((64, 64)) < 0.5
    sdf = rng.integers(-127, 128, (64, 64))
    poses = rng.normal(size=(16, 3))
    states = [
        state(occupied=pack_cells(occupied), known=pack_cells(known), sdf_cm=sdf, kicked=1),
        state(expert_poses=poses, drive=300, num_people=2),
    ]
    write_planner_shard(tmp_path / "a.npz", states, HEADER)
    read = read_planner_shard(tmp_path / "a.npz")
    assert len(read) == read.meta["count"] == 2
    assert {key: read.meta[key] for key in HEADER} == HEADER
    np.testing.assert_array_equal(read.occupied()[0], occupied)
    np.testing.assert_array_equal(read.known()[0], known)
    np.testing.assert_allclose(read.sdf_m()[0], 0.01 * sdf, atol=1e-6)
    np.testing.assert_allclose(read.arrays["expert_poses"][1], poses, rtol=1e-6)
    assert read.arrays["kicked"].tolist() == [1, 0]
    assert read.arrays["drive"].tolist() == [0, 300]


def test_cells_are_packed_in_the_order_of_the_contract():
    cells = np.zeros((64, 64), bool)
    cells[1, 9] = True  # bit 64 + 9 = 73: byte 9, second of its bits from the top
    packed = pack_cells(cells)
    assert packed.shape == (512,)
    assert packed[9] == 0b01000000
    assert packed.sum() == 0b01000000
    np.testing.assert_array_equal(unpack_cells(packed), cells)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"speed": np.zeros(3)}, ShapeError),
        ({"speed": np.array([np.nan, 0.0])}, ShapeError),
        ({"goal": np.array([0.0, np.inf, 0.0])}, ShapeError),
    ],
)
def test_a_state_that_breaks_the_contract_is_not_written(tmp_path, change, error):
    path = tmp_path / "a.npz"
    with pytest.raises(error, match=next(iter(change))):
        write_planner_shard(path, [state(**change)], HEADER)
    assert not path.exists()


def test_a_missing_field_is_named(tmp_path):
    incomplete = state()
    del incomplete["leaves"]
    with pytest.raises(ShardError, match="leaves"):
        write_planner_shard(tmp_path / "a.npz", [incomplete], HEADER)


@pytest.mark.parametrize(
    ("header", "said"),
    [({"schema": 0}, "schema 0"), ({"kind": "pictures"}, "pictures"), ({"robot": None}, None)],
)
def test_shards_of_another_kind_or_schema_are_refused(tmp_path, header, said):
    path = tmp_path / "a.npz"
    write_planner_shard(path, [state()], HEADER)
    arrays, meta = read_shard(path)
    meta.update(header)
    if said is None:
        del meta["robot"]
    path.unlink()
    write_shard(path, arrays, meta)
    with pytest.raises(ShardError, match=said or "lacks robot"):
        read_planner_shard(path)


def test_statistics_are_those_of_who_is_there(tmp_path):
    people = state()["people"]
    people[0] = 2.0
    radius = np.zeros(8)
    radius[0] = 0.25
    states = [
        state(speed=(0.2, -1.0), people=people, people_radius=radius, num_people=1),
        state(speed=(0.6, 0.0)),
    ]
    write_planner_shard(tmp_path / "a.npz", states, HEADER)
    found = read_planner_shard(tmp_path / "a.npz").meta["statistics"]
    # 0.2 and 0.6: mean 0.4, standard deviation 0.2; -1 and 0: -0.5 and 0.5.
    assert found["speed"] == {
        "mean": [0.4, -0.5],
        "std": [0.2, 0.5],
        "min": [0.2, -1.0],
        "max": [0.6, 0.0],
    }
    assert found["people"]["mean"] == [2.0, 2.0]
    assert found["people_radius"]["mean"] == [0.25]
    assert found["occupied"] == {"mean": 0.0}


def test_no_states_are_a_shard_too(tmp_path):
    write_planner_shard(tmp_path / "a.npz", [], HEADER)
    read = read_planner_shard(tmp_path / "a.npz")
    assert len(read) == 0
    assert read.occupied().shape == (0, 4, 64, 64)


def test_every_field_has_a_group_and_says_what_it_is():
    assert {field.group for field in FIELDS.values()} == {"sensed", "expert", "truth", "book"}
    for key, field in FIELDS.items():
        letters = field.text.split(")")[0].strip("(").strip(",").split(",")
        assert letters[0] == "N", key
        assert len(letters) == 1 + len(field.shape), key
