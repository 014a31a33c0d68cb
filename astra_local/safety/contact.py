"""Touch without a bumper: the base was told to move, and it does not.

Glass, a low box and whoever steps against the hull are seen by no camera, but a robot that is held
does not do what it was told. Three signs of it, each over a fraction of a second:

- The wheels stand although they were told to roll: they grip, and something holds the robot.
- The gyro shows no turn although one was told, whatever the wheels say.
- The accelerometer shows that the robot has lost its speed while the wheels roll on: they slip. It
  cannot show more than the jolt, so this one must be seen at once.

Each is judged against the smallest command of the last moments, so a base that follows late or
gently is not taken for one that is held.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from astra_core.observation import Observation
from astra_core.records import Velocity
from astra_core.time import from_seconds, to_seconds
from astra_local.config import ContactConfig
from astra_local.safety.jolt import JoltMeter, forget_before

__all__ = ["Contact", "ContactDetector"]

# As far back as the wheels are asked whether they followed.
_BEFORE_S = 0.5
_FOLLOWED = 0.85
# A reading counts at most as so many times the command: one that is wrong decides nothing, and
# encoders that count in large steps are read in jumps.
_MOST = 3.0
_JOLT_TICKS = 3
# Braking is no loss of speed: the command must not have fallen by more than this share.
_STEADY = 0.8


@dataclass(frozen=True)
class Contact:
    """Something holds the robot.

    Attributes:
        stamp_ns: When that was found.
        direction: +1 ahead, -1 behind; 0 where the robot was told to turn in place.
        sentence: What happened, for people.
    """

    stamp_ns: int
    direction: int
    sentence: str


class ContactDetector:
    """Compares what the base was told with what the sensors feel, tick by tick."""

    def __init__(self, config: ContactConfig) -> None:
        """Start with nothing told and nothing felt."""
        self._config = config
        self._told: deque[tuple[int, Velocity]] = deque()
        self._rolled: deque[tuple[int, float, float]] = deque()
        self._turned: deque[tuple[int, float]] = deque()
        self._jolt = JoltMeter()
        self._num_jolts = 0

    def reset(self) -> None:
        """Forget what was told and felt: a contact was dealt with, or there is a gap."""
        self._told.clear()
        self._rolled.clear()
        self._turned.clear()
        self._num_jolts = 0

    def on_driven(self, velocity: Velocity, stamp_ns: int) -> None:
        """Take what the base was told, whoever told it, in every tick."""
        if self._told and stamp_ns <= self._told[-1][0]:
            if stamp_ns == self._told[-1][0]:
                self._told.pop()  # the last word of a tick counts
            else:
                self.reset()  # the clock went back
        self._told.append((stamp_ns, velocity))
        forget_before(self._told, stamp_ns - from_seconds(self._config.gyro_patience_s))

    def feel(self, observation: Observation, *, wary: bool = False) -> Contact | None:
        """Take the samples of a tick and return whether something holds the robot.

        Args:
            observation: Wheels and IMU.
            wary: Whether something was touched here of late: then a drag is enough.
        """
        now_ns = observation.stamp_ns
        for wheel in observation.wheels:
            speed, turn = wheel.linear_velocity_mps, wheel.angular_velocity_rad_s
            if math.isfinite(speed) and math.isfinite(turn):
                self._rolled.append((now_ns, speed, turn))
        for sample in observation.imu:
            rate = sample.angular_velocity_rad_s[2]
            if math.isfinite(rate):
                self._turned.append((now_ns, rate))
        for samples, seconds in (
            (self._rolled, _BEFORE_S),
            (self._turned, self._config.window_s),
        ):
            if samples and samples[0][0] > now_ns:
                samples.clear()  # the clock went back
            forget_before(samples, now_ns - from_seconds(seconds))
        speed = self._rolled[-1][1] if self._rolled else 0.0
        self._jolt.take(observation.imu, speed)
        told = self._told_for(self._config.patience_s, now_ns)
        if not self._rolled or not told:
            self._num_jolts = 0
            return None
        slowed_share = self._config.near_share if wary else self._config.slowed_share
        return (
            self._held(now_ns, told, slowed_share)
            or self._pinned(now_ns)
            or self._jolted(now_ns, told)
            or (self._twisted(now_ns) if wary else None)
        )

    def _told_for(self, patience_s: float, now_ns: int) -> list[Velocity]:
        """Return the commands of the last moments; none unless they cover them without a gap."""
        last_ns = self._told[-1][0] if self._told else now_ns
        if not self._told or to_seconds(now_ns - last_ns) >= 0.5 * self._config.patience_s:
            return []
        since_ns = last_ns - from_seconds(patience_s)
        told = [(stamp_ns, velocity) for stamp_ns, velocity in self._told if stamp_ns >= since_ns]
        if to_seconds(last_ns - told[0][0]) <= 0.8 * patience_s:
            return []
        return [velocity for _, velocity in told]

    def _held(self, now_ns: int, commands: list[Velocity], slowed_share: float) -> Contact | None:
        c = self._config
        told = _smallest([velocity.linear_mps for velocity in commands])
        if abs(told) < c.slowest_mps:
            return None
        sign = math.copysign(1.0, told)
        speeds = [speed for speed, _ in self._rolled_lately(now_ns)]
        if not speeds:
            return None
        rolled = _mean_along(speeds, told)
        # Who rolled as told and then is slowed was stopped; who only begins may be slow to.
        followed = max(sign * speed for _, speed, _ in self._rolled) >= _FOLLOWED * abs(told)
        if rolled > (slowed_share if followed else c.moving_share) * abs(told):
            return None
        return Contact(
            now_ns,
            1 if told > 0.0 else -1,
            f"told to drive {_where(told)}, but the wheels stand or drag: "
            f"something holds the robot {_where(told)} that no camera shows",
        )

    def _rolled_lately(self, now_ns: int) -> list[tuple[float, float]]:
        """Return speeds and turn rates of the wheels within the window."""
        since_ns = now_ns - from_seconds(self._config.window_s)
        return [(speed, turn) for stamp_ns, speed, turn in self._rolled if stamp_ns >= since_ns]

    def _pinned(self, now_ns: int) -> Contact | None:
        """Judge turns: the gyro feels the robot, the wheels only themselves."""
        c = self._config
        wheels = [turn for _, turn in self._rolled_lately(now_ns)]
        gyro = [rate for _, rate in self._turned]
        commands = self._told_for(c.patience_s, now_ns)
        told = _smallest([velocity.angular_rad_s for velocity in commands])
        if not self._turns_less(wheels, told):
            commands = self._told_for(c.gyro_patience_s, now_ns)
            told = _smallest([velocity.angular_rad_s for velocity in commands])
            wheels = []
        if not (wheels or gyro) or not self._turns_less(gyro, told):
            return None
        if abs(told) < c.slowest_rad_s:
            return None
        speed = _smallest([velocity.linear_mps for velocity in commands])
        direction = int(math.copysign(1.0, speed)) if abs(speed) >= c.slowest_mps else 0
        return Contact(
            now_ns,
            direction,
            "told to turn, but the robot does not: something holds it, or the gyro is stuck",
        )

    def _twisted(self, now_ns: int) -> Contact | None:
        """Judge turns that nobody told: what the hull rubs along at its side turns the robot."""
        c = self._config
        commands = self._told_for(c.gyro_patience_s, now_ns)
        rates = [rate for _, rate in self._turned]
        speed = _smallest([velocity.linear_mps for velocity in commands])
        if not rates or abs(speed) < c.slowest_mps:
            return None
        told = [velocity.angular_rad_s for velocity in commands]
        rate = sum(rates) / len(rates)
        if min(told) - c.near_twist_rad_s <= rate <= max(told) + c.near_twist_rad_s:
            return None
        return Contact(
            now_ns,
            1 if speed > 0.0 else -1,
            "the robot turns by more or less than it is told: it rubs along something",
        )

    def _turns_less(self, rates: list[float], told_rad_s: float) -> bool:
        """Return whether the mean of some rates is not what was told, by far; yes for none."""
        if not rates:
            return True
        return _mean_along(rates, told_rad_s) <= self._config.moving_share * abs(told_rad_s)

    def _jolted(self, now_ns: int, commands: list[Velocity]) -> Contact | None:
        c = self._config
        speeds = [velocity.linear_mps for velocity in commands]
        told, largest = _smallest(speeds), max(map(abs, speeds))
        sign, speed = math.copysign(1.0, told), self._rolled[-1][1]
        # What the wheels lost a moment ago, a late accelerometer tells of now.
        peak = max(sign * earlier for _, earlier, _ in self._rolled)
        lost = self._jolt.lost_mps(sign) - max(peak - sign * speed, 0.0)
        if (
            abs(told) >= max(c.slowest_mps, _STEADY * largest)
            and sign * speed >= c.slowest_mps
            and lost > max(c.lost_share * abs(speed), c.lost_mps)
        ):
            self._num_jolts += 1
        else:
            self._num_jolts = 0
        if self._num_jolts < _JOLT_TICKS:
            return None
        return Contact(
            now_ns,
            int(sign),
            f"a jolt took {lost:.2f} m/s off the robot while its wheels roll on: something holds "
            f"it {_where(told)} that no camera shows",
        )


def _smallest(values: list[float]) -> float:
    """Return the value nearest to zero; 0 where they do not all have one sign."""
    if not values or min(values) * max(values) <= 0.0:
        return 0.0
    return min(values, key=abs)


def _mean_along(readings: list[float], told: float) -> float:
    """Return the mean of readings in the direction of a command."""
    sign, size = math.copysign(1.0, told), abs(told)
    return sum(min(max(sign * value, -size), _MOST * size) for value in readings) / len(readings)


def _where(speed_mps: float) -> str:
    return "ahead" if speed_mps > 0.0 else "behind"
