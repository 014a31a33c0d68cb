"""Draws docs/images/planner-strips.png: what a trained planner does well, and what it does not.

    python benchmarks/planner_strips.py --weights FOLDER --validation DIR [DIR ...]

The cases are chosen by rule from validation states (:mod:`astra_local.train.planner_strips`).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from astra_core.robot import RobotConfig
from astra_core.weights import load_weights
from astra_local.planner_net.load import load_planner
from astra_local.train.planner_states import PlannerDataset, shards_in
from astra_local.train.planner_strips import draw_strips

OUT = Path(__file__).resolve().parent.parent / "docs" / "images" / "planner-strips.png"


def main() -> int:
    """Draw and say what is on the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", required=True, help="name or folder of a planner")
    parser.add_argument("--validation", type=Path, nargs="+", required=True, help="shards")
    parser.add_argument("--head", default="flow")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    data = PlannerDataset(shards_in(arguments.validation), "validation")
    robot = RobotConfig()
    head = load_planner(load_weights(arguments.weights, "planner"), arguments.head, robot)
    for case in draw_strips(head, data, arguments.out, footprint_radius_m=robot.footprint_radius_m):
        print(case.title)
    return 0


if __name__ == "__main__":
    sys.exit(main())
