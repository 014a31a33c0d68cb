"""The guard: the only one that may move the wheels. Small, pure, without arrays.

It trusts nobody: commands and obstacle summaries may be late, absent or nonsense, peers may be
dead. Whatever comes, its output keeps the limits, and braking is always allowed.
"""

from __future__ import annotations

import math

from astra_core.records import Velocity
from astra_core.time import to_seconds
from astra_local.config import GuardConfig
from astra_local.safety.limits import AxisLimiter, AxisLimits
from astra_local.safety.stopping import enters_blind, free_arc, obstacle_points, speed_for_distance
from astra_local.types import GuardDecision, GuardState, NearestObstacle

__all__ = ["Guard"]

_MAX_STEP_S = 0.1
_STANDING_MPS = 1e-3


class Guard:
    """Checks every command; call :meth:`step` at a fixed rate (50 Hz) whatever arrives.

    Attributes:
        forbidden: Why the robot must not drive whatever else is well; empty: it may.
    """

    def __init__(self, config: GuardConfig | None = None, robot_sha256: str = "") -> None:
        """Start at rest, with nothing heard from anyone.

        Args:
            config: Limits and patience.
            robot_sha256: Hash of the robot that the limits are those of; empty: not compared.
        """
        self._config = config or GuardConfig()
        self._robot_sha256 = robot_sha256
        self.forbidden = ""
        self._linear = AxisLimiter(_linear_limits(self._config))
        self._angular = AxisLimiter(_angular_limits(self._config))
        self._command: tuple[Velocity, int] | None = None
        self._nearest: NearestObstacle | None = None
        self._heartbeats: dict[str, tuple[int, bool, str]] = {}
        self._stranger: tuple[str, int, str] | None = None
        self._last_ns: int | None = None

    def forget(self) -> None:
        """Brake until everything is heard anew: the clock began again."""
        self._command = self._nearest = self._stranger = self._last_ns = None
        self._heartbeats.clear()

    def stand(self) -> None:
        """Forget everything, the speed as well: time stands still, and braking takes time."""
        self.forget()
        self._linear = AxisLimiter(_linear_limits(self._config))
        self._angular = AxisLimiter(_angular_limits(self._config))

    def configure(self, config: GuardConfig) -> None:
        """Keep other limits from now on; what is faster than they allow brakes down to them."""
        self._config = config
        self._linear.limits = _linear_limits(config)
        self._angular.limits = _angular_limits(config)

    def on_command(self, velocity: Velocity, stamp_ns: int) -> None:
        """Take a wanted velocity and when it was decided."""
        self._command = (velocity, stamp_ns)

    def on_obstacle(self, nearest: NearestObstacle) -> None:
        """Take the newest summary of the surroundings."""
        self._nearest = nearest

    def on_heartbeat(
        self,
        node: str,
        stamp_ns: int,
        may_drive: bool = True,
        why: str = "",
        *,
        robot_sha256: str = "",
    ) -> None:
        """Take a sign of life of a node of this robot, be it a peer or not.

        Args:
            node: Who.
            stamp_ns: Up to when its work is done.
            may_drive: False when it reports an error.
            why: The error.
            robot_sha256: Hash of the robot that it works with; empty where it knows none.
        """
        if node in self._config.peers:
            self._heartbeats[node] = (stamp_ns, may_drive, why)
        if robot_sha256 and self._robot_sha256 and robot_sha256 != self._robot_sha256:
            self._stranger = (node, stamp_ns, robot_sha256)
        elif self._stranger is not None and self._stranger[0] == node:
            self._stranger = None

    def stranger(self, now_ns: int) -> str:
        """Return who alive works with another robot than the guard; empty: nobody.

        Whoever plans for another body or other brakes plans what the guard cannot judge.
        """
        if self._stranger is None:
            return ""
        node, stamp_ns, sha256 = self._stranger
        if abs(to_seconds(now_ns - stamp_ns)) > self._config.heartbeat_timeout_s:
            return ""
        return (
            f"{node} drives another robot ({sha256}) than the guard ({self._robot_sha256}): "
            "give all nodes the same robot file"
        )

    def step(self, now_ns: int) -> GuardDecision:
        """Decide what the base does until the next call."""
        dt = 0.0 if self._last_ns is None else to_seconds(now_ns - self._last_ns)
        # A clock that stood still or leapt must not turn into a jump of speed.
        dt = min(max(dt, 0.0), _MAX_STEP_S)
        self._last_ns = now_ns
        if self._presses(self._linear.value):
            # The robot stands already: a ramp would press on for as long as braking takes.
            self._linear.stop()
        reason = self._refusal(now_ns)
        if reason or self._command is None or self._nearest is None:
            return self._output(0.0, 0.0, dt, GuardState.STOPPED, reason)
        wanted = self._command[0]
        linear, angular, reason = self._slowed(wanted)
        state = GuardState.LIMITED if reason else GuardState.PASS
        if reason and linear == 0.0 and angular == 0.0:
            state = GuardState.STOPPED
        return self._output(linear, angular, dt, state, reason)

    def _refusal(self, now_ns: int) -> str:
        c = self._config
        if self.forbidden:
            return self.forbidden
        if stranger := self.stranger(now_ns):
            return stranger
        for peer in c.peers:
            if peer not in self._heartbeats:
                return f"{peer} was never heard of"
            stamp_ns, may_drive, why = self._heartbeats[peer]
            silent = to_seconds(now_ns - stamp_ns)
            if not abs(silent) <= c.heartbeat_timeout_s:
                return f"{peer} silent for {silent:.2f} s"
            if not may_drive:
                return f"{peer} must not drive: {why}" if why else f"{peer} must not drive"
        if self._nearest is None or not self._nearest.valid:
            return "the surroundings are not known"
        age = to_seconds(now_ns - self._nearest.stamp_ns)
        if not abs(age) <= c.obstacle_timeout_s:
            return f"the surroundings were seen {age:.2f} s ago"
        if self._command is None:
            return "no command"
        velocity, stamp_ns = self._command
        age = to_seconds(now_ns - stamp_ns)
        if not abs(age) <= c.command_timeout_s:
            return f"the command is {age:.2f} s old"
        if not (math.isfinite(velocity.linear_mps) and math.isfinite(velocity.angular_rad_s)):
            return "the command is not a number"
        return ""

    def _presses(self, linear_mps: float) -> bool:
        """Return whether a speed presses against what holds the robot."""
        return self._nearest is not None and self._nearest.held * linear_mps > 0.0

    def _slowed(self, wanted: Velocity) -> tuple[float, float, str]:
        """Return the command slowed for what lies ahead of it, and why."""
        c = self._config
        linear, angular = wanted.linear_mps, wanted.angular_rad_s
        linear = min(max(linear, -c.max_reverse_mps), c.max_linear_mps)
        angular = min(max(angular, -c.max_angular_rad_s), c.max_angular_rad_s)
        if abs(linear) < _STANDING_MPS or self._nearest is None:
            return 0.0, angular, ""  # a round footprint turns on the spot without sweeping
        if self._presses(linear):
            return 0.0, angular, "something holds the robot"
        # Look as far as the faster of wish and present speed needs to stop.
        speed = max(abs(linear), abs(self._linear.value))
        length = speed * c.reaction_s + speed**2 / (2.0 * c.sure_linear_deceleration_mps2) + 0.05
        if enters_blind(self._nearest, linear, angular, length):
            return 0.0, angular, "no camera sees the way"
        needed = c.footprint_radius_m + c.stop_margin_m
        points = obstacle_points(self._nearest, c.footprint_radius_m, length + c.stop_margin_m)
        free = free_arc(points, linear, angular, needed, length)
        allowed = speed_for_distance(free, c.sure_linear_deceleration_mps2, c.reaction_s)
        if free >= length or abs(linear) <= allowed:
            return linear, angular, ""
        share = allowed / abs(linear)
        if share == 0.0:
            return 0.0, angular, "an obstacle touches the way"  # turning is still free
        # Slower on the same arc: the ratio of the two is the curvature that was checked.
        return linear * share, angular * share, f"an obstacle {free:.2f} m ahead"

    def _output(
        self, linear: float, angular: float, dt: float, state: GuardState, reason: str
    ) -> GuardDecision:
        velocity = Velocity(self._linear.step(linear, dt), self._angular.step(angular, dt))
        return GuardDecision(velocity, state, reason)


def _linear_limits(c: GuardConfig) -> AxisLimits:
    return AxisLimits(
        c.max_linear_mps,
        c.max_reverse_mps,
        c.max_linear_acceleration_mps2,
        c.max_linear_deceleration_mps2,
        c.max_linear_jerk_mps3,
    )


def _angular_limits(c: GuardConfig) -> AxisLimits:
    return AxisLimits(
        c.max_angular_rad_s,
        c.max_angular_rad_s,
        c.max_angular_acceleration_rad_s2,
        c.max_angular_deceleration_rad_s2,
        c.max_angular_jerk_rad_s3,
    )
