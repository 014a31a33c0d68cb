"""Settings of the mission."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.robot_settings import Bound, robot_setting

__all__ = ["MissionConfig"]


@dataclass(frozen=True)
class MissionConfig:
    """Speeds, tolerances, patience."""

    timeout_s: float = setting(600.0, "Longest mission if its goal says nothing", minimum=1.0)
    max_speed_mps: float = robot_setting(
        "max_linear_mps", "Speed limit on the way", bound=Bound.AT_MOST, minimum=0.01
    )
    uncertain_speed_ratio: float = setting(
        0.5, "Share of it while the pose is uncertain", minimum=0.05, maximum=1.0
    )
    usual_speed_mps: float = setting(0.4, "Speed from which the time left is told", minimum=0.01)
    goal_tolerance_m: float = setting(
        0.3, "Distance to the goal pose that counts as there", minimum=0.02
    )
    goal_tolerance_rad: float = setting(0.35, "The same for the heading", minimum=0.02)
    align_s: float = setting(
        5.0, "Seconds at the goal after which a wrong heading is accepted", minimum=0.0
    )
    fresh_fix_s: float = setting(3.0, "Age up to which a fix confirms the arrival", minimum=0.1)
    confirm_s: float = setting(5.0, "Seconds to wait for it before looking around", minimum=0.1)
    confirm_tries: int = setting(4, "Times to look around for it", minimum=0)
    off_route_m: float = setting(
        1.0, "Distance from the route that asks for a new one", minimum=0.1
    )
    stuck_s: float = setting(5.0, "Seconds without progress until the way is blocked", minimum=0.5)
    progress_m: float = setting(0.15, "Way along the route that is progress", minimum=0.01)
    recovered_m: float = setting(
        1.5, "Way along the route after which recoveries start afresh", minimum=0.1
    )
    max_recoveries: int = setting(6, "Recoveries in a row until the robot is stuck", minimum=0)
    wait_s: float = setting(
        4.0, "Seconds that what blocks the way is given to move by itself", minimum=0.0
    )
    back_m: float = setting(0.8, "How far back along its way a recovery goes", minimum=0.1)
    back_s: float = setting(6.0, "Seconds it is given", minimum=0.5)
    first_fix_s: float = setting(
        4.0, "Seconds to stand and wait for a fix before looking around", minimum=0.0
    )
    look_rad: float = setting(0.8, "Turn between two looks around, radians", minimum=0.1)
    look_s: float = setting(3.0, "Seconds to wait for a fix after each turn", minimum=0.1)
    look_attempts: int = setting(2, "Localization attempts per look", minimum=1)
    look_turns: int = setting(8, "Turns in one place: 8 x 0.8 rad is once around", minimum=1)
    look_turns_all_round: int = setting(
        1, "The same for cameras that see all around: half a camera changes all views", minimum=1
    )
    explore_m: float = setting(
        3.0, "How far to drive on when looking around did not help", minimum=0.5
    )
    explore_tries: int = setting(6, "How often, until it is given up", minimum=0)
    explore_speed_mps: float = setting(0.45, "Speed limit while doing so", minimum=0.05)
    explore_patience_s: float = setting(
        3.0, "Seconds without progress after which another direction is tried", minimum=0.5
    )
    spin_speed_rad_s: float = setting(0.5, "Slowest turning still waited for", minimum=0.05)
    question_s: float = setting(
        30.0,
        "Seconds that a question may take (what is meant, where a picture was taken, which way "
        "leads there) until the mission fails with code 109",
        minimum=0.1,
    )
    odometry_timeout_s: float = setting(
        2.0, "Age of the odometry at which the mission gives up", minimum=0.1
    )
