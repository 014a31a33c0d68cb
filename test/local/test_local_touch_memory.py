"""What is kept of touches: the newest ones, and that they are there where nobody has looked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from test_local_touched import empty

from astra_local.touched import TouchMemory
from astra_local.types import GridField


def test_the_newest_touches_are_kept() -> None:
    memory = TouchMemory(0.22, 600.0)
    for number in range(60):
        here = np.array([-2.0, -2.0, 0.0]) if number < 10 else np.array([2.0, 2.0, 0.0])
        memory.add(here, 1, number)
    assert len(memory) == 50
    rows, _ = np.nonzero(memory.laid_over(empty()).occupancy.occupied)
    # The last 50 are at y = 2: row 120 of a grid that begins at -4, 0.05 m each. The first ten, row
    # 40, are gone.
    assert rows.size and rows.min() > 80


def test_what_was_touched_is_known_where_no_camera_has_looked() -> None:
    belief = empty()
    dark = replace(belief.occupancy, known=np.zeros_like(belief.occupancy.known))
    esdf = GridField(belief.esdf.values, belief.esdf.origin_m, belief.esdf.resolution_m)
    memory = TouchMemory(0.22, 60.0)
    memory.add(np.zeros(3), 1, 0)
    laid = memory.laid_over(replace(belief, occupancy=dark, esdf=esdf)).occupancy
    assert laid.occupied.any()
    np.testing.assert_array_equal(laid.known, laid.occupied)
