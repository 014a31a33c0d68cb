"""Every piece of office furniture: several parts, inside the floor it asks for, a known word."""

from collections.abc import Callable

import numpy as np
import pytest

from astra_sim.scenes.functions_office import OFFICE_FUNCTIONS
from astra_sim.scenes.furniture import Kit, Piece, office_desks, office_service
from astra_sim.scenes.furniture import office_entrance as entrance
from astra_sim.scenes.furniture import office_meeting as meeting
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.textures import TextureStore
from astra_sim.scenes.types import SceneObject

_TOO_MANY_ARGUMENTS = {
    *("DeskMake", "desk_make", "desk", "desk_screen", "task_chair", "FIRMS", "reception_desk"),
    *("firm_wall", "meeting_table", "meeting_chair", "counter_coffee", "counter_microwave"),
    "toilet_screen",
}
MAKERS: dict[str, Callable[[Kit], Piece]] = {
    name: getattr(module, name)
    for module in (office_desks, office_service, entrance, meeting)
    for name in module.__all__
    if name not in _TOO_MANY_ARGUMENTS
}
MAKERS |= {
    "desk": lambda kit: office_desks.desk(kit, office_desks.desk_make(kit)),
    "desk_screen": lambda kit: office_desks.desk_screen(office_desks.desk_make(kit), 1.5),
    "task_chair": lambda kit: office_desks.task_chair(kit, "red"),
    "reception_desk": lambda kit: entrance.reception_desk(kit, "NORDA"),
    "firm_wall": lambda kit: entrance.firm_wall(kit, "NORDA"),
    "table": lambda kit: meeting.meeting_table(kit, 2.4, 1.1, False),
    "oval table": lambda kit: meeting.meeting_table(kit, 2.4, 1.1, True),
    "counter_coffee": lambda kit: office_service.counter_coffee(kit, "green"),
    "counter_microwave": lambda kit: office_service.counter_microwave(kit, "green"),
    "toilet_screen": lambda kit: office_service.toilet_screen(kit, "grey"),
    **{
        f"chair {model}": lambda kit, model=model: meeting.meeting_chair(kit, "red", model)
        for model in range(3)
    },
}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_pieces_keep_within_the_floor_they_ask_for(name: str) -> None:
    for seed in range(6):
        piece = MAKERS[name](Kit(np.random.default_rng(seed), TextureStore(0), seed))
        low, high = object_bounds(SceneObject(name, piece.kind, (0.0, 0.0, 0.0), piece.parts))
        depth, width, height = piece.size_m
        assert low[2] >= -1e-9
        assert (low[:2] >= np.asarray((-depth, -width)) / 2.0 - 0.012).all(), (low, high)
        assert (high[:2] <= np.asarray((depth, width)) / 2.0 + 0.012).all(), (low, high)
        # What the piece asks for is not much more than what it covers.
        assert (high[:2] - low[:2] >= 0.65 * np.asarray((depth, width))).all(), (low, high)
        # It says truly whether it is low enough for a place under a window.
        assert (high[2] > 1.3) <= (height > 1.3) and high[2] < 2.5
        if piece.landmark:
            assert piece.kind in OFFICE_FUNCTIONS and len(piece.parts) >= 1


def test_texture_requests_can_be_drawn() -> None:
    textures = TextureStore(0)
    kit = Kit(np.random.default_rng(0), textures, 0)
    names = {part.texture for make in MAKERS.values() for part in make(kit).parts}
    images = textures.draw(names)
    assert set(images) == names
    assert all(image.shape[2] == 3 and image.dtype == np.uint8 for image in images.values())
