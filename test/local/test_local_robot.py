"""One robot: whoever needs its size or its limits has them from one place."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path

import pytest
from flat_world import make_rig

import astra_eval.scoring
import astra_sim.robot
from astra_core.errors import ConfigError
from astra_core.robot import FOOTPRINT_RADIUS_M, RobotConfig
from astra_core.robot_settings import for_robot
from astra_core.stack_spec import StackSpec
from astra_global.goal.config import ApproachConfig
from astra_global.mapping.config import EdgeConfig
from astra_global.route.config import RouteConfig
from astra_global.route.free_space import FreeSpace
from astra_local import config
from astra_local.stack import build_local

ROOT = Path(__file__).parents[2]


def test_all_agree_on_the_radius() -> None:
    from_map = inspect.signature(FreeSpace.from_map).parameters["robot_radius_m"].default
    radii = [
        RobotConfig().footprint_radius_m,
        config.GuardConfig().footprint_radius_m,
        ApproachConfig().robot_radius_m,
        RouteConfig().robot_radius_m,
        EdgeConfig().robot_radius_m,
        from_map,
        astra_sim.robot.DriveBaseConfig().radius_m,
        astra_eval.scoring.ROBOT_RADIUS_M,
    ]
    assert radii == [FOOTPRINT_RADIUS_M] * len(radii)
    assert FOOTPRINT_RADIUS_M == 0.22  # as measured; the maps and scenes are made for it


def test_planner_and_guard_share_the_limits() -> None:
    assert config.RobotConfig is RobotConfig
    assert config.LocalConfig().robot == RobotConfig()
    guard, robot = dataclasses.asdict(config.GuardConfig()), dataclasses.asdict(RobotConfig())
    assert tuple(robot.values()) == (0.22, 1.2, 0.23, 0.6, 0.15, 1.5, 0.8, 2.0, 3.0)
    del robot["height_m"], robot["wheel_track_m"]
    assert robot.items() <= guard.items()


def test_the_factory_refuses_settings_of_another_robot_than_the_configs_own() -> None:
    tall = config.LocalConfig(robot=RobotConfig(height_m=1.4))
    with pytest.raises(ConfigError, match=r"Astra-Local: occupancy\.layer_edges_m is .* 1\.4:"):
        build_local(StackSpec(), make_rig(), tall)
    build_local(StackSpec(), make_rig(), for_robot(tall, tall.robot))


@pytest.mark.parametrize("package", ["core", "local", "global", "sim", "eval"])
def test_nobody_writes_the_radius_anew(package: str) -> None:
    home = ROOT / "astra_core" / "robot.py"
    copies = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / f"astra_{package}").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if path != home and re.search(r"(?i)radius\w*(: float)? = (setting\()?0\.22\b", line)
    ]
    assert copies == []
