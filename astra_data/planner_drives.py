"""The two ways to drive through a scene for planner states: cheap and true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from astra_core.stack_spec import CLASSICAL
from astra_data.scene_shards import SceneUnit

__all__ = ["Drive", "cheap_drives", "true_drives"]

#: From the number of a drive and how many states are wanted to the states.
Drive = Callable[[int, int], list[dict[str, Any]]]

_STREAM = 0x706C616E  # "plan"


def cheap_drives(unit: SceneUnit, every: int) -> Drive:
    """Return drives without rendering, see :mod:`astra_data.cheap_drive`."""
    from astra_data.cheap_drive import CheapDriveConfig, drive_cheaply
    from astra_data.cut_building import make_building
    from astra_sim.conditions import named_conditions
    from astra_sim.scenes import make_scene
    from astra_sim.scenes.changes import mission_scene
    from astra_sim.scenes.floor_plan import floor_plan

    conditions = named_conditions(unit.conditions)
    scene = mission_scene(make_scene(unit.family, unit.seed), unit.run_seed(_STREAM), conditions)
    building = make_building(scene, floor_plan(scene))
    config = CheapDriveConfig(every=every)

    def drive(number: int, num_states: int) -> list[dict[str, Any]]:
        return drive_cheaply(building, conditions, unit.seed, number, num_states, config)

    return drive


def true_drives(unit: SceneUnit, every: int) -> Drive:
    """Return drives in the simulator, see :mod:`astra_data.true_drive`."""
    from astra_data.cut_building import make_building
    from astra_data.true_drive import TrueDriveConfig, drive_truly
    from astra_local.config import LocalConfig
    from astra_local.stack import build_local
    from astra_sim.conditions import named_conditions
    from astra_sim.profile import load_profile
    from astra_sim.scenes import make_scene
    from astra_sim.scenes.floor_plan import floor_plan
    from astra_sim.simulator import Simulator

    tour = make_scene(unit.family, unit.seed)
    config = TrueDriveConfig(every=every)

    def drive(number: int, num_states: int) -> list[dict[str, Any]]:
        run_seed, conditions = unit.run_seed(_STREAM, number + 1), named_conditions(unit.conditions)
        with Simulator(tour, load_profile(), run_seed, conditions=conditions) as simulator:
            building = make_building(simulator.scene, floor_plan(simulator.scene))
            local = build_local(CLASSICAL, simulator.rig, LocalConfig())
            return drive_truly(simulator, local, building, unit.seed, number, num_states, config)

    return drive
