"""Quality of service, by what a topic carries."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

__all__ = ["event", "latched", "sensor_input", "sensor_output"]


def sensor_input(reliable: bool = False, depth: int = 10) -> QoSProfile:
    """Return how sensors are heard: best effort, which any driver's publisher can feed.

    Args:
        reliable: Ask for every message instead. For the simulator in lockstep, whose bursts of
            images overflow the buffers of best-effort readers (measured: four of five lost).
        depth: Messages kept while the reader is busy.
    """
    return QoSProfile(
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
    )


def sensor_output(depth: int = 10) -> QoSProfile:
    """Return how the simulator offers sensors: reliable, so that both kinds of readers match."""
    return QoSProfile(
        reliability=ReliabilityPolicy.RELIABLE, history=HistoryPolicy.KEEP_LAST, depth=depth
    )


def event(depth: int = 10) -> QoSProfile:
    """Return the default of ROS 2: reliable, volatile."""
    return QoSProfile(
        reliability=ReliabilityPolicy.RELIABLE, history=HistoryPolicy.KEEP_LAST, depth=depth
    )


def latched(depth: int = 1) -> QoSProfile:
    """Return how maps and static transforms travel: late joiners get the last message."""
    return QoSProfile(
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
    )
