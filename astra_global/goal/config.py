"""Settings of goal resolution and of the place to stop at."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.robot_settings import robot_setting

__all__ = ["ApproachConfig", "GoalConfig"]


@dataclass(frozen=True)
class GoalConfig:
    """How an instruction becomes a landmark."""

    search_radius_m: float = setting(
        8.0, "Radius r of the first search region; rings of this width follow", minimum=0.5
    )
    strong_score: float = setting(
        0.85, "Score at which the search stops in a region", minimum=0.0, maximum=1.0
    )
    weak_score: float = setting(
        0.4, "Score below which nothing is found at all", minimum=0.0, maximum=1.0
    )
    equal_margin: float = setting(
        0.1, "Scores this close are equal, and the nearer landmark wins", minimum=0.0, maximum=1.0
    )
    together_m: float = setting(
        1.5, "Equal landmarks with a gap up to this are one place: no asking back", minimum=0.0
    )
    beside_m: float = setting(4.0, "Largest gap that still is 'next to' or 'near'", minimum=0.1)
    room_m: float = setting(
        6.0, "Largest gap to what marks a room that still is 'in' it", minimum=0.1
    )


@dataclass(frozen=True)
class ApproachConfig:
    """Where to stop in front of a landmark."""

    robot_radius_m: float = robot_setting("footprint_radius_m", "Radius of the robot", minimum=0.01)
    margin_m: float = setting(0.08, "Air around the robot at the goal", minimum=0.0)
    preferred_gap_m: float = setting(
        0.5, "Gap between robot centre and footprint that is aimed at", minimum=0.0
    )
    near_gap_m: float = setting(
        0.8, "Gap to the footprint that counts as standing at it", minimum=0.05
    )
    max_gap_m: float = setting(
        1.5, "Largest gap accepted where nothing nearer is free", minimum=0.05
    )
    window_m: float = setting(
        6.0, "How far around a landmark the free way from its nodes is searched", minimum=1.0
    )
    goal_snap_m: float = setting(
        0.5, "How far a pose goal may be moved to the nearest free place", minimum=0.0
    )
