"""Ground truth over ROS: only on request, only for scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from nav_msgs.msg import Odometry
from rclpy.node import Node

from astra_core.records import Velocity
from astra_core.ros.poses import covariance_to_msg, header, pose_to_msg, velocity_to_msg
from astra_core.ros.qos import latched, scored
from astra_msgs.msg import SimScore

if TYPE_CHECKING:
    from astra_sim.ros.config import SimNodeConfig
    from astra_sim.truth import GroundTruth

__all__ = ["TruthPublisher"]

_SCORE_PERIOD_NS = 500_000_000


class TruthPublisher:
    """Publishes ``sim/ground_truth`` each tick and ``sim/score`` on change and twice a second."""

    def __init__(self, node: Node, config: SimNodeConfig, namespace: str = "") -> None:
        """Create the publishers; ``namespace`` with a slash at the end."""
        self._config = config
        self._truth = node.create_publisher(Odometry, f"{namespace}sim/ground_truth", scored())
        self._score = node.create_publisher(SimScore, f"{namespace}sim/score", latched())
        self._last: tuple[int, int] = (-_SCORE_PERIOD_NS, -1)

    def send(self, truth: GroundTruth, stamp_ns: int) -> None:
        """Publish the truth of a tick."""
        message = Odometry(
            header=header(stamp_ns, self._config.map_frame),
            child_frame_id=self._config.base_frame,
        )
        message.pose.pose = pose_to_msg(truth.pose)
        message.pose.covariance = covariance_to_msg(np.zeros((3, 3)))
        linear, angular = truth.velocity
        message.twist.twist = velocity_to_msg(Velocity(float(linear), float(angular)))
        self._truth.publish(message)
        sent_ns, sent_collisions = self._last
        collisions = int(truth.collision_count)
        if stamp_ns - sent_ns < _SCORE_PERIOD_NS and collisions == sent_collisions:
            return
        self._last = (stamp_ns, collisions)
        self._score.publish(
            SimScore(
                header=header(stamp_ns, self._config.map_frame),
                collisions=collisions,
                touching=bool(truth.collision),
                touched=list(truth.touched),
                clearance=float(truth.clearance_m),
                path_length=float(truth.path_length_m),
            )
        )
