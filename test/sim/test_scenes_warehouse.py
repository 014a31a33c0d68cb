"""Warehouses from seeds: they repeat, only signs and layout tell places apart, all is reachable."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from astra_core.errors import SceneError
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.scenes.drawing import TopDown
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.functions_warehouse import FUNCTIONS
from astra_sim.scenes.layout.warehouse import make_warehouse_layout
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Part, Room, Scene, SceneObject

SEEDS = (3, 5, 2**31 - 1)
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
    """One warehouse per seed."""
    return make_scene("warehouse", request.param)


def of_kind(scene: Scene, kind: str) -> list[SceneObject]:
    """Return all objects of a kind."""
    return [obj for obj in scene.objects if obj.kind == kind]


def aisles(scene: Scene) -> list[Room]:
    """Return the rooms that are aisles."""
    return [room for room in scene.rooms if room.kind == "aisle"]


def inside(room: Room, x: float, y: float) -> bool:
    """Whether a point lies in a room."""
    x0, y0, x1, y1 = room.bounds_m
    return x0 <= x <= x1 and y0 <= y <= y1


def test_sizes_of_twenty_seeds() -> None:
    areas = []
    for seed in range(20):
        layout = make_warehouse_layout(stream(seed, "layout", 0))
        areas.append((layout.width_m + 0.4) * (layout.depth_m + 0.4))
        assert 2.4 <= layout.aisle_m <= 3.2
        assert 2 <= layout.rack.levels <= 4
        assert layout.rack.height_m < layout.height_m <= 7.0
        assert len(layout.aisles) == len(set(layout.letters)) >= 3
    assert min(areas) >= 300.0 and max(areas) <= 2000.0
    assert np.mean([400.0 <= area <= 1200.0 for area in areas]) > 0.5


@pytest.mark.slow
def test_landmark_counts_and_size_of_twenty_seeds() -> None:
    for seed in range(20):
        scene = make_scene("warehouse", seed)
        assert 30 <= len(scene.landmarks) <= 120, seed
        assert triangles(scene) < 200_000, seed
        assert sum(image.nbytes for image in scene.textures.values()) < 40e6, seed


def triangles(scene: Scene) -> int:
    """Return about how many triangles a scene has."""
    per = {"box": 12, "cylinder": 52, "sphere": 120}
    return sum(per[part.shape] for obj in scene.objects for part in obj.parts)


def test_landmarks_say_what_they_are(scene: Scene) -> None:
    assert 30 <= len(scene.landmarks) <= 120
    objects = {obj.id: obj for obj in scene.objects}
    assert len(objects) == len(scene.objects)
    assert len({landmark.id for landmark in scene.landmarks}) == len(scene.landmarks)
    for landmark in scene.landmarks:
        assert landmark.category and landmark.color and landmark.material and landmark.function
        assert "{" not in landmark.function
        low, high = object_bounds(objects[landmark.object_id])
        np.testing.assert_allclose(landmark.position_m, (low + high) / 2.0, atol=2e-4)
        np.testing.assert_allclose(landmark.size_m, high - low, atol=2e-4)
    counts = Counter(landmark.category for landmark in scene.landmarks)
    signs = {"rack bay", "aisle sign", "sign", "dock door"}
    assert signs <= set(counts) <= signs | set(FUNCTIONS)
    assert counts["aisle sign"] == 2 * len(aisles(scene))
    needed = {"stretch wrapper", "packing table", "scale", "first aid kit", "vending machine"}
    assert needed | {"coffee machine", "toilet", "fire extinguisher", "desk"} <= set(counts)


def test_bay_labels_are_unique_and_spread_over_the_aisles(scene: Scene) -> None:
    labels = [mark for mark in scene.landmarks if mark.category == "rack bay"]
    texts = [mark.text for mark in labels]
    assert len(set(texts)) == len(texts)
    assert len({mark.function for mark in labels}) == len(labels)
    per_aisle = Counter(text[0] for text in texts)
    assert set(per_aisle) == {room.name[-1] for room in aisles(scene)}
    assert max(per_aisle.values()) - min(per_aisle.values()) <= 1
    for mark in labels:
        assert re.fullmatch(r"[A-N]-\d\d", mark.text)
        assert 1.4 <= mark.position_m[2] <= 1.65
        (home,) = [room for room in scene.rooms if inside(room, *mark.position_m[:2])]
        assert home.name == f"AISLE {mark.text[0]}"


def test_every_bay_has_a_label_that_faces_its_aisle(scene: Scene) -> None:
    height = load_profile().signs.bay_letter_m
    labels = of_kind(scene, "rack bay")
    assert len({label.id for label in labels}) == len(labels)
    for aisle in aisles(scene):
        x0, y0, x1, y1 = aisle.bounds_m
        own = [label for label in labels if label.id.startswith(f"bay-{aisle.name[-1]}-")]
        numbers = sorted(int(label.id[-2:]) for label in own)
        assert numbers == list(range(1, len(own) + 1))
        for label in own:
            x, y, theta = label.pose
            # One step in the direction it faces leads towards the middle of the aisle.
            step = np.asarray((np.cos(theta), np.sin(theta)))
            across = 1 if x1 - x0 > y1 - y0 else 0
            middle = ((x0 + x1) / 2.0, (y0 + y1) / 2.0)[across]
            assert abs((x, y)[across] + step[across] - middle) < abs((x, y)[across] - middle)
            # The plate is a little higher than its letters.
            assert height < label.parts[0].size_m[2] < 2.0 * height


def test_aisle_signs_hang_at_both_ends(scene: Scene) -> None:
    signs = [mark for mark in scene.landmarks if mark.category == "aisle sign"]
    for aisle in aisles(scene):
        own = [mark for mark in signs if mark.text == aisle.name]
        assert len(own) == 2
        apart = np.subtract(own[0].position_m, own[1].position_m)[:2]
        x0, y0, x1, y1 = aisle.bounds_m
        assert np.hypot(*apart) > max(x1 - x0, y1 - y0) - 1.0
        assert all(inside(aisle, *mark.position_m[:2]) for mark in own)


def in_frame(obj: SceneObject, room: Room) -> tuple[float, ...]:
    """Return the pose of an object relative to the middle of a room."""
    x0, y0, x1, y1 = room.bounds_m
    x, y, theta = obj.pose
    place = (x - (x0 + x1) / 2.0, y - (y0 + y1) / 2.0, np.cos(theta), np.sin(theta))
    return tuple(np.round(place, 6) + 0.0)


def test_aisles_look_alike_but_for_the_letters(scene: Scene) -> None:
    """Steel, floor and place of everything fixed are equal in all aisles, odd bays are few."""
    images = scene.textures
    rooms = aisles(scene)

    def look(room: Room) -> set[tuple]:
        found = set()
        for obj in scene.objects:
            x, y, _ = obj.pose
            if obj.kind in ("rack", "plinth", "floor") and inside(room, x, y):
                found.add((in_frame(obj, room), obj.kind, obj.parts))
        return found

    first = look(rooms[0])
    assert Counter(kind for _, kind, _ in first) == {"rack": 2, "plinth": 2, "floor": 1}
    assert all(look(room) == first for room in rooms[1:])
    assert "floor-aisle" in images
    goods = [set(obj.parts) for obj in of_kind(scene, "goods")]
    usual: Counter[Part] = Counter(part for parts in goods for part in parts)
    pattern = {part for part, count in usual.items() if count > 0.5 * len(goods)}
    # What most racks hold at a place, nearly all of them hold.
    shares = [len(parts & pattern) / len(pattern) for parts in goods]
    assert np.mean(shares) > 0.85
    # One atlas, and no texture of a rack that only one aisle has.
    assert {part.texture for parts in goods for part in parts} == {"loads"}


def test_end_walls_repeat_with_the_aisles(scene: Scene) -> None:
    """The walls where aisles end show one picture again and again, once per aisle."""
    x0, y0, x1, y1 = aisles(scene)[0].bounds_m
    rooms, along_x = aisles(scene), x1 - x0 > y1 - y0
    pitch = y1 - y0 if along_x else x1 - x0
    ends = [
        wall
        for wall in of_kind(scene, "wall")
        if wall.parts[0].texture == "wall-hall" and (abs(np.cos(wall.pose[2])) > 0.5) == along_x
    ]
    assert len(ends) == 2
    for wall in ends:
        assert len(wall.parts) == len(rooms)
        middles = [part.position_m[1] for part in wall.parts]
        np.testing.assert_allclose(np.diff(middles), pitch, atol=1e-6)
        for part in wall.parts:
            np.testing.assert_allclose(part.uv, (0.0, 0.0, 1.0, 1.0), atol=1e-6)
    assert scene.textures["wall-hall"].shape[1] == round(pitch / 0.0125)


def test_rooms_tile_the_floor(scene: Scene) -> None:
    x0, y0, x1, y1 = scene.bounds_m
    total = 0.0
    for index, room in enumerate(scene.rooms):
        a, b, c, d = room.bounds_m
        total += (c - a) * (d - b)
        for other in scene.rooms[:index]:
            e, f, g, h = other.bounds_m
            overlap = (min(c, g) - max(a, e), min(d, h) - max(b, f))
            assert min(overlap) < 1e-6, (room.name, other.name)
    floor = (x1 - x0 - 0.4) * (y1 - y0 - 0.4)
    # What is missing stands for the walls of the corner rooms.
    assert 0.975 * floor < total <= floor + 1e-6
    assert len({room.name for room in scene.rooms}) == len(scene.rooms)


def test_the_robot_gets_everywhere(scene: Scene) -> None:
    plan = floor_plan(scene)
    regions = {plan.component_in(room.bounds_m, 0.32) for room in scene.rooms}
    assert len(regions) == 1 and 0 not in regions
    for landmark in scene.landmarks:
        assert plan.reachable_near(landmark, 0.32, 0.8) is not None, landmark.id
    for door in scene.door_centers_m:
        assert plan.is_free(*door, 0.32)


def test_nothing_stands_in_a_rack_or_outside(scene: Scene) -> None:
    x0, y0, x1, y1 = scene.bounds_m
    racks = [object_bounds(obj) for obj in of_kind(scene, "rack")]
    for obj in scene.objects:
        if obj.kind in ("wall", "floor", "ceiling", "rack", "plinth", "goods", "rack bay"):
            continue
        low, high = object_bounds(obj)
        assert low[0] > x0 and low[1] > y0 and high[0] < x1 and high[1] < y1, obj.id
        assert low[2] > -1e-6, obj.id
        if obj.kind == "aisle sign":
            continue
        for rack_low, rack_high in racks:
            overlap = np.minimum(high, rack_high) - np.maximum(low, rack_low)
            assert overlap.min() < 1e-3, obj.id


def test_every_part_has_its_texture_and_none_is_left_over(scene: Scene) -> None:
    used = {part.texture for obj in scene.objects for part in obj.parts}
    assert used == set(scene.textures)
    for image in scene.textures.values():
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3


def test_what_can_be_moved(scene: Scene) -> None:
    movable = {obj.kind for obj in scene.objects if obj.movable}
    assert {"pallet", "waste container"} <= movable
    assert not movable & {"rack", "goods", "wall", "dock door", "conveyor", "rack bay"}


def test_a_seed_gives_the_same_bytes_in_another_process() -> None:
    code = "from test_scenes_warehouse import digest; from astra_sim.scenes import make_scene; "
    code += "print(digest(make_scene('warehouse', 5)))"
    paths = os.pathsep.join([str(_ROOT), str(Path(__file__).parent)])
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "123"}
    result = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == digest(make_scene("warehouse", 5))


def test_seeds_differ() -> None:
    one, other = (make_scene("warehouse", seed) for seed in (1, 4))
    assert digest(one) != digest(other)
    assert one.rooms != other.rooms


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, True])
def test_a_seed_out_of_range_is_refused(seed: float) -> None:
    with pytest.raises(SceneError, match="seed"):
        make_scene("warehouse", seed)


def test_floors_of_a_turned_building_are_drawn_inside_it() -> None:
    """Seed 2 is turned by a quarter; its floors must not stick out of the picture's walls."""
    scene = make_scene("warehouse", 2)
    assert any(abs(np.sin(obj.pose[2])) > 0.5 for obj in of_kind(scene, "floor"))
    picture = TopDown(scene, pixels_per_metre=10.0, labels=False)
    pixels = np.asarray(picture.image)
    assert (pixels[:2] > 240).all() and (pixels[:, :2] > 240).all()
    for room in aisles(scene):
        x0, y0, x1, y1 = room.bounds_m
        column, row = picture.to_pixels(np.asarray(((x0 + x1) / 2.0, (y0 + y1) / 2.0)))
        assert pixels[int(row), int(column)].max() < 235
