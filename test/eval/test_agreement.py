"""Pairs of missions with and without ROS."""

import pytest

from astra_core.errors import ConfigError
from astra_eval.agreement import agreement


def _rows(*verdicts: bool, time_s: float = 20.0) -> list[dict]:
    return [
        {
            "scene": "home",
            "seed": seed,
            "number": 0,
            "conditions": "standard",
            "success": success,
            "sim_time_s": time_s,
            "path_length_m": 5.0,
        }
        for seed, success in enumerate(verdicts)
    ]


def test_equal_runs_agree_and_ratios_are_of_the_pairs_that_succeeded() -> None:
    answer = agreement(_rows(True, True, False), _rows(True, True, False, time_s=30.0))
    assert answer["n"] == answer["same_verdict"] == 3
    assert answer["agree"]
    assert answer["median_ratio"] == {"sim_time_s": 1.5, "path_length_m": 1.0}


def test_ten_of_ten_and_two_of_ten_do_not_agree() -> None:
    answer = agreement(_rows(*[True] * 10), _rows(*[True] * 2, *[False] * 8))
    assert not answer["agree"]
    assert answer["same_verdict"] == 2


def test_only_common_missions_count() -> None:
    assert agreement(_rows(True, True), _rows(True))["n"] == 1
    with pytest.raises(ConfigError, match="nothing to compare"):
        agreement(_rows(True), [])
