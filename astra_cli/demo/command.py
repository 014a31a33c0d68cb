"""`./astra demo` from the first line to the last.

Map the scene, start the processes, say the goal, watch, judge, and leave nothing behind.
"""

from __future__ import annotations

import os
import re
import signal
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from astra_core.errors import ConfigError, MapFormatError
from astra_core.stack_spec import DEFAULT, StackSpec
from astra_eval.json_file import check_result, write_json

if TYPE_CHECKING:
    from astra_cli.demo.drive import DdsDrive
    from astra_cli.demo.stack import RunningStack
    from astra_eval.scoring import MissionScore
    from astra_sim.scenes.types import Scene

__all__ = ["map_with_progress", "run_demo"]

_VERSIONED = ("numpy", "mujoco", "opencv-python-headless", "pycolmap", "ros-rclpy")


def run_demo(
    family: str,
    seed: int,
    goal: str,
    *,
    stack: StackSpec = DEFAULT,
    tour: str = "rig",
    conditions: str = "empty",
    map_folder: Path | None = None,
    record: Path | None = None,
    json_file: Path | None = None,
    viewer: bool = False,
) -> int:
    """Run the demo.

    Args:
        family: Scene family.
        seed: Scene seed.
        goal: What the robot is told.
        stack: What drives it.
        tour: What the tour is taken with.
        conditions: Name of what has changed since the tour, and who walks about.
        map_folder: A map of the scene; ``None`` makes one, or takes the one that was kept.
        record: Folder for bag, picture and result; ``None`` keeps nothing.
        json_file: Where to write the result; ``None`` writes none.
        viewer: Serve the page, and go on after the mission, for goals given there, until Ctrl-C.

    Returns:
        0 when the robot arrived where it was meant to, 1 otherwise.

    Raises:
        AstraError: The demo could not be run at all.
    """
    from astra_cli.scene_map import map_kind
    from astra_eval.stack_facts import weights_sha256
    from astra_sim.conditions import named_conditions
    from astra_sim.rendering import select_gl_backend
    from astra_sim.scenes import make_scene

    select_gl_backend()
    _check_request(goal, record, json_file)
    named_conditions(conditions)
    scene = make_scene(family, seed)
    with _terminated_as_interrupt():
        if map_folder is None:
            map_folder = map_with_progress(family, seed)
        else:
            _check_map(map_folder)
        facts = {
            "stack": stack.to_json(),
            "map": map_kind(map_folder),
            "tour": tour,
            "depth": stack.depth,
            "weights": weights_sha256(stack),
        }
        judge = _Judge(scene, goal, stack, conditions, facts, record, json_file)
        try:
            _drive(judge, map_folder, viewer)
        except KeyboardInterrupt:
            # After the mission that is how a person leaves the page.
            if judge.score is None:
                raise
        return 0 if judge.score is not None and judge.score.success else 1


def _check_request(goal: str, record: Path | None, json_file: Path | None) -> None:
    if not goal.strip():
        raise ConfigError('--goal is empty: say where to go, for example --goal "I am thirsty"')
    # Found out now rather than after the drive.
    if record is not None:
        if (record / "bag").exists():
            raise ConfigError(f"{record} already holds a recording: name another folder")
        check_result(record / "result.json")
    check_result(json_file)


def _check_map(folder: Path) -> None:
    from astra_global.map import check_map

    problems = check_map(folder)
    if problems:
        raise MapFormatError(problems[0])


def map_with_progress(family: str, seed: int) -> Path:
    """Return the kept map of a scene, made if there is none; a person sees how far it is."""
    from astra_cli.scene_map import ensure_scene_map

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console()
    if not console.is_terminal:
        shown: list[tuple[str, int]] = []

        def tell(share: float, text: str) -> None:
            # A log wants a line per stage and per tenth of the whole, not one per percent.
            step = (re.split(r"[:\d]", text)[0], int(10.0 * share))
            if not shown or shown[-1] != step:
                shown.append(step)
                print(f"[{100 * share:3.0f} %] {text}", flush=True)

        return ensure_scene_map(family, seed, tell)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("looking for the map", total=1.0)
        return ensure_scene_map(
            family,
            seed,
            lambda share, text: progress.update(task, completed=share, description=text),
        )


def _drive(judge: _Judge, map_folder: Path, viewer: bool) -> None:
    from astra_cli.demo.display import ProgressLine
    from astra_cli.demo.drive import drive_over_dds

    line = ProgressLine()

    def begin(stack: RunningStack) -> None:
        if viewer:
            print(f"Watch at {stack.page}", flush=True)
            _open_browser(stack.page_once)
        print(f'You: "{judge.goal}"', flush=True)

    def end(stack: RunningStack, drive: DdsDrive) -> None:
        line.close()
        judge.judge(drive)
        if viewer:
            print(f"\nGive the next goal at {stack.page}; Ctrl-C here ends it all.", flush=True)
            stack.session.idle(stack.check)

    try:
        drive_over_dds(
            judge.scene,
            map_folder,
            judge.goal,
            start_seed=judge.scene.seed,
            conditions=judge.conditions,
            spec=judge.stack,
            record=judge.record,
            on_state=line.show,
            on_begin=begin,
            on_end=end,
            viewer=viewer,
        )
    finally:
        line.close()


@dataclass
class _Judge:
    """What was asked for, and how it went.

    Attributes:
        facts: What the result says of stack and map.
        score: Of the mission; ``None`` until it has ended.
    """

    scene: Scene
    goal: str
    stack: StackSpec
    conditions: str
    facts: dict[str, Any]
    record: Path | None
    json_file: Path | None
    score: MissionScore | None = None

    def judge(self, drive: DdsDrive) -> None:
        """Score a drive; tell and keep the result."""
        from astra_cli.demo.summary import demo_json, print_summary
        from astra_eval.instructions import right_answer_to
        from astra_eval.scoring import score_mission
        from astra_sim.conditions import named_conditions
        from astra_sim.scenes.changes import mission_scene

        now = mission_scene(self.scene, self.scene.seed, named_conditions(self.conditions))
        answer = right_answer_to(now, self.goal)
        right = None if answer is None else answer.landmark_ids
        score = score_mission(now, drive.record, drive.result, self.goal, right)
        print_summary(score, drive.cost, self.stack, self.facts)
        data = demo_json(
            score,
            drive.cost,
            family=self.scene.family,
            seed=self.scene.seed,
            facts={"conditions": self.conditions, **self.facts},
            versions={name: version(name) for name in _VERSIONED if _installed(name)},
        )
        if self.record is not None:
            from astra_eval.pictures import draw_drive

            write_json(self.record / "result.json", data)
            draw_drive(now, drive.record, score, self.record / "drive.png")
            print(f"  record   {self.record}: bag/, drive.png, result.json")
        write_json(self.json_file, data)
        self.score = score


def _open_browser(address: str) -> None:
    """Open the page where there is a screen; elsewhere the address on the terminal must do."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)


def _installed(name: str) -> bool:
    from importlib.metadata import PackageNotFoundError

    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


@contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """Let SIGTERM take the same orderly way out as Ctrl-C."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
