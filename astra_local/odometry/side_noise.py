"""How much the accelerometer can be believed sideways, by how its readings scatter.

Vibration and a floor that tilts are no white noise of a known size: what scatters in the means
over a second is what counts against what is learned over minutes. From successive means comes the
noise, from means further apart the walk of tilt and bias (Allan's variance, IEEE Std 952-1997).
"""

from __future__ import annotations

import math
from collections import deque

__all__ = ["SideNoise"]

_BLOCK_S = 1.0
_APART = 8  # blocks between the means that tell the walk
_FORGET = 0.1  # share of the newest block, once there are many


class SideNoise:
    """Noise of one reading and walk of the bias, never below what is configured.

    Attributes:
        noise_mps2: White noise that a reading counts with; infinite until it is known.
        walk_mps2_sqrt_s: Walk of bias and tilt per root second.
    """

    def __init__(self, noise_mps2: float, walk_mps2_sqrt_s: float) -> None:
        """Start with nothing known.

        Args:
            noise_mps2: Least noise of a reading.
            walk_mps2_sqrt_s: Least walk.
        """
        self._least_noise, self._least_walk = noise_mps2, walk_mps2_sqrt_s
        self._means: deque[float] = deque(maxlen=_APART + 1)
        self._near = self._far = 0.0
        self._num_near = self._num_far = 0
        self.walk_mps2_sqrt_s = walk_mps2_sqrt_s
        self.noise_mps2 = math.inf
        self.restart()

    def restart(self) -> None:
        """Begin a new block: after a gap."""
        self._sum, self._squares, self._count, self._begin_ns = 0.0, 0.0, 0, -1

    def add(self, stamp_ns: int, residual_mps2: float) -> None:
        """Take in what a reading differs by from what the motion explains, bias included."""
        if self._begin_ns < 0:
            self._begin_ns = stamp_ns
        self._sum += residual_mps2
        self._squares += residual_mps2**2
        self._count += 1
        if (stamp_ns - self._begin_ns) * 1e-9 < _BLOCK_S:
            return
        mean = self._sum / self._count
        self._means.append(mean)
        count = self._count
        scatter = max(self._squares / count - mean**2, 0.0)
        self.restart()
        means = self._means
        if len(means) < 2:
            return
        self._num_near += 1
        share = max(_FORGET, 1.0 / self._num_near)
        self._near += share * (0.5 * (means[-1] - means[-2]) ** 2 - self._near)
        # One difference of two means tells little: at first what scatters within them counts, too.
        self.noise_mps2 = max(self._least_noise, math.sqrt(max(count * self._near, scatter)))
        if len(means) <= _APART:
            return
        self._num_far += 1
        share = max(_FORGET, 1.0 / self._num_far)
        self._far += share * (0.5 * (means[-1] - means[0]) ** 2 - self._far)
        walked = max(2.0 * (self._far - self._near), 0.0) / ((_APART - 1) * _BLOCK_S)
        self.walk_mps2_sqrt_s = max(self._least_walk, math.sqrt(walked))
