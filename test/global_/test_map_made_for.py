"""For which robot a map was made: written down, compared, said or refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from toy_world import RIG, ToyLocalizer, ToyRobot, make_map

from astra_core.errors import ConfigError, MapFormatError
from astra_core.robot import RobotConfig
from astra_core.robot_settings import for_robot
from astra_core.stack_spec import StackSpec
from astra_global.config import AstraGlobalConfig
from astra_global.map.made_for import MapRobot, map_robot, require_map_for
from astra_global.stack import build_global

ROBOT = RobotConfig(footprint_radius_m=0.3, height_m=1.0)
MAP = replace(make_map(), provenance=MapRobot(0.3, 1.0).to_provenance())


def test_what_is_written_is_read() -> None:
    assert map_robot(MapRobot.of(ROBOT).to_provenance()) == MapRobot(0.3, 1.0)
    assert map_robot({"map": "oracle"}) is None


@pytest.mark.parametrize("entry", [3, "tall", {}, {"footprint_radius_m": 0.3}, {"height_m": None}])
def test_what_cannot_be_understood_is_refused(entry: object) -> None:
    with pytest.raises(MapFormatError, match=r"provenance\.robot must give footprint_radius_m and"):
        map_robot({"robot": entry})


def test_the_robot_of_the_map_and_a_map_of_nobody_are_not_worth_a_word() -> None:
    assert require_map_for(MAP, ROBOT) == ()
    assert require_map_for(MAP, replace(ROBOT, max_linear_mps=2.0)) == ()
    assert require_map_for(make_map(), ROBOT) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"footprint_radius_m": 0.31},
            r"radius_m 0.3: its edges may be too narrow for this one .0\.31",
        ),
        ({"footprint_radius_m": 0.29}, r"its edges leave out gaps that are wide enough for .*0.29"),
        ({"height_m": 0.9}, r"robot of 1.0 m: where this one \(0.9 m\) would fit under something"),
    ],
)
def test_a_robot_of_another_size_is_told(change: dict[str, float], said: str) -> None:
    robot = replace(ROBOT, **change)
    (remark,) = require_map_for(MAP, robot)
    localizer = ToyLocalizer(ToyRobot((1.0, 1.0, 0.0)))
    config = for_robot(AstraGlobalConfig(), robot)
    stack = build_global(StackSpec(), MAP, RIG, config, localizer=localizer)
    assert stack.remarks == (remark,)
    assert re.search(said, remark), remark


def test_a_taller_robot_is_refused_with_the_reason() -> None:
    config = for_robot(AstraGlobalConfig(), replace(ROBOT, height_m=1.01))
    localizer = ToyLocalizer(ToyRobot((1.0, 1.0, 0.0)))
    with pytest.raises(ConfigError, match=r"made for a robot of 1\.0 m and .* height_m 1\.01"):
        build_global(StackSpec(), MAP, RIG, config, localizer=localizer)


def test_settings_of_another_robot_than_the_configs_own_are_refused() -> None:
    config = replace(for_robot(AstraGlobalConfig(), ROBOT), robot=RobotConfig())
    with pytest.raises(ConfigError, match=r"Astra-Global: approach\.robot_radius_m is 0\.3"):
        build_global(StackSpec(), make_map(), RIG, config)
