"""Ranges of scene seeds and what they may be used for."""

from __future__ import annotations

import pytest

from astra_core.errors import ConfigError
from astra_core.seeds import parse_seeds


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("0:1", "train"),
        ("100:50000", "train"),
        ("50000:50010", "validation"),
        ("59999:60000", "validation"),
        ("60000:70000", "test"),
        ("70000:70001", "other"),
        ("2147483647:2147483648", "other"),
    ],
)
def test_a_range_belongs_to_one_split(text: str, split: str) -> None:
    seeds = parse_seeds(text)
    first, last = map(int, text.split(":"))
    assert seeds.split == split
    assert (len(seeds), next(iter(seeds))) == (last - first, first)
    assert list(parse_seeds("5:8")) == [5, 6, 7]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5", "whole numbers"),
        ("a:b", "whole numbers"),
        ("1:2:3", "whole numbers"),
        ("1.5:3", "whole numbers"),
        ("", "whole numbers"),
        ("5:5", "empty"),
        ("6:5", "empty"),
        ("-1:5", "out of range"),
        ("2147483647:2147483649", "out of range"),
        ("49999:50001", "mixes train and validation"),
        ("59999:60001", "mixes test and validation"),
        ("69999:70001", "mixes other and test"),
    ],
)
def test_other_texts_are_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_seeds(text)
