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
_NAMES = ("asarray", "empty", "float32", "int32", "uint8", "uint16", "uintp")
_STREAM = types.SimpleNamespace(synchronize=lambda: None)
_CUPY = types.SimpleNamespace(
    **{name: getattr(np, name) for name in _NAMES},
    cuda=types.SimpleNamespace(get_current_stream=lambda: _STREAM),
)


class _Kernel:
    """Launches one kernel, as a CuPy RawKernel does."""

    def __init__(self, function):
        self._function = function
        self.max_dynamic_shared_size_bytes = 48 * 1024

    def __call__(self, grid, block, arguments, shared_mem=0):
        (blocks,) = grid
        assert shared_mem <= self.max_dynamic_shared_size_bytes
        if blocks:  # CUDA refuses an empty launch
            self._function(blocks, *block, *map(_as_c, arguments))


class _Module:
    def __init__(self, library):
        self._library = library

    def get_function(self, name):
        return _Kernel(getattr(self._library, f"launch_{name}"))


def cpu_loader(calls, folder):
    """Return what replaces ``load_kernels``; every set of options is compiled once.

    Args:
        calls: C++ functions ``launch_<kernel>(blocks, across, down, ...)``.
        folder: For what is compiled.
    """
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler")

    @functools.cache
    def load(name, options):
        stem = folder / f"{name}-{abs(hash(options))}"
        source, library = stem.with_suffix(".cpp"), stem.with_suffix(".so")
        source.write_text(f'#include "{HERE}/cuda_on_cpu.h"\n{kernel_source(name)}\n{calls}')
        flags = ["-std=c++20", "-O1", "-shared", "-fPIC", "-pthread", "-w", *options]
        subprocess.run([compiler, *flags, "-o", str(library), str(source)], check=True)
        return _Module(ctypes.CDLL(str(library)))

    return load


@contextmanager
def on_the_cpu(module, load, **patches):
    """Let the kernels of a module run on the CPU.

    Args:
        module: Python module that calls ``load_kernels``.
        load: Of :func:`cpu_loader`.
        patches: Constants of the module to be replaced; blocks must be small here.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "cupy", _CUPY)
        patch.setattr(module, "load_kernels", load)
        for name, value in patches.items():
            patch.setattr(module, name, value)
        yield


def _as_c(value):
    if isinstance(value, np.ndarray):
        assert value.flags.c_contiguous
        return ctypes.c_void_p(value.ctypes.data)
    kinds = {np.int32: ctypes.c_int, np.float32: ctypes.c_float, np.uintp: ctypes.c_void_p}
    return kinds[type(value)](value.item())
