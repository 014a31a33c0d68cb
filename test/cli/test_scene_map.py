"""Keeping maps of scenes: what makes a map another map, and how many are kept."""

from __future__ import annotations

import ast
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from astra_cli import scene_map
from astra_core.errors import ConfigError
from astra_sim.scenes import make_scene

ROOT = Path(scene_map.__file__).resolve().parent.parent
ROOTS = ("astra_sim/tour/recorder.py", "astra_global/mapping/build.py")
#: Imported on the way to a map without making a difference to it.
NO_MATTER = {
    # Part of the key by what they return: the scene and the profile.
    "astra_sim/scenes": "only what the cache key lists looks at a scene's content",
    "astra_sim/profile.py": "hashed by its values",
    "astra_global/localize/config.py": "FeatureConfig is hashed by its values",
    # Do nothing on a tour: the building is empty, doors are open, the light is the scene's.
    "astra_sim/conditions.py": "a tour has none",
    "astra_sim/disc.py": "for people",
    "astra_sim/doors": "open",
    "astra_sim/light.py": "unchanged",
    "astra_sim/moving.py": "for people and doors",
    "astra_sim/people": "nobody",
    "astra_sim/surroundings.py": "people and doors",
    # Look on, judge, or carry data.
    "astra_core/config.py": "reads settings",
    "astra_core/errors.py": "texts",
    "astra_core/observation.py": "records",
    "astra_core/records.py": "records",
    "astra_core/se2.py": "planar poses of records",
    "astra_sim/clearance.py": "for scoring",
    "astra_sim/collision.py": "for scoring",
    "astra_sim/truth.py": "records",
    "astra_global/map/check.py": "looks",
    "astra_global/map/draw.py": "draws",
    "astra_global/map/labels.py": "draws",
    "astra_global/localize": "only features, words and index go into a map",
    "astra_global/types": "records of missions",
}


def imported_by(path):
    """Return the files of this project that a file imports anywhere, packages' own included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    files = set()
    for name in (name for name in names if name.startswith("astra_")):
        place = ROOT / name.replace(".", "/")
        files |= {file for file in (place.with_suffix(".py"),) if file.is_file()}
    return files


def covers(names, path):
    return any(path == name or path.startswith(f"{name}/") for name in names)


def test_the_key_holds_all_code_on_the_way_to_a_map():
    todo, reached = [ROOT / name for name in ROOTS], set()
    while todo:
        path = todo.pop()
        name = str(path.relative_to(ROOT))
        if path in reached:
            continue
        reached.add(path)
        if covers(scene_map.CODE, name) or not covers(NO_MATTER, name):
            todo += imported_by(path)
    names = {str(path.relative_to(ROOT)) for path in reached}
    assert {n for n in names if not covers((*scene_map.CODE, *NO_MATTER), n)} == set()
    assert {"astra_sim/sensors/depth.py", "astra_global/mapping/depth_fusion.py"} <= names


def test_code_of_the_key_exists():
    assert [name for name in scene_map.CODE if not (ROOT / name).exists()] == []


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
