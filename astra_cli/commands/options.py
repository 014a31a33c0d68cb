"""Options that several commands have, and what is refused before any of them begins its work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from astra_core.errors import ConfigError
from astra_core.stack_spec import StackSpec
from astra_sim.conditions import CONDITIONS

__all__ = [
    "MAPS",
    "TOURS",
    "Conditions",
    "Json",
    "MapKind",
    "Mllm",
    "Scene",
    "Seed",
    "Stack",
    "Tour",
    "WeightsOption",
    "check_map",
    "chosen_stack",
    "map_folder_of",
]

#: How a scene's map can be made from its tour, and who can take that tour.
MAPS = ("oracle",)
TOURS = ("rig",)
_PLANNED = {"--map": ("built",), "--tour": ("front", "hand")}

Scene = Annotated[str, typer.Option(help="Scene family: home, office or warehouse.")]
Seed = Annotated[int, typer.Option(help="Which building of the family.")]
Json = Annotated[Path | None, typer.Option("--json", help="Write the result to this file.")]

Stack = Annotated[
    str,
    typer.Option(
        "--stack",
        help="Which parts run: classical, learned or default, and parts that differ, as in "
        "classical,planner=flow.",
    ),
]
WeightsOption = Annotated[
    str,
    typer.Option(
        "--weights",
        help="Models of learned parts: PART=NAME|FOLDER|FILE, several with commas between; "
        "without it those that Astra brings.",
    ),
]
Mllm = Annotated[
    str,
    typer.Option(
        "--mllm",
        help="The multimodal model that parts called mllm ask: embedded, transformers:FOLDER or "
        "openai:URL,MODEL.",
    ),
]
MapKind = Annotated[
    str,
    typer.Option(
        "--map", help="How the map of a scene is made from its tour: oracle (true poses and names)."
    ),
]
Tour = Annotated[str, typer.Option("--tour", help="What takes the tour: rig (all cameras).")]
Conditions = Annotated[
    str,
    typer.Option(
        help="What has changed since the tour, who walks about, and on what floor: "
        f"{', '.join(CONDITIONS)}."
    ),
]


def chosen_stack(stack: str, weights: str = "", mllm: str = "") -> StackSpec:
    """Return the stack that the options name.

    Raises:
        ConfigError: There is no such stack, or a part of it is not built yet.
        WeightsError: A model is missing, or its card is damaged.
    """
    from astra_eval.stack_facts import weights_sha256
    from astra_global.stack import check_global
    from astra_local.stack import check_local

    spec = StackSpec.parse(stack, weights=weights, mllm=mllm)
    check_local(spec)
    check_global(spec)
    weights_sha256(spec)  # which are missing is said now, and not after a map was made
    return spec


def map_folder_of(text: str) -> Path | None:
    """Return the folder that ``--map`` of the demo names; ``None`` where it says how to make one.

    A folder that is called like a kind of map is named with its path: ``./oracle``.
    """
    return None if text in (*MAPS, *_PLANNED["--map"]) else Path(text)


def check_map(kind: str, tour: str = "rig") -> None:
    """Refuse maps that nobody can make.

    Raises:
        ConfigError: Of this kind there is none, or none yet.
    """
    for option, given, built in (("--map", kind, MAPS), ("--tour", tour, TOURS)):
        if given in _PLANNED[option]:
            raise ConfigError(f"{option} {given} is not built yet; built: {', '.join(built)}")
        if given not in built:
            raise ConfigError(f"{option} must be {' or '.join(built)}, got {given!r}")
