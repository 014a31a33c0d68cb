"""Quality of service, by what a topic carries."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

__all__ = ["event", "latched", "scored", "sensor_input", "sensor_output"]


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


def scored(depth: int = 500) -> QoSProfile:
    """Return how travels what scores are made of: every message must arrive.

    A reliable writer keeps ``depth`` messages for a reader that does not answer and drops older
    ones. On a busy machine a listener may be held up for seconds (measured: after 3 s, a tenth of
    a drive's odometry was missing at a depth of 50); 500 are ten seconds at 50 Hz.
    """
    return event(depth)


def latched(depth: int = 1) -> QoSProfile:
    """Return how maps and static transforms travel: late joiners get the last message."""
    return QoSProfile(
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
    )
