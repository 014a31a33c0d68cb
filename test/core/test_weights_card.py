"""Cards: written and read back, and each mistake in one sentence."""

import contextlib
from dataclasses import fields, replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from weights_made import CARD, rig, save

from astra_core.errors import WeightsError
from astra_core.weights import ModelCard, read_card
from astra_core.weights.card import card_text

SHA = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
FILES = {"flow-tiny.safetensors": SHA}


def write(tmp_path, text):
    path = tmp_path / "flow-tiny.card.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(tmp_path, **changes):
    data = yaml.safe_load(card_text(replace(CARD, files=FILES)))
    data.update(changes)
    return write(tmp_path, yaml.safe_dump(data))


def test_a_card_is_read_back_as_it_was_written(tmp_path):
    card = replace(CARD, files=FILES, rig=rig(), settings={"preset": "tiny"})
    card = replace(card, metrics={"rte_percent": 1.5, "größe_m": 2.0})
    again = read_card(write(tmp_path, card_text(card)))
    for field in fields(ModelCard):
        if field.name != "rig":
            assert getattr(again, field.name) == getattr(card, field.name), field.name
    assert again.rig.to_dict() == card.rig.to_dict()


def test_the_hash_of_a_set_is_that_of_its_file_and_changes_with_any_of_several():
    assert replace(CARD, files=FILES).sha256 == SHA
    both = {replace(CARD, files={"a": SHA, "b": b}).sha256 for b in (SHA, OTHER)}
    assert len(both) == 2 and SHA not in both


def test_a_hash_of_digits_alone_survives_yaml(tmp_path):
    digits = {"flow-tiny.safetensors": "1" * 64}
    assert read_card(write(tmp_path, card_text(replace(CARD, files=digits)))).files == digits


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "is a card of format 2"),
        ({"format": "1"}, "format is a whole number"),
        ({"format": True}, "format is a whole number"),
        ({"name": 7}, "name is a text"),
        ({"name": "other"}, "is the card of 'other'"),
        ({"part": " "}, "part is a text that is not empty"),
        ({"licence": None}, "licence is a text"),
        ({"files": {}}, "names at least one file"),
        ({"files": {"a.safetensors": "12"}}, "64 hex digits"),
        ({"files": {"a.safetensors": SHA.upper()}}, "64 hex digits"),
        ({"files": {"../a.safetensors": SHA}}, "beside the card"),
        ({"files": {"/etc/a.safetensors": SHA}}, "beside the card"),
        ({"files": {"a.pt": SHA}}, "names .safetensors files"),
        ({"inputs": {"speed": {"shape": "B"}}}, "inputs.speed lacks the field 'dtype'"),
        ({"inputs": {"speed": 3}}, "inputs.speed must be named fields"),
        ({"data_seeds": {"home": "1:2"}}, "[first, past the last]"),
        ({"data_seeds": {"home": [2, 2]}}, "[first, past the last]"),
        ({"data_seeds": {"home": [-1, 2]}}, "[first, past the last]"),
        ({"commands": "./astra"}, "commands is a list of texts"),
        ({"settings": {"preset": 3}}, "texts by name"),
        ({"settings": ["tiny"]}, "group of named values"),
        ({"metrics": {"a": float("nan")}}, "finite numbers"),
        ({"metrics": {"a": 10**400}}, "finite numbers"),
        ({"metrics": {1: 2}}, "group of named values"),
        ({"profile": 4772684}, "in quotes"),
        ({"robot": {"max_linear_mps": "0.6"}}, "finite numbers"),
        ({"rig": {}}, "rig is a list or null"),
        ({"rig": [{"name": "front"}]}, "rig lists cameras"),
        ({"rig": ["front"]}, "rig lists cameras"),
        ({"rig": [{"width_px": float("inf")}]}, "rig lists cameras"),
        ({"weather": "fine"}, "unknown field 'weather'"),
    ],
)
def test_each_mistake_is_said(tmp_path, changes, words):
    with pytest.raises(WeightsError) as caught:
        read_card(changed(tmp_path, **changes))
    text = str(caught.value)
    assert words in text and "flow-tiny.card.yaml" in text and "\n" not in text


@pytest.mark.parametrize("bounds", [[1.0], [2.0, 1.0], [0.0, "1"], "0 1", [float("nan"), 1.0]])
def test_a_range_has_two_ends_in_order(tmp_path, bounds):
    port = {"shape": "B", "dtype": "float32", "range": bounds, "frame": "", "description": ""}
    with pytest.raises(WeightsError, match=r"inputs.a: range is \[lowest, highest\] or null"):
        read_card(changed(tmp_path, inputs={"a": port}))


@pytest.mark.parametrize(
    "text",
    [
        "", "3", "[a]", "a: b: c", "a: [", "\t", "!!timestamp x", "!!float ''", "!!bool x: 1",
        "? [1]",
        "!!python/object/apply:os.system ['true']", "&a [*a]", "[" * 5000, "1: 2",
    ],
)  # fmt: skip
def test_whatever_is_not_a_card_is_a_weights_error(tmp_path, text):
    with pytest.raises(WeightsError) as caught:
        read_card(write(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_card_that_is_not_there_not_text_or_huge(tmp_path):
    with pytest.raises(WeightsError, match="cannot read the card"):
        read_card(tmp_path / "none.card.yaml")
    path = tmp_path / "a.card.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WeightsError, match="not YAML"):
        read_card(path)
    path.write_bytes(b"a" * ((1 << 20) + 1))
    with pytest.raises(WeightsError, match="too large"):
        read_card(path)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_card_gives_a_card_or_a_weights_error(tmp_path_factory, data):
    content = bytearray(card_text(replace(CARD, files=FILES, rig=rig())).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(
            st.one_of(st.integers(0, 255), st.sampled_from(b"0123456789:!&*[]{}'\"|>-? \n~.e"))
        )
    path = tmp_path_factory.getbasetemp() / "flow-tiny.card.yaml"
    path.write_bytes(bytes(content))
    with contextlib.suppress(WeightsError):
        assert read_card(path).name == "flow-tiny"


def test_a_card_that_could_not_be_read_back_is_not_written(tmp_path):
    for wrong in ({"name": "a/b"}, {"licence": ""}, {"metrics": {"a": float("inf")}}):
        with pytest.raises(WeightsError):
            save(tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == []
