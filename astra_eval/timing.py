"""Fair timing of small pieces: warm-up, synchronisation, medians and spread."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Timing", "copy_bandwidth", "device_milliseconds", "measure"]

_WARM_UPS = 2
_MIN_ROUNDS, _MAX_ROUNDS = 5, 200
#: Calls of a round on a device: as many as take this long, within the bounds.
_DEVICE_ROUND_MS, _MAX_DEVICE_CALLS = 20.0, 20
#: No GPU counts faster than this, so that a pause is never too short by its clock.
_CYCLES_PER_MS = 2_500_000


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


def device_milliseconds(run: Callable[[], object], call_ms: float) -> float:
    """Return how long the CUDA device works on one call, the launching left out.

    The device is kept busy while the calls are queued, and then works them off one after the other:
    what is measured is its own time, unless the calls wait for it themselves.

    Args:
        run: Called before, so that everything is compiled.
        call_ms: About how long a call takes.

    Returns:
        Median of five rounds, milliseconds.
    """
    import torch

    calls = max(1, min(_MAX_DEVICE_CALLS, int(_DEVICE_ROUND_MS / max(call_ms, 1e-3))))
    times_ms: list[float] = []
    for _ in range(_MIN_ROUNDS):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda._sleep(int(_CYCLES_PER_MS * calls * call_ms))
        begin.record()
        for _ in range(calls):
            run()
        end.record()
        end.synchronize()
        times_ms.append(begin.elapsed_time(end) / calls)
    return statistics.median(times_ms)


def copy_bandwidth(on_gpu: bool, megabytes: int = 256) -> float:
    """Return bytes per second of a plain copy, read and written bytes both counted.

    On a GPU by its own time, as engines are measured there.
    """
    size = megabytes * 1_000_000
    if on_gpu:
        import torch

        source = torch.empty(size, dtype=torch.uint8, device="cuda").random_()
        target = torch.empty_like(source)
        timing = measure(lambda: target.copy_(source), synchronize=torch.cuda.synchronize)
        milliseconds = device_milliseconds(lambda: target.copy_(source), timing.median_ms)
    else:
        data = np.random.default_rng(0).integers(0, 255, size, dtype=np.uint8)
        copy = np.empty_like(data)
        milliseconds = measure(lambda: np.copyto(copy, data)).median_ms
    return 2.0 * size / (1e-3 * milliseconds)
