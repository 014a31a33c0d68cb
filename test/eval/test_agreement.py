"""Pairs of missions with and without ROS."""

import json

import pytest
from typer.testing import CliRunner

from astra_cli.commands.eval import app
from astra_core.errors import ConfigError
from astra_core.stack_spec import StackSpec
from astra_eval.agreement import agreement


def _rows(*verdicts: bool, time_s: float = 20.0, fix_s: float = 0.5) -> list[dict]:
    return [
        {
            "scene": "home",
            "seed": seed,
            "number": 0,
            "conditions": "standard",
            "success": success,
            "sim_time_s": time_s,
            "path_length_m": 5.0,
            "localization": {
                "first_fix_s": fix_s + seed,
                "within_1m_percent": 100.0 if success else 90.0,
            },
        }
        for seed, success in enumerate(verdicts)
    ]


def test_equal_runs_agree_and_ratios_are_of_the_pairs_that_succeeded() -> None:
    answer = agreement(_rows(True, True, False), _rows(True, True, False, time_s=30.0))
    assert answer["n"] == answer["same_verdict"] == 3
    assert answer["agree"]
    assert answer["median_ratio"] == {"sim_time_s": 1.5, "path_length_m": 1.0}


def test_when_and_how_well_both_sides_were_localized_is_compared() -> None:
    outside = _rows(True, False, True, fix_s=0.7)
    # Never a fix: no time, and no success.
    outside[2]["localization"] = {"first_fix_s": -1.0, "within_1m_percent": None}
    # A mission that was not run both ways counts on no side.
    answer = agreement(_rows(True, True, True, False), outside)
    assert answer["in_process"]["first_fix_s"] == 1.5
    assert answer["dds"]["first_fix_s"] == pytest.approx(1.2)
    assert answer["in_process"]["localization_success_percent"] == 100.0
    assert answer["dds"]["localization_success_percent"] == pytest.approx(100.0 / 3.0)


def test_ten_of_ten_and_two_of_ten_do_not_agree() -> None:
    answer = agreement(_rows(*[True] * 10), _rows(*[True] * 2, *[False] * 8))
    assert not answer["agree"]
    assert answer["same_verdict"] == 2


def test_ten_of_ten_agree_with_themselves() -> None:
    # The upper bound of ten of ten is 1: rounding once made it a hair less than the rate.
    for n in range(1, 60):
        assert agreement(_rows(*[True] * n), _rows(*[True] * n))["agree"]
        assert agreement(_rows(*[False] * n), _rows(*[False] * n))["agree"]


def test_ten_and_five_of_ten_do_not_agree_although_their_intervals_overlap() -> None:
    answer = agreement(_rows(*[True] * 10), _rows(*[True] * 5, *[False] * 5))
    assert answer["in_process"]["ci95"][0] < answer["dds"]["ci95"][1]
    assert not answer["agree"]


def test_one_verdict_of_ten_is_no_disagreement() -> None:
    answer = agreement(_rows(*[True] * 10), _rows(False, *[True] * 9))
    assert answer["agree"]
    assert answer["same_verdict"] == 9


def test_a_mission_that_began_at_its_goal_has_no_ratio() -> None:
    inside, dds = _rows(True, True), _rows(True, True, time_s=30.0)
    inside[0]["path_length_m"] = dds[0]["path_length_m"] = 0.0
    assert agreement(inside, dds)["median_ratio"] == {"sim_time_s": 1.5, "path_length_m": 1.0}
    inside[1]["path_length_m"] = 0.0
    assert agreement(inside, dds)["median_ratio"]["path_length_m"] is None


def test_only_common_missions_count() -> None:
    assert agreement(_rows(True, True), _rows(True))["n"] == 1
    with pytest.raises(ConfigError, match="nothing to compare"):
        agreement(_rows(True), [])


def _file(folder, name, rows, **changes):
    facts = {"scene": "home", "conditions": "standard", "goals": "named", "map": "oracle"}
    facts |= {"stack": StackSpec().to_json(), "tour": "rig", "weights": {}}
    facts |= {"depth": "sensor", "profile": "abc", "over": "dds", "versions": {"code": "1"}}
    path = folder / name
    path.write_text(json.dumps({**facts, "rows": rows, **changes}))
    return path


def test_command_compares_two_results(tmp_path) -> None:
    inside = _file(tmp_path, "in.json", _rows(True, False), over="one process")
    dds = _file(tmp_path, "dds.json", _rows(True, True, time_s=22.0))
    result = CliRunner().invoke(
        app, ["agreement", str(inside), str(dds), "--json", str(tmp_path / "out.json")]
    )
    assert result.exit_code == 0, result.output
    assert "same verdict 1 of 2" in result.output
    assert "first fix 1.00 s, localized throughout 50.0 %" in result.output
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["median_ratio"]["sim_time_s"] == pytest.approx(1.1)
    assert report["same_code"]
    assert report["stack"] == StackSpec().to_json()
    assert report["dds"]["localization_success_percent"] == 100.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"profile": "xyz"}, "not comparable"),
        ({"stack": StackSpec(planner="flow").to_json()}, "has stack {"),
        ({"weights": {"planner-flow": "ab"}}, "has weights {"),
        ({"over": "one process"}, "no result of missions"),
    ],
)
def test_command_refuses_what_cannot_be_compared(tmp_path, changes, message) -> None:
    inside = _file(tmp_path, "in.json", _rows(True), over="one process")
    dds = _file(tmp_path, "dds.json", _rows(True), **changes)
    error = CliRunner().invoke(app, ["agreement", str(inside), str(dds)]).exception
    assert isinstance(error, ConfigError)
    assert message in str(error)
