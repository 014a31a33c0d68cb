"""Whether CuPy can be used, kernels compiled from ``kernels/``, and arrays without copies."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

__all__ = [
    "cuda_is_usable",
    "gpu_engine",
    "kernel_source",
    "load_kernel",
    "shared_with_torch",
    "why_not",
]

_FOLDER = Path(__file__).parent / "kernels"
_LOG = logging.getLogger("astra.voxel")
#: More shared memory than this has to be asked for.
_FREE_SHARED_BYTES = 48 * 1024


@functools.cache
def why_not() -> str:
    """Say why the CUDA kernels cannot be used here; empty when they can."""
    try:
        import cupy
    except ImportError:
        return "CuPy is not installed"
    # Importing it works without a driver: only asking for a device tells.
    if not cupy.cuda.is_available():
        return "CuPy finds no CUDA device"
    try:
        import torch
    except ImportError:
        return "PyTorch is not installed"
    # Tensors get to the kernels through PyTorch, and its usual build knows no CUDA.
    if not torch.cuda.is_available():
        return f"PyTorch {torch.__version__} finds no CUDA device"
    return ""


def cuda_is_usable() -> bool:
    """Return whether grids on a GPU are worked on by CuPy kernels."""
    return not why_not()


@functools.cache
def gpu_engine() -> str:
    """Return ``cuda`` or ``torch``, the engine for tensors on a GPU; the log says it, once."""
    if cuda_is_usable():
        _LOG.info("voxel engine on the GPU: CUDA kernels")
        return "cuda"
    _LOG.warning("voxel engine on the GPU: PyTorch, which is slower (%s)", why_not())
    return "torch"


def kernel_source(name: str) -> str:
    """Return the text of ``kernels/<name>.cu``."""
    return (_FOLDER / f"{name}.cu").read_text(encoding="utf-8")


def load_kernel(
    name: str, function: str, options: tuple[str, ...], most_shared_bytes: int = 0
) -> Any:
    """Return a kernel of ``kernels/<name>.cu`` that can be launched on the current device.

    Args:
        name: Of the file.
        function: Of the kernel.
        options: For the compiler (CuPy keeps binaries on disk).
        most_shared_bytes: The most dynamic shared memory that a block of any launch asks for; the
            same in all calls, as it is a property of the kernel and not of a launch.
    """
    import cupy

    device = cupy.cuda.runtime.getDevice()
    return _kernel(name, function, options, most_shared_bytes, device)


@functools.cache
def _kernel(
    name: str, function: str, options: tuple[str, ...], most_shared_bytes: int, device: int
) -> Any:
    """Look a kernel up, once for each device: what is set here is set on one of them."""
    kernel = _module(name, options).get_function(function)
    if most_shared_bytes > _FREE_SHARED_BYTES:
        kernel.max_dynamic_shared_size_bytes = most_shared_bytes
    return kernel


@functools.cache
def _module(name: str, options: tuple[str, ...]) -> Any:
    import cupy

    return cupy.RawModule(code=kernel_source(name), options=("--std=c++17", *options))


@contextmanager
def shared_with_torch(tensors: Sequence[torch.Tensor | None]) -> Iterator[list[Any]]:
    """Show torch tensors to CuPy, without copies and on the stream that torch is using.

    Args:
        tensors: On one CUDA device; ``None`` for what a kernel shall do without, not the first.

    Yields:
        CuPy arrays of the same memory, and the address 0 for ``None``. Work on them is ordered with
        that of torch, and nobody waits.
    """
    import cupy
    import torch

    assert tensors[0] is not None
    device = tensors[0].device
    stream = torch.cuda.current_stream(device)
    with cupy.cuda.Device(device.index), _as_cupy(stream):
        yield [
            np.uintp(0) if tensor is None else cupy.from_dlpack(tensor.detach())
            for tensor in tensors
        ]


def _as_cupy(stream: torch.cuda.Stream) -> Any:
    from cupy.cuda import Stream

    # CuPy 14 has deprecated what CuPy 13 and older PyTorch need.
    if hasattr(Stream, "from_external") and hasattr(stream, "__cuda_stream__"):
        return Stream.from_external(stream)
    from cupy.cuda import ExternalStream

    return ExternalStream(stream.cuda_stream)
