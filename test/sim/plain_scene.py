"""A hand-made room with round numbers, for tests that check by hand what the simulator says."""

from __future__ import annotations

import numpy as np

from astra_sim.scenes.types import Part, Room, Scene, SceneLandmark, SceneObject

WIDTH_M, DEPTH_M, HEIGHT_M = 6.0, 4.0, 2.6


def box(
    name: str,
    center: tuple[float, float],
    size: tuple[float, float, float],
    texture: str,
    bottom_m: float = 0.0,
    kind: str = "wall",
    collides: bool = True,
) -> SceneObject:
    """Return an axis-aligned box standing at ``bottom_m``."""
    part = Part("box", size, (0.0, 0.0, bottom_m + 0.5 * size[2]), texture)
    return SceneObject(name, kind, (*center, 0.0), (part,), collides=collides)


def plain_room() -> Scene:
    """Return a 6 m x 4 m room around the origin with a table at (1.5, 1.0), 0.8 m square."""
    rng = np.random.default_rng(0)
    textures = {
        name: np.kron(
            rng.integers(60, 200, (16, 16, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8)
        )
        for name in ("floor", "north", "south", "east", "west", "table")
    }
    half_x, half_y = 0.5 * WIDTH_M, 0.5 * DEPTH_M
    objects = (
        box("floor", (0.0, 0.0), (WIDTH_M, DEPTH_M, 0.1), "floor", -0.1, "floor"),
        box("north", (0.0, half_y + 0.05), (WIDTH_M, 0.1, HEIGHT_M), "north"),
        box("south", (0.0, -half_y - 0.05), (WIDTH_M, 0.1, HEIGHT_M), "south"),
        box("east", (half_x + 0.05, 0.0), (0.1, DEPTH_M, HEIGHT_M), "east"),
        box("west", (-half_x - 0.05, 0.0), (0.1, DEPTH_M, HEIGHT_M), "west"),
        box("table", (1.5, 1.0), (0.8, 0.8, 0.75), "table", kind="dining table"),
    )
    bounds = (-half_x, -half_y, half_x, half_y)
    table = SceneLandmark(
        "lm_table",
        "table",
        "dining table",
        "brown",
        "wood",
        "",
        "having a meal together",
        (1.5, 1.0, 0.375),
        (0.8, 0.8, 0.75),
    )
    return Scene(
        family="home",
        seed=0,
        bounds_m=bounds,
        rooms=(Room("room", "living room", bounds),),
        objects=objects,
        landmarks=(table,),
        door_centers_m=np.zeros((0, 2)),
        textures=textures,
    )
