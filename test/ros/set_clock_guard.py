"""The guard with a wall clock that a test sets: its seconds are added from a file.

python set_clock_guard.py FILE --ros-args ...
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

from astra_core.ages import SteadyAges
from astra_core.ros import node_clock
from astra_core.ros.main import run_node
from astra_local.ros.guard_node import GuardNode


def set_clock(path: Path) -> int:
    text = path.read_text()  # empty for a moment while it is written
    return time.time_ns() + int(1e9 * float(text or 0.0))


if __name__ == "__main__":
    wall_ns = partial(set_clock, Path(sys.argv[1]))
    node_clock.SteadyAges = partial(SteadyAges, wall_ns=wall_ns)
    sys.exit(run_node(GuardNode))
