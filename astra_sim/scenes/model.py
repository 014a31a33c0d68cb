"""A scene as a MuJoCo world: meshes to look at, primitives to bump into."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from astra_sim.scenes.mesh import merge, part_mesh
from astra_sim.scenes.parts import is_round
from astra_sim.scenes.types import Part, Scene, SceneObject

if TYPE_CHECKING:
    import mujoco

__all__ = ["COLLISION_GROUP", "OPAQUE", "VISUAL_GROUP", "build_world", "geom_object_ids"]

#: Geom group of what is seen; MuJoCo draws groups 0 to 2 by default.
VISUAL_GROUP = 1
#: Geom group of what collides; not drawn by default.
COLLISION_GROUP = 3
#: ``geom_user`` of a box to bump into of which all six sides are drawn: nothing is seen through it.
OPAQUE = 1.0
#: Name of a geom: object id, this, a running number.
_MARK = "#"
_EXTENT_M = 10.0
#: What begins above this height touches no robot.
_TALLEST_M = 1.5


def build_world(scene: Scene) -> mujoco.MjSpec:
    """Build everything that does not move.

    Every object becomes one mesh per texture it shows (group :data:`VISUAL_GROUP`, collides with
    nothing) and, if the robot can touch it, a few primitives (group :data:`COLLISION_GROUP`).
    All hang on the world body; add robots and people to the result and compile it.

    Args:
        scene: The building.

    Returns:
        A spec with lights and rendering options set for software rendering: no shadows, no
        multisampling, clipping planes at 0.04 m and 40 m.
    """
    import mujoco

    spec = mujoco.MjSpec()
    spec.modelname = f"{scene.family}-{scene.seed}"
    _options(spec)
    for name, image in scene.textures.items():
        texture = spec.add_texture(
            name=name,
            type=mujoco.mjtTexture.mjTEXTURE_2D,
            width=image.shape[1],
            height=image.shape[0],
            nchannel=3,
        )
        # MuJoCo puts the first row of bytes at v = 0, the bottom.
        texture.data = np.ascontiguousarray(image[::-1]).tobytes()
        material = spec.add_material(name=name, specular=0.0, shininess=0.0, reflectance=0.0)
        # The lights come from above; without this ceilings would be dark.
        material.emission = 0.35 if name.startswith("ceiling") else 0.0
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    for obj in scene.objects:
        _add_visuals(spec, obj)
        if obj.collides:
            _add_collisions(spec, obj)
    _add_lights(spec, scene)
    return spec


def geom_object_ids(model: mujoco.MjModel) -> list[str]:
    """Return the object's id for every geom of a compiled model, empty for others (the robot).

    Segmentation images give geom ids; this says what they are.
    """
    import mujoco

    names = [
        mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_GEOM, i) or "" for i in range(model.ngeom)
    ]
    return [name.split(_MARK)[0] if _MARK in name else "" for name in names]


def _options(spec: mujoco.MjSpec) -> None:
    spec.visual.quality.offsamples = 0
    spec.visual.quality.shadowsize = 0
    spec.visual.global_.offwidth = 640
    spec.visual.global_.offheight = 640
    # Ambient only: a lamp that moves with the camera would change every texture as one drives.
    spec.visual.headlight.ambient = (0.42, 0.42, 0.42)
    spec.visual.headlight.diffuse = (0.0, 0.0, 0.0)
    spec.visual.headlight.specular = (0.0, 0.0, 0.0)
    spec.nuser_geom = 1
    spec.stat.extent = _EXTENT_M
    spec.stat.center = (0.0, 0.0, 1.3)
    spec.visual.map.znear = 0.04 / _EXTENT_M
    spec.visual.map.zfar = 40.0 / _EXTENT_M


def _add_lights(spec: mujoco.MjSpec, scene: Scene) -> None:
    import mujoco

    lights = (
        ((0.35, 0.5, -1.0), 0.34),
        ((-0.8, 0.25, -0.35), 0.26),
        ((0.45, -0.85, 0.4), 0.20),
    )
    for index, (direction, strength) in enumerate(lights):
        spec.worldbody.add_light(
            name=f"light-{index}",
            type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
            pos=(0.0, 0.0, 2.4),
            dir=direction,
            diffuse=(strength,) * 3,
            ambient=(0.0, 0.0, 0.0),
            specular=(0.0, 0.0, 0.0),
            castshadow=False,
        )


def _add_visuals(spec: mujoco.MjSpec, obj: SceneObject) -> None:
    import mujoco

    by_texture: dict[str, list[Part]] = {}
    for part in obj.parts:
        by_texture.setdefault(part.texture, []).append(part)
    for number, (texture, parts) in enumerate(by_texture.items()):
        mesh = merge([part_mesh(part) for part in parts])
        name = f"{obj.id}{_MARK}v{number}"
        spec.add_mesh(
            name=name,
            uservert=mesh.vertices.ravel(),
            usernormal=mesh.normals.ravel(),
            usertexcoord=mesh.uv.ravel(),
            userface=mesh.faces.ravel(),
            userfacenormal=mesh.faces.ravel(),
            userfacetexcoord=mesh.faces.ravel(),
            # Thin and open bodies have no volume to integrate.
            inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
        )
        spec.worldbody.add_geom(
            name=name,
            type=mujoco.mjtGeom.mjGEOM_MESH,
            meshname=name,
            material=texture,
            pos=(obj.pose[0], obj.pose[1], 0.0),
            quat=_quat(obj.pose[2], 0.0),
            contype=0,
            conaffinity=0,
            group=VISUAL_GROUP,
        )


def _add_collisions(spec: mujoco.MjSpec, obj: SceneObject) -> None:
    import mujoco

    x, y, theta = obj.pose
    cos, sin = math.cos(theta), math.sin(theta)
    for number, part in enumerate(_outer_parts(obj.parts)):
        px, py, pz = part.position_m
        size = [value / 2.0 for value in part.size_m]
        if part.shape == "box" or (part.shape == "sphere" and not is_round(part)):
            kind = mujoco.mjtGeom.mjGEOM_BOX
        else:
            kind, size = mujoco.mjtGeom.mjGEOM_CYLINDER, [size[0], size[2], 0.0]
        spec.worldbody.add_geom(
            name=f"{obj.id}{_MARK}c{number}",
            type=kind,
            size=size,
            pos=(x + cos * px - sin * py, y + sin * px + cos * py, pz),
            quat=_quat(theta + part.yaw_rad, part.pitch_rad),
            group=COLLISION_GROUP,
            rgba=(0.8, 0.2, 0.2, 0.4),
            userdata=(OPAQUE if part.shape == "box" and part.pitch_rad == 0.0 else 0.0,),
        )


def _outer_parts(parts: tuple[Part, ...]) -> list[Part]:
    """Leave out what is above the robot, and parts inside a larger box but for 2 cm: handles."""
    half = np.asarray([_half_extents(part) for part in parts])
    centre = np.asarray([part.position_m for part in parts])
    low, high = centre - half, centre + half
    volume = half.prod(axis=1)
    solid = np.asarray([part.shape == "box" for part in parts])
    within = (low[None] - 0.02 <= low[:, None]).all(axis=2)
    within &= (high[None] + 0.02 >= high[:, None]).all(axis=2)
    within &= solid[None] & (volume[None] > volume[:, None] * 1.0001)
    return [
        part
        for index, part in enumerate(parts)
        if not within[index].any() and low[index, 2] < _TALLEST_M
    ]


def _half_extents(part: Part) -> tuple[float, float, float]:
    """Return half of the axis-aligned extents in the object's frame."""
    x, y, z = (value / 2.0 for value in part.size_m)
    c, s = abs(math.cos(part.pitch_rad)), abs(math.sin(part.pitch_rad))
    x, z = c * x + s * z, s * x + c * z
    c, s = abs(math.cos(part.yaw_rad)), abs(math.sin(part.yaw_rad))
    return c * x + s * y, s * x + c * y, z


def _quat(yaw: float, pitch: float) -> tuple[float, float, float, float]:
    """Return the quaternion (w, x, y, z) of a pitch about y followed by a yaw about z."""
    cy, sy = math.cos(yaw / 2.0), math.sin(yaw / 2.0)
    cp, sp = math.cos(pitch / 2.0), math.sin(pitch / 2.0)
    return cy * cp, -sy * sp, cy * sp, sy * cp
