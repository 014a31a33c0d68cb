"""Every table of docs/results.md, one command after another; goes on where it was stopped.

    python benchmarks/classical_results.py --folder ~/astra-results --jobs 2 [--scenes N]
    python benchmarks/results_page.py --folder ~/astra-results

Scenes are test seeds: run it to report, never to choose settings. Rows made by other code are
refused, so a changed stack needs a new folder. More scenes later add to the rows that are there.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

#: Of 60000 to 64009 some were looked at while the stack was built; these were not.
FIRST_SEED = 65000
FAMILIES = ("home", "office", "warehouse")


@dataclass(frozen=True)
class Evaluation:
    """One command for each scene family.

    Attributes:
        name: Of the files: ``<name>-<family>.json`` and ``.rows``.
        command: Words behind ``./astra``.
        per_scene: Of each family, in the order of FAMILIES; offices and warehouses cost a lot more.
        share: Of the scenes asked for, in the same order; cheap tables take more scenes than dear
            ones.
        one_by_one: Starts the whole ROS 2 stack, so its missions run one at a time.
    """

    name: str
    command: str
    per_scene: tuple[int, int, int] | None = None
    share: tuple[float, float, float] = (1.0, 1.0, 1.0)
    one_by_one: bool = False


_HALF = (0.5, 0.5, 0.5)
EVALUATIONS = (
    Evaluation("goals", "eval goals", share=(2.0, 2.0, 2.0)),
    Evaluation("missions-named", "missions --goals named", (5, 5, 4), (2.0, 1.0, 1.0)),
    Evaluation("localization-rig", "eval localization --cameras rig", (10, 10, 10)),
    Evaluation("localization-front", "eval localization --cameras front", (10, 10, 10)),
    Evaluation("localization-carried", "eval localization --carried", (5, 3, 4), (1.0, 0.6, 0.6)),
    Evaluation("missions-test", "missions --goals test", (5, 2, 2)),
    Evaluation("odometry", "eval odometry", (10, 10, 10)),
    Evaluation("planner-open", "eval planner", (4, 4, 4), _HALF),
    Evaluation("planner-open-ood", "eval planner --split ood", (4, 4, 4), _HALF),
    Evaluation("planner-closed", "eval planner --closed-loop", (4, 4, 4), _HALF),
    Evaluation("missions-dds", "missions --goals named --dds", one_by_one=True),
    Evaluation("bench-stack", "bench stack", one_by_one=True),
)


def words(evaluation: Evaluation, family: str, folder: Path, scenes: int, jobs: int) -> list[str]:
    """Return the command line behind ``./astra``."""
    stem = folder / f"{evaluation.name}-{family}"
    if evaluation.command.startswith("bench"):
        # Minutes in one scene: nothing to go on from.
        line = [*evaluation.command.split(), "--scene", family, "--seed", str(FIRST_SEED)]
        return [*line, "--json", f"{stem}.json"]
    last = FIRST_SEED + max(1, round(scenes * evaluation.share[FAMILIES.index(family)]))
    line = [*evaluation.command.split(), "--scene", family, "--seeds", f"{FIRST_SEED}:{last}"]
    if evaluation.per_scene is not None:
        line += ["--per-scene", str(evaluation.per_scene[FAMILIES.index(family)])]
    if not evaluation.one_by_one:
        line += ["--jobs", str(jobs)]
    if evaluation.command.startswith("missions"):
        line += ["--pictures", f"{stem}-pictures"]
    return [*line, "--rows", f"{stem}.rows", "--json", f"{stem}.json"]


def agreement(folder: Path, family: str) -> list[str]:
    """Compare the missions that were run both ways; return what went wrong."""
    both = [folder / f"{name}-{family}.json" for name in ("missions-named", "missions-dds")]
    if not all(path.exists() for path in both):
        return []
    line = ["eval", "agreement", *map(str, both), "--json", f"{folder}/agreement-{family}.json"]
    status = subprocess.call([sys.executable, "-P", "-m", "astra_cli", *line])
    return [f"agreement of {family}: exit status {status}"] if status else []


def main() -> int:
    """Run what is asked for; the exit status is 1 when a command failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="rows and results")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scenes", type=int, default=10, help="scenes of each family")
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    names = [evaluation.name for evaluation in EVALUATIONS]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    failed = []
    for evaluation in EVALUATIONS:
        for family in arguments.families if evaluation.name in arguments.only else ():
            line = words(evaluation, family, arguments.folder, arguments.scenes, arguments.jobs)
            print(f"{time.strftime('%H:%M:%S')} ./astra {shlex.join(line)}", flush=True)
            log = arguments.folder / f"{evaluation.name}-{family}.log"
            with log.open("w") as output:
                status = subprocess.call(
                    [sys.executable, "-P", "-m", "astra_cli", *line], stdout=output, stderr=output
                )
            if status:
                failed.append(f"{log}: exit status {status}")
    for family in arguments.families:
        failed += agreement(arguments.folder, family)
    for line in failed:
        print(line)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
