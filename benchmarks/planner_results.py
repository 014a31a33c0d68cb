"""The tables of learned planners: every training, beside MPPI and the expert at the same states.

    python benchmarks/planner_results.py --folder ~/astra-planners [--scenes N] [--jobs 2]

Takes the trainings of planner_trainings.py, judges them all in one run per scene family and
conditions, and writes ``docs/results/planner-learned.json``, from which results_page.py makes its
section. Scenes are test seeds: run it to report, never to choose.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from astra_eval.learned_planners import CONDITIONS, summarize_trainings
from astra_sim.scenes import FAMILIES

FIRST_SEED = 65000
OUT = Path(__file__).resolve().parent.parent / "docs" / "results" / "planner-learned.json"


def words(
    folder: Path, family: str, conditions: str, first: int, scenes: int, jobs: int
) -> list[str]:
    """Return the command line behind ``./astra``."""
    found = sorted(path.parent for path in folder.glob("*/*.card.yaml"))
    beside = ",".join(f"{path.name}={path}" for path in found)
    stem = folder / f"planner-{family}-{conditions}"
    return [
        "eval", "planner", "--scene", family, "--conditions", conditions,
        "--seeds", f"{first}:{first + scenes}", "--stack", "classical", "--beside", beside,
        "--jobs", str(jobs), "--rows", f"{stem}.rows", "--json", f"{stem}.json",
    ]  # fmt: skip


def main() -> int:
    """Judge and sum up; the exit status is 1 when a command failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="of the trainings")
    parser.add_argument("--scenes", type=int, default=12, help="of each family and condition")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="seed of the first scene")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    results = {}
    for family in FAMILIES:
        for conditions in CONDITIONS:
            line = words(
                arguments.folder, family, conditions, arguments.first, arguments.scenes,
                arguments.jobs,
            )  # fmt: skip
            print(f"{time.strftime('%H:%M:%S')} {family}, {conditions}", flush=True)
            log = arguments.folder / f"planner-{family}-{conditions}.log"
            with log.open("a") as output:
                status = subprocess.call(
                    [sys.executable, "-P", "-m", "astra_cli", *line], stdout=output, stderr=output
                )
            if status:
                print(f"{log}: exit status {status}")
                return 1
            results[f"{family}-{conditions}"] = json.loads(Path(line[-1]).read_text())
    arguments.out.write_text(json.dumps(summarize_trainings(results), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
