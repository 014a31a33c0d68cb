"""Quality of service as bags carry it, so that a player offers topics as they were offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rosbags.interfaces import Qos

__all__ = ["bag_qos"]

#: What the publisher has not told; a bag needs a number.
_USUAL_DEPTH = 10
_FOREVER = (9223372036, 854775807)  # the longest time of rmw, in seconds and nanoseconds


def bag_qos(*, reliable: bool = True, latched: bool = False, depth: int = 0) -> Qos:
    """Return a profile for the metadata of a bag.

    Args:
        reliable: Every message arrives; otherwise best effort.
        latched: Late joiners get the last messages (transient local); otherwise volatile.
        depth: Messages that the publisher keeps; 0 where that is not known.
    """
    from rosbags.interfaces import (
        Qos,
        QosDurability,
        QosHistory,
        QosLiveliness,
        QosReliability,
        QosTime,
    )

    forever = QosTime(*_FOREVER)
    return Qos(
        history=QosHistory.KEEP_LAST,
        depth=depth or _USUAL_DEPTH,
        reliability=QosReliability.RELIABLE if reliable else QosReliability.BEST_EFFORT,
        durability=QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE,
        deadline=forever,
        lifespan=forever,
        liveliness=QosLiveliness.AUTOMATIC,
        liveliness_lease_duration=forever,
        avoid_ros_namespace_conventions=False,
    )
