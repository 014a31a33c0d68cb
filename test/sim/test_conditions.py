"""What differs between the tour and a mission: moved things, light, late and lost images."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from plain_scene import plain_room

from astra_core.errors import ConfigError
from astra_core.observation import CameraFrame
from astra_core.records import Velocity
from astra_sim.conditions import (
    CONDITIONS,
    CROWDED,
    EMPTY,
    SLIPPERY,
    STANDARD,
    Conditions,
    named_conditions,
)
from astra_sim.light import change_light
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.scenes.changes import floor_standing, mission_scene, moved_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.model import build_world
from astra_sim.scenes.parts import object_bounds
from astra_sim.sensors.delivery import ImageDelivery
from astra_sim.simulator import Simulator

PROFILE = load_profile()
START = {"start_pose": (0.0, -0.5, 0.3)}


@pytest.fixture(scope="module")
def home():
    return make_scene("home", 4)


def changed(scene, other):
    before = {obj.id: obj.pose for obj in scene.objects}
    return [obj for obj in other.objects if before.get(obj.id, obj.pose) != obj.pose]


def test_conditions_have_names():
    assert named_conditions("standard") is STANDARD
    with pytest.raises(ConfigError, match="known: empty, standard, crowded"):
        named_conditions("rush hour")
    assert all(named_conditions(name).name == name for name in CONDITIONS)
    with pytest.raises(ConfigError, match="fewest_people"):
        Conditions(fewest_people=3, most_people=2)


def test_the_hash_of_conditions_is_that_of_every_number():
    hashes = {conditions.sha256 for conditions in CONDITIONS.values()}
    assert len(hashes) == len(CONDITIONS)
    assert dataclasses.replace(STANDARD).sha256 == STANDARD.sha256
    assert dataclasses.replace(STANDARD, light_change=0.31).sha256 != STANDARD.sha256
    floor = dataclasses.replace(
        SLIPPERY.slippery, wet=dataclasses.replace(SLIPPERY.slippery.wet, most=0.21)
    )
    assert dataclasses.replace(SLIPPERY, slippery=floor).sha256 != SLIPPERY.sha256


def test_nothing_stands_elsewhere_in_the_building_of_the_tour(home):
    assert mission_scene(home, 5, EMPTY) is home


def test_a_share_of_the_movable_things_stands_elsewhere_in_the_same_room(home):
    plan = floor_plan(home)
    movable = [obj for obj in home.objects if obj.movable]
    for seed in range(3):
        moved = moved_scene(home, seed, 0.3)
        things = changed(home, moved)
        assert len(things) == round(0.3 * len(movable))
        before = {obj.id: obj for obj in home.objects}
        named = {landmark.object_id for landmark in home.landmarks}
        for obj in things:
            assert obj.movable
            away = math.dist(obj.pose[:2], before[obj.id].pose[:2])
            assert 0.3 <= away <= (1.5 if obj.id in named else 3.0)
            assert plan.room_at(*obj.pose[:2]) == plan.room_at(*before[obj.id].pose[:2])
            # It stands where the floor was free, but for its own old place.
            low, high = object_bounds(obj)
            for other in moved.objects:
                if other.collides and other.id != obj.id and other.kind != "wall":
                    below, above = object_bounds(other)
                    apart = (low[:2] > above[:2]) | (below[:2] > high[:2])
                    assert apart.any() or _round_apart(obj, other)


def _round_apart(a, b):
    """Whether two things with overlapping bounds are apart on a fine grid of the floor."""
    from astra_sim.scenes.parts import solid_footprints
    from astra_sim.scenes.raster import draw_footprint

    low, high = object_bounds(a)
    shape = tuple(int(side / 0.02) + 4 for side in (high - low)[[1, 0]])
    grids = [np.zeros(shape, bool), np.zeros(shape, bool)]
    for grid, obj in zip(grids, (a, b), strict=True):
        for foot in solid_footprints(obj):
            if foot.bottom_m < 1.2:
                draw_footprint(grid, (low[0] - 0.04, low[1] - 0.04), 0.02, foot)
    return not (grids[0] & grids[1]).any()


@pytest.mark.parametrize("conditions", [STANDARD, CROWDED])
def test_everything_can_still_be_reached(home, conditions):
    tour = floor_plan(home)
    scene = mission_scene(home, 11, conditions)
    plan = floor_plan(scene)
    region = plan.component_in(scene.rooms[0].bounds_m, 0.32)
    assert all(plan.component_in(room.bounds_m, 0.32) == region for room in scene.rooms)
    for before, after in zip(home.landmarks, scene.landmarks, strict=True):
        if tour.reachable_near(before) is not None:
            assert plan.reachable_near(after) is not None
    assert all(plan.is_free(*center, 0.32) for center in scene.door_centers_m)


def test_a_moved_landmark_is_where_its_object_is(home):
    # Everything moves that can: some of it has a name.
    moved = moved_scene(home, 2, 1.0)
    objects = {obj.id: obj for obj in moved.objects}
    shifted = 0
    for before, after in zip(home.landmarks, moved.landmarks, strict=True):
        low, high = object_bounds(objects[after.object_id])
        if before != after:
            shifted += 1
            assert after.position_m == pytest.approx((low + high) / 2.0, abs=1e-3)
            assert (
                dataclasses.replace(after, position_m=before.position_m, size_m=before.size_m)
                == before
            )
    assert shifted >= 1


def test_a_crowded_building_has_more_clutter(home):
    before = len(floor_standing(home))
    scene = mission_scene(home, 7, CROWDED)
    # As far as there is room: never less than two thirds of what is wanted.
    assert 1.4 * before <= len(floor_standing(scene)) <= round(1.6 * before)
    assert len({obj.id for obj in scene.objects}) == len(scene.objects)
    assert len(scene.landmarks) == len(home.landmarks)


def test_same_seed_same_changes(home):
    first, second = (mission_scene(home, 7, CROWDED) for _ in range(2))
    assert first.objects == second.objects and first.landmarks == second.landmarks
    assert mission_scene(home, 8, CROWDED).objects != first.objects


def test_the_simulator_stands_in_the_mission_scene(home):
    with Simulator(home, PROFILE, 7, conditions=CROWDED, camera_hz=0.0) as simulator:
        assert simulator.scene.objects == mission_scene(home, 7, CROWDED).objects
        x, y, _ = simulator.truth().pose
        assert floor_plan(simulator.scene).is_free(x, y, 0.3)
        for person in simulator.people():
            assert math.hypot(person.x_m - x, person.y_m - y) >= 2.0


def test_light_changes_within_its_bounds():
    before = build_world(plain_room())
    ambient = np.asarray(before.visual.headlight.ambient)
    seen = []
    for seed in range(30):
        spec = build_world(plain_room())
        change_light(spec, seed, 0.3)
        factor = np.asarray(spec.visual.headlight.ambient) / ambient
        assert factor.min() >= 0.7 * 0.92 and factor.max() <= 1.3 * 1.08
        assert factor.max() / factor.min() <= 1.08 / 0.92 + 1e-9
        for old, new in zip(before.lights, spec.lights, strict=True):
            turn = math.atan2(new.dir[1], new.dir[0]) - math.atan2(old.dir[1], old.dir[0])
            assert abs(math.remainder(turn, 2.0 * math.pi)) <= math.radians(50.0) + 1e-6
            assert new.dir[2] == pytest.approx(old.dir[2])
        seen.append(factor.mean())
    assert min(seen) < 0.85 and max(seen) > 1.15
    same = build_world(plain_room())
    change_light(same, 3, 0.0)
    assert np.array_equal(same.visual.headlight.ambient, ambient)


def frames(stamp_ns, *cameras):
    return tuple(CameraFrame(name, stamp_ns, np.zeros((1, 1, 3), np.uint8)) for name in cameras)


def test_images_arrive_late_in_order_and_with_the_stamp_of_their_exposure():
    delivery = ImageDelivery(0.05)
    delivery.send(frames(0, "front", "rear"), 0)
    delivery.send(frames(20_000_000, "front"), 20_000_000)
    assert delivery.receive(40_000_000) == ()
    first = delivery.receive(60_000_000)
    assert [(f.camera, f.stamp_ns) for f in first] == [("front", 0), ("rear", 0)]
    assert [f.stamp_ns for f in delivery.receive(100_000_000)] == [20_000_000]
    assert delivery.receive(10**12) == ()


def images(conditions, ticks=30, seed=3):
    received = []
    with Simulator(
        plain_room(), PROFILE, seed, conditions=conditions, depth=False, **START
    ) as simulator:
        for _ in range(ticks):
            observation = simulator.step(Velocity(0.1, 0.2))
            received += [(observation.stamp_ns, frame) for frame in observation.frames]
    return received


def test_a_late_image_is_the_same_image():
    now = images(EMPTY)
    late = images(Conditions(name="late", image_latency_s=0.04))
    assert len(late) == len(now)
    for (arrived, frame), (_, other) in zip(late, now, strict=True):
        assert (frame.camera, frame.stamp_ns) == (other.camera, other.stamp_ns)
        assert arrived - frame.stamp_ns == 40_000_000
        assert np.array_equal(frame.image, other.image)


def test_lost_images_are_missing_and_the_others_stay_the_same():
    everything = {(f.camera, f.stamp_ns): f.image for _, f in images(EMPTY, 60)}
    some = {
        (f.camera, f.stamp_ns): f.image
        for _, f in images(Conditions(name="lossy", image_drop_out=0.4), 60)
    }
    assert 0.3 * len(everything) < len(some) < 0.85 * len(everything)
    for key, image in some.items():
        assert np.array_equal(image, everything[key])
    assert images(Conditions(name="blind", image_drop_out=1.0)) == []


def test_a_mission_repeats_byte_for_byte_and_keeps_the_noise_of_the_tour(home):
    def run(conditions):
        with Simulator(home, PROFILE, 5, conditions=conditions, camera_hz=0.0) as simulator:
            told = [simulator.step(Velocity(0.0, 0.5)) for _ in range(100)]
            return [(o.imu, o.wheels) for o in told], simulator.people()

    first, second, empty = run(STANDARD), run(STANDARD), run(EMPTY)
    assert first == second
    assert len(first[1]) >= 2 and empty[1] == []
    # Turning on the spot far from everything feels the same with and without people.
    assert first[0] == empty[0]
