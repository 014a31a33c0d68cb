"""Runs CUDA sources on the CPU: compiled by the C++ compiler, a thread for each thread of a block.

What stands in for CuPy is NumPy, so that the code around the kernels runs as it does on a device:
the plan of the launches, the order of the arguments, the temporary arrays.
"""

import ctypes
import functools
import shutil
import subprocess
import sys
import types
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from astra_local.voxel.cuda import kernel_source

HERE = Path(__file__).parent
_STREAM = types.SimpleNamespace(synchronize=lambda: None)
_CUPY = types.SimpleNamespace(
    asarray=np.asarray,
    cuda=types.SimpleNamespace(get_current_stream=lambda: _STREAM),
)


class _Kernel:
    """Launches one kernel, as a CuPy RawKernel does."""

    def __init__(self, function, shared_bytes):
        self._function = function
        self._shared_bytes = max(shared_bytes, 48 * 1024)

    def __call__(self, grid, block, arguments, shared_mem=0):
        (blocks,) = grid
        assert shared_mem <= self._shared_bytes
        assert blocks > 0, "CUDA refuses an empty launch"
        self._function(blocks, *block, *map(_as_c, arguments))


def cpu_loader(calls, folder):
    """Return what replaces ``load_kernel``; every set of options is compiled once.

    Args:
        calls: C++ functions ``launch_<kernel>(blocks, across, down, ...)``.
        folder: For what is compiled.
    """
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler")

    @functools.cache
    def library(name, options):
        stem = folder / f"{name}-{abs(hash(options))}"
        source, binary = stem.with_suffix(".cpp"), stem.with_suffix(".so")
        source.write_text(f'#include "{HERE}/cuda_on_cpu.h"\n{kernel_source(name)}\n{calls}')
        flags = ["-std=c++20", "-O1", "-shared", "-fPIC", "-pthread", "-w", *options]
        subprocess.run([compiler, *flags, "-o", str(binary), str(source)], check=True)
        return ctypes.CDLL(str(binary))

    def load(name, function, options, most_shared_bytes=0):
        return _Kernel(getattr(library(name, options), f"launch_{function}"), most_shared_bytes)

    return load


@contextmanager
def on_the_cpu(module, load, **patches):
    """Let the kernels of a module run on the CPU.

    Args:
        module: Python module that calls ``load_kernel`` and ``shared_with_torch``.
        load: Of :func:`cpu_loader`.
        patches: Constants of the module to be replaced; blocks must be small here.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "cupy", _CUPY)
        patch.setattr(module, "load_kernel", load)
        patch.setattr(module, "shared_with_torch", _as_numpy)
        for name, value in patches.items():
            patch.setattr(module, name, value)
        yield


@contextmanager
def _as_numpy(tensors):
    yield [np.uintp(0) if tensor is None else tensor.detach().numpy() for tensor in tensors]


def _as_c(value):
    if isinstance(value, np.ndarray):
        assert value.flags.c_contiguous
        return ctypes.c_void_p(value.ctypes.data)
    kinds = {np.int32: ctypes.c_int, np.float32: ctypes.c_float, np.uintp: ctypes.c_void_p}
    return kinds[type(value)](value.item())
