"""Every set of weights in ``weights/`` is what its card says."""

from weights_made import save

from astra_core.weights import shipped_weights, survey


def test_the_weights_that_come_with_astra_are_whole():
    assert [entry for entry in survey(shipped_weights()) if entry.problem] == []


def test_a_missing_and_an_empty_folder_hold_none(tmp_path):
    assert survey(tmp_path / "none") == []
    assert survey(tmp_path) == []


def test_each_set_is_told_with_what_is_wrong(tmp_path):
    save(tmp_path)
    save(tmp_path / "sub", name="second", part="odometry")
    whole = survey(tmp_path)
    assert [(e.name, e.part, e.problem) for e in whole] == [
        ("flow-tiny", "planner", ""),
        ("second", "odometry", ""),
    ]
    assert all(len(e.sha256) == 64 for e in whole)

    file = tmp_path / "sub" / "second.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\x55")
    (tmp_path / "third.card.yaml").write_text("name: third")
    (tmp_path / "stray.safetensors").write_bytes(b"")
    entries = {e.name: e for e in survey(tmp_path)}
    assert entries["flow-tiny"].problem == ""
    assert "is not the file that second.card.yaml describes" in entries["second"].problem
    assert entries["second"].part == "odometry" and not entries["second"].sha256
    assert "lacks the field 'format'" in entries["third"].problem
    assert "described by no card" in entries["stray.safetensors"].problem
