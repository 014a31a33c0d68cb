"""Settings of self-localization."""

from __future__ import annotations

from dataclasses import dataclass, field

from astra_core.config import setting
from astra_core.errors import ConfigError

__all__ = ["FeatureConfig", "JudgeConfig", "LocalizeConfig", "MountingConfig", "SignConfig"]


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
class JudgeConfig:
    """How poses that geometry allows are told apart."""

    max_poses: int = setting(30, "Poses whose view is drawn, best supported first", minimum=1)
    nodes: int = setting(10, "Nodes near a pose from which its view is drawn", minimum=1)
    nodes_radius_m: float = setting(4.0, "How far these nodes may be", minimum=0.1)
    window_px: int = setting(11, "Side of the windows that are compared", minimum=3)
    min_contrast: float = setting(
        12.0, "Standard deviation of the gray values below which a window says nothing", minimum=0.0
    )
    low_correlation: float = setting(0.1, "Correlation of what looks different", minimum=-1.0)
    high_correlation: float = setting(0.6, "Correlation of what looks the same", maximum=1.0)
    log_odds_per_window: float = setting(
        0.2, "Evidence of a window that fits one pose and not the other", minimum=0.0
    )
    block: int = setting(8, "Side of a block in windows, four pixels apart", minimum=1)
    max_block_log_odds: float = setting(
        3.0, "Evidence of a block at most: something may have moved there", minimum=0.1
    )
    unevenness_log_odds: float = setting(
        0.5, "Evidence up to about this may come from an uneven map and hardly counts", minimum=0.0
    )
    max_log_odds: float = setting(12.0, "Evidence of all blocks at most", minimum=0.1)
    inlier_ratio: float = setting(
        2.0, "Times more inliers that say nothing: some nodes are nearer than others", minimum=1.0
    )
    inlier_exponent: float = setting(
        3.0, "Power of the ratio of inliers beyond it that counts as odds", minimum=0.0
    )
    usual_contradiction: float = setting(
        0.06,
        "Share of the windows that differ at the right pose: people, moved things",
        minimum=0.0,
    )
    contradiction_log_odds: float = setting(
        40.0, "Evidence for another place per share of the windows that differ beyond", minimum=0.0
    )
    first_log_odds: float = setting(
        0.0, "Odds of the best pose against another place, with the fewest inliers"
    )
    inlier_log_odds: float = setting(
        3.0, "How these odds grow when the inliers double, as a log", minimum=0.0
    )


@dataclass(frozen=True)
class SignConfig:
    """How signs are read where places look alike."""

    read: bool = setting(True, "Read signs where several places look alike")
    min_confidence: float = setting(
        0.8, "Confidence of the reader below which a text says nothing", minimum=0.0, maximum=1.0
    )
    min_letters: int = setting(2, "Letters and digits that a text must have", minimum=1)
    detector_side_px: int = setting(
        480, "Smaller side to which pictures are enlarged to find texts", minimum=32
    )
    log_likelihood_per_letter: float = setting(
        3.0, "What a letter that differs from the sign on the map costs a pose", minimum=0.0
    )
    max_log_odds: float = setting(8.0, "Evidence of all signs of a moment at most", minimum=0.1)


@dataclass(frozen=True)
class MountingConfig:
    """When a camera is said to be mounted otherwise than the robot's rig says."""

    check: bool = setting(True, "Watch whether the cameras are where the robot's rig says")
    told_rad: float = setting(
        0.05, "Turn against the rig from which it is said and the camera not used", minimum=0.005
    )
    told_m: float = setting(
        0.1, "The same for its position; more for a map with less exact poses", minimum=0.01
    )


@dataclass(frozen=True)
class LocalizeConfig:
    """How a query is answered and when it is refused."""

    period_s: float = setting(
        1.0, "Shortest time between localizations on a mission or while lost", minimum=0.0
    )
    max_places: int = setting(10, "Places of the map looked at, far from each other", minimum=1)
    max_rival_places: int = setting(
        24, "The same as long as rivals of the best pose keep coming up", minimum=1
    )
    lattice_places: int = setting(
        10, "Places looked at where the shifts between rivals say that more may be", minimum=0
    )
    rival_ratio: float = setting(
        0.5, "Share of the inliers of the best pose from which a pose is its rival", minimum=0.0
    )
    nodes_per_place: int = setting(2, "Map nodes matched at one place", minimum=1)
    place_radius_m: float = setting(1.2, "Nodes this close together are one place", minimum=0.1)
    images_per_camera: int = setting(
        2, "Pictures of one node that one query picture is matched with", minimum=1
    )
    ratio: float = setting(
        0.8, "Distance of the best to the second best descriptor", minimum=0.1, maximum=1.0
    )
    max_error_px: float = setting(3.0, "Reprojection error of an inlier", minimum=0.5)
    # Measured with pictures of 100 degrees in changed homes, offices and warehouses: 27 pixels a
    # radian (64x48) find 22 of 30 places, 20 find 1 of 10, fewer none.
    min_focal_px: float = setting(
        22.0,
        "Pixels that one radian must have in the middle of a picture; cameras that are all coarser "
        "are refused",
        minimum=0.0,
        maximum=10_000.0,
    )
    min_inliers: int = setting(30, "Inliers below which a pose does not stand", minimum=6)
    enough_inliers: int = setting(
        80, "Inliers with which the search of the plain baseline ends", minimum=6
    )
    min_inlier_ratio: float = setting(
        0.15, "Share of matched features that must agree", minimum=0.0, maximum=1.0
    )
    max_trials: int = setting(600, "RANSAC trials", minimum=20)
    random_seed: int = setting(1, "Seed of RANSAC", minimum=0)
    guided_nodes: int = setting(4, "Nodes near a pose whose features are looked for", minimum=1)
    guided_radius_m: float = setting(2.5, "How far these nodes may be", minimum=0.1)
    guided_radius_px: float = setting(
        6.0, "How far from its prediction a feature is looked for", minimum=0.5
    )
    expected_radius_px: float = setting(
        20.0, "The same where the pose is only expected by odometry", minimum=0.5
    )
    guided_similarity: float = setting(
        0.8, "Likeness of descriptors (dot product) below which they do not match", maximum=1.0
    )
    max_height_error_m: float = setting(0.10, "Height off the floor that is believed", minimum=0.0)
    max_tilt_rad: float = setting(0.05, "Roll or pitch that is believed", minimum=0.0)
    max_support_distance_m: float = setting(
        8.0, "Distance to the node whose picture agrees best", minimum=0.1
    )
    min_sigma_px: float = setting(0.3, "Pixel noise assumed at least", minimum=0.01)
    independent_inliers: int = setting(
        15,
        "Inliers per camera that count as independent evidence; the rest share the map's errors",
        minimum=2,
    )
    floor_sigma_m: float = setting(
        0.0005, "Position error added to every fix; more for a map with less exact poses", minimum=0
    )
    floor_sigma_rad: float = setting(0.0001, "Heading error added to every fix", minimum=0.0)
    sync_tolerance_s: float = setting(0.05, "Pictures of one query are closer in time", minimum=0.0)

    single_confidence: float = setting(
        0.9, "Confidence that a single picture needs to name a place", minimum=0.0, maximum=1.0
    )
    judge: JudgeConfig = field(default_factory=JudgeConfig)
    signs: SignConfig = field(default_factory=SignConfig)
    mounting: MountingConfig = field(default_factory=MountingConfig)

    def __post_init__(self) -> None:
        """Refuse thresholds that contradict each other."""
        if self.enough_inliers < self.min_inliers:
            raise ConfigError(
                f"enough_inliers ({self.enough_inliers}) is below min_inliers ({self.min_inliers})"
            )
        if self.max_rival_places < self.max_places:
            raise ConfigError(
                f"max_rival_places ({self.max_rival_places}) is below max_places "
                f"({self.max_places})"
            )
