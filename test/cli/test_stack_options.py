"""`--stack`, `--weights`, `--mllm`, `--map` and `--tour`: the same words on every command."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from astra_cli import main
from astra_cli.commands import bench
from astra_cli.commands import eval as eval_command
from astra_cli.commands.options import check_map, chosen_stack, map_folder_of
from astra_cli.demo.summary import DemoCost, demo_json
from astra_cli.scene_map import KeptMaps, MapsOfKind, map_kind
from astra_core.errors import AstraError, ConfigError, MapFormatError, WeightsError
from astra_core.stack_spec import CLASSICAL, DEFAULT, PARTS, StackSpec
from astra_eval.stack_facts import compared_stacks, stack_name, weights_sha256
from astra_global.map import store

#: Every command that runs a stack, and a line that would begin the shortest work.
COMMANDS = {
    "demo": (main.app, ["demo", "--headless"]),
    "missions": (main.app, ["missions", "--seeds", "5:6"]),
    "eval localization": (eval_command.app, ["localization", "--seeds", "5:6"]),
    "eval goals": (eval_command.app, ["goals", "--seeds", "5:6"]),
    "eval odometry": (eval_command.app, ["odometry", "--seeds", "5:6"]),
    "eval planner": (eval_command.app, ["planner", "--seeds", "5:6"]),
    "bench stack": (bench.app, ["stack", "--rounds", "1"]),
}
WITH_MAP = ("demo", "missions", "eval localization", "eval goals", "bench stack")


def refused(command: str, *words: str) -> str:
    """Return the one line with which a command refuses its work."""
    app, line = COMMANDS[command]
    result = CliRunner().invoke(app, [*line, *words])
    assert result.exit_code != 0
    assert isinstance(result.exception, AstraError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_not_built_yet_is_said_by_every_command(command: str) -> None:
    said = refused(command, "--stack", "classical,odometry=transformer")
    assert said == "odometry=transformer is not built yet; built: ekf"


@pytest.mark.parametrize("command", COMMANDS)
def test_models_that_are_not_there_are_said_before_any_work(command: str) -> None:
    words = ("--stack", "classical,planner=flow", "--weights", "planner=/no/such/folder")
    assert "there are no weights at /no/such/folder" in refused(command, *words)


@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_names_are_said_by_every_command(command: str) -> None:
    assert "did you mean planner?" in refused(command, "--stack", "classical,planer=mppi")
    assert "planner=mppi has no weights" in refused(command, "--weights", "planner=tiny")
    assert "no part of this stack asks" in refused(command, "--mllm", "embedded")


@pytest.mark.parametrize("command", WITH_MAP)
def test_maps_that_nobody_makes_yet_are_said(command: str) -> None:
    assert refused(command, "--map", "built") == "--map built is not built yet; built: oracle"


@pytest.mark.parametrize("command", [name for name in WITH_MAP if name != "eval goals"])
def test_tours_that_nobody_takes_yet_are_said(command: str) -> None:
    assert refused(command, "--tour", "hand") == "--tour hand is not built yet; built: rig"
    assert "--tour must be rig, got 'roof'" in refused(command, "--tour", "roof")


def test_conditions_that_nobody_knows_are_said() -> None:
    said = refused("missions", "--conditions", "rush hour")
    known = "known: empty, standard, crowded, changed, slippery"
    assert said == f"unknown conditions 'rush hour'; {known}"


@pytest.mark.parametrize(
    ("part", "name"), [(part, name) for part, names in PARTS.items() for name in names[1:]]
)
def test_nothing_is_taken_for_built_by_mistake(part: str, name: str) -> None:
    """A part of the classical stack is built; any other is, or is refused by its name."""
    assert chosen_stack("classical") == CLASSICAL
    assert chosen_stack("default") == DEFAULT
    try:
        spec = chosen_stack(f"classical,{part}={name}")
    except WeightsError as error:
        # Built, but nobody has brought a model for it.
        assert f"{part}-{name}" in str(error) or f"{part}={name} needs" in str(error)
    except ConfigError as error:
        assert f"{part}={name} is not built yet" in str(error)
    else:
        assert spec.parts[part] == name


def test_of_maps_a_kind_can_be_asked_for_and_a_folder_named() -> None:
    assert map_folder_of("oracle") is map_folder_of("built") is None
    assert map_folder_of("./oracle") == Path("oracle")
    assert map_folder_of("maps/home7") == Path("maps/home7")
    check_map("oracle", "rig")
    with pytest.raises(ConfigError, match="--map must be oracle, got 'orcale'"):
        check_map("orcale", "rig")


@pytest.fixture()
def kept(tmp_path: Path) -> Path:
    """Return a folder with a map of home 5, of which only the head is there."""
    folder = tmp_path / "home-5-abc" / "map"
    folder.mkdir(parents=True)
    head = {
        "schema_version": store.schema.SCHEMA_VERSION,
        "frame": "map",
        "rig": [],
        "provenance": {"map": "built"},
        "checksums": {},
    }
    head["checksum"] = store._signature(head)
    (folder / "map.yaml").write_text(yaml.safe_dump(head))
    return tmp_path


def test_a_map_is_what_its_provenance_says(kept: Path) -> None:
    folder = kept / "home-5-abc" / "map"
    assert map_kind(folder) == "built"
    assert MapsOfKind("built", KeptMaps(kept))("home", 5) == folder
    with pytest.raises(ConfigError, match="is a map of kind 'built', but --map oracle was asked"):
        MapsOfKind("oracle", KeptMaps(kept))("home", 5)
    text = (folder / "map.yaml").read_text()
    (folder / "map.yaml").write_text(text.replace("map: built", "map: oracle"))
    with pytest.raises(MapFormatError, match="damaged or changed"):
        map_kind(folder)


def test_the_classical_stack_is_asked_beside_any_other() -> None:
    flow = StackSpec(planner="flow")
    assert list(compared_stacks(flow).items()) == [
        ("classical,planner=flow", flow),
        ("classical", CLASSICAL),
    ]
    assert compared_stacks(CLASSICAL) == {"classical": CLASSICAL}


def test_a_result_names_its_stack() -> None:
    assert stack_name({"stack": StackSpec(planner="flow").to_json()}) == "classical,planner=flow"
    # Tables from before stacks had names.
    assert stack_name({}) == "classical"
    assert weights_sha256(CLASSICAL) == {}


def test_the_result_of_the_demo_says_what_it_was_made_by() -> None:
    @dataclasses.dataclass
    class Score:
        def to_json(self) -> dict[str, object]:
            return {"success": True}

    facts = {"stack": CLASSICAL.to_json(), "map": "built", "depth": "sensor", "weights": {"a": "b"}}
    cost = DemoCost(1.0, 1.0, {}, [], {}, {})
    data = demo_json(Score(), cost, family="home", seed=7, facts=facts, versions={})
    assert {key: data[key] for key in facts} == facts
