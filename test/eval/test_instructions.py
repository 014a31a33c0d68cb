"""The hand-written test instructions, and what is right in a building of a few landmarks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from astra_core.errors import ConfigError
from astra_eval.instructions import (
    KINDS,
    Instruction,
    LandmarkFilter,
    load_instructions,
    read_instructions,
    right_answer,
    right_answer_to,
)
from astra_sim.scenes.types import Room, Scene, SceneLandmark

KITCHEN = Room("kitchen-1", "kitchen", (0.0, 0.0, 4.0, 4.0))
BEDROOM = Room("bedroom-1", "bedroom", (4.1, 0.0, 8.0, 4.0))


def mark(name: str, x: float, y: float = 2.0, **attributes: str) -> SceneLandmark:
    """Return a landmark of 0.5 x 0.5 m called ``category-number`` at (x, y)."""
    plain = {"color": "", "material": "", "text": "", "function": "", **attributes}
    category = name.rsplit("-", 1)[0].replace("_", " ")
    return SceneLandmark(
        id=name, object_id=name, category=category, position_m=(x, y, 0.5),
        size_m=(0.5, 0.5, 1.0), **plain,
    )  # fmt: skip


def building(*landmarks: SceneLandmark) -> Scene:
    bounds = (0.0, 0.0, 8.0, 4.0)
    return Scene("home", 0, bounds, (KITCHEN, BEDROOM), (), landmarks, np.zeros((0, 2)))


SCENE = building(
    mark("fridge-1", 1.0, color="Red", material="metal"),
    mark("chair-1", 2.0, color="green", material="wood"),
    mark("chair-2", 7.0, color="red", material="leather"),
    mark("sign-1", 4.05, text="BEDROOM"),
    mark("lamp-1", 4.4, color="red"),
)


def fitting(want: object, scene: Scene = SCENE) -> list[str]:
    accepted = LandmarkFilter.parse(want, "test")
    return [one.id for one in scene.landmarks if accepted.matches(one, scene)]


@pytest.mark.parametrize(
    ("want", "ids"),
    [
        ({"category": "chair"}, ["chair-1", "chair-2"]),
        ({"category": ["chair", "fridge"], "color": "RED"}, ["fridge-1", "chair-2"]),
        ({"color": "red", "not": {"category": "chair"}}, ["fridge-1", "lamp-1"]),
        ({"not": {"color": ["red", ""]}}, ["chair-1"]),
        ({"text": "Bedroom"}, ["sign-1"]),
        ({"material": "leather"}, ["chair-2"]),
        ({"room": "kitchen"}, ["fridge-1", "chair-1", "sign-1"]),
        ({"room": "bedroom", "category": "chair"}, ["chair-2"]),
        # The lamp is 1.9 m from the chair in the kitchen, but behind the wall.
        ({"category": ["fridge", "lamp"], "near": {"category": "chair"}}, ["fridge-1"]),
        ({"near": {"category": "fridge"}}, ["chair-1"]),
        ({"category": "fridge", "near": {"category": "fridge"}}, []),
        ({"any": [{"material": "leather"}, {"text": "BEDROOM"}]}, ["chair-2", "sign-1"]),
        ({"any": [{"category": "chair"}], "color": "green"}, ["chair-1"]),
        ("nothing", []),
    ],
)
def test_filters_find_what_they_say(want: object, ids: list[str]) -> None:
    assert fitting(want) == ids


def test_near_ends_at_two_metres_between_the_bounds() -> None:
    want = {"category": "chair", "near": {"category": "fridge"}}
    for gap_m, found in ((1.99, True), (2.01, False)):
        scene = building(mark("fridge-1", 0.5), mark("chair-1", 0.5 + 0.5 + gap_m))
        assert bool(fitting(want, scene)) is found


@pytest.mark.parametrize(
    "want", [{}, [], "", None, {"colour": "red"}, {"not": {}}, {"near": {"what": "sofa"}}]
)
def test_a_filter_that_says_nothing_sensible_is_refused(want: object) -> None:
    with pytest.raises(ConfigError, match="test"):
        LandmarkFilter.parse(want, "test")


def answer(want: object, *, definite: bool = False, scene: Scene = SCENE) -> str:
    wanted = LandmarkFilter.parse(want, "test")
    return right_answer(scene, Instruction("words", wanted, definite)).expect


def test_what_is_right_follows_from_what_fits() -> None:
    assert answer({"category": "fridge"}) == "arrive"
    assert answer({"category": "fridge"}, definite=True) == "arrive"
    assert answer({"category": "chair"}) == "arrive"
    assert answer({"category": "chair"}, definite=True) == "ask"
    assert answer({"category": "chair", "color": "green"}, definite=True) == "arrive"
    assert answer({"category": "piano"}) == "refuse"
    assert answer({"category": "piano"}, definite=True) == "refuse"


def test_all_that_fits_is_told_also_where_asking_is_right() -> None:
    wanted = LandmarkFilter.parse({"category": "chair"}, "test")
    told = right_answer(SCENE, Instruction("the chair", wanted, definite=True))
    assert told.landmark_ids == ("chair-1", "chair-2")


def test_chairs_in_a_row_are_one_place() -> None:
    row = [mark(f"chair-{number}", 0.5 + 1.0 * number) for number in range(3)]
    assert answer({"category": "chair"}, definite=True, scene=building(*row)) == "arrive"
    apart = [*row, mark("chair-9", 7.0)]
    assert answer({"category": "chair"}, definite=True, scene=building(*apart)) == "ask"


@pytest.mark.parametrize("family", ["home", "office", "warehouse"])
def test_a_third_rules_out_a_distractor_and_a_fifth_cannot_be_done(family: str) -> None:
    instructions = load_instructions(family)
    texts = {instruction.text.casefold() for instruction in instructions}
    assert len(texts) == len(instructions) >= 60
    count = {kind: sum(i.kind == kind for i in instructions) for kind in KINDS}
    assert count["distractor"] >= len(instructions) / 3
    assert count["trap"] >= len(instructions) / 5
    for instruction in instructions:
        if instruction.want.impossible:
            assert instruction.kind == "trap", instruction.text


def test_words_are_found_whatever_their_case_and_those_of_the_demo_too() -> None:
    first = load_instructions("home")[0]
    expected = right_answer(SCENE, first)
    assert right_answer_to(SCENE, f" {first.text.upper()} ") == expected
    known = right_answer_to(SCENE, "i am thirsty")
    assert known is not None
    assert known.landmark_ids == ("fridge-1",)
    assert right_answer_to(SCENE, "something nobody wrote down") is None


def test_a_family_without_a_file_and_a_broken_entry_are_refused() -> None:
    with pytest.raises(ConfigError, match="'castle'"):
        load_instructions("castle")
    with pytest.raises(ConfigError, match="entry 2"):
        read_instructions("- {text: a, want: nothing, kind: trap}\n- {text: b, kind: plain}", "x")
    with pytest.raises(ConfigError, match="entry 1"):
        read_instructions("- {text: a, want: nothing, kind: odd}", "x")


def test_the_room_of_a_sign_in_a_wall_is_the_nearer_one() -> None:
    moved = replace(SCENE.landmarks[3], position_m=(4.08, 2.0, 1.5))
    assert fitting({"room": "bedroom"}, building(moved)) == ["sign-1"]
