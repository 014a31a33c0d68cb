"""Turns by the gyro beside turns by the wheels: how late, how slippery, how wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from astra_local.config import OdometryConfig
from astra_local.odometry.gyro_delay import GyroDelay
from astra_local.odometry.turn_errors import TurnErrors
from astra_local.odometry.turn_slip import TurnSlip

__all__ = ["TurnComparison"]

_PAST = 64  # readings of the wheels that are kept for a gyro that is late


class TurnComparison:
    """Sums up the gyro between readings of the wheels, and compares.

    Attributes:
        delay: By how much the gyro is late.
        slip: How much the wheels turn by slip.
        errors: What is constant.
    """

    def __init__(self, config: OdometryConfig) -> None:
        """Start with nothing found."""
        self.delay = GyroDelay()
        self.slip = TurnSlip(
            config.wheel_turn_slip_rad_m, config.wheel_slip_length_m, config.wheel_turn_noise_rad_s
        )
        self.errors = TurnErrors(config)
        self._gyro_rad = self._gyro_s = 0.0
        self._late = 0  # readings of the wheels
        self._wheels: deque[float] = deque(maxlen=_PAST)

    def add_gyro(self, rate_rad_s: float, dt_s: float) -> None:
        """Take in one reading and how long there was none before it."""
        self._gyro_rad += rate_rad_s * dt_s
        self._gyro_s += dt_s

    def add_wheels(
        self,
        speed_mps: float,
        turn_rad_s: float,
        dt_s: float,
        *,
        gyro_noise_rad_s: float,
        stands: bool,
        slides: Callable[[float], bool],
    ) -> bool:
        """Take in one reading of the wheels, at the time that the gyro tells of.

        Args:
            speed_mps: Of the wheels.
            turn_rad_s: Turn rate of the wheels.
            dt_s: Since the reading before; 0 after a gap.
            gyro_noise_rad_s: White noise of one reading of the gyro.
            stands: Whether the robot is known to stand.
            slides: Whether a turn rate of the wheels can be none of the robot.

        Returns:
            Whether the constant errors are known better now.
        """
        gyro_rad, gyro_s = self._gyro_rad, self._gyro_s
        self._gyro_rad = self._gyro_s = 0.0
        self._wheels.appendleft(turn_rad_s)
        if dt_s <= 0.0 or gyro_s <= 0.0:
            self._restart()
            return False
        rate = gyro_rad / gyro_s
        self.delay.add(rate, turn_rad_s, dt_s)
        late = round(self.delay.delay_s / dt_s)
        if late != self._late:
            self.errors.allow_delay((late - self._late) * dt_s)
            self._late = late
        turn_rad_s = self._wheels[min(late, len(self._wheels) - 1)]
        if slides(turn_rad_s):
            self._restart()
            return False
        self.slip.add(turn_rad_s * dt_s, rate * dt_s, speed_mps * dt_s, dt_s)
        return self.errors.add(
            turn_rad_s,
            rate,
            speed_mps,
            dt_s,
            slip_rad_m=self.slip.slip_rad_m,
            gyro_noise_rad_s=gyro_noise_rad_s,
            stands=stands,
        )

    def _restart(self) -> None:
        self.slip.restart()
        self.errors.restart()
