"""Settings of self-localization."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.errors import ConfigError

__all__ = ["FeatureConfig", "LocalizeConfig"]


@dataclass(frozen=True)
class FeatureConfig:
    """Which features are taken from a picture; kept in the index, so that queries use the same."""

    max_features: int = setting(700, "Features kept per picture, strongest first", minimum=16)
    contrast_threshold: float = setting(
        0.015,
        "Contrast below which SIFT drops a key point; OpenCV's 0.04 leaves plain walls empty",
        minimum=0.0,
    )
    edge_threshold: float = setting(10.0, "SIFT's limit on edge-like key points", minimum=1.0)
    words: int = setting(64, "Words of the VLAD vocabulary, learned per map", minimum=2)


@dataclass(frozen=True)
class LocalizeConfig:
    """How a query is answered and when it is refused."""

    max_nodes: int = setting(10, "Map nodes looked at before giving up", minimum=1)
    nodes_per_round: int = setting(2, "Map nodes matched between two attempts", minimum=1)
    images_per_camera: int = setting(
        2, "Pictures of one node that one query picture is matched with", minimum=1
    )
    ratio: float = setting(
        0.8, "Distance of the best to the second best descriptor", minimum=0.1, maximum=1.0
    )
    max_error_px: float = setting(3.0, "Reprojection error of an inlier", minimum=0.5)
    min_inliers: int = setting(30, "Inliers below which the answer is a refusal", minimum=6)
    enough_inliers: int = setting(80, "Inliers with which the search ends early", minimum=6)
    min_inlier_ratio: float = setting(
        0.15, "Share of matched features that must agree", minimum=0.0, maximum=1.0
    )
    max_trials: int = setting(600, "RANSAC trials", minimum=20)
    random_seed: int = setting(1, "Seed of RANSAC", minimum=0)
    max_height_error_m: float = setting(0.10, "Height off the floor that is believed", minimum=0.0)
    max_tilt_rad: float = setting(0.05, "Roll or pitch that is believed", minimum=0.0)
    max_support_distance_m: float = setting(
        8.0, "Distance to the node whose picture agrees best", minimum=0.1
    )
    min_sigma_px: float = setting(1.0, "Pixel noise assumed at least", minimum=0.01)
    independent_inliers: int = setting(
        20,
        "Inliers that count as independent evidence; the rest share the errors of the map",
        minimum=4,
    )
    floor_sigma_m: float = setting(0.01, "Position error added to every fix", minimum=0.0)
    floor_sigma_rad: float = setting(0.003, "Heading error added to every fix", minimum=0.0)
    sync_tolerance_s: float = setting(0.05, "Pictures of one query are closer in time", minimum=0.0)

    def __post_init__(self) -> None:
        """Refuse thresholds that contradict each other."""
        if self.enough_inliers < self.min_inliers:
            raise ConfigError(
                f"enough_inliers ({self.enough_inliers}) is below min_inliers ({self.min_inliers})"
            )
