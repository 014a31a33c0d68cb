"""Settings of the pose fusion."""

from __future__ import annotations

from dataclasses import dataclass, field

from astra_core.config import setting

__all__ = ["FusionConfig", "PlaceConfig", "ToldPoseConfig"]


@dataclass(frozen=True)
class PlaceConfig:
    """The belief about which place of the map the robot is at."""

    believed_probability: float = setting(
        0.98, "Probability from which a place is believed", minimum=0.5, maximum=0.999999
    )
    kidnap_probability: float = setting(
        1e-5, "Chance between two fixes that somebody carried the robot away", minimum=0.0
    )
    unseen_likelihood: float = setting(
        0.1,
        "Likelihood of images that show other places, at one that they do not show",
        minimum=1e-6,
        maximum=1.0,
    )
    blank_likelihood: float = setting(
        0.7, "Likelihood of images that show no place at all, at a known one", minimum=0.01
    )
    max_log_evidence: float = setting(
        7.0, "Images never speak more than this for one place, as a log of odds", minimum=0.1
    )
    fresh_motion_m: float = setting(
        0.4, "Way after which images of the same place are new evidence", minimum=0.01
    )
    fresh_motion_rad: float = setting(
        0.8, "Turn after which images of the same place are new evidence", minimum=0.01
    )
    stale_evidence: float = setting(
        0.1,
        "Share of the evidence that images from the same standpoint have",
        minimum=0.0,
        maximum=1.0,
    )
    gate_probability: float = setting(
        0.999,
        "Share of right poses that count as the same place",
        minimum=0.5,
        maximum=0.999999,
    )
    slack_m: float = setting(0.15, "Deviation between poses of one place, added", minimum=0.0)
    slack_rad: float = setting(0.05, "The same for the heading", minimum=0.0)
    doubted_probability: float = setting(
        0.5, "Probability of the place of the pose below which it is called uncertain", minimum=0.0
    )
    given_up_probability: float = setting(
        0.02, "The same, below which the pose is given up", minimum=0.0
    )
    settled_sightings: int = setting(
        3,
        "Sightings of a believed place until the rest of the map is searched only now and then: "
        "one search may have missed the right one of places that look alike",
        minimum=1,
    )
    look_everywhere_every: int = setting(
        5, "Of the looks at a believed place, every so many also searches the map", minimum=1
    )
    max_expected: int = setting(6, "Places that are looked at in any case, at most", minimum=1)
    min_expected_probability: float = setting(
        1e-3, "Probability from which a place is looked at in any case", minimum=0.0
    )
    max_places: int = setting(24, "Places kept, likeliest first", minimum=2)
    min_probability: float = setting(1e-5, "Places below this are dropped", minimum=0.0)


@dataclass(frozen=True)
class ToldPoseConfig:
    """How far a pose is trusted that a person or a program tells (topic ``initialpose``)."""

    unknown_m: float = setting(
        0.5, "Deviation where none is told: that of rviz2's button", minimum=0.01
    )
    unknown_rad: float = setting(0.26, "The same for the heading", minimum=0.01, maximum=3.14159)
    least_m: float = setting(
        0.1, "Least deviation: nobody points at a map better than this", minimum=0.001
    )
    least_rad: float = setting(0.1, "The same for the heading", minimum=0.001, maximum=3.14159)
    most_m: float = setting(
        10.0, "Largest deviation; what is told larger is taken for this", minimum=0.1
    )
    beyond_map_m: float = setting(
        2.0, "How far outside the map a pose may be told; farther off it is refused", minimum=0.0
    )


@dataclass(frozen=True)
class FusionConfig:
    """How global fixes and local odometry become one pose.

    Drift and floors are set so that errors of validation scenes match what is claimed (mean squared
    error in units of the covariance 2.2 in homes, 3.5 in warehouses; 3 is right). The drift is
    twice that of wheels with an IMU, since what errs the same way all the time is taken for new
    after every fix; give a robot with wheels only, or with a map from a worse camera, its own.
    """

    buffer_s: float = setting(
        60.0, "Seconds of odometry kept for fixes that come late", minimum=1.0
    )
    drift_along_ratio: float = setting(
        0.01, "Standard deviation along the way per metre driven", minimum=0.0, maximum=1.0
    )
    drift_across_ratio: float = setting(
        0.007, "Standard deviation across the way per metre driven", minimum=0.0, maximum=1.0
    )
    drift_heading_rad_per_m: float = setting(
        0.001, "Standard deviation of the heading per metre driven", minimum=0.0
    )
    drift_heading_ratio: float = setting(
        0.003, "Standard deviation of the heading per radian turned", minimum=0.0
    )
    drift_heading_rad_s: float = setting(
        0.0005, "Standard deviation of the heading per second, standing or not", minimum=0.0
    )
    fix_floor_m: float = setting(
        0.001, "Standard deviation added to every fix's position", minimum=1e-4
    )
    fix_floor_rad: float = setting(
        0.0002, "Standard deviation added to every fix's heading", minimum=1e-4
    )
    belief_floor_m: float = setting(
        0.0012, "Smallest standard deviation of the pose: fixes share the map's errors", minimum=0.0
    )
    belief_floor_rad: float = setting(
        0.0003, "Smallest standard deviation of the heading, for the same reason", minimum=0.0
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
    doubt_m: float = setting(
        0.3,
        "Deviation of a fix that the pictures contradict, weighed with the odds that it is wrong: "
        "it may have settled on a neighbouring piece of what repeats itself",
        minimum=0.0,
    )
    doubt_rad: float = setting(0.05, "The same for the heading", minimum=0.0)
    dissent_fixes: int = setting(
        3,
        "Fixes in a row that agree with each other and not with the pose, near by, until the pose "
        "follows them: it was told wrong, or the robot was shoved",
        minimum=2,
    )
    dissent_reach_m: float = setting(
        1.5, "How far off they are at most; what is farther is another place", minimum=0.1
    )
    dissent_reach_rad: float = setting(
        0.6, "The same for the heading", minimum=0.05, maximum=3.1416
    )
    dissent_log_odds: float = setting(
        3.0,
        "Of the poses of one fix near the pose, those less likely than the best by more than this "
        "log of odds do not count: a wrong pose is seldom without a few matches",
        minimum=0.0,
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
    places: PlaceConfig = field(default_factory=PlaceConfig)
    told: ToldPoseConfig = field(default_factory=ToldPoseConfig)
