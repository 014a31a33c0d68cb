"""When the CUDA kernels are used, what is said otherwise, and how often they are looked up."""

import logging
import sys
import types

import pytest

from astra_local.voxel import cuda

torch = pytest.importorskip("torch")


def fake_cupy(monkeypatch, has_device=True, **more):
    fake = types.SimpleNamespace(is_available=lambda: has_device, **more)
    cupy = types.SimpleNamespace(cuda=fake)
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    return cupy


@pytest.mark.parametrize(
    ("cupy_has_one", "torch_has_one", "reason"),
    [
        (False, True, "CuPy finds no CUDA device"),
        (True, False, f"PyTorch {torch.__version__} finds no CUDA device"),
        (True, True, ""),
    ],
)
def test_both_libraries_have_to_find_a_device(monkeypatch, cupy_has_one, torch_has_one, reason):
    fake_cupy(monkeypatch, cupy_has_one)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: torch_has_one)
    assert cuda.why_not.__wrapped__() == reason


def test_without_cupy_there_are_no_kernels(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert cuda.why_not.__wrapped__() == "CuPy is not installed"


@pytest.mark.parametrize(
    ("reason", "engine", "level"),
    [("CuPy is not installed", "torch", logging.WARNING), ("", "cuda", logging.INFO)],
)
def test_the_engine_of_tensors_on_a_gpu_is_said_once(monkeypatch, caplog, reason, engine, level):
    monkeypatch.setattr(cuda, "why_not", lambda: reason)
    cuda.gpu_engine.cache_clear()
    with caplog.at_level(logging.INFO, logger="astra.voxel"):
        assert cuda.gpu_engine() == cuda.gpu_engine() == engine
    cuda.gpu_engine.cache_clear()
    (line,) = caplog.records
    assert line.levelno == level and reason in line.getMessage()


def test_a_kernel_is_looked_up_once_for_each_device(monkeypatch):
    looked_up, device = [], [0]

    class Module:
        def __init__(self, code, options):
            assert "lift_forward" in code and options == ("--std=c++17", "-DTEST=1")

        def get_function(self, name):
            looked_up.append((name, device[0]))
            return types.SimpleNamespace(max_dynamic_shared_size_bytes=None)

    runtime = types.SimpleNamespace(getDevice=lambda: device[0])
    cupy = fake_cupy(monkeypatch, runtime=runtime)
    cupy.RawModule = Module
    options = ("-DTEST=1",)
    for device[0] in (0, 1, 0, 1):
        kernel = cuda.load_kernel("lift", "lift_forward", options, 50_000)
        assert kernel.max_dynamic_shared_size_bytes == 50_000
    assert cuda.load_kernel("lift", "lift_forward", options).max_dynamic_shared_size_bytes is None
    assert looked_up == [("lift_forward", 0), ("lift_forward", 1), ("lift_forward", 1)]
