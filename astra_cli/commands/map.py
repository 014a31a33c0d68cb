"""``./astra map``: map a simulated scene, build a map from a tour, check it, draw it."""

from pathlib import Path
from typing import Annotated

import typer

from astra_cli.commands.options import Json
from astra_eval.json_file import check_result, write_json

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="MAP", help="Folder of the map.")]


@app.command()
def scene(
    scene: Annotated[str, typer.Option(help="home, office or warehouse.")] = "home",
    seed: Annotated[int, typer.Option(help="Seed of the scene.")] = 7,
    out: Annotated[
        Path | None, typer.Option(help="Where the map goes; without it, it stays where it is kept.")
    ] = None,
    json_file: Json = None,
) -> None:
    """Tour a simulated scene and map it, as the demo does; the last line is the map's folder."""
    import shutil

    from astra_cli.demo.command import map_with_progress
    from astra_core.errors import ConfigError
    from astra_core.own_folder import new_folder, place_of
    from astra_global.map.store import MAP

    if out is not None:
        out = place_of(out, MAP)
        if out.exists():
            raise ConfigError(f"{out} exists already: name another folder")
    folder = map_with_progress(scene, seed)
    if out is not None:
        # Whole or not at all: a copy that is interrupted must not look like a map.
        with new_folder(out, MAP) as new:
            shutil.copytree(folder, new, dirs_exist_ok=True)
        folder = out
    print(folder)
    write_json(json_file, {"scene": scene, "seed": seed, "map": str(folder)})


@app.command()
def build(
    bag: Annotated[Path, typer.Argument(help="rosbag2 folder of the tour.")],
    annotations: Annotated[Path, typer.Option(help="YAML list of landmarks.")],
    out: Annotated[Path, typer.Option(help="Where the map goes.")],
    robot: Annotated[
        Path | None,
        typer.Option(help="YAML that describes the robot; without it the one Astra comes with."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="YAML with settings of the builder.")] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="How something of the bag is called, as often as needed: pose=/odom, "
            "image=/cam_{camera}/rgb, cameras=front,left, base_frame=base_footprint.",
        ),
    ] = None,
    keep_work: Annotated[
        bool, typer.Option("--keep-work", help="Keep the stages' artefacts beside the map.")
    ] = False,
    json_file: Json = None,
) -> None:
    """Build a map from a recorded tour; an interrupted build goes on where it stopped."""
    import dataclasses

    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from astra_core.own_folder import place_of
    from astra_core.own_picture import check_picture
    from astra_core.robot import load_robot
    from astra_core.robot_settings import for_robot, load_for_robot
    from astra_global.map import draw_map
    from astra_global.map.store import MAP
    from astra_global.mapping.build import build_map
    from astra_global.mapping.config import MappingConfig, with_topics
    from astra_global.mapping.oracle import AnnotatedLandmarks, TopicPoses

    out = place_of(out, MAP)
    beside = out.with_name(f"{out.name}.png")
    check_picture(beside)  # before the work rather than after it
    check_result(json_file)
    made_for = load_robot(robot)
    settings = (
        for_robot(MappingConfig(), made_for)
        if config is None
        else load_for_robot(MappingConfig, config, made_for)
    )
    settings = dataclasses.replace(settings, topics=with_topics(settings.topics, topic or ()))
    if keep_work:
        settings = dataclasses.replace(settings, keep_work=True)
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns) as bar:
        task = bar.add_task("starting", total=1.0)
        report = build_map(
            bag,
            out,
            poses=TopicPoses(bag, settings.topics, settings.key_frames.max_gap_s),
            landmarks=AnnotatedLandmarks(annotations),
            config=settings,
            progress=lambda share, text: bar.update(task, completed=share, description=text),
        )
    print(report.to_text())
    picture = draw_map(report.map, beside)
    print(f"  picture: {picture}")
    write_json(json_file, {**report.to_dict(), "picture": str(picture)})


@app.command()
def check(
    folder: Folder,
    accept_edits: Annotated[
        bool,
        typer.Option(
            "--accept-edits", help="Sign graph.json and map.yaml as they are now, if valid."
        ),
    ] = False,
    json_file: Json = None,
) -> None:
    """Check a map: files, checksums, references, and whether a robot can use it."""
    from astra_global import map as maps

    changed = maps.accept_edits(folder) if accept_edits else []
    for name in changed:
        print(f"accepted: {name}")
    problems = maps.check_map(folder)
    for problem in problems:
        print(problem)
    if not problems:
        astra_map = maps.load_map(folder, verify=False)
        print(
            f"{folder}: good ({len(astra_map.nodes)} nodes, {len(astra_map.edges)} edges, "
            f"{len(astra_map.landmarks)} landmarks)"
        )
        for what in astra_map.missing:
            print(f"  missing: {what}")
    write_json(json_file, {"map": str(folder), "problems": problems, "accepted": changed})
    if problems:
        raise typer.Exit(1)


@app.command()
def show(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="Where the picture goes; by default <map>.png beside it.")
    ] = None,
    json_file: Json = None,
) -> None:
    """Draw a map as a PNG and list its landmarks."""
    from rich.console import Console
    from rich.table import Table

    from astra_global.map import draw_map, load_map

    astra_map = load_map(folder)
    resolved = folder.resolve()
    picture = draw_map(astra_map, out or resolved.with_name(f"{resolved.name}.png"))
    table = Table(box=None, pad_edge=False)
    for heading in ("landmark", "category", "text", "function", "x", "y", "seen by"):
        table.add_column(heading, overflow="fold")
    for landmark in astra_map.landmarks:
        x, y, _ = landmark.position_m
        table.add_row(
            landmark.id,
            landmark.category,
            landmark.text,
            landmark.function,
            f"{x:.1f}",
            f"{y:.1f}",
            f"{len(landmark.node_ids)} nodes",
        )
    console = Console()
    console.print(table)
    console.print(f"picture: {picture}")
    write_json(
        json_file,
        {
            "map": str(folder),
            "picture": str(picture),
            "nodes": len(astra_map.nodes),
            "edges": len(astra_map.edges),
            "landmarks": [landmark.id for landmark in astra_map.landmarks],
            "provenance": dict(astra_map.provenance),
        },
    )
