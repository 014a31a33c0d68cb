"""Which one? Options that look alike are told apart by where they are."""

from __future__ import annotations

import numpy as np

from astra_global.goal.choosing import describe_apart
from astra_global.types import Landmark


def thing(name: str, category: str, x_m: float, y_m: float, text: str = "") -> Landmark:
    return Landmark(
        id=name,
        category=category,
        color="white",
        material="",
        function="",
        text=text,
        position_m=np.array([x_m, y_m, 0.5]),
        size_m=np.array([1.0, 1.0, 1.0]),
    )


def test_neighbours_tell_options_apart_and_places_where_they_are_alike() -> None:
    options = [
        thing("bed-1", "bed", 0.0, 0.0),
        thing("bed-2", "bed", 10.0, -4.26),
        thing("bed-3", "bed", 20.0, 0.0),
    ]
    others = [
        thing("wardrobe-1", "wardrobe", 1.5, 0.0),
        thing("wardrobe-2", "wardrobe", 11.5, -4.0),
        thing("sign-1", "sign", 18.0, 0.0, "GUEST ROOM"),
    ]
    assert describe_apart(options, [*options, *others]) == [
        "bed-1 (white bed beside the wardrobe, at x 0.0 m, y 0.0 m)",
        "bed-2 (white bed beside the wardrobe, at x 10.0 m, y -4.3 m)",
        "bed-3 (white bed beside GUEST ROOM)",
    ]


def test_doors_with_one_number_twice_are_told_apart_too() -> None:
    options = [thing("door-1", "door", 0.0, 0.0, "12"), thing("door-2", "door", 5.0, 0.0, "12")]
    first, second = describe_apart(options, options)
    assert first == 'door-1 (white door "12", at x 0.0 m, y 0.0 m)'
    assert first != second
