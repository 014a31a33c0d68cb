"""The interval beside a value."""

from __future__ import annotations

import math

from astra_eval.shown_interval import shown_intervals


def test_scenes_without_failure_do_not_prove_that_there_is_none() -> None:
    result = {"ci95": {"a": (97.5, 100.0)}, "ci95_by_scene": {"a": [100.0, 100.0]}}
    assert shown_intervals(result) == {"a": (97.5, 100.0)}


def test_scenes_that_differ_widen_it() -> None:
    result = {"ci95": {"a": (73.0, 88.0)}, "ci95_by_sentence": {"a": [68.0, 86.0]}}
    assert shown_intervals(result) == {"a": (68.0, 88.0)}


def test_wilson_stands_alone_where_queries_are_independent() -> None:
    assert shown_intervals({"ci95": {"a": (73.0, 88.0)}}) == {"a": (73.0, 88.0)}


def test_one_scene_tells_nothing() -> None:
    for unknown in ([None, None], [math.nan, math.nan]):
        result = {"ci95": {"a": (73.0, 88.0)}, "ci95_by_scene": {"a": unknown}}
        assert shown_intervals(result)["a"] is unknown


def test_what_was_only_drawn_is_kept() -> None:
    assert shown_intervals({"ci95": {}, "ci95_by_scene": {"a": [1.0, 2.0]}}) == {"a": [1.0, 2.0]}
