"""Doors: measured from the walls, open for those who come, never strike."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from plain_scene import box, plain_room

from astra_core.records import Velocity
from astra_sim.conditions import Conditions
from astra_sim.disc import Disc
from astra_sim.doors.openings import find_openings
from astra_sim.doors.sliding import door_leaves, plan_doors
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.simulator import Simulator

TICK_S = 0.02
ALL_SHUT = Conditions(name="shut", closed_doors=1.0)


def two_rooms(gap=(-0.5, 0.5)):
    """Return the plain room cut in two by a wall at x = 0, 0.12 m thick, with a doorway."""
    scene = plain_room()
    low, high = gap
    walls = (
        box("wall-a", (0.0, (-2.0 + low) / 2.0), (0.12, low + 2.0, 2.6), "north"),
        box("wall-b", (0.0, (2.0 + high) / 2.0), (0.12, 2.0 - high, 2.6), "north"),
        box("lintel", (0.0, (low + high) / 2.0), (0.12, high - low, 0.6), "north", bottom_m=2.0),
    )
    centers = np.array([[0.0, (low + high) / 2.0]])
    return replace(scene, objects=(*scene.objects, *walls), door_centers_m=centers)


def disc(x, y):
    return Disc(np.array([x, y]), np.zeros(2), 0.22)


def test_an_opening_is_measured_from_the_walls():
    (opening,) = find_openings(two_rooms())
    assert opening.center_m == pytest.approx([0.0, 0.0], abs=0.011)
    assert np.abs(opening.along) == pytest.approx([0.0, 1.0])
    assert opening.width_m == pytest.approx(1.0, abs=0.025)
    assert opening.height_m == pytest.approx(2.0)
    # 1.5 m of partition, and the outer wall behind it.
    assert min(opening.beside_m) == pytest.approx(1.6, abs=0.03)


def test_where_there_is_no_doorway_there_is_no_door():
    scene = replace(plain_room(), door_centers_m=np.array([[0.0, 0.0]]))
    assert find_openings(scene) == [None]
    assert plan_doors(scene, 0, 1.0, []) == []
    assert plan_doors(replace(two_rooms(), family="warehouse"), 0, 1.0, []) == []


def test_a_door_without_room_on_either_side_has_two_leaves():
    (door,) = plan_doors(two_rooms(gap=(-1.0, 1.0)), 0, 1.0, [])
    assert len(door.leaves) == 2
    assert door.leaf_width_m == pytest.approx(1.0, abs=0.03)
    left, right = door.leaf_centers_m()
    assert math.dist(left, right) == pytest.approx(door.leaf_width_m)
    (door,) = plan_doors(two_rooms(), 0, 1.0, [])
    assert len(door.leaves) == 1


def test_a_door_opens_in_a_second_and_a_half_and_shuts_when_nobody_is_near():
    (door,) = plan_doors(two_rooms(), 0, 1.0, [])
    assert door.share_open == 0.0 and len(door.obstacles()) == 1
    door.step(TICK_S, [disc(2.0, 0.0)])
    assert door.share_open == 0.0
    for _ in range(round(1.5 / TICK_S)):
        door.step(TICK_S, [disc(1.1, 0.0)])
    assert door.share_open == pytest.approx(1.0)
    assert door.obstacles() == []
    # Open, the leaf is inside of the wall.
    leaf = door.leaf_centers_m()[0]
    assert abs(leaf[1]) - door.leaf_width_m / 2.0 >= 0.49
    for _ in range(round(2.9 / TICK_S)):
        door.step(TICK_S, [disc(2.0, 0.0)])
    assert door.share_open == pytest.approx(1.0)
    for _ in range(round(2.8 / TICK_S)):
        door.step(TICK_S, [])
    assert door.share_open == 0.0


def test_a_door_does_not_close_on_who_stands_in_it():
    (door,) = plan_doors(two_rooms(), 0, 1.0, [disc(0.0, 0.3)])
    assert door.share_open == 1.0
    for _ in range(round(60.0 / TICK_S)):
        door.step(TICK_S, [disc(0.0, 0.3)])
        assert door.share_open == 1.0


def test_the_share_of_shut_doors_and_the_same_seed_the_same_doors():
    scene = make_scene("home", 4)
    fitting = plan_doors(scene, 1, 1.0, [])
    assert len(fitting) >= 0.7 * len(scene.door_centers_m)
    half = plan_doors(scene, 1, 0.5, [])
    assert len(half) == round(0.5 * len(fitting))
    centers = [tuple(door.opening.center_m) for door in half]
    assert centers == [tuple(d.opening.center_m) for d in plan_doors(scene, 1, 0.5, [])]
    others = [
        [tuple(d.opening.center_m) for d in plan_doors(scene, seed, 0.5, [])] for seed in range(6)
    ]
    assert any(other != centers for other in others)


def test_a_robot_passes_a_door_that_opens_and_is_not_touched():
    with Simulator(
        two_rooms(),
        load_profile().quiet(),
        0,
        conditions=ALL_SHUT,
        camera_hz=0.0,
        start_pose=(-2.0, 0.0, 0.0),
    ) as simulator:
        (door,) = simulator._surroundings.doors
        assert door.share_open == 0.0
        # Across the doorway between y = -0.5 and 0.5, a centimetre into the wall on both sides.
        (leaf,) = door_leaves(simulator.model, simulator.data)
        assert np.sort(leaf, axis=0) == pytest.approx(np.array([[0, -0.51], [0, 0.51]]), abs=0.03)
        # The leaf is a thing to keep clear of while it is shut: 2 m away, less hull and half leaf.
        simulator.step(Velocity(0.0, 0.0))
        assert simulator.truth().clearance_m <= 2.0 - 0.22
        for _ in range(round(12.0 / TICK_S)):
            simulator.step(Velocity(0.3, 0.0))
        assert simulator.truth().pose[0] > 0.8
        assert simulator.truth().collision_count == 0
        # Open: beside the way.
        (leaf,) = door_leaves(simulator.model, simulator.data)
        assert np.abs(leaf[:, 1]).min() > 0.45


def test_a_robot_too_fast_for_the_door_hits_the_leaf():
    with Simulator(
        two_rooms(),
        load_profile().quiet(),
        0,
        conditions=ALL_SHUT,
        camera_hz=0.0,
        start_pose=(-2.0, 0.0, 0.0),
    ) as simulator:
        simulator._surroundings.doors[0].step = lambda *_: None
        for _ in range(round(4.0 / TICK_S)):
            simulator.step(Velocity(0.8, 0.0))
        assert simulator.truth().touched == ("door-leaf-1",)
        assert simulator.truth().pose[0] < -0.2
