"""Every piece of furniture: several parts, inside the floor it asks for, nothing in the floor."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from astra_sim.scenes.functions import FUNCTIONS
from astra_sim.scenes.furniture import Kit, Piece, bathroom, bedroom, kitchen, living, study
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.textures import TextureStore
from astra_sim.scenes.types import SceneObject

MAKERS: dict[str, Callable[[Kit], Piece]] = {
    name: getattr(module, name)
    for module in (bathroom, bedroom, kitchen, living, study)
    for name in module.__all__
}
MAKERS["counter"] = partial(kitchen.counter, color="green")
MAKERS["sink"] = partial(kitchen.sink, color="green")
MAKERS["dining_table"] = partial(kitchen.dining_table, width=1.6)
MAKERS["dining_chair"] = partial(kitchen.dining_chair, cushion="red")
MAKERS["rug"] = partial(living.rug, depth=1.2, width=2.0, color="red")


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_pieces_keep_within_the_floor_they_ask_for(name: str) -> None:
    for seed in range(6):
        kit = Kit(np.random.default_rng(seed), TextureStore(0), seed)
        piece = MAKERS[name](kit)
        assert len(piece.parts) >= 2
        low, high = object_bounds(SceneObject(name, piece.kind, (0.0, 0.0, 0.0), piece.parts))
        depth, width, _ = piece.size_m
        assert low[2] >= -1e-9
        assert (low[:2] >= np.asarray((-depth, -width)) / 2.0 - 0.012).all(), (low, high)
        assert (high[:2] <= np.asarray((depth, width)) / 2.0 + 0.012).all(), (low, high)
        # What the piece asks for is not much more than what it covers.
        assert (high[:2] - low[:2] >= 0.65 * np.asarray((depth, width))).all(), (low, high)
        assert high[2] < 2.5
        if piece.landmark:
            assert piece.kind in FUNCTIONS


def test_texture_requests_can_be_drawn() -> None:
    textures = TextureStore(0)
    kit = Kit(np.random.default_rng(0), textures, 0)
    names = {part.texture for make in MAKERS.values() for part in make(kit).parts}
    images = textures.draw(names)
    assert set(images) == names
    assert all(image.shape[2] == 3 and image.dtype == np.uint8 for image in images.values())
