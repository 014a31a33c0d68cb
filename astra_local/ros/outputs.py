"""Everything that ``astra_local`` publishes."""

from __future__ import annotations

from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import OccupancyGrid, Odometry, Path
from rclpy.node import Node
from sensor_msgs.msg import PointCloud2

from astra_core.records import LocalOdometry, Trajectory, Velocity
from astra_core.ros.poses import header, planar_transform, velocity_to_msg
from astra_core.ros.qos import event, scored
from astra_core.ros.records import odometry_to_msg, odometry_twin
from astra_core.ros.tf import TransformBroadcaster
from astra_core.time import from_seconds
from astra_local.pipeline import AstraLocal
from astra_local.ros.config import LocalNodeConfig
from astra_local.ros.conversions import (
    distance_grid,
    distance_points,
    occupancy_grid,
    path_to_msg,
    trajectory_to_msg,
)
from astra_local.ros.guard_conversions import nearest_to_msg
from astra_msgs.msg import LocalOdometry as LocalOdometryMsg
from astra_msgs.msg import NearestObstacle as NearestObstacleMsg
from astra_msgs.msg import Trajectory as TrajectoryMsg

__all__ = ["LocalOutputs"]


class LocalOutputs:
    """The publishers of the node; they live as long as it does, whatever its lifecycle state.

    Attributes:
        config: Frames and periods; replaced when the node is configured anew.
    """

    def __init__(self, node: Node, config: LocalNodeConfig) -> None:
        """Create them."""
        self.config = config
        self._odometry = node.create_publisher(LocalOdometryMsg, "local/odometry", scored())
        self._odom = node.create_publisher(Odometry, "local/odom", event(50))
        self._tf = TransformBroadcaster(node)
        self._command = node.create_publisher(TwistStamped, "cmd_vel_raw", event(1))
        self._nearest = node.create_publisher(
            NearestObstacleMsg, "local/nearest_obstacle", event(1)
        )
        self._trajectory = node.create_publisher(TrajectoryMsg, "local/trajectory", scored())
        self._path = node.create_publisher(Path, "local/path", event())
        self._occupancy = node.create_publisher(OccupancyGrid, "local/occupancy", event(1))
        self._esdf = node.create_publisher(OccupancyGrid, "local/esdf", event(1))
        self._points = node.create_publisher(PointCloud2, "local/esdf_points", event(1))
        self._grids_ns = 0

    def send_odometry(self, record: LocalOdometry) -> None:
        """Publish an odometry sample, its twin and its transform."""
        c = self.config
        message = odometry_to_msg(record, c.odom_frame, c.base_frame)
        self._odometry.publish(message)
        if self._odom.get_subscription_count():
            self._odom.publish(odometry_twin(message))
        if c.publish_tf:
            self._tf.send(
                [planar_transform(record.pose, record.stamp_ns, c.odom_frame, c.base_frame)]
            )

    def send_nearest(self, pipeline: AstraLocal) -> None:
        """Publish the obstacle summary as seen from where the robot is now."""
        nearest = pipeline.nearest_obstacle()
        self._nearest.publish(nearest_to_msg(nearest, self.config.base_frame))

    def send_command(self, velocity: Velocity, stamp_ns: int) -> None:
        """Publish a wanted velocity for the guard."""
        self._command.publish(
            TwistStamped(
                header=header(stamp_ns, self.config.base_frame), twist=velocity_to_msg(velocity)
            )
        )

    def send_trajectory(self, record: Trajectory, planning_time_s: float) -> None:
        """Publish a plan and its path."""
        frame = self.config.odom_frame
        self._trajectory.publish(trajectory_to_msg(record, frame, planning_time_s=planning_time_s))
        if self._path.get_subscription_count():
            self._path.publish(path_to_msg(record.poses, record.stamp_ns, frame))

    def send_grids(self, pipeline: AstraLocal, stamp_ns: int) -> None:
        """Publish occupancy and distance field if it is time to and somebody looks."""
        if 0 <= stamp_ns - self._grids_ns < from_seconds(self.config.grid_period_s):
            return
        self._grids_ns = stamp_ns
        frame = self.config.odom_frame
        view, field = pipeline.occupancy, pipeline.esdf
        if view is not None and self._occupancy.get_subscription_count():
            self._occupancy.publish(occupancy_grid(view, frame))
        if view is not None and field is not None and self._esdf.get_subscription_count():
            self._esdf.publish(distance_grid(field, view.stamp_ns, frame))
        if view is not None and field is not None and self._points.get_subscription_count():
            self._points.publish(distance_points(field, view.stamp_ns, frame))
