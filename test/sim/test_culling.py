"""What is left out of a picture: everything that does not show, and nothing that does."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from plain_scene import box, plain_room

from astra_sim.occlusion import Footprints, Occluders
from astra_sim.profile import load_profile
from astra_sim.rendering import RigRenderer
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.model import build_world
from astra_sim.simulator import Simulator

mujoco = pytest.importorskip("mujoco")

CAMERA = np.array([0.0, 0.0, 1.1])
#: Looking along +x: right is -y, ahead is +x.
EAST = np.array([[0.0, 1.0], [-1.0, 0.0]])
WIDE = math.tan(math.radians(50.0))


class Everything:
    """A culler that leaves nothing out."""

    def visible(self, model, *_):
        return np.ones(model.ngeom, dtype=bool)


def thing(x, y, half=(0.2, 0.2), low=0.0, high=1.0):
    """Return the footprint of one upright box."""
    return Footprints(np.array([[x, y]]), np.array([half]), np.array([low]), np.array([high]))


def behind_a_wall(*things):
    """Say what a wall 2.6 m high hides that stands at x = 2.95 to 3.05, from y = -2 to 2."""
    wall = box("wall", (3.0, 0.0), (0.1, 4.0, 2.6), "north")
    model = build_world(replace(plain_room(), objects=(wall,))).compile()
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    seen = Occluders(model, data, things[0])
    return [bool(seen.hide(one, CAMERA, EAST, WIDE)[0]) for one in things]


def test_a_wall_hides_what_stands_wholly_behind_it():
    assert behind_a_wall(
        thing(4.0, 0.0),
        thing(2.0, 0.0),  # before it
        thing(4.0, 0.0, half=(0.2, 5.0)),
        # The line of sight past the far corner of the wall, (3.05, 2), has y = 2.49 at x = 3.8.
        thing(4.0, 2.2),
        thing(4.0, 2.4),
        thing(4.0, -1.5, half=(0.9, 0.2)),
    ) == [True, False, False, True, False, True]


def test_lines_of_sight_over_a_wall_are_kept_free():
    # From 1.1 m over the far edge of the wall, 2.6 m at 3.05 m: 4.54 m high at x = 7.
    assert behind_a_wall(
        thing(7.0, 0.0, high=2.6),
        thing(7.0, 0.0, high=4.3),
        thing(7.0, 0.0, high=4.6),
        thing(7.0, 0.0, low=-0.1),
        thing(3.3, 0.0, low=-0.3),
    ) == [True, True, False, True, False]


def test_a_box_that_is_not_level_hides_nothing():
    scene = plain_room()
    leaning = replace(scene.objects[1].parts[0], pitch_rad=0.1)
    tilted = replace(scene.objects[1], parts=(leaning,))
    model = build_world(replace(scene, objects=(tilted,))).compile()
    assert not model.geom_user.any()


@pytest.mark.parametrize("seed", [5, 11])
def test_pictures_are_the_same_with_everything_drawn(seed):
    scene = make_scene("home", seed)
    plan, rng = floor_plan(scene), np.random.default_rng(seed)
    simulator = Simulator(scene, load_profile(), 0, camera_hz=0.0, semantics=True)
    model, data = simulator.model, simulator.data
    renderer = RigRenderer(model, simulator.rig)
    shown, drawn = 0, 0
    try:
        for _ in range(6):
            simulator._robots[0].base.place(data, plan.sample_free_pose(rng))
            mujoco.mj_kinematics(model, data)
            mujoco.mj_camlight(model, data)
            for index in range(4):
                image, depth = renderer.draw(data, index)
                drawn += renderer._scene.ngeom
                culler, renderer._culler = renderer._culler, Everything()
                full_image, full_depth = renderer.draw(data, index)
                shown += len(np.unique(renderer.geoms(data, index)))
                renderer._culler = culler
                assert np.array_equal(image, full_image)
                assert np.array_equal(depth, full_depth)
    finally:
        renderer.close()
    # Useful too: not many more than those of which a pixel shows.
    assert drawn < 2.5 * shown


def test_what_moves_is_drawn_where_it_is_now():
    spec = build_world(plain_room())
    ball = spec.worldbody.add_body(name="ball", mocap=True, pos=(-20.0, 0.0, 1.1))
    ball.add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=(0.2, 0.0, 0.0), group=1)
    from astra_sim.rig import default_rig
    from astra_sim.robot import DriveBaseConfig, add_robot

    add_robot(spec, default_rig(), DriveBaseConfig())
    model = spec.compile()
    data = mujoco.MjData(model)
    renderer = RigRenderer(model, default_rig())
    geom = int(np.flatnonzero(model.geom_bodyid == model.body("ball").id)[0])
    try:
        for place, seen in (((-20.0, 0.0, 1.1), False), ((2.0, 0.0, 1.1), True)):
            data.mocap_pos[0] = place
            mujoco.mj_kinematics(model, data)
            mujoco.mj_camlight(model, data)
            assert (geom in renderer.geoms(data, 0)) == seen
    finally:
        renderer.close()
