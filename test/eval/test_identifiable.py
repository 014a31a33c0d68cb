"""The checker that says whether a picture shows where it was taken, on pictures painted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from astra_eval.identifiable import Identifier, letter_height_m
from astra_sim.profile import load_profile
from astra_sim.scenes.types import Scene, SceneLandmark, SceneObject

SIGNS = load_profile().signs
WHITE = ("white", "metal")


def mark(
    name: str,
    category: str,
    text: str = "",
    looks: tuple[str, str] = WHITE,
    z_m: float = 1.5,
    height_m: float = 0.2,
) -> SceneLandmark:
    position, size = (0.0, 0.0, z_m), (0.0, 0.4, height_m)
    return SceneLandmark(name, name, category, *looks, text, "", position, size)


def identifier(*marks: SceneLandmark, unnamed: str = "", family: str = "warehouse") -> Identifier:
    objects = [SceneObject(one.id, one.category, (0.0, 0.0, 0.0), ()) for one in marks]
    if unnamed:
        objects.append(SceneObject("unnamed", unnamed, (0.0, 0.0, 0.0), ()))
    bounds = (0.0, 0.0, 1.0, 1.0)
    scene = Scene(family, 0, bounds, (), tuple(objects), marks, np.zeros((0, 2)))
    return Identifier(scene, SIGNS)


def picture(*patches: tuple[int, int, int], top: int = 50) -> np.ndarray:
    """Return a 320x240 picture of nothing with patches (object, height, width), side by side."""
    image, column = np.full((240, 320), -1, np.int32), 10
    for number, height, width in patches:
        image[top : top + height, column : column + width] = number
        column += width + 5
    return image


def test_letters_are_as_high_as_the_profile_says() -> None:
    assert letter_height_m(mark("a", "aisle sign", "AISLE A"), "warehouse", SIGNS) == 0.25
    assert letter_height_m(mark("a", "rack bay", "A-01"), "warehouse", SIGNS) == 0.10
    assert letter_height_m(mark("a", "dock door", "DOCK 1"), "warehouse", SIGNS) == 0.30
    assert letter_height_m(mark("a", "sign", "ROOM 1.02"), "office", SIGNS) == 0.05
    assert letter_height_m(mark("a", "sign", "EXIT", z_m=2.3), "office", SIGNS) == 0.10
    assert letter_height_m(mark("a", "sign", "BATH"), "home", SIGNS) == pytest.approx(0.06)
    assert letter_height_m(mark("a", "sign"), "home", SIGNS) == 0.0
    assert letter_height_m(mark("a", "trash bin", "WASTE"), "home", SIGNS) == 0.0


def test_letters_must_be_six_pixels_high() -> None:
    # Letters of 0.1 m on a plate of 0.2 m: half of the plate's height in the picture.
    checker = identifier(mark("bay", "rack bay", "A-01"))
    assert checker.what_tells(picture((0, 12, 30))) == "bay"
    assert checker.what_tells(picture((0, 11, 30))) == ""


def test_letters_must_not_be_seen_edge_on() -> None:
    checker = identifier(mark("bay", "rack bay", "A-01"))
    assert checker.what_tells(picture((0, 20, 12))) == "bay"
    assert checker.what_tells(picture((0, 20, 11))) == ""


def test_a_sign_cut_off_above_is_not_read() -> None:
    checker = identifier(mark("bay", "rack bay", "A-01"))
    assert checker.what_tells(picture((0, 40, 60), top=0)) == ""
    assert checker.what_tells(picture((0, 40, 60), top=1)) == "bay"


def test_a_text_at_two_places_tells_nothing_but_both_ends_of_an_aisle_do() -> None:
    exits = identifier(mark("e1", "sign", "EXIT"), mark("e2", "sign", "EXIT"), family="office")
    assert exits.what_tells(picture((0, 60, 90), (1, 60, 90))) == ""
    ends = [mark(f"a{end}", "aisle sign", "AISLE A", height_m=0.46) for end in (1, 2)]
    assert identifier(*ends).what_tells(picture((1, 30, 90))) == "a2"
    third = mark("a3", "aisle sign", "AISLE A", height_m=0.46)
    assert identifier(*ends, third).what_tells(picture((1, 30, 90))) == ""


def test_a_thing_is_known_by_its_looks_when_there_is_only_one_like_it() -> None:
    chairs = [mark("c1", "chair", looks=("red", "wood")), mark("c2", "chair")]
    # 0.015 of 320 x 240 pixels are 1,152 = 32 x 36.
    assert identifier(*chairs).what_tells(picture((0, 32, 36))) == "c1"
    assert identifier(*chairs).what_tells(picture((0, 31, 36))) == ""
    twins = [*chairs, mark("c3", "chair", looks=("red", "wood"))]
    assert identifier(*twins).what_tells(picture((0, 90, 90))) == ""
    assert identifier(*twins).what_tells(picture((1, 90, 90))) == "c2"


def test_one_named_pallet_among_many_is_not_unique() -> None:
    pallet = mark("p1", "pallet")
    assert identifier(pallet).what_tells(picture((0, 90, 90))) == "p1"
    assert identifier(pallet, unnamed="pallet").what_tells(picture((0, 90, 90))) == ""


def test_nothing_in_view_tells_nothing() -> None:
    assert identifier(mark("c1", "chair")).what_tells(picture()) == ""
