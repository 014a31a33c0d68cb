"""Pose fusion: global fixes and local odometry become one pose on the map."""

from astra_core.odometry_buffer import Motion, OdometryBuffer
from astra_global.fusion.config import FusionConfig, PlaceConfig
from astra_global.fusion.fix_decision import FixDecision, FixVerdict
from astra_global.fusion.place_belief import BelievedPlace, PlaceBelief
from astra_global.fusion.place_filter import PlaceFilter, PlaceHypothesis
from astra_global.fusion.pose_fusion import PoseFusion
from astra_global.fusion.rig_motion import RigMotion, RigOffset

__all__ = [
    "BelievedPlace",
    "FixDecision",
    "FixVerdict",
    "FusionConfig",
    "Motion",
    "OdometryBuffer",
    "PlaceBelief",
    "PlaceConfig",
    "PlaceFilter",
    "PlaceHypothesis",
    "PoseFusion",
    "RigMotion",
    "RigOffset",
]
