"""Pose fusion: global fixes and local odometry become one pose on the map."""

from astra_global.fusion.config import FusionConfig
from astra_global.fusion.odometry_buffer import Motion, OdometryBuffer
from astra_global.fusion.pose_fusion import FixDecision, FixVerdict, PoseFusion

__all__ = ["FixDecision", "FixVerdict", "FusionConfig", "Motion", "OdometryBuffer", "PoseFusion"]
