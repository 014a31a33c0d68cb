"""Settings of the tour."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting

__all__ = ["TourConfig"]


@dataclass(frozen=True)
class TourConfig:
    """How the robot is led through a building."""

    picture_hz: float = setting(
        2.0, "sets of pictures per second, whatever the robot does", minimum=0.1, maximum=50.0
    )
    near_m: float = setting(0.9, "how close to come to every landmark", minimum=0.3)
    patch_m: float = setting(0.7, "spacing of floor patches to cover", minimum=0.2)
    cover_m: float = setting(1.1, "how close to come to every floor patch", minimum=0.3)
    cover_share: float = setting(
        0.2, "the same in large rooms, as a share of the root of their area", minimum=0.0
    )
    most_cover_m: float = setting(2.5, "the same, at most", minimum=0.3)
    margin_m: float = setting(0.08, "smallest gap between hull and obstacles", minimum=0.02)
    comfort_m: float = setting(0.55, "distance to obstacles worth a detour", minimum=0.1)
    penalty: float = setting(4.0, "how much a cell at the smallest gap costs extra", minimum=0.0)
    step_m: float = setting(0.05, "spacing of path points", minimum=0.01, maximum=0.2)
    corner_rad: float = setting(0.9, "turn in place at corners sharper than this", minimum=0.1)
    speed_mps: float = setting(0.55, "cruising speed", minimum=0.05, maximum=0.8)
    max_turn_rad_s: float = setting(1.0, "fastest turn (57 deg/s)", minimum=0.1, maximum=2.0)
    braking_m_s2: float = setting(0.5, "deceleration towards a stop", minimum=0.05, maximum=1.0)
    lookahead_m: float = setting(0.25, "distance of the pursued point", minimum=0.05)
    arrival_m: float = setting(0.04, "distance at which a piece of path is done", minimum=0.01)
    aligned_rad: float = setting(0.06, "heading error at which driving begins", minimum=0.01)
    lost_heading_rad: float = setting(0.9, "heading error at which driving ends", minimum=0.1)
    search_points: int = setting(12, "path points searched ahead for the nearest", minimum=2)
    rest_s: float = setting(1.0, "standing still at the start (gyro bias)", minimum=0.0)
