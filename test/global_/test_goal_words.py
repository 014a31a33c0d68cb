"""Words, phrases and what an instruction says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_core.errors import ConfigError
from astra_global.goal.instruction import read_instruction
from astra_global.goal.vocabulary import load_vocabulary
from astra_global.goal.words import stem, tokenize

WORDS = load_vocabulary()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("sit", "sits", "sitting"), "sit"),
        (("wash", "washes", "washed", "washing"), "wash"),
        (("write", "writing"), "writ"),
        (("story", "stories"), "story"),
        (("bus",), "bus"),
        (("need", "needs", "needed"), "need"),
        (("bed", "beds"), "bed"),
    ],
)
def test_forms_of_a_word_share_a_stem(words: tuple[str, ...], expected: str) -> None:
    assert {stem(word) for word in words} == {expected}


def test_tokens_keep_codes_and_split_words() -> None:
    assert tokenize("I'm at A-101, shut-eye!") == ["im", "at", "a-101", ",", "shut", "eye", "!"]


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    read_instruction(text, WORDS)


@given(st.from_regex(r"[a-z]{1,12}", fullmatch=True))
def test_stems_are_never_empty_nor_longer(word: str) -> None:
    assert 1 <= len(stem(word)) <= len(word)


def test_longest_phrase_wins() -> None:
    wanted = read_instruction("take me to the washing machine", WORDS).wanted
    assert [thing.name for thing in wanted.things] == ["washing machine"]
    assert wanted.needs == ()


def test_need_survives_words_in_between() -> None:
    assert read_instruction("my hands are all really dirty", WORDS).wanted.needs == ("wash hands",)
    assert read_instruction("dirty hands!", WORDS).wanted.needs == ("wash hands",)


def test_noun_and_verb_of_the_same_word() -> None:
    noun = read_instruction("take me to the shower", WORDS).wanted
    verb = read_instruction("I want to shower", WORDS).wanted
    assert noun.things and not noun.needs
    assert verb.needs and not verb.things


@pytest.mark.parametrize(
    ("text", "definite"),
    [
        ("the red chair", True),
        ("my chair", True),
        ("a red chair", False),
        ("the nearest chair", False),
        ("any chair", False),
        ("find chair", False),
    ],
)
def test_particular_things(text: str, definite: bool) -> None:
    instruction = read_instruction(text, WORDS)
    assert instruction.wanted.things[0].definite is definite or instruction.nearest


def test_negations_end_where_the_wish_begins() -> None:
    instruction = read_instruction("not the sofa but the bed, please", WORDS)
    assert [thing.name for thing in instruction.wanted.things] == ["bed"]
    assert [thing.name for thing in instruction.ruled_out[0].things] == ["sofa"]
    instead = read_instruction("instead of the red sofa take me to the tv", WORDS)
    assert [thing.name for thing in instead.wanted.things] == ["tv"]
    assert instead.ruled_out[0].colors == {"red"}


def test_denied_needs_rule_nothing_out() -> None:
    instruction = read_instruction("I am not hungry, I am thirsty", WORDS)
    assert instruction.wanted.needs == ("drink",)
    assert instruction.ruled_out == ()


def test_having_no_shirts_is_a_need() -> None:
    assert "get dressed" in read_instruction("I have no shirt to wear", WORDS).wanted.needs


def test_relations_name_a_neighbour() -> None:
    instruction = read_instruction("the chair next to the brown desk, please", WORDS)
    assert [thing.name for thing in instruction.wanted.things] == ["chair"]
    assert [thing.name for thing in instruction.near.things] == ["desk"]
    assert instruction.near.colors == {"brown"}
    assert instruction.wanted.colors == frozenset()


def test_unknown_word_makes_another_thing_of_a_general_noun() -> None:
    assert not read_instruction("take me to the surgery table", WORDS).wanted.things
    assert read_instruction("take me to the big table", WORDS).wanted.things


def test_every_need_finds_something_and_every_kind_exists() -> None:
    names = {phrase.name for phrase in WORDS.phrases if phrase.kind == "object"}
    assert len(WORDS.needs) >= 60
    assert len(names) >= 120
    for need in WORDS.needs.values():
        assert need.find and all(0.0 < weight <= 1.0 for weight in need.find.values())
    assert set(WORDS.kinds) <= names
    assert WORDS.facilities <= names


def test_damaged_table_is_named(tmp_path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_vocabulary(tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("objects: {}\n")
    with pytest.raises(ConfigError, match="damaged"):
        load_vocabulary(broken)
