"""What a picture of the map has looked through is free; what it has not may hide something."""

from __future__ import annotations

import numpy as np
import pytest
from room_world import make_rig

from astra_core import se3
from astra_global.localize.config import FeatureConfig
from astra_global.localize.free_rays import free_rays, sight_of
from astra_global.localize.index import GRID_STEP_PX, LocalizationIndex
from astra_global.localize.place_map import PlaceMap
from astra_global.types import AstraMap, MapNode

WALL_M, COLUMN_M = 5.0, 2.0


@pytest.fixture(scope="module")
def places() -> PlaceMap:
    """One picture: a wall 5 m ahead, and a column 2 m ahead over the whole right half."""
    rig = make_rig()
    k = rig.cameras[0].intrinsics
    grid = np.full((1, k.height_px // GRID_STEP_PX, k.width_px // GRID_STEP_PX), 1.0 / WALL_M)
    grid[..., grid.shape[-1] // 2 :] = 1.0 / COLUMN_M
    index = LocalizationIndex(
        FeatureConfig(words=2),
        ("n0000",),
        rig.names,
        np.zeros(1, np.int32),
        np.zeros(1, np.int32),
        np.zeros(2, np.int64),
        np.zeros((0, 128), np.uint8),
        np.zeros((0, 3), np.float32),
        np.zeros((2, 128), np.float32),
        np.zeros((1, 256), np.float16),
        grid.astype(np.float16),
    )
    node = MapNode("n0000", se3.from_se2(np.zeros(3)))
    return PlaceMap(AstraMap((node,), (), (), rig), index)


def ahead(places: PlaceMap, right: float, depth_m: float) -> np.ndarray:
    """Return a point on a ray of the picture, ``right`` of its centre per metre of depth."""
    return se3.transform_points(
        places.t_map_optical[0], np.array([[right * depth_m, 0.0, depth_m]])
    )


@pytest.mark.parametrize(
    ("right", "depth_m", "relative"),
    [
        (-0.5, 2.5, 0.5),
        (-0.5, 5.0, 1.0),
        (-0.5, 10.0, 2.0),
        (0.5, 2.0, 1.0),
        (0.5, 5.0, 2.5),
        (0.5, -2.0, 0.0),
        (9.0, 2.0, 0.0),
    ],
)
def test_depth_beside_that_of_the_surface(
    places: PlaceMap, right: float, depth_m: float, relative: float
) -> None:
    sight = sight_of(ahead(places, right, depth_m), 0, places)
    assert sight.depth_m[0] == pytest.approx(depth_m)
    assert sight.relative_depth[0] == pytest.approx(relative, rel=2e-3)


def test_only_what_was_looked_through_is_free(places: PlaceMap) -> None:
    camera = places.t_map_optical[0, :3, 3]
    picture = np.array([0])
    seen = np.concatenate([ahead(places, -0.5, WALL_M), ahead(places, 0.5, COLUMN_M)])
    assert free_rays(camera, seen, picture, places).all()
    assert not free_rays(camera, ahead(places, 0.5, WALL_M), picture, places).any()
    # From behind the column, 3 m ahead on the right: the way to the wall on the left begins where
    # the picture could not look.
    behind = ahead(places, 0.5, 3.0)[0]
    assert not free_rays(behind, ahead(places, -0.5, WALL_M), picture, places).any()
    # From the left half the same wall is seen through nothing but looked-at space.
    beside = ahead(places, -0.3, 3.0)[0]
    assert free_rays(beside, ahead(places, -0.5, WALL_M), picture, places).all()
    assert not free_rays(camera, seen, picture[:0], places).any()


def test_the_robot_does_not_hide_anything_from_itself(places: PlaceMap) -> None:
    """Within its own radius nothing has to be seen free: it stands there."""
    camera = places.t_map_optical[0, :3, 3]
    near = camera + np.array([[0.0, 0.3, 0.0]])
    assert free_rays(camera, near, np.array([], dtype=np.intp), places).all()
