"""Compiles a CUDA source with the C++ compiler: a thread for each thread of a block."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from astra_local.voxel.cuda import kernel_source

HERE = Path(__file__).parent


def compile_kernels(name, folder, defines, calls):
    """Return the library with the ``extern "C"`` functions in ``calls``, which launch kernels."""
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    source, library = folder / f"{name}.cpp", folder / f"{name}.so"
    source.write_text(f'#include "{HERE}/cuda_on_cpu.h"\n{kernel_source(name)}\n{calls}')
    flags = ["-std=c++20", "-O1", "-shared", "-fPIC", "-pthread", "-w"]
    flags += [f"-D{key}={value}" for key, value in defines.items()]
    subprocess.run([compiler, *flags, "-o", str(library), str(source)], check=True)
    return ctypes.CDLL(str(library))


def at(array):
    assert array.flags.c_contiguous
    return np.ctypeslib.as_ctypes(array.reshape(-1)) if array.size else None
