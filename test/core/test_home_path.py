"""`~` is the home folder wherever a path is taken that no shell has seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from weights_made import save

from astra_cli.main import with_home
from astra_cli.node_table import resolve_arguments
from astra_core.errors import ConfigError
from astra_core.home_path import home_path
from astra_core.robot import load_robot
from astra_core.weights import find_card


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "zu Häuse"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def test_the_home_folder_and_nothing_else(home: Path) -> None:
    assert home_path("~/maps") == home / "maps"
    assert home_path("~") == home
    assert home_path("maps/~") == Path("maps/~")
    assert home_path(Path("/a/~/b")) == Path("/a/~/b")
    with pytest.raises(ConfigError, match="nobody-of-this-name"):
        home_path("~nobody-of-this-name/maps")


@pytest.mark.parametrize(
    ("word", "becomes"),
    [
        ("--out=~/maps", "--out={home}/maps"),
        ("~/bag", "{home}/bag"),
        ("--out=~", "--out={home}"),
        ("--goal=the ~ sign", "--goal=the ~ sign"),
        ("~5 metres on", "~5 metres on"),
        ("a=~/b", "a=~/b"),
        ("--out", "--out"),
    ],
)
def test_words_of_the_command_line(home: Path, word: str, becomes: str) -> None:
    assert with_home(word) == becomes.format(home=home)


def test_arguments_of_the_launch(home: Path) -> None:
    values = resolve_arguments({"map": "~/maps/7", "robot": "~/r.yaml", "params_file": "~/p.yaml"})
    assert values["map"] == f"{home}/maps/7"
    assert values["robot"] == f"{home}/r.yaml"
    assert values["params_file"] == f"{home}/p.yaml"


def test_robot_and_weights(home: Path) -> None:
    (home / "robot.yaml").write_text("max_linear_mps: 0.25\n")
    assert load_robot("~/robot.yaml").max_linear_mps == 0.25
    save(home / "weights")
    assert find_card("~/weights") == home / "weights" / "flow-tiny.card.yaml"
