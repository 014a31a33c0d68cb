"""Settings of the pose fusion."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting

__all__ = ["FusionConfig"]


@dataclass(frozen=True)
class FusionConfig:
    """How global fixes and local odometry become one pose.

    The drift defaults are those of wheels with an IMU: about 3 % of the way along it, 2 % across,
    and a heading that walks by less than two degrees in ten metres.
    """

    buffer_s: float = setting(
        60.0, "Seconds of odometry kept for fixes that come late", minimum=1.0
    )
    drift_along_ratio: float = setting(
        0.03, "Standard deviation along the way per metre driven", minimum=0.0, maximum=1.0
    )
    drift_across_ratio: float = setting(
        0.02, "Standard deviation across the way per metre driven", minimum=0.0, maximum=1.0
    )
    drift_heading_rad_per_m: float = setting(
        0.003, "Standard deviation of the heading per metre driven", minimum=0.0
    )
    drift_heading_ratio: float = setting(
        0.02, "Standard deviation of the heading per radian turned", minimum=0.0
    )
    drift_heading_rad_s: float = setting(
        0.0005, "Standard deviation of the heading per second, standing or not", minimum=0.0
    )
    fix_floor_m: float = setting(
        0.03, "Smallest standard deviation believed of a fix's position", minimum=1e-4
    )
    fix_floor_rad: float = setting(
        0.015, "Smallest standard deviation believed of a fix's heading", minimum=1e-4
    )
    belief_floor_m: float = setting(
        0.01, "Smallest standard deviation of the pose: fixes share the map's errors", minimum=0.0
    )
    belief_floor_rad: float = setting(
        0.005, "Smallest standard deviation of the heading, for the same reason", minimum=0.0
    )
    gate_probability: float = setting(
        0.999,
        "Share of right fixes that the chi-square gate lets pass",
        minimum=0.5,
        maximum=0.999999,
    )
    gate_slack_m: float = setting(
        0.05, "Deviation added in the gate only: systematic drift lags behind", minimum=0.0
    )
    gate_slack_rad: float = setting(0.03, "The same for the heading", minimum=0.0)
    min_inliers: int = setting(30, "Inliers below which a fix is not looked at", minimum=1)
    strong_inlier_ratio: float = setting(
        2.0, "Times the smallest inlier count at which one fix alone is believed", minimum=1.0
    )
    kidnap_fixes: int = setting(
        3, "Rejected fixes that must agree with each other to move the robot on the map", minimum=2
    )
    kidnap_motion_m: float = setting(
        0.3, "Way between rejected fixes that makes weak ones count as independent", minimum=0.0
    )
    kidnap_motion_rad: float = setting(
        0.5, "Turn between rejected fixes that makes weak ones count as independent", minimum=0.0
    )
    uncertain_after_m: float = setting(
        6.0, "Metres driven without a fix until the pose is called uncertain", minimum=0.1
    )
    uncertain_after_s: float = setting(
        20.0, "Seconds without a fix until the pose is called uncertain", minimum=0.1
    )
    uncertain_after_rejections: int = setting(
        2, "Rejected fixes in a row after which the pose is called uncertain", minimum=1
    )
    lost_after_m: float = setting(
        20.0, "Metres driven without a fix until the pose is given up", minimum=0.1
    )
    lost_sigma_m: float = setting(
        1.0, "Standard deviation of the position at which it is given up", minimum=0.05
    )
