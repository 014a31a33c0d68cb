"""Settings of the route planner."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.robot_settings import robot_setting

__all__ = ["RouteConfig"]


@dataclass(frozen=True)
class RouteConfig:
    """Costs of the graph search, smoothing, and the look-ahead."""

    robot_radius_m: float = robot_setting("footprint_radius_m", "Radius of the robot", minimum=0.01)
    margin_m: float = setting(0.03, "Air that must be left beside the robot", minimum=0.0)
    preferred_clearance_m: float = setting(
        0.6, "Distance to obstacles from which more is no better", minimum=0.05
    )
    clearance_weight: float = setting(
        4.0, "Times a metre costs more right beside an obstacle", minimum=0.0
    )
    turn_cost_m_per_rad: float = setting(
        0.25, "Metres of detour that one radian of turning is worth", minimum=0.0
    )
    blockage_cost_m: float = setting(
        30.0, "Metres of detour that a blocked place is worth", minimum=0.0
    )
    blockage_radius_m: float = setting(0.4, "Radius of a blocked place", minimum=0.05)
    blockage_s: float = setting(120.0, "Seconds until a blocked place is tried again", minimum=1.0)
    attach_radius_m: float = setting(
        3.0, "How far a pose may be from the nodes that connect it", minimum=0.1
    )
    attach_count: int = setting(8, "Most nodes that connect a pose to the graph", minimum=1)
    straight_m: float = setting(4.0, "Free straight lines up to this need no graph", minimum=0.0)
    corridor_m: float = setting(
        1.5, "How far smoothing may leave the line of the nodes", minimum=0.1
    )
    shortcut_ratio: float = setting(
        1.15, "A way off the graph is taken when that along it costs this much more", minimum=1.0
    )
    step_m: float = setting(0.1, "Spacing of the points of a route", minimum=0.01)
    look_ahead_m: float = setting(
        1.2, "Distance along the route to the sub-goal", minimum=0.2, maximum=5.0
    )
    min_look_ahead_m: float = setting(0.4, "The same at tight corners", minimum=0.1, maximum=5.0)
