"""How much memory one call takes at its peak, and whether calls leave some behind."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CallMemory", "memory_of"]

_CALLS = 5
_STATUS = Path("/proc/self/status")
_RESET_PEAK = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class CallMemory:
    """Bytes.

    Attributes:
        peak: Of one call above what was held before it, its result included.
        growth: Held after five more calls, above what was held before them.
    """

    peak: int
    growth: int


def memory_of(
    run: Callable[[], object], *, synchronize: Callable[[], object], on_gpu: bool
) -> CallMemory | None:
    """Call a function six times and see what it does to memory.

    Args:
        run: What is watched; called before, so that caches are warm.
        synchronize: Waits until a device has done all its work.
        on_gpu: Watch the memory of the CUDA device instead of that of the process.

    Returns:
        None where the system does not tell (peaks of the process need Linux).
    """
    try:
        return _on_gpu(run, synchronize) if on_gpu else _on_cpu(run, synchronize)
    except OSError:
        return None


def _on_cpu(run: Callable[[], object], synchronize: Callable[[], object]) -> CallMemory:
    before = _settled("VmRSS")
    # Writing 5 resets the peak to what is held now: proc(5).
    _RESET_PEAK.write_text("5", encoding="ascii")
    run()
    synchronize()
    peak = _read("VmHWM") - before
    before = _settled("VmRSS")
    for _ in range(_CALLS):
        run()
    synchronize()
    return CallMemory(max(peak, 0), _settled("VmRSS") - before)


def _settled(field: str) -> int:
    """Return a figure after freed memory was given back to the system."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return _read(field)


def _read(field: str) -> int:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return 1024 * int(value.split()[0])
    raise OSError(f"{_STATUS} has no {field}")


def _on_gpu(run: Callable[[], object], synchronize: Callable[[], object]) -> CallMemory:
    import cupy
    import torch

    pool = cupy.get_default_memory_pool()

    def held() -> int:
        gc.collect()
        return int(torch.cuda.memory_allocated() + pool.used_bytes())

    synchronize()
    pool.free_all_blocks()
    before, kept = held(), int(pool.total_bytes())
    torch.cuda.reset_peak_memory_stats()
    allocated = int(torch.cuda.memory_allocated())
    run()
    synchronize()
    # CuPy's pool keeps what it once had, so its size is its peak.
    peak = int(torch.cuda.max_memory_allocated()) - allocated + int(pool.total_bytes()) - kept
    for _ in range(_CALLS):
        run()
    synchronize()
    return CallMemory(peak, held() - before)
