"""Warehouse furniture keeps within its floor, letters have their height, racks their shape."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from astra_sim.scenes.functions_warehouse import FUNCTIONS, GOODS
from astra_sim.scenes.furniture import Kit, Piece
from astra_sim.scenes.furniture import warehouse_break as breaks
from astra_sim.scenes.furniture import warehouse_house as house
from astra_sim.scenes.furniture import warehouse_racks as racks
from astra_sim.scenes.furniture import warehouse_stations as stations
from astra_sim.scenes.furniture import warehouse_trucks as trucks
from astra_sim.scenes.furniture import warehouse_walls as fixtures
from astra_sim.scenes.layout.warehouse import RackSpec
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.textures import TextureStore
from astra_sim.scenes.textures.warehouse_loads import LOADS, load_uv, loads_texture
from astra_sim.scenes.textures.warehouse_plates import plate_size_m, plate_texture, plates_texture
from astra_sim.scenes.types import SceneObject
from astra_sim.scenes.warehouse_signs import dock_door

MAKERS: dict[str, Callable[[Kit], Piece]] = {
    name: getattr(module, name)
    for module in (breaks, house, stations, trucks, fixtures)
    for name in module.__all__
}
MAKERS["loaded_pallet"] = partial(
    trucks.loaded_pallet, load="carton-1", color="brown", material="cardboard"
)
MAKERS["conveyor"] = partial(trucks.conveyor, length=4.0)
MAKERS["exit_door"] = partial(fixtures.exit_door, letter_m=0.1)
MAKERS["dock_door"] = partial(dock_door, number=3, color="white", letter_m=0.3, door="hazard")
RACK = RackSpec(1.0, 2.0, 2, 3, 1.4, (4, 4), 2.5)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_pieces_keep_within_the_floor_they_ask_for(name: str) -> None:
    for seed in range(4):
        kit = Kit(np.random.default_rng(seed), TextureStore(0), seed)
        piece = MAKERS[name](kit)
        assert len(piece.parts) >= 2
        low, high = object_bounds(SceneObject(name, piece.kind, (0.0, 0.0, 0.0), piece.parts))
        depth, width, height = piece.size_m
        assert low[2] >= -1e-9
        assert high[2] <= height + 0.03
        assert (low[:2] >= np.asarray((-depth, -width)) / 2.0 - 0.012).all(), (low, high)
        assert (high[:2] <= np.asarray((depth, width)) / 2.0 + 0.012).all(), (low, high)
        # What the piece asks for is not much more than what it covers.
        assert (high[:2] - low[:2] >= 0.65 * np.asarray((depth, width))).all(), (low, high)
        assert piece.kind in FUNCTIONS or piece.kind == "sign"


@pytest.mark.parametrize("letter_m", [0.05, 0.1, 0.25, 0.3])
def test_letters_have_the_height_they_are_asked_for(letter_m: float) -> None:
    size = plate_size_m("HEH", letter_m)
    image = plate_texture(np.random.default_rng(0), "HEH", size, letter_m, WHITE, BLACK)
    inner = image[6:-6, 6:-6].max(axis=2) < 100
    rows, columns = np.nonzero(inner)
    metres_per_pixel = size[1] / image.shape[0]
    assert (np.ptp(rows) + 1) * metres_per_pixel == pytest.approx(letter_m, rel=0.06)
    # It stands in the middle.
    assert rows.mean() == pytest.approx(inner.shape[0] / 2.0, abs=2.0)
    assert columns.mean() == pytest.approx(inner.shape[1] / 2.0, abs=3.0)


def test_plates_of_an_aisle_are_stacked_from_the_bottom() -> None:
    rng, size = np.random.default_rng(0), plate_size_m("M-00", 0.1)
    stack = plates_texture(rng, ["A-01", "A-02"], size, 0.1, WHITE, BLACK)
    first = plate_texture(rng, "A-01", size, 0.1, WHITE, BLACK)
    assert (stack[len(first) :] == first).all()
    assert (stack[: len(first)] != first).any()


def test_pictures_of_loads_lie_apart_in_the_atlas() -> None:
    assert loads_texture(np.random.default_rng(0)).shape == (640, 640, 3)
    boxes = [load_uv(name) for name in LOADS]
    for index, (a, b, c, d) in enumerate(boxes):
        assert 0.0 < a < c < 1.0 and 0.0 < b < d < 1.0
        for e, f, g, h in boxes[:index]:
            assert c < e or g < a or d < f or h < b


def test_a_rack_has_its_bays_blocks_and_levels() -> None:
    centers = racks.bay_centers_m(RACK)
    # Two blocks of 4 bays of 2 m with 2.5 m between: 18.5 m.
    assert RACK.length_m == pytest.approx(18.5)
    np.testing.assert_allclose(centers[:4], [-8.25, -6.25, -4.25, -2.25])
    np.testing.assert_allclose(centers[4:], [2.25, 4.25, 6.25, 8.25])
    filling = racks.draw_fillings(np.random.default_rng(1), RACK, 1)[0]
    for center in centers:
        parts = racks.load_parts(RACK, center, filling)
        low, high = object_bounds(SceneObject("", "goods", (0.0, 0.0, 0.0), parts))
        assert low[1] > center - 1.0 and high[1] < center + 1.0
        assert np.abs([low[0], high[0]]).max() < 0.5
        assert high[2] < RACK.height_m + 0.5
    # The kerb leaves only the cross aisle open.
    plinth = racks.plinth_parts(RACK, "stone")
    assert sum(part.size_m[1] for part in plinth) == pytest.approx(16.0)


def test_goods_are_told_apart() -> None:
    assert len(set(GOODS)) == len(GOODS) >= 90
