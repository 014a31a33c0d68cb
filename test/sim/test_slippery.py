"""Floors on which wheels slip: what lies there, and what the robot and its encoders make of it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from plain_scene import box, plain_room

from astra_core.errors import ConfigError
from astra_core.records import Velocity
from astra_sim.conditions import EMPTY, SLIPPERY, STANDARD
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.scenes.changes import mission_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.parts import Footprint, object_bounds
from astra_sim.simulator import Simulator
from astra_sim.slippery.config import Slip, SlipperyFloor
from astra_sim.slippery.footing import Footing, SlipperyPlace, slippery_places

QUIET = load_profile().quiet()
TRACK_M = QUIET.wheels.track_m
FLOOR = SLIPPERY.slippery
#: Nothing lies there but what the test puts there.
BARE = SlipperyFloor(
    carpet=Slip(least=0.1, most=0.1), carpeted_rooms=0.0, wet_rooms=0.0, doors_with_sill=0.0
)
ADDED = ("carpet", "sill", "wet floor", "wet sign")


def place(mean, *, y_m=0.0, half_y_m=5.0, spread=0.0, drift=(0.0, 0.0), round_=False):
    foot = Footprint(0.0, y_m, 5.0, half_y_m, 0.0, round_, 0.0, 0.01)
    return SlipperyPlace("thing", foot, Slip(spread=spread, length_m=0.2), mean, drift)


def rolled(footing, linear, angular=0.0, ticks=50):
    """Roll on one spot of the floor until the slip has settled; return the motion."""
    for _ in range(ticks):
        footing.look_down((0.0, 0.0, 0.0))
        motion = footing.motion(linear, angular, 0.02)
    return motion


def footing(*places):
    return Footing(list(places), TRACK_M, 0.04, np.random.default_rng(0))


def test_both_wheels_on_a_carpet_lose_its_share_of_the_way():
    v, w, push = rolled(footing(place(0.1)), 0.5)
    assert v == pytest.approx(0.45) and w == pytest.approx(0.0) and push == (0.0, 0.0)


def test_a_robot_turns_towards_the_wheel_that_slips():
    # Only the left wheel, at y = +0.115 m, is on it: it comes 0.4 m/s far, the right one 0.5.
    v, w, _ = rolled(footing(place(0.2, y_m=0.115, half_y_m=0.05)), 0.5)
    assert v == pytest.approx(0.45)
    assert w == pytest.approx((0.5 - 0.4) / TRACK_M, rel=1e-4)


def test_a_turn_on_the_spot_loses_the_same_share():
    v, w, _ = rolled(footing(place(0.25)), 0.0, 1.0, ticks=400)
    assert v == pytest.approx(0.0, abs=1e-9) and w == pytest.approx(0.75, rel=1e-4)


def test_the_pile_pushes_in_its_own_direction_by_the_way_rolled():
    for linear in (0.5, -0.5):
        _, _, push = rolled(footing(place(0.0, drift=(0.01, 0.03))), linear)
        assert push == pytest.approx((0.5 * 0.01, 0.5 * 0.03), rel=1e-4)


def test_slip_comes_and_goes_with_the_way_and_leaves_firm_ground_exact():
    one = footing(place(0.1))
    one.look_down((0.0, 0.0, 0.0))
    v, _, _ = one.motion(0.5, 0.0, 0.08)  # one relaxation length: 1 - 1/e of the way
    assert v == pytest.approx(0.5 * (1.0 - 0.1 * (1.0 - math.exp(-1.0))))
    assert one.tick_slip() == pytest.approx((0.1 * (1.0 - math.exp(-1.0)),) * 2)
    for _ in range(400):
        one.look_down((100.0, 0.0, 0.0))
        motion = one.motion(0.3, 0.7, 0.02)
    assert motion == (0.3, 0.7, (0.0, 0.0)) and one.tick_slip() == (0.0, 0.0)


def test_a_wheel_stands_on_what_lies_on_top_and_discs_are_round():
    below, above = place(0.1), place(0.3, half_y_m=1.0)
    one = footing(below, above)
    assert one.place_under(np.array([0.0, 0.9])) is above
    assert one.place_under(np.array([0.0, 1.1])) is below
    assert one.place_under(np.array([0.0, 5.1])) is None
    disc = footing(place(0.1, round_=True))
    assert disc.place_under(np.array([4.9, 0.0])) is not None
    assert disc.place_under(np.array([4.0, 4.0])) is None


def test_slip_of_a_wheel_wanders_by_its_spread_over_its_length():
    one = footing(place(0.3, spread=0.05))
    values = []
    for number in range(8000):
        one.look_down((0.0, 0.0, 2.0 * math.pi * number / 72.0))  # 1 cm of rim each
        values.append(list(one._wanted))
    left = np.array(values)[:, 0]
    assert left.mean() == pytest.approx(0.3, abs=0.015)
    assert left.std() == pytest.approx(0.05, rel=0.15)
    lag = left - left.mean()
    assert np.mean(lag[20:] * lag[:-20]) / lag.var() == pytest.approx(math.exp(-1.0), abs=0.12)


def room_with_carpet():
    scene = plain_room()
    carpet = box("rug", (-1.0, 0.0), (2.0, 4.0, 0.01), "table", kind="rug", collides=False)
    return dataclasses.replace(scene, objects=(*scene.objects, carpet))


def drive(conditions, profile=QUIET, scene=None, ticks=200, command=None):
    """Drive along x from x = -2.4 m; return simulator results: pose, wheels' way, records."""
    options = {"camera_hz": 0.0, "start_pose": (-2.4, -1.0, 0.0)}
    with Simulator(
        scene or room_with_carpet(), profile, 3, conditions=conditions, **options
    ) as simulator:
        seen = [simulator.step(command or Velocity(0.5, 0.0)) for _ in range(ticks)]
        pose = simulator.truth().pose
    way = sum(one.wheels[0].linear_velocity_mps for one in seen) * 0.02
    return pose, way, [(one.imu, one.wheels) for one in seen]


def test_the_robot_comes_less_far_and_the_wheels_read_what_they_turn():
    firm, firm_way, _ = drive(EMPTY)
    slow, slow_way, records = drive(dataclasses.replace(EMPTY, slippery=BARE))
    came = slow[0] + 2.4
    # The rims turn as commanded, on any floor: 4 s at 0.5 m/s and 1 m/s2 to get there.
    assert firm_way == pytest.approx(4.0 * 0.5 - 0.125, abs=0.01) == firm[0] + 2.4
    assert slow_way == pytest.approx(firm_way, abs=0.01)
    # 2 m of carpet lie between x = -2 and 0: 0.4 m are firm, the rest gives nine tenths.
    assert came == pytest.approx(0.4 + 0.9 * (firm_way - 0.4), abs=0.01)
    # The IMU feels what happens: in the end it adds up to the true speed.
    speed = sum(sample.linear_acceleration_m_s2[0] for imu, _ in records for sample in imu) * 0.01
    assert speed == pytest.approx(0.9 * 0.5, abs=0.01)


def test_a_pile_pushes_the_robot_aside_and_neither_wheels_nor_heading_tell():
    push = SlipperyFloor(
        carpet=Slip(drift=0.1), carpeted_rooms=0.0, wet_rooms=0.0, doors_with_sill=0.0
    )
    conditions = dataclasses.replace(EMPTY, slippery=push)
    (there,) = slippery_places(room_with_carpet(), push, 3)
    pose, way, _ = drive(conditions)
    assert abs(there.drift[1]) > 0.01  # of this seed
    assert pose[1] + 1.0 == pytest.approx(there.drift[1] * (way - 0.4), rel=0.05)
    assert pose[2] == pytest.approx(0.0, abs=1e-6)


def test_on_firm_ground_every_byte_is_that_of_a_floor_that_is_not_slippery():
    nowhere = dataclasses.replace(BARE, carpet=Slip())
    noisy = load_profile()
    command = Velocity(0.4, 0.5)
    firm = drive(EMPTY, noisy, ticks=60, command=command)
    same = drive(dataclasses.replace(EMPTY, slippery=nowhere), noisy, ticks=60, command=command)
    assert repr(firm) == repr(same)


def test_slippery_is_standard_but_for_the_floor():
    assert dataclasses.replace(SLIPPERY, name="standard", slippery=None) == STANDARD


@pytest.fixture(scope="module", params=[("home", 100), ("office", 50001), ("warehouse", 101)])
def pair(request):
    scene = make_scene(*request.param)
    return scene, mission_scene(scene, 6, dataclasses.replace(EMPTY, slippery=FLOOR))


def test_carpets_sills_and_water_lie_inside_where_the_robot_drives_over_them(pair):
    scene, other = pair
    assert other.objects[: len(scene.objects)] == scene.objects
    assert other.landmarks == scene.landmarks
    new = other.objects[len(scene.objects) :]
    kinds = [obj.kind for obj in new]
    assert set(kinds) <= set(ADDED) and {"carpet", "sill", "wet floor"} <= set(kinds)
    x0, y0, x1, y1 = scene.bounds_m
    for obj in new:
        low, high = object_bounds(obj)
        assert (low[:2] > (x0, y0)).all() and (high[:2] < (x1, y1)).all()
        assert obj.collides == (obj.kind == "wet sign")
        if obj.kind != "wet sign":
            # Lower than the gap under the hull, and than what depth cameras call an obstacle.
            assert low[2] >= -1e-9 and high[2] < 0.02
        assert all(part.texture in other.textures for part in obj.parts)
    assert all(other.textures[name] is image for name, image in scene.textures.items())


def test_sills_lie_in_the_opening_of_a_door(pair):
    _, other = pair
    doors = {f"sill-{obj.id}": obj for obj in other.objects if obj.kind == "door"}
    sills = [obj for obj in other.objects if obj.kind == "sill"]
    assert 0.4 * len(doors) <= len(sills) <= len(doors)
    for sill in sills:
        assert sill.pose == doors[sill.id].pose
        (part,) = sill.parts
        assert part.size_m[0] == 0.1 and 0.7 < part.size_m[1] < 2.5
        low, high = object_bounds(doors[sill.id])
        assert part.size_m[1] < max((high - low)[:2])


def test_no_carpet_lies_on_another_and_the_robot_gets_everywhere(pair):
    _, other = pair
    carpets = [obj for obj in other.objects if obj.kind in ("carpet", "rug")]
    for index, obj in enumerate(carpets):
        low, high = object_bounds(obj)
        for else_ in carpets[index + 1 :]:
            below, above = object_bounds(else_)
            assert (low[:2] >= above[:2]).any() or (below[:2] >= high[:2]).any()
    plan = floor_plan(other)
    regions = {plan.component_in(room.bounds_m, 0.32) for room in other.rooms}
    assert len(regions) == 1 and 0 not in regions
    for landmark in other.landmarks:
        assert plan.reachable_near(landmark, 0.32, 0.8) is not None


def test_same_seed_same_floor_other_seed_another_one(pair):
    scene, other = pair
    conditions = dataclasses.replace(EMPTY, slippery=FLOOR)
    again = mission_scene(scene, 6, conditions)
    assert again.objects == other.objects
    for name, image in other.textures.items():
        assert np.array_equal(again.textures[name], image)
    assert mission_scene(scene, 5, conditions).objects != other.objects
    first, second = (slippery_places(one, FLOOR, 5) for one in (again, other))
    assert first == second
    for one in first:
        assert one.slip.least <= one.mean <= one.slip.most
        assert math.hypot(*one.drift) <= one.slip.drift


def test_a_wet_floor_is_that_floor_and_darker(pair):
    scene, other = pair
    wet = [obj for obj in other.objects if obj.kind == "wet floor"]
    floors = np.mean(
        [
            scene.textures[part.texture].mean()
            for obj in scene.objects
            if obj.kind == "floor"
            for part in obj.parts
        ]
    )
    shown = [other.textures[part.texture] for obj in wet for part in obj.parts]
    assert np.mean([image.mean() for image in shown]) < floors
    assert all(image.std() > 1.0 for image in shown)


def test_a_range_of_slip_that_is_none_is_refused():
    with pytest.raises(ConfigError, match="least slip ratio"):
        Slip(least=0.2, most=0.1)
