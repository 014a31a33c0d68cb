"""Numbered places, labels, goods, relations, and how far the search goes."""

from __future__ import annotations

import numpy as np
import pytest

from astra_core import se3
from astra_core.errors import GoalAmbiguous, GoalNotFound
from astra_global.goal import GoalConfig, GoalResolver
from astra_global.goal.codes import code_of, said_codes
from astra_global.goal.instruction import read_instruction
from astra_global.goal.labels import read_label
from astra_global.goal.phrases import Token
from astra_global.goal.vocabulary import load_vocabulary
from astra_global.goal.words import tokenize
from astra_global.types import AstraMap, Landmark, MapNode

WORDS = load_vocabulary()


def codes(text: str) -> list[tuple[str, tuple]]:
    tokens = [Token(raw, WORDS.stem(raw), k) for k, raw in enumerate(tokenize(text))]
    return [(said.kind, said.code) for said in said_codes(tokens, WORDS)]


def resolver(*rows: tuple[str, str, str, str, float, float], **config: float) -> GoalResolver:
    """Rows: id, category, text, function, x, y."""
    landmarks = tuple(
        Landmark(name, category, "", "", text, function, (x, y, 1.0), (0.4, 0.4, 1.0), ("n0",))
        for name, category, text, function, x, y in rows
    )
    node = MapNode("n0", se3.from_se2(np.zeros(3)))
    return GoalResolver(AstraMap((node,), (), landmarks, None), GoalConfig(**config))


def answer(found: GoalResolver, text: str) -> str:
    try:
        return found.resolve(text, (0.0, 0.0)).landmark_id
    except GoalNotFound:
        return "none"
    except GoalAmbiguous:
        return "ask"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("c-07", ("c", 7)),
        ("c07", ("c", 7)),
        ("2.14", (2, 14)),
        ("3", (3,)),
        ("c", ("c",)),
        ("3rd", None),
        ("dock", None),
        ("²", None),
    ],
)
def test_codes_are_compared_by_their_parts(raw: str, expected: tuple | None) -> None:
    assert code_of(raw) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("room 2.14", [("room", (2, 14))]),
        ("office number 2.14, please", [("room", (2, 14))]),
        ("dock no. 3", [("dock", (3,))]),
        ("dock three", [("dock", (3,))]),
        ("dock-3", [("dock", (3,))]),
        ("the third dock", [("dock", (3,))]),
        ("the 2nd meeting room", [("meeting room", (2,))]),
        ("row c", [("aisle", ("c",))]),
        ("bay C 07", [("bay", ("c", 7))]),
        ("bay 7 in aisle C", [("bay", ("c", 7))]),
        ("aisle C, bay number 7", [("bay", ("c", 7))]),
        ("C-07", [("", ("c", 7))]),
        ("print three pages for 5 people", []),
        ("I need a chair", []),
    ],
)
def test_codes_of_an_instruction(text: str, expected: list) -> None:
    assert codes(text) == expected


def test_labels_are_read() -> None:
    room = read_label("MEETING ROOM 3", WORDS)
    assert (room.kind, room.code) == ("meeting room", (3,))
    assert "meeting room" in room.names
    bay = read_label("C-07", WORDS)
    assert (bay.kind, bay.code, bay.words) == ("", ("c", 7), ())
    assert read_label("AISLE C", WORDS).code == ("c",)
    assert "exit" in read_label("EXIT", WORDS).names
    # A sign that names several places points the way, it is none of them.
    assert read_label("ROOMS 2.01 - 2.07", WORDS).code is None
    assert read_label("", WORDS).words == ()


def test_two_signs_of_one_aisle_are_one_place() -> None:
    found = resolver(
        ("near", "aisle sign", "AISLE B", "", 3.0, 0.0),
        ("far", "aisle sign", "AISLE B", "", 20.0, 0.0),
        ("other", "aisle sign", "AISLE A", "", 1.0, 0.0),
    )
    assert answer(found, "take me to aisle B") == "near"
    assert answer(found, "aisle C") == "none"


def test_part_of_a_code_asks_back() -> None:
    found = resolver(
        ("b", "rack bay", "B-07", "wood screws are stored here", 3.0, 0.0),
        ("c", "rack bay", "C-07", "storage of red wine", 6.0, 0.0),
    )
    assert answer(found, "bay 7") == "ask"
    assert answer(found, "bay 7 in aisle C") == "c"
    assert answer(found, "room C-07") == "none"


def test_goods_are_found_in_their_rack() -> None:
    found = resolver(
        ("screws", "rack bay", "B-07", "wood screws are stored here", 3.0, 0.0),
        ("beans", "rack bay", "C-07", "storage of coffee beans", 6.0, 0.0),
        ("sweets", "rack bay", "C-08", "chocolate", 9.0, 0.0),
        ("machine", "coffee machine", "", "a hot coffee", 12.0, 0.0),
        ("vending", "vending machine", "", "chocolate bars for coins", 15.0, 0.0),
    )
    assert answer(found, "where are the screws?") == "screws"
    assert answer(found, "fetch coffee beans") == "beans"
    assert answer(found, "I'd like a coffee") == "machine"
    assert answer(found, "I would like some chocolate") == "vending"
    assert answer(found, "where is chocolate stored?") == "sweets"
    assert answer(found, "where are the nails?") == "none"


def test_closest_to_looks_further_than_beside() -> None:
    found = resolver(
        ("dock", "dock door", "DOCK 1", "", 0.0, 20.0),
        ("left", "fire extinguisher", "", "", 0.0, 2.0),
        ("right", "fire extinguisher", "", "", 0.0, 12.0),
    )
    assert answer(found, "the fire extinguisher closest to the dock") == "right"
    assert answer(found, "the fire extinguisher beside the dock") == "none"
    assert answer(found, "a fire extinguisher") == "left"


def test_something_in_a_numbered_room() -> None:
    found = resolver(
        ("sign-1", "sign", "MEETING ROOM 1", "", 0.0, 0.0),
        ("sign-2", "sign", "MEETING ROOM 2", "", 10.0, 0.0),
        ("board-1", "whiteboard", "", "", 1.0, 3.0),
        ("board-2", "whiteboard", "", "", 11.0, 3.0),
    )
    assert answer(found, "the whiteboard in meeting room 2") == "board-2"
    assert answer(found, "the whiteboard") == "ask"
    assert answer(found, "the meeting room") == "ask"
    assert answer(found, "any meeting room") == "sign-1"
    assert answer(found, "I have a meeting in meeting room 2") == "sign-2"
    assert answer(found, "the whiteboard in meeting room 7") == "none"


def test_search_goes_outward_from_the_robot() -> None:
    # Within r = 8 m stands what serves a little, 20 m away what is made for it, 30 m another.
    rows = (
        ("sink", "sink", "", "tap water", 4.0, 0.0),
        ("water-1", "water dispenser", "", "drinking water", 20.0, 0.0),
        ("water-2", "water dispenser", "", "drinking water", 30.0, 0.0),
    )
    assert answer(resolver(*rows), "I am thirsty") == "water-1"
    # Without anything made for it the nearest region that has something wins.
    assert answer(resolver(rows[0]), "I am thirsty") == "sink"
    # In one region the better one wins, though it is further away.
    assert answer(resolver(*rows, search_radius_m=50.0), "I am thirsty") == "water-1"


def test_what_is_done_to_a_thing_is_not_a_way_to_it() -> None:
    found = resolver(
        ("fork", "forklift", "", "lifting pallets", 2.0, 0.0),
        ("station", "charging station", "", "power for trucks", 9.0, 0.0),
        ("scale", "scale", "", "weighing parcels", 12.0, 0.0),
    )
    assert answer(found, "charge the forklift") == "station"
    assert answer(found, "the forklift's battery is empty") == "station"
    assert answer(found, "weigh this pallet") == "scale"
    assert answer(found, "take me to the forklift") == "fork"


def test_no_phrase_means_two_things() -> None:
    seen: dict[tuple, str] = {}
    for phrase in WORDS.phrases:
        assert seen.setdefault((phrase.stems, phrase.kind), phrase.name) == phrase.name


def test_tables_are_joined() -> None:
    # "drink" stands in the general table, "gulp" in that of offices: one need.
    assert read_instruction("I need a gulp of water", WORDS).wanted.needs == ("drink",)
    assert WORDS.needs["drink"].find["water dispenser"] == 1.0
    assert {"rack"} <= WORDS.holders
    assert WORDS.acts <= set(WORDS.needs)
    assert WORDS.facilities <= {phrase.name for phrase in WORDS.phrases if phrase.kind == "object"}


def test_a_thing_named_with_its_writing_is_that_thing() -> None:
    found = resolver(
        ("sign-men", "sign", "MEN", "shows the toilets", 9.0, 0.0),
        ("sign-exit", "exit sign", "EXIT", "", 1.0, 0.0),
        ("way", "sign", "ROOMS 4.01 - 4.04", "", 12.0, 0.0),
        ("room", "sign", "ROOM 4.01", "", 3.0, 0.0),
        ("bin-waste", "waste container", "WASTE", "", 5.0, 0.0),
        ("bin-paper", "waste container", "PAPER", "", 2.0, 0.0),
        ("men", "toilet", "", "", 8.0, 1.0),
    )
    assert answer(found, "take me to the sign MEN") == "sign-men"
    assert answer(found, "go to the sign rooms 4.01 - 4.04") == "way"
    assert answer(found, "the sign room 4.01") == "room"
    assert answer(found, "the waste container WASTE") == "bin-waste"
    # Its writing said, not its name: the nearest of the containers, or a question.
    assert answer(found, "the waste container") in ("ask", "bin-paper")
    assert answer(found, "I need the toilet") == "men"
