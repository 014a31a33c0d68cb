"""The MuJoCo world: meshes the right way round, collisions where the floor plan says."""

import math

import numpy as np
import pytest

from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.scenes.mesh import merge, part_mesh
from astra_sim.scenes.model import COLLISION_GROUP, VISUAL_GROUP, build_world, geom_object_ids
from astra_sim.scenes.types import Part, Scene, SceneObject

mujoco = pytest.importorskip("mujoco")

PARTS = [
    Part("box", (0.4, 0.6, 0.8), (1.0, 2.0, 3.0), "t", 0.3, 0.2),
    Part("cylinder", (0.4, 0.4, 0.8), (1.0, 2.0, 3.0), "t", 0.3, 0.0, 0.8),
    Part("cylinder", (0.4, 0.4, 0.1), (1.0, 2.0, 3.0), "t", 0.0, math.pi / 2.0),
    Part("sphere", (0.4, 0.6, 0.8), (1.0, 2.0, 3.0), "t", 0.3, 0.0, 0.8),
]


@pytest.fixture(scope="module")
def scene() -> Scene:
    """One home for all tests here."""
    return make_scene("home", 3)


def robot_in(scene: Scene):
    """Return model and data of a scene with a cylinder of the robot's size that one can put."""
    spec = build_world(scene)
    body = spec.worldbody.add_body(name="robot", pos=(0.0, 0.0, 0.62))
    for name, axis in (("x", (1, 0, 0)), ("y", (0, 1, 0))):
        body.add_joint(name=name, type=mujoco.mjtJoint.mjJNT_SLIDE, axis=axis)
    cylinder = mujoco.mjtGeom.mjGEOM_CYLINDER
    body.add_geom(name="hull", type=cylinder, size=(0.22, 0.58, 0.0), mass=20.0)
    model = spec.compile()
    return model, mujoco.MjData(model)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.shape)
def test_triangles_look_outwards_and_fill_the_part(part: Part) -> None:
    mesh = part_mesh(part)
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    outward = np.cross(b - a, c - a)
    assert (np.einsum("ij,ij->i", outward, (a + b + c) / 3.0 - part.position_m) > 0.0).all()
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-5)
    assert (np.einsum("ij,ij->i", outward, mesh.normals[mesh.faces[:, 0]]) > 0.0).all()
    # Twice the distance of the farthest vertex is the diagonal of what it approximates.
    assert len(np.unique(mesh.faces)) <= len(mesh.vertices)


def test_the_volume_of_a_box_mesh_is_its_size() -> None:
    mesh = part_mesh(PARTS[0])
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(float) for k in range(3))
    assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0 == pytest.approx(
        0.4 * 0.6 * 0.8, rel=1e-4
    )


def test_a_picture_on_a_front_is_neither_mirrored_nor_upside_down() -> None:
    mesh = part_mesh(Part("box", (0.1, 2.0, 1.0), (0.0, 0.0, 0.5), "t"))
    front = mesh.normals[:, 0] > 0.9
    for vertex, uv in zip(mesh.vertices[front], mesh.uv[front], strict=True):
        # Someone who looks at the front (towards -x) has +y on the right.
        np.testing.assert_allclose(uv, (vertex[1] / 2.0 + 0.5, vertex[2]), atol=1e-6)


def test_a_part_of_a_texture_and_a_repeating_texture() -> None:
    mesh = part_mesh(Part("box", (0.1, 2.0, 1.0), (0.0, 0.0, 0.5), "t", uv=(0.25, 0.0, 0.75, 0.5)))
    np.testing.assert_allclose(
        [mesh.uv.min(axis=0), mesh.uv.max(axis=0)], [(0.25, 0.0), (0.75, 0.5)]
    )
    mesh = part_mesh(Part("box", (0.1, 2.0, 1.0), (0.0, 0.0, 0.5), "t", tile_m=0.5))
    front = mesh.uv[mesh.normals[:, 0] > 0.9]
    np.testing.assert_allclose(np.ptp(front, axis=0), (4.0, 2.0), rtol=1e-5)


def test_merged_meshes_keep_their_triangles() -> None:
    meshes = [part_mesh(part) for part in PARTS]
    whole = merge(meshes)
    assert len(whole.faces) == sum(len(mesh.faces) for mesh in meshes)
    last = whole.vertices[whole.faces[-1]]
    np.testing.assert_array_equal(last, meshes[-1].vertices[meshes[-1].faces[-1]])


def test_every_geom_knows_its_object(scene: Scene) -> None:
    model = build_world(scene).compile()
    owners = geom_object_ids(model)
    assert len(owners) == model.ngeom
    assert {obj.id for obj in scene.objects} == set(owners)
    colliding = {obj.id for obj in scene.objects if obj.collides}
    for geom, owner in enumerate(owners):
        if model.geom_group[geom] == COLLISION_GROUP:
            assert owner in colliding and model.geom_contype[geom] == 1
        else:
            assert model.geom_group[geom] == VISUAL_GROUP
            assert model.geom_contype[geom] == model.geom_conaffinity[geom] == 0
    assert {o for g, o in enumerate(owners) if model.geom_contype[g]} == colliding


def test_rendering_is_set_up_for_software(scene: Scene) -> None:
    spec = build_world(scene)
    assert spec.visual.quality.offsamples == 0
    assert not any(light.castshadow for light in spec.lights)
    np.testing.assert_array_equal(spec.visual.headlight.diffuse, 0.0)


def test_where_the_plan_is_free_nothing_touches_the_robot(scene: Scene) -> None:
    model, data = robot_in(scene)
    plan, rng = floor_plan(scene), np.random.default_rng(0)
    for _ in range(150):
        data.qpos[:] = plan.sample_free_pose(rng, 0.23)[:2]
        mujoco.mj_forward(model, data)
        assert data.ncon == 0, data.qpos


def test_where_the_plan_is_occupied_something_touches_the_robot(scene: Scene) -> None:
    model, data = robot_in(scene)
    plan, rng = floor_plan(scene), np.random.default_rng(1)
    rows, columns = np.nonzero(plan.occupied)
    for index in rng.permutation(rows.size)[:150]:
        data.qpos[:] = plan.center(rows[index], columns[index])
        mujoco.mj_forward(model, data)
        assert data.ncon > 0, data.qpos


def test_the_camera_sees_a_sign_the_right_way_round() -> None:
    image = np.zeros((8, 8, 3), dtype=np.uint8)
    image[:4, :4], image[:4, 4:], image[4:, :4] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    sign = Part("box", (0.02, 1.0, 1.0), (0.0, 0.0, 1.0), "sign")
    scene = Scene(
        "home",
        0,
        (-2, -2, 2, 2),
        (),
        (SceneObject("sign", "sign", (0.0, 0.0, 0.0), (sign,)),),
        (),
        np.zeros((0, 2)),
        {"sign": image},
    )
    spec = build_world(scene)
    quat = np.zeros(4)
    # A camera at x = 1 that looks along -x: its right is +y, its up is +z.
    mujoco.mju_mat2Quat(quat, np.asarray([0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]))
    spec.worldbody.add_camera(name="eye", pos=(1.0, 0.0, 1.0), quat=quat, fovy=60.0)
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    try:
        renderer = mujoco.Renderer(model, 64, 64)
    except Exception as error:  # no GL library on this machine
        pytest.skip(f"no rendering here: {error}")
    renderer.update_scene(data, "eye")
    seen = renderer.render()
    assert np.argmax(seen[20, 20]) == 0 and np.argmax(seen[20, 44]) == 1
    assert np.argmax(seen[44, 20]) == 2 and seen[44, 44].max() < 40
