"""The same building with another look: what changes, what stays, and the lamps at night."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from plain_scene import plain_room

from astra_sim.conditions import CHANGED, EMPTY, STANDARD
from astra_sim.light import dim_to_lamps
from astra_sim.redecorated.cloth import patterned_cloth
from astra_sim.redecorated.config import Night, Redecoration
from astra_sim.redecorated.looks import redecorated_scene
from astra_sim.redecorated.night import is_night, night_scene
from astra_sim.scenes import make_scene
from astra_sim.scenes.changes import mission_scene
from astra_sim.scenes.model import build_world
from astra_sim.scenes.textures.palette import ACCENTS, COLORS

ALL = Redecoration(bedding=1.0, small_things=1.0, goods=1.0, night=Night(share=0.0))
STAYS = (
    *("floor", "ceiling", "door", "threshold", "column", "plinth", "dock door"),
    *("kitchen counter", "stove", "sink", "fridge", "rack", "rack bay", "sign", "aisle sign"),
    *("toilet", "bathtub", "washbasin", "lift", "staircase"),
)


@pytest.fixture(scope="module", params=[("home", 100), ("office", 50001), ("warehouse", 101)])
def pair(request):
    scene = make_scene(*request.param)
    return scene, redecorated_scene(scene, 5, ALL)


def looks(scene, obj):
    """Return what an object shows: the picture of every part and where it is taken from."""
    return [(scene.textures[part.texture].tobytes(), part.uv) for part in obj.parts]


def test_everything_stands_where_it_stood_in_the_same_shape(pair):
    scene, other = pair
    assert other.landmarks == scene.landmarks and other.rooms == scene.rooms
    for old, new in zip(scene.objects, other.objects, strict=True):
        parts = tuple(
            dataclasses.replace(b, texture=a.texture, uv=a.uv)
            for a, b in zip(old.parts, new.parts, strict=True)
        )
        assert dataclasses.replace(new, parts=parts) == old


def test_doors_windows_kitchens_racks_and_signs_stay(pair):
    scene, other = pair
    stayed = 0
    for old, new in zip(scene.objects, other.objects, strict=True):
        if old.kind in STAYS:
            assert looks(scene, old) == looks(other, new), old.id
            stayed += 1
        if old.kind == "window":
            # The pane and the sill; curtains and blinds go.
            assert looks(scene, old)[:2] == looks(other, new)[:2]
    assert stayed > 20


def test_every_wall_and_every_picture_is_another_one_of_the_same_size(pair):
    scene, other = pair
    for old, new in zip(scene.objects, other.objects, strict=True):
        if old.kind in ("wall", "picture"):
            for a, b in zip(old.parts, new.parts, strict=True):
                before, now = scene.textures[a.texture], other.textures[b.texture]
                assert before.shape == now.shape and now.dtype == np.uint8
                assert np.abs(before.astype(float) - now).mean() > 8.0, old.id


def test_small_things_and_goods_change_and_few_textures_are_left_over(pair):
    scene, other = pair
    changed = [
        old.kind
        for old, new in zip(scene.objects, other.objects, strict=True)
        if old.kind not in ("wall", "picture", "window") and looks(scene, old) != looks(other, new)
    ]
    wanted = {"home": "bookshelf", "office": "whiteboard", "warehouse": "goods"}[scene.family]
    assert wanted in changed and len(changed) >= 8
    used = {part.texture for obj in other.objects for part in obj.parts}
    assert set(other.textures) == used


def test_nothing_changes_where_the_shares_are_zero_but_walls_curtains_and_pictures(pair):
    scene, _ = pair
    none = Redecoration(bedding=0.0, small_things=0.0, goods=0.0)
    other = redecorated_scene(scene, 5, none)
    for old, new in zip(scene.objects, other.objects, strict=True):
        if old.kind not in ("wall", "picture", "window", "goods", "pallet"):
            assert [part.texture for part in old.parts] == [part.texture for part in new.parts]


def test_the_words_of_landmarks_stay_true():
    scene = make_scene("home", 100)
    other = redecorated_scene(scene, 5, ALL)
    words = {landmark.object_id: landmark.color for landmark in scene.landmarks}
    beds = [obj for obj in scene.objects if obj.kind == "bed" and obj.id in words]
    assert beds
    for bed in beds:
        now = next(obj for obj in other.objects if obj.id == bed.id)
        blanket = other.textures[now.parts[_blanket(bed, words[bed.id])].texture]
        median = np.median(blanket.reshape(-1, 3), axis=0)
        away = {word: np.linalg.norm(median - np.array(COLORS[word])) for word in ACCENTS}
        assert sorted(away, key=away.get).index(words[bed.id]) <= 1
        assert looks(scene, bed) != looks(other, now)


def _blanket(bed, word):
    name = f"fabric_{word.replace(' ', '-')}_"
    return next(i for i, part in enumerate(bed.parts) if part.texture.startswith(name))


def test_same_seed_same_look_other_seed_another_one(pair):
    scene, other = pair
    again = redecorated_scene(scene, 5, ALL)
    assert again.objects == other.objects and list(again.textures) == list(other.textures)
    assert all(
        np.array_equal(again.textures[name], other.textures[name]) for name in again.textures
    )
    third = redecorated_scene(scene, 6, ALL)
    walls = [name for name in scene.textures if name.startswith("wall-")]
    assert all(not np.array_equal(third.textures[n], other.textures[n]) for n in walls)


def test_changed_is_all_of_it_and_four_in_ten_movable_things_elsewhere():
    assert CHANGED.moved_share == 0.4 and CHANGED.redecorated is not None
    people = ("fewest_people", "most_people", "closed_doors", "image_drop_out", "image_latency_s")
    assert all(getattr(CHANGED, name) == getattr(STANDARD, name) for name in people)
    scene = make_scene("home", 100)
    night = next(seed for seed in range(20) if is_night(seed, CHANGED.redecorated.night))
    day = next(seed for seed in range(20) if not is_night(seed, CHANGED.redecorated.night))
    means = []
    for seed in (night, day):
        other = mission_scene(scene, seed, CHANGED)
        moved = [a for a, b in zip(scene.objects, other.objects, strict=True) if a.pose != b.pose]
        assert len(moved) >= 0.25 * sum(obj.movable for obj in scene.objects)
        views = [image for name, image in other.textures.items() if name.startswith("window")]
        means.append(np.mean([image.mean() for image in views]))
    assert means[0] < 0.2 * means[1]
    assert mission_scene(scene, night, EMPTY) is scene


def test_half_of_the_runs_are_at_night():
    nights = [is_night(seed, Night(share=0.5)) for seed in range(400)]
    assert 160 < sum(nights) < 240
    assert not any(is_night(seed, Night(share=0.0)) for seed in range(50))
    assert all(is_night(seed, Night(share=1.0)) for seed in range(50))


def flat_room():
    scene = plain_room()
    grey = {name: np.full_like(image, 100) for name, image in scene.textures.items()}
    return dataclasses.replace(scene, textures=grey)


def test_a_lit_floor_is_bright_below_the_lamps_and_dim_in_the_corners():
    room = flat_room()  # 6 m x 4 m; without a ceiling lamps hang at 2.6 - 0.3 = 2.3 m
    floor = night_scene(room, 1, Night(lit_rooms=1.0)).textures["floor"][..., 0] / 100.0
    height, width = floor.shape

    def light(x, y):
        """Two lamps, at x = -1.5 and 1.5 m: cosine over squared distance, 1 right below."""
        total = sum((2.3 / math.hypot(x - at, y, 2.3)) ** 3 for at in (-1.5, 1.5))
        return min(0.35 + 0.65 * total, 1.1)

    for row, column in ((0, 0), (height // 2, width // 4), (height // 2, width // 2)):
        x = ((column + 0.5) / width - 0.5) * 6.0
        y = (0.5 - (row + 0.5) / height) * 4.0
        assert floor[row, column] == pytest.approx(light(x, y), abs=0.011)
    assert floor[height // 2, width // 4] > 1.7 * floor[0, 0]


def test_a_wall_is_brightest_in_front_of_the_lamps():
    wall = night_scene(flat_room(), 1, Night(lit_rooms=1.0))
    # The plain room's walls have no names of rooms and no headings: all face along +x.
    west = wall.textures["west"][..., 0].astype(float)
    assert west.max() > 1.2 * west.min()


def test_rooms_without_lamps_are_dark_and_what_stands_in_them_too():
    night = Night(lit_rooms=0.0, dark_room=0.4)
    scene = night_scene(flat_room(), 1, night)
    table = next(obj for obj in scene.objects if obj.id == "table")
    assert scene.textures[table.parts[0].texture].max() == 40
    assert scene.textures["floor"].max() == 40


def test_daylight_goes_and_lamps_are_warm():
    spec = build_world(plain_room())
    ambient = np.array(spec.visual.headlight.ambient)
    strengths = [np.array(light.diffuse) for light in spec.lights]
    night = Night(ambient=0.5, directed=0.25, warm_red=1.0, warm_green=0.8, warm_blue=0.5)
    dim_to_lamps(spec, night)
    warm = np.array([1.0, 0.8, 0.5])
    assert np.array(spec.visual.headlight.ambient) == pytest.approx(0.5 * ambient * warm)
    for light, before in zip(spec.lights, strengths, strict=True):
        assert np.array(light.diffuse) == pytest.approx(0.25 * before * warm)


def test_cloth_repeats_without_a_seam_and_keeps_its_main_colour():
    for seed in range(12):
        image = patterned_cloth(np.random.default_rng(seed), (180, 60, 60), (60, 60, 180))
        assert image.shape == (96, 96, 3)
        median = np.median(image.reshape(-1, 3), axis=0)
        assert median[0] > median[2] + 40
