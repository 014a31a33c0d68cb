"""Limits of what is believed of a depth camera.

What healthy cameras gave on simulated missions in home, office and warehouse, standard and crowded
(about 20,000 images, an estimate), stands beside the limits as "healthy".
"""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting

__all__ = ["SightConfig"]


@dataclass(frozen=True)
class SightConfig:
    """When a depth image is not believed, and when its camera is not."""

    pixel_stride: int = setting(
        4, "Every n-th pixel in both directions is judged.", minimum=1, maximum=16
    )
    min_depth_m: float = setting(
        0.1, "A nearer reading says that the sensor sees nothing.", minimum=0.0, maximum=1.0
    )
    min_floor_angle_rad: float = setting(
        0.26,
        "Floor is expected where a camera looks down by more; flatter, a tilt of the robot shows.",
        minimum=0.02,
        maximum=1.5,
    )
    max_floor_depth_m: float = setting(
        5.0, "And where the floor lies nearer than this.", minimum=0.5, maximum=20.0
    )
    floor_tolerance: float = setting(
        0.15, "Share by which the floor may seem farther than it is.", minimum=0.02, maximum=0.5
    )
    # Healthy: 0.000 at most.
    max_beyond_share: float = setting(
        0.1,
        "Of the pixels that look at the floor: so many may see through it.",
        minimum=0.0,
        maximum=1.0,
    )
    # Healthy: 0.57 at least.
    min_seen_share: float = setting(
        0.25,
        "Of the pixels that look at the floor: so many see it, or what stands on it.",
        minimum=0.0,
        maximum=1.0,
    )
    # Healthy: 0 beside what is too near to be measured, which is excused; else 0.42 at least.
    min_seen_share_of_part: float = setting(
        0.05, "The same for each quarter of the image's width.", minimum=0.0, maximum=1.0
    )
    # Healthy: 0.50 at least.
    min_changed_share: float = setting(
        0.02,
        "Of the pixels that measure: fewer new values are the same image.",
        minimum=0.0,
        maximum=1.0,
    )
    frozen_after_m: float = setting(
        0.02, "The same image after so much way is a frozen one.", minimum=0.001, maximum=1.0
    )
    frozen_after_rad: float = setting(
        0.02, "The same image after such a turn is a frozen one.", minimum=0.001, maximum=1.0
    )
    evidence_window_m: float = setting(
        0.5,
        "Way after which what was seen counts less by e; a right angle counts as a metre.",
        minimum=0.05,
        maximum=10.0,
    )
    # Healthy: 0.010 at most, but for somebody who walked beside the robot: 0.045, with two thirds
    # as much for odometry (see motion.py).
    min_disagreement_m: float = setting(
        0.04,
        "Way, as above, that a fault of the camera must explain better than odometry.",
        minimum=0.001,
        maximum=1.0,
    )
    # Healthy: 0.29 at least.
    min_found_share: float = setting(
        0.1,
        "Of what stands in an image: so much must be seen again in the next ones, on that way.",
        minimum=0.0,
        maximum=0.5,
    )
    retry_after_s: float = setting(
        10.0,
        "Standing for so long, a camera is tried again that moved oddly: only way tells more.",
        minimum=1.0,
        maximum=600.0,
    )
    max_bad_images: int = setting(
        1, "More bad images in a row, and the camera is not believed.", minimum=0, maximum=100
    )
    return_after_s: float = setting(
        1.0, "Good images for so long, and it is believed again.", minimum=0.0, maximum=60.0
    )
