"""What a base driver and the camera drivers are to a real robot, for one simulated robot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from geometry_msgs.msg import Twist, TwistStamped
from rclpy.node import Node
from std_msgs.msg import String

from astra_core.observation import Observation
from astra_core.records import Velocity
from astra_core.ros.direct import DirectLane
from astra_core.ros.frames import prefixed
from astra_core.ros.poses import command_from_msg
from astra_core.ros.qos import event, latched
from astra_core.ros.stamps import from_stamp
from astra_core.time import from_seconds
from astra_msgs.msg import TickAck
from astra_sim.ros.config import SimNodeConfig
from astra_sim.ros.robot_description import robot_urdf
from astra_sim.ros.sensor_publishers import SensorPublishers
from astra_sim.ros.truth_publisher import TruthPublisher

if TYPE_CHECKING:
    from astra_sim.simulator import Simulator
    from astra_sim.truth import GroundTruth

__all__ = ["RobotDriver"]


class RobotDriver:
    """The topics of one robot: commands in, senses out. It stops when commands cease."""

    def __init__(
        self,
        node: Node,
        lane: DirectLane,
        config: SimNodeConfig,
        on_ack: Callable[[str, int], None],
        name: str = "",
    ) -> None:
        """Listen, on a lane that has not been started.

        Args:
            node: The simulator's node.
            lane: Serves the subscriptions.
            config: Settings of the simulator.
            on_ack: Called with the node, as in :attr:`lockstep_nodes`, and the stamp of the tick
                that it has acknowledged.
            name: Of the robot; empty where there is only one.
        """
        self._node, self._acknowledge = node, on_ack
        self._namespace = f"{name}/" if name else ""
        own = replace(config, frame_prefix=f"{config.frame_prefix}{self._namespace}")
        self._config = prefixed(own, "base_frame", "imu_frame")
        self._command, self._heard_ns, self._now_ns = Velocity(), 0, 0
        self._timeout_ns = from_seconds(config.command_timeout_s)
        stamped = config.cmd_vel_stamped
        lane.subscribe(
            TwistStamped if stamped else Twist,
            f"{self._namespace}cmd_vel",
            (lambda message: self._on_command(message.twist)) if stamped else self._on_command,
            event(1),
        )
        lane.subscribe(TickAck, f"{self._namespace}sim/tick_ack", self._on_ack, event(50))
        self._sensors: SensorPublishers | None = None
        self._truth: TruthPublisher | None = None

    @property
    def lockstep_nodes(self) -> list[str]:
        """Return the robot's nodes that a tick waits for."""
        return [f"{self._namespace}{name}" for name in self._config.lockstep_nodes if name]

    def open(self, simulator: Simulator) -> None:
        """Begin to publish what the robots of a simulator sense."""
        self._sensors = SensorPublishers(self._node, simulator.rig, self._config, self._namespace)
        self._description = self._node.create_publisher(
            String, f"{self._namespace}robot_description", latched()
        )
        self._description.publish(String(data=robot_urdf(simulator.rig, simulator.robot)))
        if self._config.publish_ground_truth:
            self._truth = TruthPublisher(self._node, self._config, self._namespace)

    def command(self, now_ns: int) -> Velocity:
        """Return what the robot is to do at a time: nothing once commands have ceased."""
        self._now_ns = now_ns
        return Velocity() if now_ns - self._heard_ns > self._timeout_ns else self._command

    def send(self, observation: Observation) -> None:
        """Publish what was sensed in a tick."""
        self._now_ns = observation.stamp_ns
        self._sensors.send(observation)

    def send_truth(self, truth: GroundTruth, stamp_ns: int) -> None:
        """Publish the truth if that was asked for."""
        if self._truth is not None:
            self._truth.send(truth, stamp_ns)

    def send_calibration(self, stamp_ns: int) -> None:
        """Publish the calibration of every camera."""
        self._sensors.send_calibration(stamp_ns)

    def _on_command(self, message: Twist) -> None:
        self._command, self._heard_ns = command_from_msg("cmd_vel", message), self._now_ns

    def _on_ack(self, message: TickAck) -> None:
        self._acknowledge(f"{self._namespace}{message.node}", from_stamp(message.stamp))
