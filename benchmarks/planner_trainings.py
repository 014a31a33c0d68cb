"""Every training behind the planner's tables, one after another; goes on where it was stopped.

    python benchmarks/planner_trainings.py --data DIR --validation DIR --folder ~/astra-planners
    python benchmarks/planner_results.py --folder ~/astra-planners

Equal data, steps and batches for all heads. What a comparison needs first comes first: one seed of
every head with and without the ESDF loss, then the other seeds, then amounts of data, the larger
net, and the net that never saw a warehouse. A training that is there already is not done again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HEADS = ("flow", "act", "vae", "diffusion")
SEEDS = (0, 1, 2)
#: Shares of the states for the curve over data; all of them is the headline.
SHARES = (0.25, 0.0625)
_SEEN = ("home", "office")


@dataclass(frozen=True)
class Training:
    """One run of ``./astra train local``.

    Attributes:
        name: Of its folder: head, what is special, seed.
        head: Of the planner.
        seed: Of weights, batches and noise.
        esdf: With the masked ESDF loss.
        preset: Size of the net.
        share: Of the states.
        families: Whose scenes are learned from; none is all.
    """

    name: str
    head: str
    seed: int
    esdf: bool = True
    preset: str = "tiny"
    share: float = 1.0
    families: tuple[str, ...] = ()

    def words(
        self, data: Sequence[Path], validation: Path, folder: Path, steps: int, states: int
    ) -> list[str]:
        """Return the command line behind ``./astra``."""
        line = ["train", "local", "--stage", "planner", "--preset", self.preset]
        line += ["--head", self.head, "--seed", str(self.seed), "--steps", str(steps)]
        if not self.esdf:
            line += ["--esdf-weight", "0"]
        if self.share < 1.0:
            line += ["--states", str(round(self.share * states))]
        for part in data if not self.families else _folders(data, self.families):
            line += ["--data", str(part)]
        return [*line, "--validation", str(validation), "--out", str(folder / self.name)]


def trainings() -> Iterator[Training]:
    """Yield all, the most telling first."""
    for seed in SEEDS:
        for esdf in (True, False):
            for head in HEADS:
                loss = "esdf" if esdf else "plain"
                yield Training(f"{head}-{loss}-s{seed}", head, seed, esdf)
        if seed == SEEDS[0]:
            for share in SHARES:
                yield Training(f"flow-esdf-{share:g}-s0", "flow", 0, share=share)
            yield Training("flow-esdf-base-s0", "flow", 0, preset="base")
            yield Training("flow-esdf-no_warehouse-s0", "flow", 0, families=_SEEN)


def _folders(data: Sequence[Path], families: tuple[str, ...]) -> list[Path]:
    """Return the folders of some families, wherever they lie below those of the data."""
    below = (path for folder in data for path in folder.rglob("*"))
    return sorted(path for path in below if path.is_dir() and path.name in families)


def count_states(data: Sequence[Path]) -> int:
    """Return how many states there are."""
    from astra_local.train.planner_states import PlannerDataset, shards_in

    return len(PlannerDataset(shards_in(data), "train"))


def main() -> int:
    """Run what is asked for; the exit status is 1 when a training failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, nargs="+", required=True, help="shards of training seeds"
    )
    parser.add_argument("--validation", type=Path, required=True, help="of validation seeds")
    parser.add_argument("--folder", type=Path, required=True, help="a folder for each training")
    parser.add_argument("--steps", type=int, default=4000)
    names = [training.name for training in trainings()]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    states = count_states(arguments.data)
    print(f"{states} states, {arguments.steps} steps", flush=True)
    failed = []
    for training in trainings():
        if training.name not in arguments.only:
            continue
        if list((arguments.folder / training.name).glob("*.card.yaml")):
            continue
        line = training.words(
            arguments.data, arguments.validation, arguments.folder, arguments.steps, states
        )
        print(f"{time.strftime('%H:%M:%S')} {training.name}", flush=True)
        log = arguments.folder / f"{training.name}.log"
        with log.open("a") as output:
            status = subprocess.call(
                [sys.executable, "-P", "-m", "astra_cli", *line], stdout=output, stderr=output
            )
        if status:
            failed.append(f"{log}: exit status {status}")
    for line in failed:
        print(line)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
