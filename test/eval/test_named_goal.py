"""Plainly named goals fit one place only."""

from dataclasses import replace

import numpy as np
import pytest

from astra_core.errors import SceneError
from astra_eval.named_goal import named_goal
from astra_sim.scenes import Scene, make_scene


@pytest.fixture(scope="module")
def home() -> Scene:
    return make_scene("home", 3)


def test_the_words_name_what_the_ids_are(home: Scene) -> None:
    for seed in range(20):
        words, ids = named_goal(home, np.random.default_rng(seed))
        marks = [mark for mark in home.landmarks if mark.id in ids]
        assert marks
        assert all(mark.category in words or mark.text in words for mark in marks)


def test_what_stands_about_twice_is_never_named(home: Scene) -> None:
    one = next(mark for mark in home.landmarks if not mark.text)
    away = tuple(value + 9.0 for value in one.position_m)
    twin = replace(one, id="twin", position_m=away)
    with pytest.raises(SceneError, match="told from the others"):
        named_goal(replace(home, landmarks=(one, twin)), np.random.default_rng(0))
    words, ids = named_goal(replace(home, landmarks=(one,)), np.random.default_rng(0))
    assert ids == (one.id,)
    assert words == f"take me to the {one.color} {one.category}"
