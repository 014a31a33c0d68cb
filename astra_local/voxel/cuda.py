"""Whether CuPy can be used, kernels compiled from ``kernels/``, and arrays without copies."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

__all__ = ["cuda_is_usable", "kernel_source", "load_kernels", "shared_with_torch", "why_not"]

_FOLDER = Path(__file__).parent / "kernels"
_LOG = logging.getLogger("astra.voxel")


@functools.cache
def why_not() -> str:
    """Say why CuPy cannot be used here; empty when it can. Said once in the log as well."""
    reason = _why_not()
    engine = f"CPU and PyTorch ({reason})" if reason else "CuPy kernels"
    _LOG.info("voxel engine: %s", engine)
    return reason


def cuda_is_usable() -> bool:
    """Return whether grids on a GPU are worked on by CuPy kernels."""
    return not why_not()


def _why_not() -> str:
    try:
        import cupy
    except ImportError:
        return "CuPy is not installed"
    # Importing it works without a driver: only asking for a device tells.
    if not cupy.cuda.is_available():
        return "CuPy finds no CUDA device"
    return ""


def kernel_source(name: str) -> str:
    """Return the text of ``kernels/<name>.cu``."""
    return (_FOLDER / f"{name}.cu").read_text(encoding="utf-8")


@functools.cache
def load_kernels(name: str, options: tuple[str, ...]) -> Any:
    """Return the compiled module of ``kernels/<name>.cu`` (CuPy keeps binaries on disk)."""
    import cupy

    return cupy.RawModule(code=kernel_source(name), options=("--std=c++17", *options))


@contextmanager
def shared_with_torch(tensors: Sequence[torch.Tensor]) -> Iterator[list[Any]]:
    """Show torch tensors to CuPy, without copies and on the stream that torch is using.

    Args:
        tensors: On one CUDA device.

    Yields:
        CuPy arrays of the same memory. Work on them is ordered with that of torch, and nobody
        waits.
    """
    import cupy
    import torch

    device = tensors[0].device
    stream = torch.cuda.current_stream(device)
    with cupy.cuda.Device(device.index), cupy.cuda.ExternalStream(stream.cuda_stream):
        yield [cupy.from_dlpack(tensor.detach()) for tensor in tensors]
