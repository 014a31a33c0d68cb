"""Extended Kalman filter over wheel and IMU samples.

The gyro rules the heading, the wheels rule the speed, and each tells the other's constant errors:
see :mod:`astra_local.odometry.model`. So the gyro bias becomes known while driving, too, and a
robot that stands still is told so, which pins it at once. Either sensor may be missing. Without a
gyro nothing tells a turn from an error of the wheels: then those errors are not learned, only
reckoned with (Schmidt-Kalman filter); learned all the same, they swallow a part of every turn.

The pose is continuous: a reading moves it by what the robot may have driven since the reading
before, and no further. The optimal gain would move it by all that a constant error has done to it
since the start, as soon as that error is better known: by decimetres, of a robot that stands. What
was seen from the old pose would then lie in the wrong place, and that is what `odom` is for (REP
105). The covariance is that of the gain that is used (Joseph's form holds for any).
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_core.observation import CameraFrame, ImuSample, Observation, WheelSample
from astra_core.records import LocalOdometry, Velocity
from astra_core.time import from_seconds, to_seconds
from astra_local.config import OdometryConfig
from astra_local.odometry import model
from astra_local.odometry.gyro_delay import GyroDelay
from astra_local.odometry.side_noise import SideNoise
from astra_local.odometry.stamps import StampGate
from astra_local.odometry.turn_slip import TurnSlip

__all__ = ["WheelImuFilter"]

_GATE_SIGMA = 3.0  # beyond this an innovation counts less, as in Huber's loss
_WHEELS_LOST_S = 0.3
_GYRO_LOST_S = 0.1
_SLIDING_SIGMA = 5.0
_STANDING_NOISE = 0.002
# Over a longer silence of all sensors the last velocity says nothing: the robot stops by itself
# when it hears nothing, and somebody may have stopped, pushed or turned it.
_LONGEST_BRIDGE_S = 0.5
# How the pose becomes uncertain over such a gap (standard deviations): as if the robot had gone on
# for as long as it may take to stop, and was pushed a little; at most, nothing is known of the
# heading (the deviation of an even spread over a turn).
_GAP_DRIVES_ON_S = 2.0
_GAP_PUSH_MPS = 0.1
_GAP_TURN_RAD_S = 0.2
_GAP_MAX_HEADING_RAD = math.pi / math.sqrt(3.0)
_UNKNOWN_SPEED_MPS = 0.3
_UNKNOWN_TURN_RAD_S = 0.5
_SURELY_TURNING_RAD_S = 0.01
_IDENTITY = np.eye(model.NUM_STATES)
_DIAGONAL = np.diag_indices(model.NUM_STATES)
# State to the expected reading and its derivative by the state.
_Measurement = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]
_U, _W, _BIAS = int(model.State.U), int(model.State.W), int(model.State.GYRO_BIAS)

_ERRORS = tuple(range(_BIAS, model.NUM_STATES))
# A floor that tilts feels like a turn; over minutes a gyro is nearer the truth than that.
_TURNS = tuple(
    int(place)
    for place in (
        model.State.W,
        model.State.GYRO_BIAS,
        model.State.TRACK,
        model.State.MISMATCH,
        model.State.TURN_SLIP,
    )
)


class WheelImuFilter:
    """Pose, velocity and their covariance in ``odom``, starting at the origin.

    Attributes:
        refused: How many samples were refused, by reason (``imu late``, ``wheel not finite``, ...).
    """

    def __init__(self, config: OdometryConfig) -> None:
        """Start at rest at the origin; the clock starts with the first sample."""
        self._config = config
        self._state = np.zeros(model.NUM_STATES)
        self._covariance = np.diag(np.square(_start(config)))
        self._whole_pose = np.zeros(3)
        self._stamp_ns: int | None = None
        self._gates = {name: StampGate(config.max_gap_s) for name in ("imu", "wheel")}
        self._last_wheel_ns: int | None = None
        self._still_since_ns: int | None = None
        self._last_gyro = 0.0
        self._last_gyro_ns: int | None = None
        self._speed_interval_s = self._turn_interval_s = 0.0  # since they were measured before
        self._side = SideNoise(
            config.accelerometer_noise_mps2, config.accelerometer_bias_walk_mps2_sqrt_s
        )
        self._slip = TurnSlip(
            config.wheel_turn_slip_rad_m, config.wheel_slip_length_m, config.wheel_turn_noise_rad_s
        )
        self._delay = GyroDelay()
        self._gyro_rad = self._gyro_s = 0.0  # turned by the gyro since the last wheel sample
        self._wheel_turns: deque[float] = deque(maxlen=64)
        self.refused: Counter[str] = Counter()

    @property
    def state(self) -> NDArray[np.float64]:
        """Return a copy of the state ``(12,)``, see :mod:`astra_local.odometry.model`."""
        return self._state.copy()

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Return a copy of the covariance ``(12, 12)``."""
        return self._covariance.copy()

    def observe(self, observation: Observation) -> LocalOdometry:
        """Take in one tick, oldest sample first, and return the pose at its end."""
        arrived: tuple[ImuSample | WheelSample, ...] = (*observation.imu, *observation.wheels)
        samples = sorted(
            [sample for sample in arrived if self._accept(sample)],
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
        if np.isfinite(self._state).all() and np.isfinite(self._covariance).all():
            self._whole_pose = self._state[:3].copy()
        else:
            self._restart()
        return self.odometry()

    def _restart(self) -> None:
        """Begin anew where the pose was last a number; how far the robot came since is not known.

        A state that is none once stays none, whatever is sensed.
        """
        self.refused["state not finite, filter restarted"] += 1
        self._state = np.zeros(model.NUM_STATES)
        self._state[:3] = self._whole_pose
        self._covariance = np.diag(np.square(_start(self._config)))
        unknown = [_UNKNOWN_SPEED_MPS, _UNKNOWN_SPEED_MPS, _GAP_MAX_HEADING_RAD]
        self._covariance[:3, :3] = np.diag(np.square(unknown))
        self._last_wheel_ns = self._last_gyro_ns = self._still_since_ns = None
        self._last_gyro = 0.0

    def look(self, frames: Sequence[CameraFrame]) -> None:
        """Do nothing: this filter has no eyes."""

    def odometry(self) -> LocalOdometry:
        """Return the newest estimate."""
        x, y, theta, _, w = self._state[:5]
        # The gyro told of a moment ago; the robot went on turning.
        theta += w * self._lead_s
        return LocalOdometry(
            stamp_ns=self._stamp_ns or 0,
            pose=np.array([x, y, wrap_angle(float(theta))]),
            covariance=self._covariance[:3, :3].copy(),
            velocity=Velocity(model.true_speed(self._state), float(w)),
            modalities=self._modalities(),
        )

    def _modalities(self) -> frozenset[str]:
        """Return which sensors entered lately, by the rules that tell when one is lost."""
        now_ns, wheel = self._stamp_ns or 0, self._last_wheel_ns
        heard = set() if self._gyro_is_lost(now_ns) else {"imu"}
        if wheel is not None and to_seconds(now_ns - wheel) <= _WHEELS_LOST_S:
            heard.add("wheel")
        return frozenset(heard)

    def _accept(self, sample: ImuSample | WheelSample) -> bool:
        name = "imu" if isinstance(sample, ImuSample) else "wheel"
        if isinstance(sample, ImuSample):
            values: tuple[float, ...] = (
                *sample.angular_velocity_rad_s,
                *sample.linear_acceleration_m_s2,
            )
        else:
            values = (sample.linear_velocity_mps, sample.angular_velocity_rad_s)
        problem = self._gates[name].problem(sample.stamp_ns)
        if not problem and not all(math.isfinite(value) for value in values):
            problem = "not finite"
        late_ns = from_seconds(self._config.max_late_s)
        if not problem and self._stamp_ns is not None:
            problem = "late" if sample.stamp_ns < self._stamp_ns - late_ns else ""
        if problem:
            self.refused[f"{name} {problem}"] += 1
            return False
        self._gates[name].take(sample.stamp_ns)
        return True

    def _advance(self, stamp_ns: int) -> None:
        if self._stamp_ns is None:
            self._stamp_ns = stamp_ns
            return
        dt = to_seconds(stamp_ns - self._stamp_ns)
        if dt <= 0.0:  # a little late: used where the filter stands now
            return
        if dt > min(_LONGEST_BRIDGE_S, self._config.max_gap_s):
            self._skip_gap(dt)
            self._stamp_ns = stamp_ns
            return
        # A gap is bridged in steps, for the sake of the linearisation.
        steps = max(1, math.ceil(dt / 0.1))
        for _ in range(steps):
            self._predict(dt / steps)
        self._stamp_ns = stamp_ns
        wheel = self._last_wheel_ns
        if wheel is not None and to_seconds(stamp_ns - wheel) > _WHEELS_LOST_S:
            # No wheels: without them nothing says how fast we are, so do not run away.
            decay = math.exp(-dt / 1.0)
            self._state[_U] *= decay
            self._covariance[3, :] *= decay
            self._covariance[:, 3] *= decay
            self._covariance[3, 3] = max(self._covariance[3, 3], _UNKNOWN_SPEED_MPS**2)
            gyro = self._last_gyro_ns
            if gyro is None or to_seconds(stamp_ns - gyro) > _WHEELS_LOST_S:
                self._state[_W] *= decay
                self._covariance[4, :] *= decay
                self._covariance[:, 4] *= decay
                self._covariance[4, 4] = max(self._covariance[4, 4], _UNKNOWN_TURN_RAD_S**2)

    def _skip_gap(self, dt: float) -> None:
        """Let time pass in which nothing was sensed: the pose stays, the velocity is forgotten.

        Bounded however long the gap: less than 2 (|v| + 0.1) m and 104 degrees are added (one
        standard deviation each), once per gap.
        """
        c = self._config
        v, w = abs(float(self._state[3])), abs(float(self._state[4]))
        seconds = min(dt, _GAP_DRIVES_ON_S)
        moved = (v + _GAP_PUSH_MPS) * seconds
        turned = min((w + _GAP_TURN_RAD_S) * seconds, _GAP_MAX_HEADING_RAD)
        self._covariance[:3, :3] += np.diag(np.square([moved, moved, turned]))
        self._state[3:5] = 0.0
        # What was known of the velocity, and with what it went together, is no longer true.
        self._covariance[3:5, :] = 0.0
        self._covariance[:, 3:5] = 0.0
        self._covariance[3, 3] = max(v, _UNKNOWN_SPEED_MPS) ** 2
        self._covariance[4, 4] = max(w, _UNKNOWN_TURN_RAD_S) ** 2
        # The bias walks on, but never beyond what it may be at a start.
        bias = self._covariance[5, 5]
        most = max(bias, c.gyro_bias_start_rad_s**2)
        self._covariance[5, 5] = min(bias + c.gyro_bias_walk_rad_s_sqrt_s**2 * dt, most)
        self._still_since_ns = None

    def _predict(self, dt: float) -> None:
        c = self._config
        state, heading = self._state, self._state[2]
        speed, turn = abs(model.true_speed(state)), abs(state[_W])
        rolled = (speed + 0.5 * c.wheel_track_m * turn) * dt
        keep = math.exp(-rolled / c.wheel_slip_length_m)
        self._state, jacobian = model.predict(state, dt, self._lead_s, keep)
        covariance = jacobian @ self._covariance @ jacobian.T
        covariance += model.acceleration_noise(
            heading, dt, c.acceleration_mps2, c.angular_acceleration_rad_s2
        )
        walk = np.zeros(model.NUM_STATES)
        walk[_BIAS] = c.gyro_bias_walk_rad_s_sqrt_s**2 * dt
        walk[model.State.SIDE_BIAS] = self._side.walk_mps2_sqrt_s**2 * dt
        fresh = 1.0 - keep * keep
        walk[model.State.SLIP] = c.wheel_slip_fraction**2 * fresh
        walk[model.State.TURN_SLIP] = self._slip.slip_rad_m**2 * fresh
        covariance[_DIAGONAL] += walk
        aside = c.lateral_slip_m_sqrt_m**2 * speed * dt
        side = np.array([-math.sin(heading), math.cos(heading)])
        covariance[:2, :2] += aside * np.outer(side, side)
        self._covariance = covariance

    def _update_imu(self, sample: ImuSample) -> None:
        c = self._config
        rate = sample.angular_velocity_rad_s[2]
        if abs(rate - self._last_gyro) > 6.0 * max(c.gyro_noise_rad_s, _SURELY_TURNING_RAD_S):
            self._still_since_ns = None  # the body moves whatever the wheels say
        self._turn_interval_s = self._interval_s(self._last_gyro_ns, sample.stamp_ns)
        self._last_gyro, self._last_gyro_ns = rate, sample.stamp_ns
        self._gyro_rad += rate * self._turn_interval_s
        self._gyro_s += self._turn_interval_s
        self._allow_new_turn(model.gyro, rate, c.gyro_noise_rad_s)
        self._update(model.gyro, rate, c.gyro_noise_rad_s)
        # Exact zeros are what drivers without an accelerometer fill in: noise is never that quiet.
        ahead, left = sample.linear_acceleration_m_s2[:2]
        if ahead != 0.0 or left != 0.0:
            explained = model.true_speed(self._state) * float(self._state[_W])
            self._side.add(sample.stamp_ns, left - explained)
            if math.isfinite(self._side.noise_mps2):
                self._update(model.sideways_acceleration, left, self._side.noise_mps2, keeps=_TURNS)

    def _update_wheels(self, sample: WheelSample) -> None:
        c = self._config
        v, w = sample.linear_velocity_mps, sample.angular_velocity_rad_s
        self._speed_interval_s = self._interval_s(self._last_wheel_ns, sample.stamp_ns)
        if self._gyro_is_lost(sample.stamp_ns):
            self._turn_interval_s = self._speed_interval_s
        self._last_wheel_ns = sample.stamp_ns
        self._update(model.wheel_linear, v, c.wheel_linear_noise_mps)
        if self._gyro_is_lost(sample.stamp_ns):
            self._allow_new_turn(model.wheel_turn, w, c.wheel_turn_noise_rad_s)
            self._update(model.wheel_turn, w, c.wheel_turn_noise_rad_s, keeps=_ERRORS)
        else:
            self._compare_turns(v, w)
        if abs(v) > 1e-3 or abs(w) > 5e-3:
            self._still_since_ns = None
            return
        if self._still_since_ns is None:
            self._still_since_ns = sample.stamp_ns
        still_s = to_seconds(sample.stamp_ns - self._still_since_ns)
        biggest_bias = 5.0 * c.gyro_bias_start_rad_s + 6.0 * c.gyro_noise_rad_s
        if still_s >= c.zero_velocity_after_s and abs(self._last_gyro) < biggest_bias:
            self._update(model.wheel_linear, 0.0, _STANDING_NOISE)
            self._update(model.turn_rate, 0.0, _STANDING_NOISE)

    def _compare_turns(self, v: float, w: float) -> None:
        """Learn what wheels and gyro tell of each other, at the time that the gyro tells of."""
        dt_s, gyro_rad, gyro_s = self._speed_interval_s, self._gyro_rad, self._gyro_s
        self._gyro_rad = self._gyro_s = 0.0
        self._wheel_turns.appendleft(w)
        if dt_s > 0.0 and gyro_s > 0.0:
            self._delay.add(gyro_rad / gyro_s, w, dt_s)
            late = round(self._delay.delay_s / dt_s)
            w = self._wheel_turns[min(late, len(self._wheel_turns) - 1)]
        if self._slides(w):
            self._slip.restart()
            return
        if dt_s > 0.0 and gyro_s > 0.0:
            self._slip.add(w * dt_s, gyro_rad / gyro_s * dt_s, v * dt_s, dt_s)
        self._update(model.wheel_turn, w, self._config.wheel_turn_noise_rad_s)

    @property
    def _lead_s(self) -> float:
        """Return how old the turn is that the state tells of."""
        return self._config.gyro_delay_s + self._delay.delay_s

    def _slides(self, wheels_rad_s: float) -> bool:
        """Return whether the wheels turn otherwise than the gyro in a way no model explains.

        Then they spin, are blocked, or the robot is pushed or carried: they say nothing.
        """
        expected, jacobian = model.wheel_turn(self._state)
        variance = float(jacobian @ self._covariance @ jacobian)
        limit = _SLIDING_SIGMA**2 * (variance + self._config.wheel_turn_noise_rad_s**2)
        return (wheels_rad_s - expected) ** 2 > limit

    def _gyro_is_lost(self, stamp_ns: int) -> bool:
        gyro = self._last_gyro_ns
        return gyro is None or to_seconds(stamp_ns - gyro) > _GYRO_LOST_S

    def _interval_s(self, before_ns: int | None, stamp_ns: int) -> float:
        """Return how long a velocity was not measured before a stamp; 0 after a gap."""
        seconds = 0.0 if before_ns is None else to_seconds(stamp_ns - before_ns)
        longest = min(_LONGEST_BRIDGE_S, self._config.max_gap_s)
        return seconds if 0.0 < seconds <= longest else 0.0

    def _pose_gain(self, gain: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far the pose ``(3,)`` moves where the velocities change by ``gain``.

        They were predicted to be constant since they were measured before; if they have grown
        evenly, the mean was off by half of what they are off now.
        """
        heading = float(self._state[2])
        ahead = 0.5 * self._speed_interval_s * model.speed_ratio(self._state) * gain[_U]
        turned = 0.5 * self._turn_interval_s * gain[_W]
        return np.array([ahead * math.cos(heading), ahead * math.sin(heading), turned])

    def _allow_new_turn(self, measure: _Measurement, value: float, noise: float) -> None:
        """Take a turn that begins faster than one may walk for a new turn.

        As an outlier it would count less, and with the gyro pass for a new bias.
        """
        expected, jacobian = measure(self._state)
        variance = float(jacobian @ self._covariance @ jacobian) + noise**2
        excess = (value - expected) ** 2 / _GATE_SIGMA**2 - variance
        self._covariance[_W, _W] += max(excess, 0.0)

    def _update(
        self,
        measure: _Measurement,
        value: float,
        noise: float,
        *,
        keeps: Sequence[int] = (),
    ) -> None:
        """Fuse one scalar in Joseph's form; outliers are weighed down to the gate, not dropped.

        What it ``keeps`` of the state is reckoned with and not changed (Schmidt-Kalman filter).
        """
        expected, jacobian = measure(self._state)
        innovation = value - expected
        column = self._covariance @ jacobian
        variance = float(jacobian @ column)
        measured = noise * noise
        excess = innovation * innovation / (_GATE_SIGMA**2)
        if excess > variance + measured:
            measured = excess - variance
        gain = column / (variance + measured)
        for place in keeps:
            gain[place] = 0.0
        gain[:3] = self._pose_gain(gain)
        self._state = self._state + gain * innovation
        keep = _IDENTITY - np.outer(gain, jacobian)
        self._covariance = keep @ self._covariance @ keep.T + measured * np.outer(gain, gain)


def _start(c: OdometryConfig) -> NDArray[np.float64]:
    """Return what is not known at the start ``(12,)``, standard deviations."""
    start = np.zeros(model.NUM_STATES)
    start[[_U, _W]] = 0.1
    start[_BIAS] = c.gyro_bias_start_rad_s
    start[model.State.SCALE] = c.wheel_scale_fraction
    start[model.State.TRACK] = c.wheel_track_fraction
    start[model.State.MISMATCH] = c.wheel_mismatch_rad_m
    start[model.State.SLIP] = c.wheel_slip_fraction
    start[model.State.TURN_SLIP] = c.wheel_turn_slip_rad_m
    start[model.State.SIDE_BIAS] = c.accelerometer_bias_start_mps2
    return start
