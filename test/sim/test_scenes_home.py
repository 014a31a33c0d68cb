"""Homes from seeds: what they consist of, that they repeat, that a robot gets everywhere."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from astra_core.errors import SceneError
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.types import Scene

SEEDS = (7, 1234, 2**31 - 1)
_ROOT = Path(__file__).resolve().parents[2]


def digest(scene: Scene) -> str:
    """Return a hash of every number, word and pixel of a scene."""
    total = hashlib.sha256()
    for part in (scene.bounds_m, scene.rooms, scene.objects, scene.landmarks):
        total.update(repr(part).encode())
    total.update(scene.door_centers_m.tobytes())
    for name, image in scene.textures.items():
        total.update(name.encode() + image.tobytes())
    return total.hexdigest()


@pytest.fixture(scope="module", params=SEEDS)
def scene(request: pytest.FixtureRequest) -> Scene:
    """One home per seed."""
    return make_scene("home", request.param)


def test_a_home_has_the_promised_size_and_rooms(scene: Scene) -> None:
    x0, y0, x1, y1 = scene.bounds_m
    assert 80.0 <= (x1 - x0) * (y1 - y0) <= 170.0
    assert 5 <= len(scene.rooms) <= 8
    kinds = [room.kind for room in scene.rooms]
    assert {"living room", "kitchen", "bedroom", "bathroom", "hall"} <= set(kinds)
    assert len(scene.door_centers_m) >= len(scene.rooms) - 1


def test_landmarks_say_what_they_are(scene: Scene) -> None:
    assert 20 <= len(scene.landmarks) <= 45
    objects = {obj.id: obj for obj in scene.objects}
    assert len(objects) == len(scene.objects)
    assert len({landmark.id for landmark in scene.landmarks}) == len(scene.landmarks)
    for landmark in scene.landmarks:
        assert landmark.category and landmark.color and landmark.material and landmark.function
        assert (landmark.text != "") == (landmark.category in ("sign", "trash bin"))
        low, high = object_bounds(objects[landmark.object_id])
        np.testing.assert_allclose(landmark.position_m, (low + high) / 2.0, atol=1e-4)
        np.testing.assert_allclose(landmark.size_m, high - low, atol=1e-4)
    categories = {landmark.category for landmark in scene.landmarks}
    needed = {"fridge", "sink", "stove", "sofa", "tv", "bed", "wardrobe", "toilet", "washbasin"}
    assert needed <= categories
    signs = [landmark for landmark in scene.landmarks if landmark.category == "sign"]
    assert len(signs) == sum(obj.kind == "sign" for obj in scene.objects)
    assert any(sign.text == "KITCHEN" for sign in signs)
    for sign in signs:
        width = max(sign.size_m[:2])
        assert 0.3 <= width <= 0.5 and 0.12 <= sign.size_m[2] <= 0.2


def test_every_part_has_its_texture_and_none_is_left_over(scene: Scene) -> None:
    used = {part.texture for obj in scene.objects for part in obj.parts}
    assert used == set(scene.textures)
    assert sum(image.nbytes for image in scene.textures.values()) < 20e6
    for image in scene.textures.values():
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3


def test_no_two_walls_or_pictures_look_alike(scene: Scene) -> None:
    unique = [i for n, i in scene.textures.items() if n.startswith(("wall-", "picture-"))]
    assert len({image.tobytes() for image in unique}) == len(unique) >= 20 + len(scene.rooms)


def test_furniture_stands_inside_one_room(scene: Scene) -> None:
    for obj in scene.objects:
        if obj.kind in ("wall", "floor", "ceiling", "door", "threshold"):
            continue
        low, high = object_bounds(obj)
        assert low[2] > -1e-6 and high[2] < 2.6, obj.id
        homes = [
            room
            for room in scene.rooms
            if low[0] > room.bounds_m[0] - 0.03
            and low[1] > room.bounds_m[1] - 0.03
            and high[0] < room.bounds_m[2] + 0.03
            and high[1] < room.bounds_m[3] + 0.03
        ]
        assert len(homes) == 1, obj.id


def test_the_robot_gets_into_every_room_and_to_every_landmark(scene: Scene) -> None:
    plan = floor_plan(scene)
    reachable = plan.reachable(0.32)
    for room in scene.rooms:
        assert plan.component_in(room.bounds_m, 0.32) == plan.component_in(
            scene.rooms[0].bounds_m, 0.32
        )
    for landmark in scene.landmarks:
        pose = plan.reachable_near(landmark, radius_m=0.32, within_m=0.8)
        assert pose is not None, landmark.id
        assert reachable[plan.cell(*pose[:2])]
        gap = np.abs(np.asarray(pose[:2]) - landmark.position_m[:2])
        gap = np.maximum(gap - np.asarray(landmark.size_m[:2]) / 2.0, 0.0)
        assert np.hypot(*gap) <= 0.8 + 1e-9


def test_one_can_walk_from_any_door_to_any_other(scene: Scene) -> None:
    plan = floor_plan(scene)
    first = tuple(scene.door_centers_m[0])
    for door in scene.door_centers_m[1:]:
        path = plan.shortest_path(first, tuple(door), 0.32)
        assert path is not None
        assert all(plan.is_free(x, y, 0.30) for x, y in path[1:-1])


def test_a_seed_gives_the_same_bytes_in_another_process() -> None:
    code = "from test_scenes_home import digest; from astra_sim.scenes import make_scene; "
    code += "print(digest(make_scene('home', 7)))"
    paths = os.pathsep.join([str(_ROOT), str(Path(__file__).parent)])
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "123"}
    result = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == digest(make_scene("home", 7))


def test_seeds_differ() -> None:
    homes = [make_scene("home", seed) for seed in (1, 2)]
    assert digest(homes[0]) != digest(homes[1])
    assert homes[0].rooms != homes[1].rooms


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, True])
def test_a_seed_out_of_range_is_refused(seed: float) -> None:
    with pytest.raises(SceneError, match="seed"):
        make_scene("home", seed)


def test_unknown_families_are_refused_by_name() -> None:
    with pytest.raises(SceneError, match="home"):
        make_scene("castle", 0)
