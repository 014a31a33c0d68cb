"""MPPI asked once, without memory."""

from __future__ import annotations

import numpy as np
import pytest

from astra_core.records import Velocity
from astra_core.stack_spec import StackSpec
from astra_local.belief import WorldBelief
from astra_local.stack import build_open_loop_planner
from astra_local.voxel.occupancy import OccupancyView


def world_with_a_box() -> WorldBelief:
    """Return 8 x 8 m around the origin with a box on the straight way to (3, 0)."""
    occupied = np.zeros((160, 160), bool)
    occupied[70:88, 108:124] = True  # x 1.4 to 2.2, y -0.5 to 0.4
    view = OccupancyView(occupied, np.ones_like(occupied), (-4.0, -4.0), 0.05, 5)
    return WorldBelief.from_occupancy(view, 2.0)


def plan(seed: int, count: int):
    return build_open_loop_planner(StackSpec()).plan(
        world_with_a_box(),
        np.array([3.0, 0.0, 0.0]),
        Velocity(0.3, 0.0),
        np.random.default_rng(seed),
        num_samples=count,
    )


def test_a_cold_plan_goes_around_and_gets_on() -> None:
    trajectory = plan(0, 1).trajectory
    assert trajectory.stamp_ns == 5
    assert trajectory.min_clearance_m > 0.0
    assert trajectory.poses[-1, 0] > 1.3
    assert len(trajectory.poses) * trajectory.dt_s == pytest.approx(3.2)


def test_samples_differ_and_repeat_with_the_seed() -> None:
    first, again = plan(1, 3), plan(1, 3)
    for one, other in zip(first.samples(3), again.samples(3), strict=True):
        np.testing.assert_array_equal(one.poses, other.poses)
    assert first.samples(1)[0] is first.trajectory
    assert np.abs(first.trajectories[0].poses - first.trajectories[1].poses).max() > 1e-6
    with pytest.raises(ValueError, match="4 samples asked for, 3 planned"):
        first.samples(4)
