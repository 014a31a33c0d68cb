"""All settings of Astra-Global in one place; each part declares its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from astra_core.robot import RobotConfig
from astra_global.fusion.config import FusionConfig
from astra_global.goal.config import ApproachConfig, GoalConfig
from astra_global.localize.config import LocalizeConfig
from astra_global.mission.config import MissionConfig
from astra_global.route.config import RouteConfig

__all__ = ["AstraGlobalConfig"]


@dataclass(frozen=True)
class AstraGlobalConfig:
    """Settings of the node ``astra_global``."""

    robot: RobotConfig = field(default_factory=RobotConfig)
    localize: LocalizeConfig = field(default_factory=LocalizeConfig)
    fusion: FusionConfig = field(default_factory=FusionConfig)
    goal: GoalConfig = field(default_factory=GoalConfig)
    approach: ApproachConfig = field(default_factory=ApproachConfig)
    route: RouteConfig = field(default_factory=RouteConfig)
    mission: MissionConfig = field(default_factory=MissionConfig)
