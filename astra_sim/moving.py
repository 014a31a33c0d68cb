"""What moves by itself in a MuJoCo world: people and door leaves.

They are mocap bodies, placed from outside and never pushed. For whoever leaves geoms out of a
picture: everything static is a geom of the world body; every geom of another body may be
somewhere else in the next picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.mesh import Mesh
from astra_sim.scenes.model import COLLISION_GROUP, VISUAL_GROUP

if TYPE_CHECKING:
    import mujoco

__all__ = ["add_material", "add_mesh_geom", "add_solid_geom", "let_robot_touch"]

#: Collision bits. The world and the robot have bit 0; what moves touches only who asks for bit 1,
#: so that people cost no contacts with walls, furniture and each other.
_MOVING_TYPE, _MOVING_AFFINITY = 2, 4


def add_material(spec: mujoco.MjSpec, name: str, image: NDArray[np.uint8]) -> None:
    """Add a picture ``(H, W, 3)`` uint8 as a texture and a matt material of the same name."""
    import mujoco

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
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name


def add_mesh_geom(
    spec: mujoco.MjSpec, body: mujoco.MjsBody, name: str, mesh: Mesh, material: str
) -> None:
    """Add something to look at, which touches nothing."""
    import mujoco

    spec.add_mesh(
        name=name,
        uservert=mesh.vertices.ravel(),
        usernormal=mesh.normals.ravel(),
        usertexcoord=mesh.uv.ravel(),
        userface=mesh.faces.ravel(),
        userfacenormal=mesh.faces.ravel(),
        userfacetexcoord=mesh.faces.ravel(),
        inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
    )
    body.add_geom(
        name=name,
        type=mujoco.mjtGeom.mjGEOM_MESH,
        meshname=name,
        material=material,
        contype=0,
        conaffinity=0,
        group=VISUAL_GROUP,
    )


def add_solid_geom(
    body: mujoco.MjsBody,
    name: str,
    kind: mujoco.mjtGeom,
    size: list[float],
    height_m: float,
) -> None:
    """Add something to bump into: ``size`` as MuJoCo counts it, its middle at a height."""
    body.add_geom(
        name=name,
        type=kind,
        size=size,
        pos=[0.0, 0.0, height_m],
        contype=_MOVING_TYPE,
        conaffinity=_MOVING_AFFINITY,
        group=COLLISION_GROUP,
        rgba=[0.8, 0.2, 0.2, 0.4],
    )


def let_robot_touch(spec: mujoco.MjSpec, name: str) -> None:
    """Make the hull of a robot collide with what moves."""
    spec.geom(f"{name}_hull").conaffinity |= _MOVING_TYPE
