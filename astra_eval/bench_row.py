"""One line of a benchmark: what was timed, how long it took, what it moved, and which lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from astra_eval.call_memory import memory_of
from astra_eval.timing import device_milliseconds, measure

__all__ = ["Row", "Selection", "timed_row"]

Row = dict[str, Any]


@dataclass(frozen=True)
class Selection:
    """Which lines are wanted.

    Attributes:
        cases: Parts of names; a case with one of them is wanted. Empty for all.
        engines: The same for engines.
    """

    cases: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()

    def has_case(self, name: str) -> bool:
        """Return whether any line of a case is wanted."""
        return not self.cases or any(part in name for part in self.cases)

    def has_engine(self, name: str) -> bool:
        """Return whether the lines of an engine are wanted."""
        return not self.engines or any(part in name for part in self.engines)


def timed_row(
    case: str, engine: str, run: Callable[[], object], *, least_bytes: float, on_gpu: bool
) -> Row:
    """Time a function and watch its memory.

    Args:
        case: What is computed.
        engine: Who computes it.
        run: Computes it once; on a GPU it need not wait.
        least_bytes: What has to be read and written at the very least.
        on_gpu: Whether a CUDA device does the work.

    Returns:
        ``case, engine, on_gpu``; wall time of a call that is waited for ``ms, ms_fastest,
        ms_slowest, rounds``; ``device_ms``, the time that the GPU works on one of many calls, None
        on the CPU; ``peak_bytes, growth_bytes``; ``bytes_per_s`` by the time of the device where
        there is one.
    """
    wait: Callable[[], object] = _synchronize if on_gpu else _nothing
    timing = measure(run, synchronize=wait)
    device_ms = device_milliseconds(run, timing.median_ms) if on_gpu else None
    memory = memory_of(run, synchronize=wait, on_gpu=on_gpu)
    return {
        "case": case,
        "engine": engine,
        "on_gpu": on_gpu,
        "ms": timing.median_ms,
        "ms_fastest": timing.fastest_ms,
        "ms_slowest": timing.slowest_ms,
        "rounds": timing.rounds,
        "device_ms": device_ms,
        "peak_bytes": None if memory is None else memory.peak,
        "growth_bytes": None if memory is None else memory.growth,
        "bytes_per_s": least_bytes / (1e-3 * (device_ms or timing.median_ms)),
    }


def _synchronize() -> None:
    import torch

    torch.cuda.synchronize()


def _nothing() -> None:
    return None
