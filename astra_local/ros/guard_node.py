"""The node ``astra_guard``: the only publisher of ``cmd_vel``, in a small process of its own.

A wanted velocity on ``cmd_vel_raw`` is checked and passed on at once, with its tick acknowledged
to the simulator. When none comes, the guard does the same at its own rate: by a timer on a robot,
by the ticks of ``/clock`` in simulation.
"""

from __future__ import annotations

import sys
import threading

from geometry_msgs.msg import Twist, TwistStamped
from rclpy.duration import Duration
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from astra_core.records import Velocity
from astra_core.ros.checks import StampCheck
from astra_core.ros.direct import DirectLane
from astra_core.ros.frames import prefixed
from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.lockstep import TickAcknowledger
from astra_core.ros.main import run_node
from astra_core.ros.parameters import accept_changes, refuse_changes
from astra_core.ros.poses import header, velocity_from_msg, velocity_to_msg
from astra_core.ros.qos import event
from astra_core.ros.robot import RobotParameters
from astra_core.ros.stamps import from_stamp
from astra_local.ros.guard_config import GuardNodeConfig
from astra_local.ros.guard_conversions import nearest_from_msg
from astra_local.safety.guard import Guard
from astra_local.types import GuardState
from astra_msgs.msg import Heartbeat, NearestObstacle

__all__ = ["GuardNode", "main"]

# The guard goes on alone when commands have been silent for this many periods.
_SILENT_PERIODS = 5
_LAST_WORD_S = 0.3
_NEVER_NS = -(2**62)
# Who drives slower than the robot could is safe; who believes in weaker brakes or in a smaller body
# than the planner does is wrong about the robot.
_LOWER = frozenset(
    f"guard.{name}"
    for name in (
        "max_linear_mps",
        "max_reverse_mps",
        "max_angular_rad_s",
        "max_linear_acceleration_mps2",
        "max_angular_acceleration_rad_s2",
    )
)


class GuardNode(Node):
    """Checks every command."""

    def __init__(self) -> None:
        """Read parameters and begin; the guard needs no lifecycle, it is always on."""
        super().__init__("astra_guard")
        self._settings = RobotParameters(self, GuardNodeConfig)
        self._config = prefixed(self._settings.read(), "base_frame")
        refuse_changes(self, lambda: "read once, when the node starts", _is_limit)
        self._guard = Guard(self._config.guard, self._settings.robot.sha256)
        self._lock = threading.Lock()
        accept_changes(self, GuardNodeConfig, self._limit, _is_limit, self._check)
        self._period_ns = round(1e9 / self._config.rate_hz)
        self._last_command_ns = self._tick_ns = _NEVER_NS
        self._is_peer_idle = True
        self._reason, self._counts = "", dict.fromkeys(GuardState, 0)
        kind = TwistStamped if self._config.cmd_vel_stamped else Twist
        self._publisher = self.create_publisher(kind, "cmd_vel", event(1))
        self._acknowledger = TickAcknowledger(self, 0.0, lambda: None)
        self._check_stamp = StampCheck(self)
        self._lane = DirectLane(self)
        # Obstacles before commands: a command is judged by the newest surroundings.
        self._lane.subscribe(NearestObstacle, "local/nearest_obstacle", self._on_nearest, event(1))
        self._lane.subscribe(Heartbeat, "heartbeat", self._on_heartbeat, event(10))
        self._lane.subscribe(TwistStamped, "cmd_vel_raw", self._on_command, event(1))
        self._own_timer = None
        if self.get_parameter("use_sim_time").value:
            self._lane.subscribe(Clock, "/clock", self._on_clock, event(10))
        else:
            self._own_timer = self.create_timer(1.0 / self._config.rate_hz, self._on_timer)
        self._lane.start()
        self._health = HealthReporter(self, self._read_health, self._settings.robot.sha256)

    def _check(self, config: GuardNodeConfig) -> None:
        """Let limits be lowered while the guard runs, but never beyond what the robot can do."""
        self._settings.check(config, lower=_LOWER)

    def _limit(self, config: GuardNodeConfig) -> None:
        with self._lock:
            self._guard.configure(config.guard)
        self.get_logger().info("other limits are kept from now on")

    def close(self) -> None:
        """Stop the robot, then stop serving."""
        if self._own_timer is not None:
            self.destroy_timer(self._own_timer)
        self._lane.close()
        self._publish(Velocity(), self.get_clock().now().nanoseconds)
        self._acknowledger.leave()
        # The process ends next: see that the wheels have heard it.
        self._publisher.wait_for_all_acked(Duration(seconds=_LAST_WORD_S))

    def _on_nearest(self, message: NearestObstacle) -> None:
        with self._lock:
            self._guard.on_obstacle(nearest_from_msg(message))

    def _on_heartbeat(self, message: Heartbeat) -> None:
        may_drive = message.state != Heartbeat.STATE_ERROR
        with self._lock:
            self._guard.on_heartbeat(
                message.node,
                from_stamp(message.stamp),
                may_drive,
                message.reason,
                robot_sha256=message.robot,
            )
        if message.node not in self._config.guard.peers:
            return
        self._is_peer_idle = not may_drive
        if self._is_peer_idle:
            # Nobody will send a command for this tick: do not keep the simulator waiting for one.
            self._step(self._newest_ns())

    def _on_command(self, message: TwistStamped) -> None:
        stamp_ns = self._check_stamp("the command", message.header.stamp)
        with self._lock:
            self._guard.on_command(velocity_from_msg(message.twist), stamp_ns)
        self._last_command_ns = self._tick_ns = stamp_ns
        self._step(self._newest_ns())

    def _on_timer(self) -> None:
        self._step_alone(self._newest_ns())

    def _on_clock(self, message: Clock) -> None:
        self._tick_ns = from_stamp(message.clock)
        self._step_alone(self._tick_ns)

    def _newest_ns(self) -> int:
        # In simulation the clock of the node may be a tick behind what this lane has heard.
        return max(self._tick_ns, self.get_clock().now().nanoseconds)

    def _step_alone(self, now_ns: int) -> None:
        """Publish without a new command if none is to be expected."""
        silent_ns = now_ns - self._last_command_ns
        if self._is_peer_idle or silent_ns > _SILENT_PERIODS * self._period_ns:
            self._step(now_ns)

    def _step(self, now_ns: int) -> None:
        with self._lock:
            decision = self._guard.step(now_ns)
            self._counts[decision.state] += 1
        if decision.reason != self._reason:
            self._reason = decision.reason
            if decision.reason:
                self.get_logger().info(decision.reason, throttle_duration_sec=1.0)
        self._publish(decision.velocity, now_ns)
        self._acknowledger.tick(now_ns)

    def _publish(self, velocity: Velocity, stamp_ns: int) -> None:
        twist = velocity_to_msg(velocity)
        if self._config.cmd_vel_stamped:
            stamped = TwistStamped(header=header(stamp_ns, self._config.base_frame), twist=twist)
            self._publisher.publish(stamped)
        else:
            self._publisher.publish(twist)

    def _read_health(self) -> Health:
        values = {state.name.lower(): count for state, count in self._counts.items()}
        values = {**values, "reason": self._reason, **self._lane.refused}
        with self._lock:
            stranger = self._guard.stranger(self._newest_ns())
        state = Heartbeat.STATE_ERROR if stranger else Heartbeat.STATE_OK
        return Health(state, stranger, values)


def _is_limit(name: str) -> bool:
    # Whom to wait for is wired at the start.
    return name.startswith("guard.") and name != "guard.peers"


def main() -> int:
    """Run the node."""
    return run_node(GuardNode)


if __name__ == "__main__":
    sys.exit(main())
