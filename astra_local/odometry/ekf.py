"""Extended Kalman filter over wheel and IMU samples.

The gyro rules the heading, the wheels rule the speed: see :mod:`astra_local.odometry.model`. The
bias of the gyro becomes known where the robot stands, which pins it at once, and where its speed
changes. At one speed nothing tells a bias from wheels of different size (see
:mod:`astra_local.odometry.turn_errors`); then it is not learned, only reckoned with. Either sensor
may be missing. Without a gyro nothing tells a turn from an error of the wheels: those are not
learned then either; learned all the same, they swallow a part of every turn.

The pose is continuous, see :mod:`astra_local.odometry.kalman`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_core.observation import CameraFrame, ImuSample, Observation, WheelSample
from astra_core.records import LocalOdometry, Velocity
from astra_core.time import from_seconds, to_seconds
from astra_local.config import OdometryConfig
from astra_local.odometry import model, silence
from astra_local.odometry.gyro_noise import GyroNoise
from astra_local.odometry.kalman import Kalman
from astra_local.odometry.sample_gate import SampleGate
from astra_local.odometry.side_noise import SideNoise
from astra_local.odometry.turn_comparison import TurnComparison

__all__ = ["WheelImuFilter"]

_WHEELS_LOST_S = 0.3
_GYRO_LOST_S = 0.1
_SLIDING_SIGMA = 5.0
_STANDING_NOISE = 0.002
_MOST_BIAS_RAD_S = 0.05  # of any gyro; who stands and turns faster is turned
# Over a longer silence of all sensors the last velocity says nothing: the robot stops by itself
# when it hears nothing, and somebody may have stopped, pushed or turned it.
_LONGEST_BRIDGE_S = 0.5
_SURELY_TURNING_RAD_S = 0.01
_THETA, _U, _W = int(model.State.THETA), int(model.State.U), int(model.State.W)
_BIAS, _SIDE_BIAS = int(model.State.GYRO_BIAS), int(model.State.SIDE_BIAS)
_TRACK, _MISMATCH = int(model.State.TRACK), int(model.State.MISMATCH)
_SLIP, _TURN_SLIP = int(model.State.SLIP), int(model.State.TURN_SLIP)

_ERRORS = tuple(range(_BIAS, model.NUM_STATES))
# A floor that tilts feels like a turn; over minutes a gyro is nearer the truth than that.
_TURNS = (_W, _BIAS, _TRACK, _MISMATCH, _TURN_SLIP)


class WheelImuFilter:
    """Pose, velocity and their covariance in ``odom``, starting at the origin."""

    def __init__(self, config: OdometryConfig) -> None:
        """Start at the origin; the clock starts with the first sample."""
        self._config = config
        self._kalman = Kalman(_start(config))
        self._whole_pose = np.zeros(3)
        self._stamp_ns: int | None = None
        self._gate = SampleGate(config.max_gap_s, config.max_late_s)
        self._last_wheel_ns: int | None = None
        self._still_since_ns: int | None = None
        self._last_gyro = 0.0
        self._last_gyro_ns: int | None = None
        self._speed_interval_s = self._turn_interval_s = 0.0  # since they were measured before
        self._side = SideNoise(
            config.accelerometer_noise_mps2, config.accelerometer_bias_walk_mps2_sqrt_s
        )
        self._gyro_noise = GyroNoise(config.gyro_noise_rad_s)
        self._comparison = TurnComparison(config)

    @property
    def refused(self) -> Counter[str]:
        """Return how many samples were refused, by reason; restarts of the filter among them."""
        return self._gate.refused

    @property
    def state(self) -> NDArray[np.float64]:
        """Return a copy of the state ``(12,)``, see :mod:`astra_local.odometry.model`."""
        return self._kalman.state.copy()

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Return a copy of the linear covariance ``(12, 12)``, see :class:`.Kalman`."""
        return self._kalman.covariance.copy()

    def observe(self, observation: Observation) -> LocalOdometry:
        """Take in one tick, oldest sample first, and return the pose at its end."""
        arrived: tuple[ImuSample | WheelSample, ...] = (*observation.imu, *observation.wheels)
        samples = sorted(
            [sample for sample in arrived if self._gate.accept(sample, self._stamp_ns)],
            key=lambda sample: sample.stamp_ns,
        )
        for sample in samples:
            self._advance(sample.stamp_ns)
            if isinstance(sample, ImuSample):
                self._update_imu(sample)
            else:
                self._update_wheels(sample)
        stamp_ns = observation.stamp_ns
        max_gap_ns = from_seconds(self._config.max_gap_s)
        if (
            isinstance(stamp_ns, int)
            and self._stamp_ns is not None
            and 0 < stamp_ns - self._stamp_ns <= max_gap_ns
        ):
            self._advance(stamp_ns)
        if self._kalman.is_finite:
            self._whole_pose = self._kalman.state[:3].copy()
        else:
            self._restart()
        return self.odometry()

    def _restart(self) -> None:
        """Begin anew where the pose was last a number; how far the robot came since is not known.

        A state that is none once stays none, whatever is sensed.
        """
        self.refused["state not finite, filter restarted"] += 1
        self._kalman = Kalman(_start(self._config))
        self._kalman.state[:3] = self._whole_pose
        unknown = [
            silence.UNKNOWN_SPEED_MPS,
            silence.UNKNOWN_SPEED_MPS,
            silence.MOST_HEADING_RAD,
        ]
        self._kalman.covariance[:3, :3] = np.diag(np.square(unknown))
        self._comparison = TurnComparison(self._config)
        self._last_wheel_ns = self._last_gyro_ns = self._still_since_ns = None
        self._last_gyro = 0.0

    def look(self, frames: Sequence[CameraFrame]) -> None:
        """Do nothing: this filter has no eyes."""

    def odometry(self) -> LocalOdometry:
        """Return the newest estimate."""
        state = self._kalman.state
        x, y, theta, _, w = state[:5]
        # The gyro told of a moment ago; the robot went on turning.
        theta += w * self._lead_s
        return LocalOdometry(
            stamp_ns=self._stamp_ns or 0,
            pose=np.array([x, y, wrap_angle(float(theta))]),
            covariance=self._kalman.pose_covariance(self._unsure_lead_s),
            velocity=Velocity(model.true_speed(state), float(w)),
            modalities=self._modalities(),
        )

    def _modalities(self) -> frozenset[str]:
        """Return which sensors entered lately, by the rules that tell when one is lost."""
        now_ns = self._stamp_ns or 0
        heard = set() if self._gyro_is_lost(now_ns) else {"imu"}
        if not _is_silent(self._last_wheel_ns, now_ns, _WHEELS_LOST_S):
            heard.add("wheel")
        return frozenset(heard)

    def _advance(self, stamp_ns: int) -> None:
        if self._stamp_ns is None:
            self._stamp_ns = stamp_ns
            return
        dt = to_seconds(stamp_ns - self._stamp_ns)
        if dt <= 0.0:  # a little late: used where the filter stands now
            return
        self._stamp_ns = stamp_ns
        if dt > min(_LONGEST_BRIDGE_S, self._config.max_gap_s):
            silence.skip_gap(self._kalman, dt, self._config)
            self._still_since_ns = None
            return
        # A gap is bridged in steps, for the sake of the linearisation.
        steps = max(1, math.ceil(dt / 0.1))
        for _ in range(steps):
            self._predict(dt / steps)
        if self._last_wheel_ns is None or not _is_silent(
            self._last_wheel_ns, stamp_ns, _WHEELS_LOST_S
        ):
            return
        silence.fade_speed(self._kalman, dt)
        if _is_silent(self._last_gyro_ns, stamp_ns, _WHEELS_LOST_S):
            silence.fade_turn(self._kalman, dt)

    def _predict(self, dt: float) -> None:
        c, kalman = self._config, self._kalman
        state, heading = kalman.state, float(kalman.state[2])
        signed, w = model.true_speed(state), float(state[_W])
        speed = abs(signed)
        rolled = (speed + 0.5 * c.wheel_track_m * abs(w)) * dt
        keep = math.exp(-rolled / c.wheel_slip_length_m)
        kalman.curvature.add(
            signed * dt, heading, math.sqrt(kalman.heading_variance), w * self._unsure_lead_s
        )
        noise = model.acceleration_noise(
            heading, dt, c.acceleration_mps2, c.angular_acceleration_rad_s2
        )
        fresh = 1.0 - keep * keep
        noise[_BIAS, _BIAS] += c.gyro_bias_walk_rad_s_sqrt_s**2 * dt
        noise[_SIDE_BIAS, _SIDE_BIAS] += self._side.walk_mps2_sqrt_s**2 * dt
        noise[_SLIP, _SLIP] += c.wheel_slip_fraction**2 * fresh
        noise[_TURN_SLIP, _TURN_SLIP] += self._comparison.slip.slip_rad_m**2 * fresh
        aside = c.lateral_slip_m_sqrt_m**2 * speed * dt
        x, y = -math.sin(heading), math.cos(heading)
        noise[0, 0] += aside * x * x
        noise[1, 1] += aside * y * y
        noise[0, 1] += aside * x * y
        noise[1, 0] += aside * x * y
        kalman.propagate(*model.predict(state, dt, self._lead_s, keep), noise)

    def _update_imu(self, sample: ImuSample) -> None:
        kalman = self._kalman
        rate = sample.angular_velocity_rad_s[2]
        noise = self._gyro_noise.rad_s
        if abs(rate - self._last_gyro) > 6.0 * max(noise, _SURELY_TURNING_RAD_S):
            self._still_since_ns = None  # the body moves whatever the wheels say
        self._gyro_noise.add(rate, stands=self._still_since_ns is not None)
        if self._last_gyro_ns is None:  # it told at first of turns before the start, if it is late
            unsure_s = self._comparison.delay.unsure_s
            kalman.covariance[_THETA, _THETA] += (rate * unsure_s) ** 2
        self._turn_interval_s = self._interval_s(self._last_gyro_ns, sample.stamp_ns)
        self._last_gyro, self._last_gyro_ns = rate, sample.stamp_ns
        self._comparison.add_gyro(rate, self._turn_interval_s)
        kalman.allow_new(_W, model.gyro, rate, noise)
        kalman.update(model.gyro, rate, noise, interval_s=self._intervals_s)
        # Exact zeros are what drivers without an accelerometer fill in: noise is never that quiet.
        ahead, left = sample.linear_acceleration_m_s2[:2]
        if ahead != 0.0 or left != 0.0:
            explained = model.true_speed(kalman.state) * float(kalman.state[_W])
            self._side.add(sample.stamp_ns, left - explained)
            scatter = self._side.noise_mps2
            if math.isfinite(scatter):
                kalman.update(
                    model.sideways_acceleration,
                    left,
                    scatter,
                    interval_s=self._intervals_s,
                    keeps=_TURNS,
                )

    def _update_wheels(self, sample: WheelSample) -> None:
        c, kalman = self._config, self._kalman
        v, w = sample.linear_velocity_mps, sample.angular_velocity_rad_s
        self._speed_interval_s = self._interval_s(self._last_wheel_ns, sample.stamp_ns)
        if self._last_wheel_ns is None:  # it may drive already
            kalman.allow_new(_U, model.wheel_linear, v, c.wheel_linear_noise_mps)
        gyro_is_lost = self._gyro_is_lost(sample.stamp_ns)
        if gyro_is_lost:
            self._turn_interval_s = self._speed_interval_s
        self._last_wheel_ns = sample.stamp_ns
        intervals = self._intervals_s
        kalman.update(model.wheel_linear, v, c.wheel_linear_noise_mps, interval_s=intervals)
        stands = self._stands(sample)
        if gyro_is_lost:
            noise = c.wheel_turn_noise_rad_s
            kalman.allow_new(_W, model.wheel_turn, w, noise)
            kalman.update(model.wheel_turn, w, noise, interval_s=intervals, keeps=_ERRORS)
        elif self._comparison.add_wheels(
            v,
            w,
            self._speed_interval_s,
            gyro_noise_rad_s=self._gyro_noise.rad_s,
            stands=stands,
            slides=self._slides,
        ):
            self._learn_turn_errors()
        if stands:
            kalman.update(model.wheel_linear, 0.0, _STANDING_NOISE, interval_s=intervals)
            kalman.update(model.turn_rate, 0.0, _STANDING_NOISE, interval_s=intervals)

    def _learn_turn_errors(self) -> None:
        errors = self._comparison.errors
        errors.learn_bias(
            float(self._kalman.state[_BIAS]), float(self._kalman.covariance[_BIAS, _BIAS])
        )
        learned = [(_TRACK, 1), (_MISMATCH, 2)]
        if errors.bias_is_known:
            learned.append((_BIAS, 0))
        for place, number in learned:
            self._kalman.learn(
                place, float(errors.mean[number]), float(errors.covariance[number, number])
            )

    def _stands(self, sample: WheelSample) -> bool:
        """Return whether the robot is known to stand: wheels still for a while, no turn felt."""
        if abs(sample.linear_velocity_mps) > 1e-3 or abs(sample.angular_velocity_rad_s) > 5e-3:
            self._still_since_ns = None
            return False
        if self._still_since_ns is None:
            self._still_since_ns = sample.stamp_ns
        still_s = to_seconds(sample.stamp_ns - self._still_since_ns)
        most = _MOST_BIAS_RAD_S + 6.0 * self._gyro_noise.rad_s
        return still_s >= self._config.zero_velocity_after_s and abs(self._last_gyro) < most

    @property
    def _intervals_s(self) -> tuple[float, float]:
        return self._speed_interval_s, self._turn_interval_s

    @property
    def _lead_s(self) -> float:
        """Return how old the turn is that the state tells of."""
        return self._config.gyro_delay_s + self._comparison.delay.delay_s

    @property
    def _unsure_lead_s(self) -> float:
        """Return the standard deviation of that; without a gyro the turn is that of now."""
        return 0.0 if self._last_gyro_ns is None else self._comparison.delay.unsure_s

    def _slides(self, wheels_rad_s: float) -> bool:
        """Return whether the wheels turn otherwise than the gyro in a way no model explains.

        Then they spin, are blocked, or the robot is pushed or carried: they say nothing.
        """
        expected, jacobian = model.wheel_turn(self._kalman.state)
        variance = float(jacobian @ self._kalman.covariance @ jacobian)
        limit = _SLIDING_SIGMA**2 * (variance + self._config.wheel_turn_noise_rad_s**2)
        return (wheels_rad_s - expected) ** 2 > limit

    def _gyro_is_lost(self, stamp_ns: int) -> bool:
        return _is_silent(self._last_gyro_ns, stamp_ns, _GYRO_LOST_S)

    def _interval_s(self, before_ns: int | None, stamp_ns: int) -> float:
        """Return how long a velocity was not measured before a stamp; 0 after a gap."""
        seconds = 0.0 if before_ns is None else to_seconds(stamp_ns - before_ns)
        longest = min(_LONGEST_BRIDGE_S, self._config.max_gap_s)
        return seconds if 0.0 < seconds <= longest else 0.0


def _is_silent(last_ns: int | None, now_ns: int, limit_s: float) -> bool:
    return last_ns is None or to_seconds(now_ns - last_ns) > limit_s


def _start(c: OdometryConfig) -> NDArray[np.float64]:
    """Return what is not known at the start ``(12,)``, standard deviations."""
    start = np.zeros(model.NUM_STATES)
    start[_U], start[_W] = silence.UNKNOWN_SPEED_MPS, silence.UNKNOWN_TURN_RAD_S
    start[_BIAS] = c.gyro_bias_start_rad_s
    start[model.State.SCALE] = c.wheel_scale_fraction
    start[_TRACK] = c.wheel_track_fraction
    start[_MISMATCH] = c.wheel_mismatch_rad_m
    start[_SLIP] = c.wheel_slip_fraction
    start[_TURN_SLIP] = c.wheel_turn_slip_rad_m
    start[_SIDE_BIAS] = c.accelerometer_bias_start_mps2
    return start
