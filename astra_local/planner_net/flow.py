"""Flow matching: the path from noise to data, its velocity, and the way along it.

Convention of the house: ``t = 0`` is noise, ``t = 1`` is data,

    X_t = (1 - t) X_0 + t X_1,    u = X_1 - X_0,    X_1 = X_t + (1 - t) u,

so the estimate of the data at time t is ``X_t + (1 - t) v`` (the paper prints ``X_t - t v`` in its
equation 13, which is the noise). Noise is passed in: nothing here draws a random number.

Y. Lipman et al., "Flow matching for generative modeling", ICLR 2023 (independent coupling, linear
path); paper, section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

__all__ = ["data_estimate", "early_times", "euler_sample", "path_sample", "target_velocity"]


def early_times(uniform: Tensor) -> Tensor:
    """Return times in [0, 1) of density ``2 (1 - t)`` from uniform ones.

    A few Euler steps begin where there is only noise, and the first of them decides which way round
    an obstacle is taken: there the velocity must be best known.
    """
    return 1.0 - (1.0 - uniform).sqrt()


def path_sample(noise: Tensor, data: Tensor, time: Tensor) -> Tensor:
    """Return ``X_t`` between noise and data ``(*, N, 3)`` at times ``(*)`` in [0, 1]."""
    t = time[..., None, None]
    return (1.0 - t) * noise + t * data


def target_velocity(noise: Tensor, data: Tensor) -> Tensor:
    """Return ``u``, the same along the whole path."""
    return data - noise


def data_estimate(sample: Tensor, velocity: Tensor, time: Tensor) -> Tensor:
    """Return where a velocity ``(*, N, 3)`` leads from ``X_t`` until ``t = 1``."""
    return sample + (1.0 - time[..., None, None]) * velocity


def euler_sample(
    velocity: Callable[[Tensor, Tensor], Tensor], sample: Tensor, begin: Tensor, num_steps: int
) -> Tensor:
    """Follow a velocity field from ``X_begin`` to data ``(*, N, 3)`` in equal steps.

    Args:
        velocity: From ``X_t`` and times ``(*)`` to the velocity.
        sample: ``X_begin``; noise where that is 0.
        begin: Times ``(*)`` in [0, 1).
        num_steps: Steps from there to 1; positive.
    """
    length = (1.0 - begin) / num_steps
    for step in range(num_steps):
        time = begin + step * length
        sample = sample + length[..., None, None] * velocity(sample, time)
    return sample
