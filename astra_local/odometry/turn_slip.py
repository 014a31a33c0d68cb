"""How much the wheels turn by slip, by how they scatter about the gyro.

Over short ways the gyro is all but exact, and constant errors of both (bias, mismatch) go with the
difference of two ways of equal length. What remains is slip. Wheels that grip well tell a bias of
the gyro within a few metres; of those that are taken for slippery it is learned too late.
"""

from __future__ import annotations

import math

__all__ = ["TurnSlip"]

_WAY = 2.0  # lengths over which slip wanders
_BEFORE = 8  # ways that what is configured counts for
_FORGET = 0.04
_LEAST, _MOST = 0.2, 3.0  # of what is configured
_STRAIGHT_RAD = 0.3  # in bends the error of the track would count as slip


class TurnSlip:
    """Standard deviation of the wandering turn by slip.

    Attributes:
        slip_rad_m: What it is taken for.
    """

    def __init__(self, slip_rad_m: float, length_m: float, noise_rad_s: float) -> None:
        """Start with what is configured.

        Args:
            slip_rad_m: Standard deviation, where nothing is known yet.
            length_m: Over which slip wanders (first-order Markov).
            noise_rad_s: White noise of one reading of the wheels' turn.
        """
        self._configured, self._length_m = slip_rad_m, length_m
        self._noise_rad_s = noise_rad_s
        self._variance = slip_rad_m**2
        self._count = _BEFORE
        self._last: float | None = None
        self.slip_rad_m = slip_rad_m
        self.restart()

    def restart(self) -> None:
        """Begin anew after a gap, or where the wheels slide."""
        self._way_m = self._difference = self._turned = self._noise = 0.0
        self._last = None

    def add(self, wheels_rad: float, gyro_rad: float, driven_m: float, dt_s: float) -> None:
        """Take in one reading of the wheels and the turn by the gyro meanwhile."""
        self._difference += wheels_rad - gyro_rad
        self._turned += abs(gyro_rad)
        self._way_m += abs(driven_m)
        self._noise += (self._noise_rad_s * dt_s) ** 2
        way_m = _WAY * self._length_m
        if self._way_m < way_m:
            return
        difference, noise, straight = self._difference, self._noise, self._turned < _STRAIGHT_RAD
        last, straight_before = self._last, self._last is not None
        self.restart()
        self._last = difference if straight else None
        if last is None or not straight or not straight_before:
            return
        # Of the integrals of a first-order Markov process over two ways, one after the other:
        # their variance less their covariance.
        fades = 1.0 - math.exp(-_WAY)
        gain = self._length_m**2 * (2.0 * (_WAY - fades) - fades**2)
        found = max(0.5 * (difference - last) ** 2 - noise, 0.0) / gain
        self._count += 1
        self._variance += max(_FORGET, 1.0 / self._count) * (found - self._variance)
        least, most = _LEAST * self._configured, _MOST * self._configured
        self.slip_rad_m = min(max(math.sqrt(self._variance), least), most)
