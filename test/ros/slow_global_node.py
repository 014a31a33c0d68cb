"""The node astra_global on the toy map, with a localizer and a resolver that take 8 s each.

The environment variable SLOW_S says otherwise.

python slow_global_node.py --ros-args -p map_folder:=toy ...

The first look is quick, so that the robot knows where it is before the slow ones begin.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "global_"))

from toy_world import make_map

import astra_global.map
from astra_core.ros.main import run_node
from astra_global import assembly, stack
from astra_global.goal import GoalResolver
from astra_global.localize import coarse_vlad
from astra_global.ros import node
from astra_global.types import PoseFix

SLOW_S = float(os.environ.get("SLOW_S", "8.0"))


class SlowLocalizer:
    """Stands where the toy robot stands: odometry and map agree."""

    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._looks = 0

    def localize(self, frames, *, expected=(), everywhere=True) -> PoseFix:
        self._looks += 1
        if self._looks > 1:
            print("a slow look begins", flush=True)
            time.sleep(SLOW_S)
        covariance = np.diag([0.02, 0.02, 0.01]) ** 2
        return PoseFix(frames[0].stamp_ns, np.array([1.0, 1.0, 0.0]), covariance, 200, (), 0.0)


class SlowResolver(GoalResolver):
    """Takes as long as a language model on a slow machine."""

    def rank(self, text, robot_xy):
        print("a slow question begins", flush=True)
        time.sleep(SLOW_S)
        return super().rank(text, robot_xy)


if __name__ == "__main__":
    astra_global.map.load_map = lambda folder: make_map()
    # Neither an index is needed, nor who ranks the nodes.
    stack.load_places = lambda map_: SimpleNamespace(rig=None)
    coarse_vlad.VladCoarse = lambda places: None
    for module in (stack, assembly):
        module.build_localizer = lambda spec, places, rig, config, coarse: SlowLocalizer()
    stack.build_goals = lambda spec, map_, config, models: SlowResolver(map_, config)
    sys.exit(run_node(node.GlobalNode))
