"""Fair timing of small pieces: warm-up, synchronisation, medians and spread."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Timing", "copy_bandwidth", "measure"]

_WARM_UPS = 2
_MIN_ROUNDS, _MAX_ROUNDS = 5, 200


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one call, over ``rounds`` calls."""

    median_ms: float
    fastest_ms: float
    slowest_ms: float
    rounds: int


def measure(
    run: Callable[[], object],
    *,
    synchronize: Callable[[], object] = lambda: None,
    budget_s: float = 1.0,
) -> Timing:
    """Call a function for about ``budget_s`` seconds, five times at least.

    Args:
        run: What is timed.
        synchronize: Waits until a device has done all its work; part of every call.
        budget_s: Wall time, warm-up not counted.
    """
    for _ in range(_WARM_UPS):
        run()
    synchronize()
    times_s: list[float] = []
    begin_s = time.perf_counter()
    while len(times_s) < _MIN_ROUNDS or (
        time.perf_counter() - begin_s < budget_s and len(times_s) < _MAX_ROUNDS
    ):
        start_s = time.perf_counter()
        run()
        synchronize()
        times_s.append(time.perf_counter() - start_s)
    times_ms = [1e3 * seconds for seconds in times_s]
    return Timing(statistics.median(times_ms), min(times_ms), max(times_ms), len(times_ms))


def copy_bandwidth(on_gpu: bool, megabytes: int = 256) -> float:
    """Return bytes per second of a plain copy, read and written bytes both counted."""
    size = megabytes * 1_000_000
    if on_gpu:
        import torch

        source = torch.empty(size, dtype=torch.uint8, device="cuda").random_()
        target = torch.empty_like(source)
        timing = measure(lambda: target.copy_(source), synchronize=torch.cuda.synchronize)
    else:
        data = np.random.default_rng(0).integers(0, 255, size, dtype=np.uint8)
        copy = np.empty_like(data)
        timing = measure(lambda: np.copyto(copy, data))
    return 2.0 * size / (1e-3 * timing.median_ms)
