"""Triangles with texture coordinates: a texture on a primitive box would smear on its sides."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.types import Part

__all__ = ["Mesh", "merge", "part_mesh"]

_ROUND = 14
#: Vertices ``(V, 3)``, normals ``(V, 3)``, texture coordinates ``(V, 2)``, faces ``(F, 3)``.
_Surface = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.integer]]


@dataclass(frozen=True)
class Mesh:
    """Triangles in the object's frame.

    Attributes:
        vertices: ``(V, 3)`` float32, metres.
        normals: ``(V, 3)`` float32.
        uv: ``(V, 2)`` float32, (0, 0) is the lower left corner of the image.
        faces: ``(F, 3)`` int32, counter-clockwise from outside.
    """

    vertices: NDArray[np.float32]
    normals: NDArray[np.float32]
    uv: NDArray[np.float32]
    faces: NDArray[np.int32]


def merge(meshes: list[Mesh]) -> Mesh:
    """Join meshes that share a texture into one: fewer draw calls."""
    offsets = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes[:-1])])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.uv for mesh in meshes]),
        np.concatenate([m.faces + o for m, o in zip(meshes, offsets, strict=True)]).astype(
            np.int32
        ),
    )


def part_mesh(part: Part) -> Mesh:
    """Return the mesh of a part in the frame of its object."""
    builder = {"box": _box, "cylinder": _cylinder, "sphere": _sphere}[part.shape]
    vertices, normals, uv, faces = builder(part)
    c, s = math.cos(part.pitch_rad), math.sin(part.pitch_rad)
    pitch = np.asarray([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    c, s = math.cos(part.yaw_rad), math.sin(part.yaw_rad)
    rotation = np.asarray([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ pitch
    vertices = vertices @ rotation.T + np.asarray(part.position_m)
    normals = normals @ rotation.T
    return Mesh(
        vertices.astype(np.float32),
        normals.astype(np.float32),
        uv.astype(np.float32),
        faces.astype(np.int32),
    )


#: Outward normal, direction of u and direction of v of each face of a box, seen from outside.
_FACES = np.asarray(
    (
        ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
        ((-1, 0, 0), (0, -1, 0), (0, 0, 1)),
        ((0, 1, 0), (-1, 0, 0), (0, 0, 1)),
        ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
        ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
        ((0, 0, -1), (1, 0, 0), (0, -1, 0)),
    ),
    dtype=np.float64,
)
_CORNERS = np.asarray(((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)))
#: ``(24, 3)`` corners of the unit box, four per face, and what belongs to them.
_BOX_NORMALS, _BOX_RIGHT, _BOX_UP = (np.repeat(_FACES[:, k], 4, axis=0) for k in range(3))
_BOX_UV = np.tile(_CORNERS, (6, 1))
_BOX = 0.5 * _BOX_NORMALS + _BOX_UV[:, :1] * _BOX_RIGHT + _BOX_UV[:, 1:] * _BOX_UP
_BOX_FACES = np.concatenate([np.asarray(((0, 1, 2), (0, 2, 3))) + 4 * face for face in range(6)])


def _box(part: Part) -> _Surface:
    vertices = _BOX * np.asarray(part.size_m)
    if part.tile_m > 0.0:
        # In the object's frame, so that neighbouring parts do not start alike.
        where = (vertices + np.asarray(part.position_m)) / part.tile_m
        uv = np.stack([(where * _BOX_RIGHT).sum(axis=1), (where * _BOX_UP).sum(axis=1)], axis=1)
    else:
        low, high = np.asarray(part.uv[:2]), np.asarray(part.uv[2:])
        uv = low + (_BOX_UV + 0.5) * (high - low)
    return vertices, _BOX_NORMALS, uv, _BOX_FACES


def _cylinder(part: Part) -> _Surface:
    rx, ry, half = (value / 2.0 for value in part.size_m)
    angles = np.linspace(0.0, 2.0 * math.pi, _ROUND + 1)
    cos, sin = np.cos(angles), np.sin(angles)
    ring = np.stack([rx * cos, ry * sin], axis=1)
    flat = np.stack([cos, sin, np.zeros_like(cos)], axis=1)
    side = [np.column_stack([ring, np.full(len(ring), z)]) for z in (-half, half)]
    around, height = (2.0 * math.pi * rx, 2.0 * half)
    scale = part.tile_m if part.tile_m > 0.0 else None
    u = angles / (2.0 * math.pi) * (around / scale if scale else 1.0)
    top_v = height / scale if scale else 1.0
    side_uv = [np.column_stack([u, np.full(len(u), v)]) for v in (0.0, top_v)]
    n = len(ring)
    faces = []
    for i in range(_ROUND):
        faces += [(i, i + 1, n + i + 1), (i, n + i + 1, n + i)]
    vertices, normals, uv = [*side], [flat, flat], [*side_uv]
    for sign in (1.0, -1.0):
        start = sum(len(block) for block in vertices)
        vertices.append(np.column_stack([ring, np.full(n, sign * half)]))
        normals.append(np.tile((0.0, 0.0, sign), (n, 1)))
        unit = 2.0 * max(rx, ry) / scale if scale else 1.0
        # A cap that lies along +x keeps "up" up: its image is turned as seen from the front.
        cap = np.column_stack([sin, -cos]) if part.pitch_rad else np.column_stack([cos, sin])
        uv.append(0.5 + 0.5 * unit * cap)
        for i in range(1, _ROUND - 1):
            order = (0, i, i + 1) if sign > 0 else (0, i + 1, i)
            faces.append((start + order[0], start + order[1], start + order[2]))
    return np.concatenate(vertices), np.concatenate(normals), np.concatenate(uv), np.asarray(faces)


def _sphere(part: Part) -> _Surface:
    radii = np.asarray(part.size_m) / 2.0
    rings, around = 7, 12
    polar = np.linspace(0.0, math.pi, rings)
    turn = np.linspace(0.0, 2.0 * math.pi, around + 1)
    theta, phi = (grid.ravel() for grid in np.meshgrid(polar, turn, indexing="ij"))
    unit = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], 1)
    normals = unit / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    scale = max(part.size_m) * 1.6 / part.tile_m if part.tile_m > 0.0 else 1.0
    uv = np.stack([phi / (2.0 * math.pi) * 2.0 * scale, (1.0 - theta / math.pi) * scale], axis=1)
    n, faces = around + 1, []
    for i in range(rings - 1):
        for j in range(around):
            a, b, c, d = i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1
            if i < rings - 2:
                faces.append((a, b, c))
            if i > 0:
                faces.append((a, c, d))
    return unit * radii, normals, uv, np.asarray(faces)
