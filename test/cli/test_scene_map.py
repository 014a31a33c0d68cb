"""Keeping maps of scenes: what makes a map another map, and how many are kept."""

from __future__ import annotations

import ast
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from astra_cli import import_closure as import_closure_module
from astra_cli import scene_map
from astra_cli.import_closure import import_closure
from astra_core.errors import ConfigError
from astra_sim.scenes import make_scene

ROOT = Path(scene_map.__file__).resolve().parent.parent


def test_the_key_holds_the_code_on_the_way_to_a_map():
    names = {str(path) for path in import_closure(scene_map.MAKERS, ROOT)}
    assert names >= {
        "astra_core/se3.py",
        "astra_global/localize/features.py",
        "astra_global/mapping/depth_fusion.py",
        "astra_sim/scenes/textures/noise.py",
        "astra_sim/sensors/depth.py",
        "astra_sim/tour/recorder.py",
    }
    # Scenes are part of the key by what is in them, missions have no part in it.
    assert not any(
        name.startswith(("astra_sim/scenes/home", "astra_eval", "astra_local")) for name in names
    )
    assert "astra_global/localize/judge.py" not in names


def test_everything_that_makes_the_map_is_behind_a_start():
    """What :func:`ensure_scene_map` calls is either hashed by its result, or by its code."""
    code = {str(path) for path in import_closure(scene_map.MAKERS, ROOT)}
    by_result = {"astra_sim.profile", "astra_sim.scenes", "astra_global.map"}
    (maker,) = [
        node
        for node in ast.parse(Path(scene_map.__file__).read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "ensure_scene_map"
    ]
    called = {node.module for node in ast.walk(maker) if isinstance(node, ast.ImportFrom)}
    assert called > by_result
    for module in called - by_result:
        place = module.replace(".", "/")
        assert code & {f"{place}.py", f"{place}/__init__.py"}, module


def test_other_code_is_another_map(tmp_path):
    for module in (*scene_map.MAKERS, "astra_core.far"):
        name = f"{module.replace('.', '/')}.py"
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("A = 1\n")

    def key():
        scene_map._code_sha256.cache_clear()
        import_closure_module._imports.cache_clear()
        return scene_map._code_sha256(tmp_path)

    before = key()
    (tmp_path / "astra_core/far.py").write_text("A = 2\n")
    assert key() == before
    (tmp_path / "astra_global/mapping/build.py").write_text("from astra_core.far import A\n")
    imported = key()
    assert imported != before
    (tmp_path / "astra_core/far.py").write_text("A = 3\n")
    assert key() != imported
    scene_map._code_sha256.cache_clear()


def test_another_scene_is_another_map():
    scene = make_scene("home", 4)
    key = scene_map._fingerprint(scene, "profile")
    assert key == scene_map._fingerprint(make_scene("home", 4), "profile")
    assert key != scene_map._fingerprint(scene, "other profile")
    moved = replace(scene.objects[-1], pose=(0.0, 0.0, 0.1))
    painted = dict(scene.textures)
    name = sorted(painted)[0]
    painted[name] = 255 - painted[name]
    others = [
        replace(scene, objects=(*scene.objects[:-1], moved)),
        replace(scene, landmarks=scene.landmarks[1:]),
        replace(scene, textures=painted),
    ]
    keys = {key, *(scene_map._fingerprint(other, "profile") for other in others)}
    assert len(keys) == 4


def keep(folder, name, size, hours_ago):
    """Put something of a size there as if it was last used hours ago."""
    (folder / name / "map").mkdir(parents=True)
    (folder / name / "map" / "data").write_bytes(bytes(size))
    lock = folder / f"{name}.lock"
    lock.touch()
    then = lock.stat().st_mtime - 3600.0 * hours_ago
    os.utime(lock, (then, then))
    return folder / name


def test_the_longest_unused_maps_make_room(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRA_MAP_CACHE_GB", "0.00001")  # 10,000 bytes
    new = keep(tmp_path, "new", 4000, 0)
    in_use = keep(tmp_path, "in-use", 4000, 1)
    old = keep(tmp_path, "old", 1500, 30)
    older = keep(tmp_path, "older", 4000, 40)
    oldest = keep(tmp_path, "oldest", 10, 50)
    with scene_map._locked(older, lambda share, text: None):
        # Locked: somebody is at it, so it was used just now.
        pass
    scene_map._make_room(new)
    assert new.exists() and in_use.exists() and older.exists()
    assert not old.exists() and not oldest.exists()


def test_a_map_that_somebody_makes_is_not_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRA_MAP_CACHE_GB", "0")
    new, old = keep(tmp_path, "new", 10, 0), keep(tmp_path, "old", 10, 10)
    with scene_map._locked(old, lambda share, text: None):
        os.utime(tmp_path / "old.lock", (0, 0))
        scene_map._make_room(new)
        assert old.exists()
    scene_map._make_room(new)
    assert new.exists() and not old.exists()


def test_making_room_bears_another_map_being_built(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRA_MAP_CACHE_GB", "1")
    new, building = keep(tmp_path, "new", 10, 0), keep(tmp_path, "building", 10, 0)
    done = threading.Event()

    def build():
        while not done.is_set():
            for number in range(20):
                (building / "map.building" / str(number)).mkdir(parents=True)
                (building / "map.building" / str(number) / "data").touch()
            shutil.rmtree(building / "map.building")

    other = threading.Thread(target=build)
    other.start()
    try:
        for _ in range(100):
            scene_map._make_room(new)
    finally:
        done.set()
        other.join()
    assert new.exists() and building.exists()


def test_a_limit_that_is_no_number_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRA_MAP_CACHE_GB", "plenty")
    with pytest.raises(ConfigError, match="plenty"):
        scene_map._make_room(keep(tmp_path, "new", 10, 0))
