"""Settings of the map builder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from astra_core.config import from_mapping, setting, to_mapping
from astra_core.errors import ConfigError
from astra_core.robot import RobotConfig
from astra_core.robot_settings import Bound, robot_setting
from astra_global.localize.config import FeatureConfig

__all__ = [
    "EdgeConfig",
    "FusionConfig",
    "KeyFrameConfig",
    "MappingConfig",
    "PlacingConfig",
    "TopicConfig",
    "TriangulationConfig",
    "VisibilityConfig",
    "with_topics",
]

# More than half a voxel layer, so that rounding to whole layers never ends below the robot's top.
_OVER_ROBOT_M = 0.06
_NUMBER = re.compile(r"\d+(\.\d*)?")


@dataclass(frozen=True)
class TopicConfig:
    """How the topics of the tour are called; ``{camera}`` stands for a camera's name.

    Without it there is one camera, called as ``cameras`` says.
    """

    image: str = setting(
        "/camera/{camera}/image_raw", "Pictures; with or without /compressed behind it"
    )
    depth: str = setting(
        "/camera/{camera}/depth/image_raw",
        "Depth, with or without /compressedDepth behind it; not used where this is empty",
    )
    camera_info: str = setting("/camera/{camera}/camera_info", "Calibration")
    cameras: tuple[str, ...] = setting(
        (), "Cameras that are used; where this is empty, all whose calibration and place are known"
    )
    imu: str = setting("/imu", "Imu in the base frame, where it was recorded")
    wheel_odometry: str = setting("/wheel_odometry", "Odometry of the wheels; its twist is used")
    pose: str = setting(
        "/tour/pose",
        "PoseStamped, PoseWithCovarianceStamped or Odometry in map, if the builder is given poses",
    )
    base_frame: str = setting("base_link", "Frame of the robot in /tf_static")
    sync_tolerance_s: float = setting(
        0.02, "Pictures and depth of one moment are closer in time than this", minimum=0.0
    )


def with_topics(config: TopicConfig, said: Sequence[str]) -> TopicConfig:
    """Return the topics with some called otherwise.

    Args:
        config: The others.
        said: ``NAME=VALUE`` each, as on a command line: ``pose=/odometry/filtered``; names of
            cameras are separated by commas.

    Raises:
        ConfigError: There is no setting of that name, or its value is none.
    """
    values: dict[str, object] = {}
    for item in said:
        name, equals, value = item.partition("=")
        known = sorted(entry.name for entry in fields(TopicConfig))
        if not equals or name not in known:
            raise ConfigError(f"--topic {item}: say NAME=VALUE, NAME one of {', '.join(known)}")
        if name == "cameras":
            values[name] = [part for part in value.split(",") if part]
        elif name == "sync_tolerance_s":
            values[name] = float(value) if _NUMBER.fullmatch(value) else value
        else:
            values[name] = value
    return from_mapping(TopicConfig, {**to_mapping(config), **values}, "--topic")


@dataclass(frozen=True)
class KeyFrameConfig:
    """When the tour gets a new node."""

    distance_m: float = setting(0.75, "New node after this way", minimum=0.01)
    angle_rad: float = setting(1.0, "New node after this turn", minimum=0.01)
    max_gap_s: float = setting(1.0, "Poses further apart are not interpolated between", minimum=0.0)


@dataclass(frozen=True)
class PlacingConfig:
    """Where sightings are, and which are of one thing."""

    gap_m: float = setting(0.25, "Sightings of one thing may disagree by this", minimum=0.0)
    max_range_m: float = setting(8.0, "Sightings from further away are not believed", minimum=0.1)
    min_parallax_rad: float = setting(
        0.09, "Lines of sight must cross at a wider angle to say where a thing is", minimum=0.001
    )
    min_nodes: int = setting(2, "Nodes that must see a thing", minimum=1)


@dataclass(frozen=True)
class VisibilityConfig:
    """When a node counts as seeing a landmark."""

    max_range_m: float = setting(6.0, "Landmarks further away are not linked", minimum=0.1)
    min_pixels: int = setting(60, "Depth pixels that must lie on it, at 320x240", minimum=1)
    margin_m: float = setting(0.06, "The landmark's box is grown by this", minimum=0.0)
    min_features: int = setting(2, "Features that must lie on it, without depth", minimum=1)


@dataclass(frozen=True)
class FusionConfig:
    """Fusing depth into static occupancy."""

    resolution_m: float = setting(0.05, "Side of a cell", minimum=0.01)
    layer_m: float = setting(0.1, "Height of a voxel layer", minimum=0.01)
    floor_m: float = setting(0.06, "What is lower counts as floor", minimum=0.0)
    ceiling_m: float = robot_setting(
        "height_m",
        "What is higher does not hinder the robot",
        bound=Bound.AT_LEAST,
        derive=lambda height_m: height_m + _OVER_ROBOT_M,
        minimum=0.1,
    )
    min_range_m: float = setting(0.15, "Depth below this is not believed", minimum=0.0)
    max_range_m: float = setting(4.0, "Depth beyond this is not used", minimum=0.5)
    hit_log_odds: float = setting(0.85, "Evidence of one depth pixel in a voxel", minimum=0.0)
    miss_log_odds: float = setting(0.4, "Evidence of looking through a voxel", minimum=0.0)
    clamp_log_odds: float = setting(4.0, "Evidence never grows beyond this", minimum=0.1)
    occupied_log_odds: float = setting(0.7, "A voxel with more is occupied", minimum=0.0)
    filled_fraction: float = setting(
        0.15, "Share of a voxel's pixels that makes a full hit", minimum=0.0, maximum=1.0
    )
    noise_ratio: float = setting(0.007, "Depth noise per metre of range, one sigma", minimum=0.0)
    noise_sigmas: float = setting(
        2.0, "Voxels closer to the measured surface than this are not looked through", minimum=0.0
    )
    min_seen_fraction: float = setting(
        0.5, "Share of a column that must be seen through to call it free", minimum=0.0, maximum=1.0
    )
    padding_m: float = setting(1.0, "Grid beyond the outermost point seen", minimum=0.0)
    max_voxels: int = setting(
        300_000_000,
        "The grid never has more, at five bytes each; a tour that reaches farther is refused",
        minimum=1_000,
        maximum=10_000_000_000,
    )


@dataclass(frozen=True)
class TriangulationConfig:
    """Placing features of pictures without depth."""

    min_baseline_m: float = setting(0.1, "Pictures closer together are not matched", minimum=0.0)
    max_baseline_m: float = setting(2.5, "Pictures further apart are not matched", minimum=0.1)
    max_angle_rad: float = setting(0.8, "Between the directions that they look in", minimum=0.0)
    max_partners: int = setting(6, "Pictures that one is matched with, nearest first", minimum=1)
    ratio: float = setting(
        0.8, "Distance of the best to the second best descriptor", minimum=0.1, maximum=1.0
    )
    max_error_px: float = setting(2.0, "How far from a feature its point may be seen", minimum=0.1)
    min_parallax_rad: float = setting(
        0.035, "Rays must cross at a wider angle to say how far away a point is", minimum=0.001
    )
    min_range_m: float = setting(0.2, "Points nearer to the camera are not believed", minimum=0.0)
    max_range_m: float = setting(12.0, "Points further away are not believed", minimum=0.5)


@dataclass(frozen=True)
class EdgeConfig:
    """Which nodes are connected."""

    max_length_m: float = setting(1.5, "Longest edge between neighbours", minimum=0.1)
    max_driven_length_m: float = setting(
        1.0, "Longest edge between consecutive nodes, which the tour itself has driven", minimum=0.1
    )
    robot_radius_m: float = robot_setting("footprint_radius_m", "Radius of the robot", minimum=0.0)
    margin_m: float = setting(0.05, "Free space beyond the robot's radius", minimum=0.0)
    max_neighbours: int = setting(10, "Neighbour edges per node, shortest first", minimum=1)


@dataclass(frozen=True)
class MappingConfig:
    """Everything the map builder can be told."""

    robot: RobotConfig = field(default_factory=RobotConfig)
    topics: TopicConfig = field(default_factory=TopicConfig)
    key_frames: KeyFrameConfig = field(default_factory=KeyFrameConfig)
    placing: PlacingConfig = field(default_factory=PlacingConfig)
    visibility: VisibilityConfig = field(default_factory=VisibilityConfig)
    fusion: FusionConfig = field(default_factory=FusionConfig)
    edges: EdgeConfig = field(default_factory=EdgeConfig)
    features: FeatureConfig = field(default_factory=FeatureConfig)
    triangulation: TriangulationConfig = field(default_factory=TriangulationConfig)
    random_seed: int = setting(1, "Seed of the vocabulary", minimum=0)
    keep_work: bool = setting(False, "Keep the stages' artefacts beside the map")
