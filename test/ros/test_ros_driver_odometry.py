"""A driver that owns `odom -> base_link`, and a told pose, over real DDS."""

import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import slow_global_node
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseWithCovarianceStamped
from standing_robot import StandingRobot
from tf2_msgs.msg import TFMessage

from astra_core import se2, se3
from astra_core.ros.poses import planar_transform, pose_to_msg, rigid_from_msg
from astra_core.ros.qos import event, scored
from astra_msgs.msg import GlobalPose

#: base_link by the driver; by Astra-Local's odometry the robot stands at its origin.
BY_DRIVER = np.array([4.0, 1.5, -2.0])
#: Where the node of the test finds the robot.
ON_MAP = np.array([1.0, 1.0, 0.0])

TOLD = np.array([6.0, 3.0, 0.5])


class Driver:
    """Publishes `odom -> base_link` at 50 Hz as long as it runs."""

    def __init__(self, node):
        self._publisher = node.create_publisher(TFMessage, "/tf", event(100))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.pose = BY_DRIVER
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(0.02):
            transform = planar_transform(self.pose, time.time_ns(), "odom", "base_link")
            self._publisher.publish(TFMessage(transforms=[transform]))


class Ear:
    def __init__(self, node):
        self.t_map_odom, self.pose, self.reason = None, None, None
        node.create_subscription(TFMessage, "/tf", self._on_tf, event(100))
        node.create_subscription(GlobalPose, "global/pose", self._on_pose, scored())
        node.create_subscription(DiagnosticArray, "/diagnostics", self._on_health, event())

    def _on_tf(self, message):
        for item in message.transforms:
            if item.header.frame_id == "map":
                self.t_map_odom = se3.to_se2(rigid_from_msg(item.transform))

    def _on_pose(self, message):
        self.pose = message

    def _on_health(self, message):
        for status in message.status:
            if "astra_global" in status.name:
                self.reason = status.message

    def sees_base_at(self, pose, by_driver=BY_DRIVER):
        """Return whether `map -> base_link` by TF is a pose."""
        return self.t_map_odom is not None and np.allclose(
            se2.compose(self.t_map_odom, by_driver), pose, atol=1e-3
        )


def test_the_pose_by_tf_is_right_with_the_odometry_of_a_driver(processes, node, until):
    names = ("-p", "map_folder:=toy", "-p", "cameras.names:=['front']")
    script = str(Path(slow_global_node.__file__))
    runner = processes(
        ("astra_global", (sys.executable, script, "--ros-args", *names)),
        (
            "astra_lifecycle",
            (sys.executable, "-m", "astra_core.ros.lifecycle_node", "--ros-args",
             "-p", "nodes:=['astra_global']"),
        ),
    )  # fmt: skip
    runner.wait_active(timeout_s=90.0)
    ear, robot = Ear(node), StandingRobot(node)
    tell = node.create_publisher(PoseWithCovarianceStamped, "initialpose", event())
    driver = None
    try:
        until(lambda: ear.t_map_odom is not None, "the first fix", 60.0, runner)
        until(lambda: "nobody publishes odom" in (ear.reason or ""), "the warning", 20.0, runner)
        driver = Driver(node)
        until(lambda: ear.sees_base_at(ON_MAP), "the frame of the driver", 20.0, runner)
        until(lambda: ear.reason is not None and "odom" not in ear.reason, "its end", 20.0, runner)
        # The driver begins anew.
        driver.pose = np.zeros(3)
        until(lambda: ear.sees_base_at(ON_MAP, driver.pose), "the new origin", 20.0, runner)
        # A pose told in the driver's frame, without covariance as Nav2's commander sends it.
        until(lambda: tell.get_subscription_count() > 0, "who takes poses", 20.0, runner)
        driver.pose = BY_DRIVER
        until(lambda: ear.sees_base_at(ON_MAP), "the old origin", 20.0, runner)
        told = PoseWithCovarianceStamped()
        told.header.frame_id = "odom"
        # So far off that looks which are under way do not bring it back.
        told.pose.pose = pose_to_msg(se2.between(se2.compose(ON_MAP, se2.inverse(BY_DRIVER)), TOLD))
        tell.publish(told)
        until(lambda: ear.sees_base_at(TOLD), "the told pose", 10.0, runner)
        until(
            lambda: abs(ear.pose.pose.pose.position.x - TOLD[0]) < 1e-3, "its message", 5.0, runner
        )
        assert ear.pose.pose.covariance[0] == pytest.approx(0.25, rel=0.02)
    finally:
        robot.stop()
        if driver is not None:
            driver.stop()
