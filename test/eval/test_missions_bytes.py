"""Two drives can be compared to the last bit, and maps of other code can be driven on."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from astra_cli.scene_map import KeptMaps
from astra_core.errors import ConfigError
from astra_eval.drive_record import DriveRecord
from astra_eval.mission_case import MissionDrive
from astra_eval.missions_eval import summarize_missions


def _drive():
    record = DriveRecord(
        np.array([1, 2], dtype=np.int64), np.zeros((2, 3)), np.ones((2, 3)), np.full((2, 3), np.nan)
    )
    return MissionDrive(record, None, np.array([[0.1, 0.2], [0.3, 0.4]]), 1.0, ())


def _changed(drive, name):
    if name == "commands":
        return replace(drive, commands=np.nextafter(drive.commands, 1.0))
    values = getattr(drive.record, name)
    other = values + 1 if values.dtype == np.int64 else np.where(np.isnan(values), 0.0, values + 1)
    return replace(drive, record=replace(drive.record, **{name: other}))


@pytest.mark.parametrize("name", ["commands", "odometry", "global_pose", "stamps_ns"])
def test_any_bit_of_what_the_stack_did_changes_the_hash(name):
    assert _changed(_drive(), name).bytes_sha256 != _drive().bytes_sha256


def test_the_hash_is_the_same_for_the_same_drive_and_blind_to_the_truth():
    assert _drive().bytes_sha256 == _drive().bytes_sha256
    assert _changed(_drive(), "truth").bytes_sha256 == _drive().bytes_sha256


def _row(seed, digest):
    return {
        "seed": seed, "number": 0, "success": True, "failure": "", "path_length_m": 1.0,
        "spl": 1.0, "fallback_fraction": 0.0, "collisions": 0, "real_time_factor": 1.0,
        "sim_time_s": 1.0, "localization": {"first_fix_s": 1.0, "within_1m_percent": 100.0},
        **({} if digest is None else {"bytes_sha256": digest}),
    }  # fmt: skip


def test_the_hash_of_many_drives_does_not_depend_on_their_order():
    expected = hashlib.sha256(b"abcd").hexdigest()
    assert summarize_missions([_row(1, "ab"), _row(2, "cd")])["bytes_sha256"] == expected
    assert summarize_missions([_row(2, "cd"), _row(1, "ab")])["bytes_sha256"] == expected


def test_drives_over_dds_have_none():
    assert summarize_missions([_row(1, "ab"), _row(2, None)])["bytes_sha256"] is None


def test_a_kept_map_is_found_by_family_and_seed(tmp_path):
    folder = tmp_path / "home-7-abc" / "map"
    folder.mkdir(parents=True)
    (folder / "map.yaml").write_text("")
    (tmp_path / "home-70-abc").mkdir()
    assert KeptMaps(tmp_path)("home", 7) == folder


@pytest.mark.parametrize("names", [[], ["home-7-a", "home-7-b"]])
def test_no_or_two_kept_maps_are_refused(tmp_path, names):
    for name in names:
        (tmp_path / name / "map").mkdir(parents=True)
        (tmp_path / name / "map" / "map.yaml").write_text("")
    with pytest.raises(ConfigError, match=f"holds {len(names)}"):
        KeptMaps(tmp_path)("home", 7)
