"""Looking about in scenes: repeatable, truthful, through any rig."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from astra_cli.commands.data import app
from astra_core.errors import ConfigError
from astra_data.eyes_data import EyesData
from astra_data.eyes_summary import _mean, summarize_moments
from astra_data.scene_shards import SceneUnit, generate
from astra_local.eyes_record import read_eyes_shard
from astra_sim.conditions import named_conditions
from astra_sim.random_rig import random_rig
from astra_sim.scenes import make_scene
from astra_sim.scenes.changes import mission_scene
from astra_sim.scenes.floor_plan import floor_plan

UNITS = [SceneUnit("home", seed, "standard") for seed in (6, 7)]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return shards of a scene through the robot's own rig, and of one through a random one."""
    data = EyesData(tmp_path_factory.mktemp("eyes"), moments=5)
    assert [progress.error for progress in generate(data, UNITS)] == [None, None]
    return data


def test_the_same_seed_gives_the_same_bytes(data, tmp_path):
    again = EyesData(tmp_path, moments=5)
    generate(again, UNITS[:1])
    assert again.path(UNITS[0]).read_bytes() == data.path(UNITS[0]).read_bytes()
    assert again.path(UNITS[0]).name == "home-000006-standard-default.npz"
    assert data.path(UNITS[1]).name == "home-000007-standard-random.npz"


def test_a_moment_is_of_the_place_it_names(data):
    """What a level camera measures straight ahead is how far the floor plan is free there."""
    moments = read_eyes_shard(data.path(UNITS[0]))
    unit = UNITS[0]
    scene = mission_scene(
        make_scene("home", 6), unit.run_seed(0x65796573), named_conditions("standard")
    )
    plan = floor_plan(scene)
    names = [camera.name for camera in moments.rig.cameras]
    depth = moments.depth_m()

    def agreeing(left: float) -> float:
        """Return the share of rays that end where the plan does, if left is there."""
        fit = []
        for index, pose in enumerate(moments.pose.astype(float)):
            for turn, name in ((0.0, "front"), (left, "left"), (-left, "right"), (np.pi, "rear")):
                ray_m = 0.15 + depth[index, names.index(name), 47:49, 63:65].mean()
                reach_m = np.arange(0.3, 12.0, 0.02)
                heading = np.array([np.cos(pose[2] + turn), np.sin(pose[2] + turn)])
                points = pose[:2] + reach_m[:, None] * heading
                free = [plan.is_free(x, y, 0.0) for x, y in points]
                fit.append(abs(ray_m - reach_m[free.index(False)]) < 0.1)
        return float(np.mean(fit))

    # Many rays pass over what is low, or end at people, whom the plan does not hold.
    assert agreeing(np.pi / 2) > agreeing(-np.pi / 2) + 0.15
    assert agreeing(np.pi / 2) >= 0.35


def test_people_are_in_the_frame_of_the_robot(data):
    """Somebody who stands before a camera is as near there as the record says."""
    moments = read_eyes_shard(data.path(UNITS[0]))
    met = 0
    for index in range(len(moments)):
        for camera_index, camera in enumerate(moments.rig.cameras):
            for x, y, _, _, radius in moments.people[index]:
                if not radius or np.hypot(x, y) > 6.0:
                    continue
                t = np.linalg.inv(camera.t_base_optical)
                point = t[:3, :3] @ [x, y, 1.2] + t[:3, 3]
                if point[2] < 0.6:
                    continue
                u, v = camera.intrinsics.project(point[None])[0].round().astype(int)
                if not (0 <= u < 128 and 0 <= v < 96):
                    continue
                seen_m = moments.depth_m()[index, camera_index, v, u]
                # Something may stand between, nothing may be seen through the body.
                assert seen_m < point[2] + 0.35
                met += abs(seen_m - point[2]) < 0.35
    assert met >= 2


def test_random_rigs_differ_and_look_about():
    rigs = [random_rig(np.random.default_rng(seed)) for seed in range(60)]
    assert {len(rig.cameras) for rig in rigs} == {1, 2, 3, 4, 5}
    for rig in rigs:
        forward = rig.cameras[0].t_base_optical[:3, 2]
        assert forward[0] > np.cos(np.radians(25.0)) * np.cos(np.radians(20.0)) - 1e-9
        assert -np.sin(np.radians(21.0)) <= forward[2] <= np.sin(np.radians(6.0))
        assert 0.35 <= rig.cameras[0].t_base_optical[2, 3] <= 1.35
    downs = [rig.cameras[0].t_base_optical[2, 2] < 0 for rig in rigs]
    assert 30 <= sum(downs) < 60


def test_the_command_refuses_before_it_works(tmp_path):
    def refused(*words):
        result = CliRunner().invoke(
            app, ["generate", "local", "--out", str(tmp_path / "out"), *words]
        )
        assert isinstance(result.exception, ConfigError)
        assert not (tmp_path / "out").exists()
        return str(result.exception)

    assert "test seeds" in refused("--seeds", "60000:60001")
    assert "--rigs must be" in refused("--rigs", "mine")
    assert "unknown conditions" in refused("--conditions", "foggy")


def test_shards_are_counted_and_drawn(data, tmp_path):
    result = CliRunner().invoke(
        app, ["show", str(data.out), "--sheet", str(tmp_path / "sheet.png"), "--count", "3"]
    )
    assert result.exit_code == 0, result.output
    assert "10 moments in 2 shards" in result.output
    rig = len(read_eyes_shard(data.path(UNITS[1])).rig.cameras)
    groups = summarize_moments([data.path(unit) for unit in UNITS])["groups"]
    assert set(groups) == {"home standard 4 cameras", f"home standard {rig} cameras"}
    assert groups["home standard 4 cameras"]["moments"] == 5
    assert groups["home standard 4 cameras"]["known_percent"] > 95.0
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (5 * 128, 3 * 2 * 96)


def test_a_group_weighs_shards_by_their_moments():
    facts = [
        {"moments": 1, "people": 4.0, "known_percent": 100.0},
        {"moments": 3, "people": 0.0, "known_percent": 60.0},
    ]
    mean = _mean(facts)
    assert (mean["people"], mean["known_percent"]) == (1.0, 70.0)
    assert (mean["moments"], mean["shards"]) == (4, 2)
