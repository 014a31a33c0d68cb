"""NVIDIA's run-time compiler from its wheel: compiles kernels on machines without a GPU."""

import ctypes
import importlib.util
from pathlib import Path


def library():
    """Return the loaded library, or ``None`` where the wheel `nvidia-cuda-nvrtc` is missing."""
    found = importlib.util.find_spec("nvidia")
    for root in found.submodule_search_locations if found else ():
        for path in sorted(Path(root).glob("*/lib/libnvrtc.so.*")):
            if ".alt." in path.name:
                continue
            # What it opens by name while it compiles is not always found beside it.
            for part in sorted(path.parent.glob("libnvrtc-builtins.so.*")):
                if ".alt." not in part.name:
                    ctypes.CDLL(str(part), mode=ctypes.RTLD_GLOBAL)
            return ctypes.CDLL(str(path))
    return None


def cubin(nvrtc, source, flags):
    """Return (machine code, log); no code when it does not compile."""
    program = ctypes.c_void_p()
    _check(nvrtc.nvrtcCreateProgram(
        ctypes.byref(program), source.encode(), b"kernel.cu", 0, None, None
    ))  # fmt: skip
    try:
        options = (ctypes.c_char_p * len(flags))(*(flag.encode() for flag in flags))
        failed = nvrtc.nvrtcCompileProgram(program, len(flags), options)
        size = ctypes.c_size_t()
        _check(nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size)))
        log = ctypes.create_string_buffer(size.value)
        _check(nvrtc.nvrtcGetProgramLog(program, log))
        if failed:
            return b"", log.value.decode()
        _check(nvrtc.nvrtcGetCUBINSize(program, ctypes.byref(size)))
        code = ctypes.create_string_buffer(size.value)
        _check(nvrtc.nvrtcGetCUBIN(program, code))
        return code.raw, log.value.decode()
    finally:
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))


def _check(status):
    assert status == 0, f"NVRTC returned {status}"
