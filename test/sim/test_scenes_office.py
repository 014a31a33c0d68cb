"""Offices from seeds: what they consist of, that they repeat, that a robot gets everywhere."""

import hashlib
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from astra_core.errors import SceneError
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.functions_office import OFFICE_FUNCTIONS
from astra_sim.scenes.layout.office import make_office_layout
from astra_sim.scenes.parts import object_bounds, solid_footprints
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures.plates import letter_plate, plate_size_m
from astra_sim.scenes.types import Scene, SceneObject

#: Small, middling and large; one from the far end of the range.
SEEDS = (3, 17, 20, 2**31 - 1)
_ROOT = Path(__file__).resolve().parents[2]
_BUILDING = ("wall", "floor", "ceiling", "door", "threshold", "window")
#: What every office has, whatever the seed.
_CORE = {
    *("reception desk", "lift", "staircase", "sofa", "desk", "office chair", "meeting table"),
    *("printer", "copier paper shelf", "coffee machine", "fridge", "microwave", "sink"),
    *("dining table", "toilet", "washbasin", "hand dryer", "sign", "picture"),
}


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
    """One office per seed."""
    return make_scene("office", request.param)


def test_layouts_have_the_promised_size_rooms_and_corridors() -> None:
    areas = []
    for seed in range(20):
        layout = make_office_layout(stream(seed, "layout", 0))
        x0, y0, x1, y1 = layout.bounds_m
        areas.append((x1 - x0) * (y1 - y0))
        kinds = [room.kind for room in layout.rooms]
        assert {"reception", "corridor", "open office", "meeting room", "kitchen"} <= set(kinds)
        assert "toilets" in kinds and kinds.count("reception") == 1
        assert len({room.name for room in layout.rooms}) == len(layout.rooms)
        # Rooms tile the floor: their cells fill the rectangle inside the outer walls.
        inner = (x1 - x0 - 0.24) * (y1 - y0 - 0.24)
        cells = [room.cell_m for room in layout.rooms]
        assert sum((c - a) * (d - b) for a, b, c, d in cells) == pytest.approx(inner, rel=1e-6)
        for room in layout.rooms:
            a, b, c, d = room.bounds_m
            assert min(c - a, d - b) >= (1.55 if room.kind == "corridor" else 2.2), room
    assert all(150.0 <= area <= 800.0 for area in areas)
    # Real variety of sizes, and large floors have more than one corridor.
    assert min(areas) < 260.0 and max(areas) > 550.0


def test_corridors_are_wide_enough_for_two(scene: Scene) -> None:
    for room in scene.rooms:
        if room.kind == "corridor":
            x0, y0, x1, y1 = room.bounds_m
            assert min(x1 - x0, y1 - y0) >= 1.55, room


def test_landmarks_say_what_they_are(scene: Scene) -> None:
    assert 30 <= len(scene.landmarks) <= 120
    objects = {obj.id: obj for obj in scene.objects}
    assert len(objects) == len(scene.objects)
    assert len({landmark.id for landmark in scene.landmarks}) == len(scene.landmarks)
    for landmark in scene.landmarks:
        assert landmark.category in {*OFFICE_FUNCTIONS, "sign"}
        assert landmark.category == objects[landmark.object_id].kind
        assert landmark.color and landmark.material and landmark.function
        assert "{" not in landmark.function
        low, high = object_bounds(objects[landmark.object_id])
        np.testing.assert_allclose(landmark.position_m, (low + high) / 2.0, atol=1e-4)
        np.testing.assert_allclose(landmark.size_m, high - low, atol=1e-4)
    assert {landmark.category for landmark in scene.landmarks} >= _CORE


def test_every_room_has_a_sign_that_says_its_name(scene: Scene) -> None:
    signs = {mark.id: mark for mark in scene.landmarks if mark.category == "sign"}
    assert len(signs) == sum(obj.kind == "sign" for obj in scene.objects)
    plan = floor_plan(scene)
    for room in scene.rooms:
        if room.kind == "corridor":
            continue
        sign = signs[f"sign-{room.name}".replace(" ", "-")]
        assert sign.text == room.name.upper()
        # It hangs outside, in the corridor, near one of the room's doors.
        outside = plan.room_at(*sign.position_m[:2])
        assert outside is not None and outside.kind == "corridor"
        away = np.linalg.norm(scene.door_centers_m - np.asarray(sign.position_m[:2]), axis=1)
        assert away.min() < 2.0
    texts = [sign.text for sign in signs.values()]
    assert len(set(texts)) == len(texts) and "EXIT" in texts
    assert any(re.fullmatch(r"MEETING ROOM \d+", text) for text in texts)


def test_signs_beside_doors_hang_at_eye_height_with_letters_of_the_profile(scene: Scene) -> None:
    letter = load_profile().signs.room_letter_m
    beside = [
        mark for mark in scene.landmarks if mark.id.startswith("sign-") and mark.position_m[2] < 2.0
    ]
    assert len(beside) > 0.7 * sum(room.kind != "corridor" for room in scene.rooms)
    for mark in beside:
        assert mark.position_m[2] == pytest.approx(1.4, abs=0.01)
        words = mark.text.split(" ")
        sizes = [plate_size_m((mark.text,), letter)]
        sizes.append(plate_size_m((" ".join(words[:-1]) or words[0], words[-1]), letter))
        assert any(
            max(mark.size_m[:2]) == pytest.approx(size[0], abs=1e-3)
            and mark.size_m[2] == pytest.approx(size[1], abs=1e-3)
            for size in sizes
        )


@pytest.mark.parametrize("letter_m", [0.05, 0.10])
def test_the_letters_of_a_plate_are_as_high_as_asked(letter_m: float) -> None:
    image = letter_plate(np.random.default_rng(0), ("HEH",), letter_m, (255,) * 3, (0,) * 3)
    dark = (image.mean(axis=2) < 128)[4:-4, 4:-4]
    rows = np.flatnonzero(dark.any(axis=1))
    assert (rows[-1] - rows[0] + 1) * 0.0025 == pytest.approx(letter_m, abs=0.003)


def test_every_part_has_its_texture_and_the_budget_is_kept(scene: Scene) -> None:
    used = {part.texture for obj in scene.objects for part in obj.parts}
    assert used == set(scene.textures)
    assert sum(image.nbytes for image in scene.textures.values()) < 40e6
    for image in scene.textures.values():
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
    triangles = {"box": 12, "cylinder": 52, "sphere": 132}
    assert sum(triangles[part.shape] for obj in scene.objects for part in obj.parts) < 150_000


def test_no_two_walls_or_pictures_look_alike(scene: Scene) -> None:
    unique = [i for n, i in scene.textures.items() if n.startswith(("wall-", "picture-"))]
    assert len({image.tobytes() for image in unique}) == len(unique) >= 4 * len(scene.rooms)


def test_things_stand_inside_one_room(scene: Scene) -> None:
    for obj in scene.objects:
        if obj.kind in _BUILDING:
            continue
        low, high = object_bounds(obj)
        assert low[2] > -1e-6 and high[2] < 3.1 + 1e-6, obj.id
        homes = [
            room
            for room in scene.rooms
            if low[0] > room.bounds_m[0] - 0.03
            and low[1] > room.bounds_m[1] - 0.03
            and high[0] < room.bounds_m[2] + 0.03
            and high[1] < room.bounds_m[3] + 0.03
        ]
        assert len(homes) == 1, obj.id


def _boxes(obj: SceneObject) -> np.ndarray:
    rows = [(*foot.bounds(), foot.bottom_m, foot.top_m) for foot in solid_footprints(obj)]
    return np.asarray(rows)


def test_no_two_pieces_of_furniture_run_into_each_other(scene: Scene) -> None:
    furniture = [obj for obj in scene.objects if obj.collides and obj.kind not in _BUILDING]
    boxes = [_boxes(obj) for obj in furniture]
    whole = [np.concatenate([b[:, :2].min(axis=0), b[:, 2:4].max(axis=0)]) for b in boxes]
    for i, j in combinations(range(len(furniture)), 2):
        a, b = whole[i], whole[j]
        if a[0] > b[2] or b[0] > a[2] or a[1] > b[3] or b[1] > a[3]:
            continue
        p, q = boxes[i][:, None], boxes[j][None]
        depth = np.minimum(
            np.minimum(p[..., 2], q[..., 2]) - np.maximum(p[..., 0], q[..., 0]),
            np.minimum(p[..., 3], q[..., 3]) - np.maximum(p[..., 1], q[..., 1]),
        )
        depth = np.minimum(
            depth, np.minimum(p[..., 5], q[..., 5]) - np.maximum(p[..., 4], q[..., 4])
        )
        assert depth.max() < 0.03, (furniture[i].id, furniture[j].id, float(depth.max()))


def test_the_robot_gets_into_every_room_and_to_every_landmark(scene: Scene) -> None:
    plan = floor_plan(scene)
    reachable = plan.reachable(0.32)
    first = plan.component_in(scene.rooms[0].bounds_m, 0.32)
    assert first > 0
    for room in scene.rooms:
        assert plan.component_in(room.bounds_m, 0.32) == first, room.name
    for landmark in scene.landmarks:
        pose = plan.reachable_near(landmark, radius_m=0.32, within_m=0.8)
        assert pose is not None, landmark.id
        assert reachable[plan.cell(*pose[:2])]


def test_all_passages_are_listed_and_lead_somewhere(scene: Scene) -> None:
    frames = [obj for obj in scene.objects if obj.kind == "door"]
    assert len(frames) == len(scene.door_centers_m) >= len(scene.rooms) - 1
    plan = floor_plan(scene)
    reachable = plan.reachable(0.32)
    for x, y in scene.door_centers_m:
        assert reachable[plan.cell(x, y)]


def test_ways_between_desks_are_wide_enough(scene: Scene) -> None:
    # A disc of 0.9 m, less what the grid adds on either side, passes from the door of an open
    # office to beside every island of desks.
    plan = floor_plan(scene)
    wide = plan.reachable(0.45 - plan.resolution_m)
    for room in scene.rooms:
        if room.kind == "open office":
            (row0, col0), (row1, col1) = (
                plan.cell(*room.bounds_m[:2]),
                plan.cell(*room.bounds_m[2:]),
            )
            assert wide[row0:row1, col0:col1].mean() > 0.12, room.name


def test_chairs_boxes_and_plants_can_be_moved(scene: Scene) -> None:
    for obj in scene.objects:
        if obj.kind in ("chair", "office chair", "box", "plant", "trash bin", "recycling bin"):
            assert obj.movable, obj.id
        if obj.kind in ("desk", "meeting table", "lift", "staircase", "wall", "sign"):
            assert not obj.movable, obj.id


def test_a_seed_gives_the_same_bytes_in_another_process() -> None:
    code = "from test_scenes_office import digest; from astra_sim.scenes import make_scene; "
    code += "print(digest(make_scene('office', 3)))"
    paths = os.pathsep.join([str(_ROOT), str(Path(__file__).parent)])
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "123"}
    result = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == digest(make_scene("office", 3))


def test_seeds_differ() -> None:
    rooms = [make_office_layout(stream(seed, "layout", 0)).rooms for seed in range(8)]
    assert len(set(rooms)) == len(rooms)


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, True])
def test_a_seed_out_of_range_is_refused(seed: float) -> None:
    with pytest.raises(SceneError, match="seed"):
        make_scene("office", seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 60))
def test_twenty_offices_keep_their_promises(seed: int) -> None:
    scene = make_scene("office", seed)
    x0, y0, x1, y1 = scene.bounds_m
    assert 150.0 <= (x1 - x0) * (y1 - y0) <= 800.0
    assert 30 <= len(scene.landmarks) <= 120
    assert {landmark.category for landmark in scene.landmarks} >= _CORE
