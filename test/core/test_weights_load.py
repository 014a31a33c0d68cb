"""Loading by name, folder and file; what belongs together; what does not."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from weights_made import CARD, TENSORS, equal, save

from astra_core.errors import WeightsError
from astra_core.weights import TensorSpec, find_card, load_weights, save_weights, shipped_weights

EXPECTED = {
    "head.weight": TensorSpec((2, 3)),
    "head.bias": TensorSpec((2,)),
    "step": TensorSpec((), ("I64",)),
    "mask": TensorSpec((3,), ("BOOL",)),
}


def test_what_was_saved_is_loaded(tmp_path):
    path = save(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "flow-tiny.card.yaml",
        "flow-tiny.safetensors",
    ]
    weights = load_weights(path, "planner", EXPECTED)
    assert equal(weights.tensors)
    assert weights.card.name == "flow-tiny" and weights.path == path
    assert weights.dtypes["head.weight"] == "F16"


@pytest.mark.parametrize("how", ["flow-tiny", "folder", "file", "card"])
def test_name_folder_file_and_card_all_lead_there(tmp_path, how):
    path = save(tmp_path / "planner")
    where = {
        "flow-tiny": "flow-tiny",
        "folder": str(tmp_path / "planner"),
        "file": str(tmp_path / "planner" / "flow-tiny.safetensors"),
        "card": str(path),
    }[how]
    assert find_card(where, shipped=tmp_path) == path
    assert equal(load_weights(where, "planner", shipped=tmp_path).tensors)


def test_a_relative_folder_of_no_shipped_name_is_a_folder(tmp_path, monkeypatch):
    path = save(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert find_card("mine", shipped=tmp_path / "none").resolve() == path
    save(tmp_path / "weights", name="mine")  # but a name that comes with Astra wins
    found = find_card("mine", shipped=tmp_path / "weights")
    assert found == tmp_path / "weights" / "mine.card.yaml"
    for said in ("./mine", Path("mine")):
        assert find_card(said, shipped=tmp_path / "weights").resolve() == path


def test_the_shipped_folder_is_that_of_the_checkout():
    import astra_core

    assert shipped_weights().name == "weights"
    assert shipped_weights().parent.samefile(next(iter(astra_core.__path__)) + "/..")


def test_what_is_not_found_is_said_with_what_there_is(tmp_path):
    def said(where):
        with pytest.raises(WeightsError) as caught:
            find_card(where, shipped=tmp_path)
        return str(caught.value)

    assert "there are none yet" in said("flow-tiny")
    save(tmp_path)
    assert "did you mean 'flow-tiny'?" in said("flow-tinny")
    assert "there are flow-tiny" in said("xyz")
    assert "no weights at ./xyz" in said("./xyz")
    assert "no weights at a.safetensors" in said("a.safetensors")
    assert "no weights are named" in said("")
    (tmp_path / "empty").mkdir()
    assert "holds no card" in said(tmp_path / "empty")
    save(tmp_path, name="second")
    assert "name one of these: flow-tiny.card.yaml, second.card.yaml" in said(tmp_path)
    (tmp_path / "flow-tiny.card.yaml").unlink()
    assert "flow-tiny.safetensors has no card beside it" in said(tmp_path / "flow-tiny.safetensors")
    (tmp_path / "second.card.yaml").rename(tmp_path / "b.card.yaml")
    with pytest.raises(WeightsError, match="is the card of 'second'"):
        load_weights("b", "planner", shipped=tmp_path)


def test_weights_of_another_part(tmp_path):
    with pytest.raises(WeightsError, match="weights for 'planner', not for 'odometry'"):
        load_weights(save(tmp_path), "odometry")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"head.weight": TensorSpec((3, 2))}, r"shape \(2, 3\), expected is \(3, 2\)"),
        ({"step": TensorSpec(())}, "'step' is stored as I64, expected is F16 or BF16 or F32"),
        ({"extra": TensorSpec(())}, "lack tensor 'extra'"),
        ({"extra": TensorSpec(()), "further": TensorSpec(())}, "'extra' and 1 more"),
        ({"mask": None}, "have the unexpected tensor 'mask'"),
    ],
)  # fmt: skip
def test_weights_of_another_network(tmp_path, change, words):
    expected = {name: spec for name, spec in (EXPECTED | change).items() if spec is not None}
    with pytest.raises(WeightsError, match=words) as caught:
        load_weights(save(tmp_path), "planner", expected)
    assert "'flow-tiny'" in str(caught.value) and "\n" not in str(caught.value)


def test_every_truncation_and_every_changed_byte_is_found(tmp_path):
    card = save(tmp_path)
    file = tmp_path / "flow-tiny.safetensors"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            load_weights(card, "planner")
    rng = np.random.default_rng(5)
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= int(rng.integers(1, 256))
        file.write_bytes(bytes(changed))
        with pytest.raises(WeightsError):
            load_weights(card, "planner")
    file.write_bytes(whole)
    assert equal(load_weights(card, "planner").tensors)


def test_a_file_of_other_weights_is_not_believed(tmp_path):
    card = save(tmp_path / "a")
    save_weights(tmp_path / "b", CARD, {"head.bias": np.zeros(2, np.float32)})
    (tmp_path / "b" / "flow-tiny.safetensors").replace(tmp_path / "a" / "flow-tiny.safetensors")
    with pytest.raises(WeightsError, match=r"is not the file that flow-tiny.card.yaml describes"):
        load_weights(card, "planner")


def test_shards_stay_below_the_limit_and_hold_everything_once(tmp_path):
    rng = np.random.default_rng(0)
    tensors = {f"layer.{i}": rng.normal(size=(100, 64)).astype(np.float16) for i in range(40)}
    limit = 200_000  # 40 of 12,800 bytes, and 65,536 bytes are kept for the header: 10 a file
    path = save_weights(tmp_path, CARD, tensors, limit)
    files = sorted(tmp_path.glob("*.safetensors"))
    assert [f.name for f in files] == [
        f"flow-tiny-0000{n}-of-00004.safetensors" for n in (1, 2, 3, 4)
    ]
    assert all(f.stat().st_size <= limit for f in files)
    seen = []
    weights = load_weights(path, "planner", on_progress=seen.append)
    assert equal(weights.tensors, tensors)
    assert seen == sorted(seen) and math.isclose(seen[-1], 1.0) and len(seen) >= 8
    assert load_weights(files[2], "planner").path == path
    index = json.loads((tmp_path / "flow-tiny.safetensors.index.json").read_text())
    assert index["metadata"]["total_size"] == 40 * 12_800
    assert index["weight_map"].keys() == tensors.keys()
    files[1].unlink()
    with pytest.raises(WeightsError, match="00002-of-00004"):
        load_weights(path, "planner")


def test_a_tensor_in_two_files_is_refused(tmp_path):
    import hashlib
    from dataclasses import replace

    from astra_core.weights.card import card_text

    save(tmp_path)
    data = (tmp_path / "flow-tiny.safetensors").read_bytes()
    (tmp_path / "again.safetensors").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    files = {"flow-tiny.safetensors": digest, "again.safetensors": digest}
    card = tmp_path / "flow-tiny.card.yaml"
    card.write_text(card_text(replace(CARD, files=files)))
    with pytest.raises(WeightsError, match=r"repeats tensor 'head.bias'"):
        load_weights(card, "planner")


def test_a_tensor_larger_than_a_file_may_be(tmp_path):
    with pytest.raises(WeightsError, match=r"'big' has 16.0 MiB, more than a file of 15.0 MiB"):
        save_weights(tmp_path, CARD, {"big": np.zeros(8 << 20, np.float16)})
    assert not any(tmp_path.iterdir())


def test_what_progress_raises_ends_the_loading(tmp_path):
    class Enough(Exception):
        pass

    def stop(fraction):
        raise Enough

    with pytest.raises(Enough):
        load_weights(save(tmp_path), "planner", on_progress=stop)


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    card = save(tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("astra_core.atomic_file.os.fsync", full)
    with pytest.raises(WeightsError, match="No space left on device"):
        save(tmp_path, metrics={"collision_percent": 9.0})
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert equal(load_weights(card, "planner").tensors)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WeightsError, match="cannot make"):
        save_weights(tmp_path / "file" / "folder", CARD, TENSORS)
