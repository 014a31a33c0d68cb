"""Settings of Astra-Local: frozen dataclasses are the only home of defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from astra_core.config import setting
from astra_core.errors import ConfigError
from astra_core.robot import RobotConfig
from astra_core.robot_settings import Bound, robot_setting
from astra_local.plausibility.config import PlausibilityConfig
from astra_local.sight.config import SightConfig

__all__ = [
    "ContactConfig",
    "GuardConfig",
    "LocalConfig",
    "MotionConfig",
    "OccupancyConfig",
    "OdometryConfig",
    "PlannerConfig",
    "RobotConfig",
    "SightConfig",
    "TrackerConfig",
]

_LAYER_M = 0.25
_FLOOR_M = 0.05
_OVER_ROBOT_M = 0.1


def _layer_edges(robot_height_m: float) -> tuple[float, ...]:
    """Return layers of about 25 cm from the floor to a hand above the robot."""
    top = robot_height_m + _OVER_ROBOT_M
    inner = [_LAYER_M * number for number in range(1, int(top / _LAYER_M) + 1)]
    return (_FLOOR_M, *(edge for edge in inner if edge < top - 0.5 * _LAYER_M), top)


@dataclass(frozen=True)
class OdometryConfig:
    """Noise model of the wheel and IMU filter (standard deviations)."""

    gyro_noise_rad_s: float = setting(0.003, "White noise of one gyro sample.", minimum=1e-6)
    gyro_bias_start_rad_s: float = setting(0.005, "Unknown bias at the start.", minimum=0.0)
    gyro_bias_walk_rad_s_sqrt_s: float = setting(6e-5, "Bias drift per root second.", minimum=0.0)
    gyro_delay_s: float = setting(
        0.01, "Mean age of what a sample tells: half its interval, and its filter.", minimum=0.0
    )
    accelerometer_noise_mps2: float = setting(
        0.1, "Of one sample sideways, with vibration.", minimum=1e-6
    )
    accelerometer_bias_start_mps2: float = setting(
        0.15, "Unknown bias and tilt at the start.", minimum=0.0
    )
    accelerometer_bias_walk_mps2_sqrt_s: float = setting(
        1e-3, "Drift of it per root second.", minimum=0.0
    )
    wheel_linear_noise_mps: float = setting(0.003, "Encoder counts, as speed.", minimum=1e-6)
    wheel_turn_noise_rad_s: float = setting(0.012, "Encoder counts, as turn rate.", minimum=1e-6)
    wheel_track_m: float = robot_setting("wheel_track_m", "Between the wheels.", minimum=0.01)
    wheel_scale_fraction: float = setting(0.012, "Unknown error of the radius.", minimum=0.0)
    wheel_track_fraction: float = setting(0.025, "Unknown error of the track.", minimum=0.0)
    wheel_mismatch_rad_m: float = setting(0.015, "Unknown turn of equal wheels.", minimum=0.0)
    wheel_slip_fraction: float = setting(0.014, "Wandering slip, both wheels alike.", minimum=0.0)
    wheel_turn_slip_rad_m: float = setting(0.12, "Wandering turn by slip.", minimum=0.0)
    wheel_slip_length_m: float = setting(0.5, "Over which the floor changes.", minimum=0.01)
    acceleration_mps2: float = setting(0.5, "How fast the speed may walk.", minimum=1e-6)
    angular_acceleration_rad_s2: float = setting(0.2, "How fast the turn may walk.", minimum=1e-6)
    lateral_slip_m_sqrt_m: float = setting(0.001, "Sideways slip per root metre.", minimum=0.0)
    zero_velocity_after_s: float = setting(0.3, "Standing this long is standing.", minimum=0.0)
    max_late_s: float = setting(0.05, "A sample may be this late behind the others.", minimum=0.0)
    max_gap_s: float = setting(2.0, "Longer jumps of a clock need a second sample.", minimum=0.1)
    history_s: float = setting(3.0, "How long past poses are kept.", minimum=0.5)


@dataclass(frozen=True)
class OccupancyConfig:
    """Rolling occupancy from depth images."""

    size_m: float = setting(8.0, "Side of the square around the robot.", minimum=1.0)
    resolution_m: float = setting(0.05, "Cell size.", minimum=0.01)
    layer_edges_m: tuple[float, ...] = robot_setting(
        "height_m",
        "Heights between layers; below the first is floor, above the last is free to pass under.",
        bound=Bound.AT_LEAST,
        derive=_layer_edges,
    )
    pixel_stride: int = setting(2, "Every n-th pixel in both directions.", minimum=1, maximum=16)
    min_depth_m: float = setting(0.1, "Nearer readings are dropped.", minimum=0.0)
    max_depth_m: float = setting(5.0, "Farther readings are not marked.", minimum=0.5)
    min_evidence: float = setting(0.06, "Share of a cell's face that must be hit.", minimum=0.0)
    hit_log_odds: float = setting(0.9, "Added when a cell is hit.", minimum=0.01)
    miss_log_odds: float = setting(0.45, "Taken away when seen through.", minimum=0.01)
    sure_evidence: float = setting(
        0.25,
        "Share of a cell's face, with its neighbours, with which matter in the open is believed "
        "at once.",
        minimum=0.0,
    )
    sure_range_m: float = setting(2.5, "As far as that holds.", minimum=0.0)
    stray_log_odds: float = setting(
        0.1, "Taken away, each update, from what was hit only once and is out of view.", minimum=0.0
    )
    max_log_odds: float = setting(2.7, "Certainty limit, both signs.", minimum=0.1)
    occupied_log_odds: float = setting(0.5, "Occupied above this (0.5 is 62 percent).")
    clear_margin_m: float = setting(0.04, "Clear only this far before a surface.", minimum=0.0)
    clear_margin_fraction: float = setting(0.015, "And this share of the depth.", minimum=0.0)
    max_age_s: float = setting(0.6, "Older images do not count as seeing.", minimum=0.05)
    stand_s: float = setting(
        0.5,
        "Where the newest image of the way is this old, the robot stands; it brakes before that.",
        minimum=0.1,
    )
    num_sectors: int = setting(72, "Sectors of the nearest-obstacle record.", minimum=4)
    max_distance_m: float = setting(2.0, "Cap of the distance field.", minimum=0.1)

    def __post_init__(self) -> None:
        """Refuse layers that are not in order."""
        edges = self.layer_edges_m
        if len(edges) < 2 or any(b <= a for a, b in pairwise(edges)):
            raise ConfigError(f"layer_edges_m must grow and hold two or more, got {edges}")


@dataclass(frozen=True)
class MotionConfig:
    """Finding and following what moves, from successive occupancy grids."""

    compare_s: tuple[float, ...] = setting(
        (0.4, 0.9), "Matter counts as moved in where it was free so long ago."
    )
    arrival_s: float = setting(2.0, "Matter not there so long ago was brought.", minimum=0.1)
    deposit_s: float = setting(
        1.0, "Brought matter that nobody stands over is forgotten after this.", minimum=0.0
    )
    deposit_hits: int = setting(
        10, "Seen less often, brought matter is a foot, whoever saw a walker.", minimum=0
    )
    min_cells: int = setting(4, "Smaller clusters are noise.", minimum=1)
    gate_m: float = setting(0.45, "A cluster farther than this is another body.", minimum=0.05)
    position_noise_m: float = setting(0.08, "Of the centre of a cluster.", minimum=1e-3)
    acceleration_mps2: float = setting(1.5, "How people change their pace.", minimum=0.01)
    confirm_hits: int = setting(4, "Images before a track counts.", minimum=1)
    confirm_distance_m: float = setting(0.2, "Way before a track counts.", minimum=0.0)
    forget_s: float = setting(0.6, "Unseen this long, a track is dropped.", minimum=0.05)
    slowest_mps: float = setting(0.15, "Slower is standing.", minimum=0.0)
    fastest_mps: float = setting(1.8, "Faster is a wrong match.", minimum=0.1)
    body_radius_m: float = setting(0.3, "Of a person, legs and arms.", minimum=0.05)

    def __post_init__(self) -> None:
        """Refuse ages that are not in order."""
        ages = self.compare_s
        if not ages or ages[0] <= 0.0 or any(b <= a for a, b in pairwise(ages)):
            raise ConfigError(f"compare_s must be positive and grow, got {ages}")


@dataclass(frozen=True)
class PlannerConfig:
    """MPPI and the behaviours around it."""

    num_samples: int = setting(500, "Sampled control sequences per plan.", minimum=16)
    num_rounds: int = setting(1, "Times that a plan is improved before it is used.", minimum=1)
    num_steps: int = setting(32, "Steps of the horizon.", minimum=2)
    step_s: float = setting(0.1, "Time per step.", minimum=0.01)
    num_knots: int = setting(7, "Noise is drawn at these and interpolated.", minimum=2)
    linear_noise_mps: float = setting(0.2, "Spread of sampled speeds.", minimum=0.0)
    angular_noise_rad_s: float = setting(0.7, "Spread of sampled turns.", minimum=0.0)
    temperature: float = setting(0.15, "Cost difference that lowers a weight by e.", minimum=1e-6)
    margin_m: float = setting(0.15, "Clearance of the footprint below which it costs.", minimum=0.0)
    safe_clearance_m: float = setting(0.0, "No trajectory comes nearer than this.", minimum=0.0)
    obstacle_weight: float = setting(3.0, "Of nearness to obstacles.", minimum=0.0)
    collision_cost: float = setting(1000.0, "Of touching.", minimum=0.0)
    progress_weight: float = setting(6.0, "Of the remaining way.", minimum=0.0)
    heading_weight: float = setting(0.8, "Of facing away from the way.", minimum=0.0)
    smoothness_weight: float = setting(0.25, "Of changes of control.", minimum=0.0)
    speed_weight: float = setting(150.0, "Of exceeding the local speed limit.", minimum=0.0)
    reverse_weight: float = setting(2.0, "Of driving backward.", minimum=0.0)
    people_margin_m: float = setting(0.4, "Berth for who walks, if there is room.", minimum=0.01)
    people_weight: float = setting(4.0, "Of coming nearer than that.", minimum=0.0)
    people_sure_s: float = setting(1.5, "Predictions are firm for so long.", minimum=0.0)
    unknown_speed_mps: float = setting(0.25, "Speed limit where nothing was seen.", minimum=0.01)
    field_resolution_m: float = setting(0.1, "Cells of the cost-to-go field.", minimum=0.02)
    position_tolerance_m: float = setting(0.08, "At the final goal.", minimum=0.005)
    heading_tolerance_rad: float = setting(0.1, "At the final goal and after a spin.", minimum=0.01)
    spin_rate_rad_s: float = setting(0.8, "Of looking around.", minimum=0.05)
    creep_mps: float = setting(0.1, "Of getting out of a tight place.", minimum=0.01)


@dataclass(frozen=True)
class TrackerConfig:
    """From plan to 50 Hz commands."""

    max_plan_age_s: float = setting(0.5, "An older plan is a stop.", minimum=0.05)
    gain_along_per_s: float = setting(1.0, "On the error along the path.", minimum=0.0)
    gain_across_per_m2: float = setting(6.0, "On the error across it.", minimum=0.0)
    gain_heading_per_s: float = setting(2.0, "On the heading error.", minimum=0.0)


@dataclass(frozen=True)
class ContactConfig:
    """When the robot counts as held by something that it touches."""

    patience_s: float = setting(
        0.25, "Told to move for so long and not moving is a touch.", minimum=0.05, maximum=2.0
    )
    gyro_patience_s: float = setting(
        0.45,
        "The same where the wheels turn and only the gyro shows no turn; a gyro may be late.",
        minimum=0.05,
        maximum=2.0,
    )
    window_s: float = setting(
        0.15, "Over which the motion is measured, the last part of that.", minimum=0.02, maximum=2.0
    )
    slowest_mps: float = setting(0.04, "Slower commands are not judged.", minimum=0.001)
    slowest_rad_s: float = setting(0.15, "The same for turning.", minimum=0.001)
    moving_share: float = setting(
        0.3, "Less than this share of the command is not moving.", minimum=0.0, maximum=0.9
    )
    slowed_share: float = setting(
        0.55,
        "Nor is less than this of one that drove as told a moment ago.",
        minimum=0.0,
        maximum=0.9,
    )
    lost_mps: float = setting(
        0.1, "Speed that a jolt takes off the body and not off its wheels, at least.", minimum=0.01
    )
    lost_share: float = setting(
        0.6, "The same as a share of the speed of the wheels.", minimum=0.1, maximum=1.0
    )
    hold_s: float = setting(0.5, "Standing still after a touch.", minimum=0.0, maximum=60.0)
    remember_s: float = setting(
        60.0, "What was touched is taken for an obstacle for so long.", minimum=0.0
    )
    # Nobody sees where it ends: on the way around it the robot feels its way.
    near_m: float = setting(
        0.7, "Nearer than this to it the robot is slow.", minimum=0.0, maximum=5.0
    )
    near_mps: float = setting(0.2, "So slow.", minimum=0.05, maximum=3.0)
    near_share: float = setting(
        0.8,
        "And there less than this of a command that was followed a moment ago is a touch: a hull "
        "slides along what it touches aslant.",
        minimum=0.0,
        maximum=0.95,
    )
    near_twist_rad_s: float = setting(
        0.25, "Nor may it turn there by so much more or less than it is told.", minimum=0.05
    )

    def __post_init__(self) -> None:
        """Refuse a window that is longer than the patience: it would see the time before."""
        if self.window_s > self.patience_s:
            raise ConfigError(f"window_s ({self.window_s}) is above patience_s ({self.patience_s})")
        if self.patience_s > self.gyro_patience_s:
            raise ConfigError(
                f"patience_s ({self.patience_s}) is above gyro_patience_s ({self.gyro_patience_s})"
            )


@dataclass(frozen=True)
class GuardConfig:
    """The last word before the wheels."""

    footprint_radius_m: float = robot_setting(
        "footprint_radius_m", "Radius of the round footprint.", minimum=0.01
    )
    max_linear_mps: float = robot_setting("max_linear_mps", "Fastest forward speed.", minimum=0.0)
    max_reverse_mps: float = robot_setting(
        "max_reverse_mps", "Fastest backward speed.", minimum=0.0
    )
    max_angular_rad_s: float = robot_setting("max_angular_rad_s", "Fastest turn.", minimum=0.0)
    max_linear_acceleration_mps2: float = robot_setting(
        "max_linear_acceleration_mps2", "Speeding up.", minimum=0.01
    )
    max_linear_deceleration_mps2: float = robot_setting(
        "max_linear_deceleration_mps2", "Braking, always allowed.", minimum=0.01
    )
    sure_linear_deceleration_mps2: float = robot_setting(
        "max_linear_deceleration_mps2",
        "Braking that distances are judged by; less than what the brakes give.",
        bound=Bound.AT_MOST,
        derive=lambda deceleration_mps2: 0.5 * deceleration_mps2,
        minimum=0.01,
    )
    max_angular_acceleration_rad_s2: float = robot_setting(
        "max_angular_acceleration_rad_s2", "Of the turn rate.", minimum=0.01
    )
    max_angular_deceleration_rad_s2: float = setting(
        4.0, "Braking of the turn.", minimum=0.1, maximum=100.0
    )
    max_linear_jerk_mps3: float = setting(
        8.0, "Growth of the acceleration.", minimum=0.1, maximum=100.0
    )
    max_angular_jerk_rad_s3: float = setting(
        40.0, "The same for turning.", minimum=0.1, maximum=1000.0
    )
    # Longer patience is a robot that drives on a word of somebody who is dead. It must stand 0.5 s
    # after the last one, and braking from full speed takes 0.3 s of them.
    command_timeout_s: float = setting(0.18, "An older command is none.", minimum=0.05, maximum=1.0)
    obstacle_timeout_s: float = setting(0.6, "An older summary is none.", minimum=0.05, maximum=1.0)
    heartbeat_timeout_s: float = setting(
        0.5, "A peer silent this long is dead.", minimum=0.05, maximum=1.0
    )
    peers: tuple[str, ...] = setting(("astra_local",), "Nodes that must be alive.")
    companions: tuple[str, ...] = setting(
        ("astra_lifecycle",), "Nodes that must stay alive once they were heard."
    )
    # They beat every 0.04 s, and two beats may come late. The robot must stand 0.5 s after the last
    # one, and braking from full speed takes 0.3 s of them.
    companion_timeout_s: float = setting(
        0.15, "A companion silent this long, by both clocks, is dead.", minimum=0.12, maximum=1.0
    )
    reaction_s: float = setting(0.15, "Time from seeing to braking.", minimum=0.0, maximum=1.0)
    stop_margin_m: float = setting(
        0.01, "Left between footprint and obstacle.", minimum=0.0, maximum=1.0
    )

    def __post_init__(self) -> None:
        """Refuse distances that rely on stronger brakes than the guard uses."""
        sure, used = self.sure_linear_deceleration_mps2, self.max_linear_deceleration_mps2
        if sure > used:
            raise ConfigError(
                f"sure_linear_deceleration_mps2 ({sure}) is above max_linear_deceleration_mps2 "
                f"({used}): the robot would stop too late"
            )


@dataclass(frozen=True)
class LocalConfig:
    """Everything of Astra-Local."""

    robot: RobotConfig = field(default_factory=RobotConfig)
    odometry: OdometryConfig = field(default_factory=OdometryConfig)
    plausibility: PlausibilityConfig = field(default_factory=PlausibilityConfig)
    occupancy: OccupancyConfig = field(default_factory=OccupancyConfig)
    sight: SightConfig = field(default_factory=SightConfig)
    motion: MotionConfig = field(default_factory=MotionConfig)
    planner: PlannerConfig = field(default_factory=PlannerConfig)
    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    contact: ContactConfig = field(default_factory=ContactConfig)
    seed: int = setting(0, "Of the sampling planner.", minimum=0)
