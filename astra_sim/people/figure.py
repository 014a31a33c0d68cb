"""The shape of a person: seven rigid bodies, each a few tubes of elliptic cross-section.

Frames: x forward, y left, z up. The trunk's origin is on the floor, limbs hang from their joints
(z = 0) downwards. Sizes are shares of the body height, after the usual tables of proportions:
hips at 0.52, knees at 0.28, shoulders at 0.81.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_sim.people.skins import ATLAS
from astra_sim.scenes.mesh import Mesh, merge

__all__ = ["LIMBS", "Figure", "body_meshes", "draw_figure"]

#: Bodies of one person in the order of their mocap bodies.
LIMBS = ("trunk", "thigh_left", "thigh_right", "shin_left", "shin_right", "arm_left", "arm_right")

_AROUND = 12


@dataclass(frozen=True)
class Figure:
    """Build of one person.

    Attributes:
        height_m: From the soles to the crown.
        girth: Width relative to an average person.
        radius_m: Of the upright cylinder that the robot can touch.
        long_hair: Whether the hair falls to the shoulders.
        short_sleeves: Whether the forearms are bare.
        backpack: Whether there is one.
    """

    height_m: float
    girth: float
    radius_m: float
    long_hair: bool
    short_sleeves: bool
    backpack: bool

    @property
    def hip_m(self) -> float:
        """Height of the hip joints."""
        return 0.52 * self.height_m

    @property
    def thigh_m(self) -> float:
        """From hip to knee."""
        return 0.245 * self.height_m

    @property
    def shin_m(self) -> float:
        """From knee to sole."""
        return 0.275 * self.height_m

    @property
    def hip_y_m(self) -> float:
        """From the middle to a hip joint."""
        return 0.052 * self.height_m * self.girth

    @property
    def shoulder_m(self) -> tuple[float, float]:
        """From the middle to a shoulder joint, and its height."""
        return 0.112 * self.height_m * self.girth, 0.805 * self.height_m


def draw_figure(rng: np.random.Generator) -> Figure:
    """Draw a build; the cylinder is 0.22 to 0.25 m wide from its middle."""
    girth = float(rng.uniform(0.92, 1.18))
    return Figure(
        height_m=float(rng.uniform(1.56, 1.90)),
        girth=girth,
        radius_m=round(0.22 + 0.03 * (girth - 0.92) / 0.26, 3),
        long_hair=bool(rng.random() < 0.45),
        short_sleeves=bool(rng.random() < 0.5),
        backpack=bool(rng.random() < 0.25),
    )


def body_meshes(figure: Figure) -> dict[str, Mesh]:
    """Return the mesh of every body in :data:`LIMBS`, textured by :data:`~.skins.ATLAS`."""
    meshes = {"trunk": _trunk(figure)}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        meshes[f"thigh_{side}"] = _thigh(figure)
        meshes[f"shin_{side}"] = _shin(figure)
        meshes[f"arm_{side}"] = _arm(figure, sign)
    return {limb: meshes[limb] for limb in LIMBS}


def _trunk(f: Figure) -> Mesh:
    h, g = f.height_m, f.height_m * f.girth
    pelvis = _tube(
        [
            (0.47 * h, 0.0, 0.030 * g, 0.055 * g),
            (0.49 * h, 0.0, 0.062 * g, 0.094 * g),
            (0.53 * h, 0.0, 0.066 * g, 0.100 * g),
            (0.585 * h, 0.0, 0.058 * g, 0.088 * g),
        ],
        "trousers",
    )
    chest = _tube(
        [
            (0.555 * h, 0.0, 0.066 * g, 0.098 * g),
            (0.62 * h, 0.0, 0.062 * g, 0.090 * g),
            (0.70 * h, 0.004 * h, 0.070 * g, 0.102 * g),
            (0.77 * h, 0.002 * h, 0.068 * g, 0.112 * g),
            (0.81 * h, -0.004 * h, 0.054 * g, 0.108 * g),
            (0.835 * h, -0.006 * h, 0.036 * g, 0.066 * g),
            (0.845 * h, -0.006 * h, 0.030 * g, 0.036 * g),
        ],
        "shirt",
    )
    neck = _tube(
        [(0.83 * h, -0.004 * h, 0.030 * h, 0.030 * h), (0.885 * h, 0.0, 0.028 * h, 0.028 * h)],
        "skin",
    )
    return merge([pelvis, chest, neck, *_head(f), *(_backpack(f) if f.backpack else [])])


def _head(f: Figure) -> list[Mesh]:
    h = f.height_m
    face = _tube(
        [
            (0.862 * h, 0.012 * h, 0.022 * h, 0.020 * h),
            (0.875 * h, 0.009 * h, 0.040 * h, 0.034 * h),
            (0.905 * h, 0.006 * h, 0.052 * h, 0.041 * h),
            (0.940 * h, 0.004 * h, 0.057 * h, 0.045 * h),
            (0.970 * h, 0.002 * h, 0.052 * h, 0.042 * h),
            (0.988 * h, 0.0, 0.034 * h, 0.028 * h),
        ],
        "face",
    )
    # The hair is a little larger than the head and set back, so that the face stays free.
    crown = [
        (0.952 * h, -0.004 * h, 0.058 * h, 0.049 * h),
        (0.975 * h, -0.003 * h, 0.058 * h, 0.049 * h),
        (0.992 * h, -0.002 * h, 0.044 * h, 0.038 * h),
        (1.000 * h, 0.0, 0.020 * h, 0.018 * h),
    ]
    low = 0.80 if f.long_hair else 0.885
    back = [
        (low * h, -0.026 * h, 0.022 * h, 0.040 * h),
        ((low + 0.03) * h, -0.028 * h, 0.032 * h, 0.050 * h),
        (0.93 * h, -0.026 * h, 0.040 * h, 0.052 * h),
        (0.965 * h, -0.016 * h, 0.046 * h, 0.050 * h),
    ]
    return [face, _tube(crown, "hair"), _tube(back, "hair")]


def _backpack(f: Figure) -> list[Mesh]:
    h, x = f.height_m, -0.10 * f.height_m * f.girth
    return [
        _tube(
            [
                (0.60 * h, x, 0.030 * h, 0.070 * h),
                (0.62 * h, x, 0.044 * h, 0.084 * h),
                (0.74 * h, x, 0.044 * h, 0.082 * h),
                (0.79 * h, x + 0.01 * h, 0.026 * h, 0.060 * h),
            ],
            "shoes",
        )
    ]


def _thigh(f: Figure) -> Mesh:
    length, g = f.thigh_m, f.height_m * f.girth
    return _tube(
        [
            (-length - 0.01, 0.0, 0.036 * g, 0.034 * g),
            (-0.5 * length, 0.0, 0.046 * g, 0.043 * g),
            (0.02, 0.0, 0.054 * g, 0.050 * g),
        ],
        "leg",
    )


def _shin(f: Figure) -> Mesh:
    length, g = f.shin_m, f.height_m * f.girth
    cloth = _tube(
        [
            (-length + 0.05, 0.0, 0.034 * g, 0.031 * g),
            (-0.45 * length, -0.004, 0.037 * g, 0.034 * g),
            (0.02, 0.0, 0.037 * g, 0.035 * g),
        ],
        "leg",
    )
    shoe = _tube(
        [
            (-length, 0.055, 0.140, 0.046),
            (-length + 0.035, 0.052, 0.134, 0.046),
            (-length + 0.065, 0.030, 0.098, 0.042),
            (-length + 0.09, 0.0, 0.050, 0.040),
        ],
        "shoes",
    )
    return merge([cloth, shoe])


def _arm(f: Figure, sign: float) -> Mesh:
    """A slightly bent arm; the hand is in front of the hip and a little off it."""
    h = f.height_m
    elbow, wrist = -0.185 * h, -0.335 * h
    forward, aside = 0.035 * h, 0.014 * h * sign
    sleeve = [
        (0.022 * h, 0.0, 0.014 * h, 0.012 * h),
        (0.012 * h, 0.0, 0.026 * h, 0.022 * h),
        (-0.004 * h, 0.0, 0.032 * h, 0.028 * h),
        (-0.03 * h, 0.0, 0.033 * h, 0.029 * h),
        (-0.10 * h, 0.0, 0.029 * h, 0.027 * h),
    ]
    bare = [(elbow, 0.0, 0.022 * h, 0.021 * h), (wrist, forward, 0.017 * h, 0.016 * h)]
    hand = [
        (wrist, forward, 0.020 * h, 0.014 * h),
        (wrist - 0.025 * h, forward + 0.006 * h, 0.026 * h, 0.014 * h),
        (wrist - 0.065 * h, forward + 0.014 * h, 0.018 * h, 0.011 * h),
    ]
    if f.short_sleeves:
        parts = [_tube(sleeve, "sleeve"), _tube([sleeve[-1], *bare], "skin")]
    else:
        wide = [(z, x, rx * 1.12, ry * 1.12) for z, x, rx, ry in bare]
        parts = [_tube([*sleeve, *wide], "sleeve")]
    arm = merge([*parts, _tube(hand, "skin")])
    lean = np.zeros_like(arm.vertices)
    lean[:, 1] = aside * arm.vertices[:, 2] / wrist
    return Mesh(arm.vertices + lean, arm.normals, arm.uv, arm.faces)


def _tube(rings: list[tuple[float, float, float, float]], material: str) -> Mesh:
    """Return a closed tube through ellipses (z, x of the middle, half length x, half width y).

    The texture's middle is at the front (+x) and runs around from the back.
    """
    rings = sorted(rings)
    u0, v0, u1, v1 = ATLAS[material]
    z = np.asarray([ring[0] for ring in rings])[:, None]
    x, rx, ry = (np.asarray([ring[k] for ring in rings])[:, None] for k in (1, 2, 3))
    share = np.linspace(0.0, 1.0, _AROUND + 1)[None]
    angle = math.pi + 2.0 * math.pi * share
    side = np.stack(
        [x + rx * np.cos(angle), ry * np.sin(angle), np.broadcast_to(z, (len(rings), _AROUND + 1))],
        axis=-1,
    )
    height = (z - z[0]) / (z[-1] - z[0])
    uv = np.stack(
        np.broadcast_arrays(u0 + (u1 - u0) * share, v0 + (v1 - v0) * height), axis=-1
    ).reshape(-1, 2)
    normals = _normals(side)
    n, faces = _AROUND + 1, []
    for ring in range(len(rings) - 1):
        for k in range(_AROUND):
            a, b = ring * n + k, ring * n + k + 1
            faces += [(a, b, b + n), (a, b + n, a + n)]
    vertices = [side.reshape(-1, 3)]
    for end, up in ((0, -1.0), (len(rings) - 1, 1.0)):
        start = sum(len(block) for block in vertices)
        vertices.append(side[end])
        normals = np.concatenate([normals, np.tile((0.0, 0.0, up), (n, 1))])
        uv = np.concatenate([uv, uv.reshape(-1, 2)[end * n : end * n + n]])
        for k in range(1, _AROUND - 1):
            order = (0, k, k + 1) if up > 0.0 else (0, k + 1, k)
            faces.append((start + order[0], start + order[1], start + order[2]))
    return Mesh(
        np.concatenate(vertices).astype(np.float32),
        normals.astype(np.float32),
        uv.astype(np.float32),
        np.asarray(faces, np.int32),
    )


def _normals(side: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normals ``(R * N, 3)`` of a closed surface ``(R, N, 3)``, first column equal to the last."""
    around = np.roll(side[:, :-1], -1, axis=1) - np.roll(side[:, :-1], 1, axis=1)
    around = np.concatenate([around, around[:, :1]], axis=1)
    normal = np.cross(around, np.gradient(side, axis=0))
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    return normal.reshape(-1, 3)
