"""Shards of whole scenes: resumable to the byte, sealed, and of the quality that is promised."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from astra_core.errors import ConfigError, SceneError, ShardError
from astra_data import planner_data
from astra_data.planner_data import PlannerData
from astra_data.scene_shards import SceneUnit, generate
from astra_local.planner_record import FIELDS, read_planner_shard

UNITS = [SceneUnit("home", seed, "standard") for seed in (3, 4, 5)]


def digests(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return three shards of twelve states that nobody interrupted."""
    data = PlannerData(tmp_path_factory.mktemp("whole"), states=12)
    done = generate(data, UNITS)
    assert [progress.error for progress in done] == [None, None, None]
    assert [progress.states for progress in done] == [12, 12, 12]
    return data


def test_interrupted_and_resumed_gives_the_same_bytes(whole, tmp_path):
    data = PlannerData(tmp_path, states=12)

    def interrupt(progress):
        if progress.unit == UNITS[1]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(data, UNITS, on_progress=interrupt)
    assert not data.path(UNITS[2]).exists()
    done = generate(data, UNITS)
    assert [progress.was_there for progress in done] == [True, True, False]
    assert digests(tmp_path) == digests(whole.out)


def test_other_settings_are_never_mixed_in(whole):
    with pytest.raises(ShardError, match="asked_states 12 instead of 13"):
        generate(PlannerData(whole.out, states=13), UNITS)


def test_a_damaged_shard_is_named_and_stops_before_any_work(whole, tmp_path):
    data = PlannerData(tmp_path, states=12)
    path = data.path(UNITS[2])
    path.parent.mkdir(parents=True)
    path.write_bytes(whole.path(UNITS[2]).read_bytes()[:1000])
    with pytest.raises(ShardError, match=path.name):
        generate(data, UNITS)
    assert len(digests(tmp_path)) == 1


def test_a_scene_that_fails_does_not_stop_the_others(whole, tmp_path, monkeypatch):
    work = planner_data.cheap_drives

    def fails_for_the_second(unit, every):
        if unit == UNITS[1]:
            raise SceneError("no place left")
        return work(unit, every)

    monkeypatch.setattr(planner_data, "cheap_drives", fails_for_the_second)
    done = generate(PlannerData(tmp_path, states=12), UNITS)
    assert [progress.error for progress in done] == [None, "no place left", None]
    assert len(digests(tmp_path)) == 2


def test_the_same_scene_twice_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="twice"):
        generate(PlannerData(tmp_path), [UNITS[0], UNITS[0]])


def test_the_header_says_where_it_comes_from(whole):
    meta = read_planner_shard(whole.path(UNITS[0])).meta
    assert (meta["family"], meta["seed"], meta["split"]) == ("home", 3, "train")
    assert (meta["conditions"], meta["way"], meta["count"]) == ("standard", "cheap", 12)
    assert meta["robot"]["footprint_radius_m"] == 0.22
    assert len(meta["code"]) == 12
    header = whole.header(SceneUnit("home", 50_000, "standard"))
    assert header["split"] == "validation"


def test_the_states_hang_together(whole):
    for unit in UNITS:
        states = read_planner_shard(whole.path(unit))
        arrays = states.arrays
        # The distance at the robot's own cell is that of who touches nothing.
        own = states.sdf_m()[:, 31:33, 19:21].mean(axis=(1, 2))
        assert (own > 0.2).all()
        # The expert begins where the robot is and drives what its speeds say.
        first = arrays["expert_poses"][:, 0]
        way = np.hypot(first[:, 0], first[:, 1])
        np.testing.assert_allclose(way, np.abs(0.2 * arrays["expert_speeds"][:, 0, 0]), atol=0.02)
        turn = first[:, 2]
        np.testing.assert_allclose(turn, 0.2 * arrays["expert_speeds"][:, 0, 1], atol=1e-4)
        # It touches nothing, with a centimetre of what cells and interpolation leave open.
        assert (arrays["expert_static_gap_m"] > -0.01).mean() > 0.95
        # The route begins at the robot, a kick aside.
        assert (np.hypot(*arrays["route"][:, 0].T) < 1.0).all()
        # Odometry is near the truth and is not the truth.
        error = arrays["speed"] - arrays["true_speed"]
        assert 0.0 < np.abs(error).max() < 0.1


def test_what_is_occupied_is_where_the_truth_has_something(whole):
    solid, free = [], []
    for unit in UNITS:
        states = read_planner_shard(whole.path(unit))
        occupied, sdf = states.occupied()[:, 0], states.sdf_m()
        centers = np.stack(np.meshgrid(-1.95 + 0.1 * np.arange(64), -3.15 + 0.1 * np.arange(64)))
        for index in range(len(states)):
            people = states.arrays["people"][index][:, 0]
            away = np.hypot(*(centers[:, None] - people.T[:, :, None, None])).min(axis=0)
            nobody = away > 1.0
            solid.append(sdf[index][occupied[index] & nobody])
            free.append(sdf[index][states.known()[index] & ~occupied[index] & nobody])
    # Something is there, or a cell beside it; doors are not in the distances.
    assert (np.concatenate(solid) < 0.12).mean() > 0.95
    # What is known to be free is free, but for what is drawn half a cell too large.
    assert (np.concatenate(free) > -0.06).mean() > 0.97


def test_few_states_far_apart_are_some_of_the_many():
    many = planner_data.cheap_drives(UNITS[0], 1)(0, 9)
    few = planner_data.cheap_drives(UNITS[0], 3)(0, 3)
    assert [state["tick"] for state in few] == [state["tick"] for state in many[2::3]]
    assert few[1]["tick"] - few[0]["tick"] == 9
    for one, other in zip(few, many[2::3], strict=True):
        for key in FIELDS:
            np.testing.assert_array_equal(one[key], other[key], err_msg=key)


def test_no_truth_enters_what_is_sensed(tmp_path, monkeypatch):
    """Replace the privileged part by NaN: what a planner is given does not change."""
    sealed = []

    def seal(moment, track, sdf, footprint_radius_m):
        assert footprint_radius_m == 0.22
        nothing = np.full_like(sdf.values, np.nan)
        plan = moment.plan
        plan.poses[:], plan.velocities[:] = np.nan, np.nan
        track.people_m[:], track.leaves_m[:] = np.nan, np.nan
        moment.route.points_m[:] = np.nan
        with np.errstate(invalid="ignore"):
            fields = real(moment, track, type(sdf)(nothing, sdf.origin_m, sdf.resolution_m), 0.22)
        sealed.append(fields)
        return fields

    from astra_data import cheap_drive

    real = cheap_drive.record_moment
    open_states = planner_data.cheap_drives(UNITS[0], 1)(0, 4)
    monkeypatch.setattr(cheap_drive, "record_moment", seal)
    planner_data.cheap_drives(UNITS[0], 1)(0, 4)
    assert len(sealed) == 4
    for before, after in zip(open_states, sealed, strict=True):
        assert np.isnan(np.asarray(after["expert_poses"])).all()
        for key, field in FIELDS.items():
            if field.group == "sensed":
                np.testing.assert_array_equal(before[key], after[key], err_msg=key)
