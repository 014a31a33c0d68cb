"""The node ``astra_guard``: the only publisher of ``cmd_vel``, in a small process of its own.

A wanted velocity on ``cmd_vel_raw`` is checked and passed on at once, with its tick acknowledged
to the simulator. When none comes, the guard does the same at its own rate: by the steady clock on a
robot, by the ticks of ``/clock`` in simulation, and by the steady clock again when those cease.
"""

from __future__ import annotations

import sys
import threading

from geometry_msgs.msg import Twist, TwistStamped
from rclpy.clock import Clock as RosClock
from rclpy.clock import ClockType
from rclpy.duration import Duration
from rclpy.node import Node

from astra_core.recent import RecentSentence
from astra_core.records import Velocity
from astra_core.ros.checks import require_frame
from astra_core.ros.direct import DirectLane
from astra_core.ros.frames import prefixed
from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.known_parameters import require_known_parameters
from astra_core.ros.lockstep import TickAcknowledger
from astra_core.ros.main import run_node
from astra_core.ros.node_clock import NodeClock
from astra_core.ros.parameters import accept_changes, refuse_changes
from astra_core.ros.poses import command_from_msg, header, velocity_to_msg
from astra_core.ros.qos import event
from astra_core.ros.robot import RobotParameters
from astra_local.ros.guard_config import GuardNodeConfig
from astra_local.ros.guard_conversions import nearest_from_msg
from astra_local.ros.guard_sources import GuardSources
from astra_local.safety.guard import Guard
from astra_local.types import GuardDecision, GuardState
from astra_msgs.msg import Heartbeat, NearestObstacle

__all__ = ["GuardNode", "main"]

# The guard goes on alone when commands have been silent for this many periods.
_SILENT_PERIODS = 5
_LAST_WORD_S = 0.3
_NEVER_NS = -(2**62)
# Whom to wait for, and for how long, is wired at the start.
_WIRED = ("guard.peers", "guard.companions", "guard.companion_timeout_s")
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
        require_known_parameters(self, GuardNodeConfig)
        self._settings = RobotParameters(self, GuardNodeConfig)
        self._config = prefixed(self._settings.read(), "base_frame")
        refuse_changes(self, lambda: "read once, when the node starts", _is_limit)
        self._guard = Guard(self._config.guard, self._settings.robot.sha256)
        self._lock = threading.Lock()
        accept_changes(self, GuardNodeConfig, self._limit, _is_limit, self._check)
        self._period_ns = round(1e9 / self._config.rate_hz)
        self._last_command_ns = _NEVER_NS
        self._is_peer_idle = True
        self._reason, self._counts = "", dict.fromkeys(GuardState, 0)
        kind = TwistStamped if self._config.cmd_vel_stamped else Twist
        self._publisher = self.create_publisher(kind, "cmd_vel", event(1))
        self._driven = self.create_publisher(TwistStamped, "guard/cmd_vel", event(1))
        self._acknowledger = TickAcknowledger(self, 0.0, lambda: None)
        self._sources = GuardSources(self, self._config.guard)
        self._lane = DirectLane(self)
        self._node_clock = NodeClock(
            self,
            self._lane,
            stamp_ahead_s=self._config.stamp_ahead_s,
            clock_timeout_s=self._config.clock_timeout_s,
            on_tick=self._on_tick,
        )
        self._set_back, self._is_closed = RecentSentence(), False
        # Obstacles before commands: a command is judged by the newest surroundings.
        for kind, topic, callback, depth in (
            (NearestObstacle, "local/nearest_obstacle", self._on_nearest, 1),
            (Heartbeat, "heartbeat", self._on_heartbeat, 10),
            (TwistStamped, "cmd_vel_raw", self._on_command, 1),
        ):
            self._lane.subscribe_numbered(kind, topic, callback, event(depth))
        # What it does is its sign of life: a heartbeat by a timer would outlive a lane that hangs.
        self._health = HealthReporter(
            self,
            self._read_health,
            self._settings.robot.sha256,
            by_timer=False,
            stamp_ns=lambda: self._node_clock.stamp_ns,
        )
        # Whatever becomes of the clock that stamps are told in: this one goes on.
        steady = RosClock(clock_type=ClockType.STEADY_TIME)
        self._own_timer = self.create_timer(
            1.0 / self._config.rate_hz, self._on_timer, clock=steady
        )
        self._lane.start()

    def _check(self, config: GuardNodeConfig) -> None:
        """Let limits be lowered while the guard runs, but never beyond what the robot can do."""
        self._settings.check(config, lower=_LOWER)

    def _limit(self, config: GuardNodeConfig) -> None:
        with self._lock:
            self._guard.configure(config.guard)
        self.get_logger().info("other limits are kept from now on")

    def close(self) -> None:
        """Stop the robot, then stop serving."""
        self._is_closed = True
        self._publish(Velocity())  # at once, should one of the others hang
        self.destroy_timer(self._own_timer)
        self._lane.close()
        self._publish(Velocity())
        self._acknowledger.leave()
        # The process ends next: see that the wheels have heard it.
        self._publisher.wait_for_all_acked(Duration(seconds=_LAST_WORD_S))

    def _on_nearest(self, message: NearestObstacle, number: int | None) -> None:
        self._sources.check_summary(number)
        placed_ns = self._node_clock.place("the obstacle summary", message.header.stamp)
        radius_m = self._config.guard.footprint_radius_m
        nearest = nearest_from_msg(message, placed_ns, self._config.base_frame, radius_m)
        with self._lock:
            self._guard.on_obstacle(nearest)

    def _on_heartbeat(self, message: Heartbeat, number: int | None) -> None:
        self._sources.check_heartbeat(message, number, self._node_clock.now_ns)
        may_drive = message.state != Heartbeat.STATE_ERROR
        placed_ns = self._node_clock.place("the heartbeat", message.stamp)
        with self._lock:
            self._guard.on_heartbeat(
                message.node,
                placed_ns,
                may_drive,
                message.reason,
                robot_sha256=message.robot,
            )
        if message.node not in self._config.guard.peers:
            return
        self._is_peer_idle = not may_drive
        if self._is_peer_idle:
            # Nobody will send a command for this tick: do not keep the simulator waiting for one.
            self._step(self._node_clock.now_ns)

    def _on_command(self, message: TwistStamped, number: int | None) -> None:
        try:
            self._take_command(message, number)
        finally:
            # A command that is refused must not keep the simulator waiting either.
            self._step(self._node_clock.now_ns)

    def _take_command(self, message: TwistStamped, number: int | None) -> None:
        self._sources.check_command(number)
        require_frame("the command", message.header.frame_id, self._config.base_frame)
        placed_ns = self._node_clock.place("the command", message.header.stamp)
        self._node_clock.follow("the command", message.header.stamp)
        with self._lock:
            self._guard.on_command(command_from_msg("the command", message.twist), placed_ns)
        self._last_command_ns = placed_ns

    def _on_timer(self) -> None:
        if self._node_clock.ages.problem or not self._node_clock.is_simulated:
            self._step_alone(self._node_clock.now_ns)

    def _on_tick(self, stamp_ns: int) -> None:
        self._step_alone(stamp_ns)

    def _step_alone(self, now_ns: int) -> None:
        """Publish without a new command if none is to be expected."""
        silent_ns = now_ns - self._last_command_ns
        # After the clock was set back, what was heard before lies ahead of it.
        is_silent = not 0 <= silent_ns <= _SILENT_PERIODS * self._period_ns
        if self._is_peer_idle or is_silent or self._node_clock.ages.problem:
            self._step(now_ns)

    def _step(self, now_ns: int) -> None:
        # Two threads step; a velocity that is overtaken on its way out would be the last word.
        with self._lock:
            if self._is_closed:
                return
            decision = self._decide(now_ns)
            self._publish(decision.velocity)
        if decision.reason != self._reason:
            self._reason = decision.reason
            if decision.reason:
                self.get_logger().info(decision.reason, throttle_duration_sec=1.0)
        self._health.tick(self._node_clock.stamp_ns)
        if self._node_clock.is_simulated:
            self._acknowledger.tick(now_ns)

    def _decide(self, now_ns: int) -> GuardDecision:
        ages = self._node_clock.ages
        if back_s := ages.take_set_back_s():
            self._set_back.say(f"the clock was set back by {back_s:.2f} s: stopping, all anew")
            self.get_logger().error(self._set_back.newest)
            self._guard.forget()
        if problem := ages.problem:
            self._guard.stand()
            decision = GuardDecision(Velocity(), GuardState.STOPPED, problem)
        else:
            self._guard.forbidden = self._sources.problem(now_ns)
            decision = self._guard.step(now_ns)
        self._counts[decision.state] += 1
        return decision

    def _publish(self, velocity: Velocity) -> None:
        twist = velocity_to_msg(velocity)
        stamp = header(self._node_clock.stamp_ns, self._config.base_frame)
        stamped = TwistStamped(header=stamp, twist=twist)
        self._publisher.publish(stamped if self._config.cmd_vel_stamped else twist)
        self._driven.publish(stamped)

    def _read_health(self) -> Health:
        values = {state.name.lower(): count for state, count in self._counts.items()}
        ages, now_ns = self._node_clock.ages, self._node_clock.now_ns
        values = {
            **values,
            "reason": self._reason,
            "clock_set_back": self._set_back.newest,
            **self._lane.refused,
        }
        with self._lock:
            stranger = self._guard.stranger(now_ns)
        if error := ages.problem or self._sources.problem(now_ns) or stranger:
            return Health(Heartbeat.STATE_ERROR, error, values)
        worry = "; ".join(filter(None, (self._set_back.text, ages.stamp_problem)))
        return Health(Heartbeat.STATE_DEGRADED if worry else Heartbeat.STATE_OK, worry, values)


def _is_limit(name: str) -> bool:
    return name.startswith("guard.") and name not in _WIRED


def main() -> int:
    """Run the node."""
    return run_node(GuardNode)


if __name__ == "__main__":
    sys.exit(main())
