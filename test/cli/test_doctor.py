"""What the doctor says of the engines for voxel work."""

import sys
import types

import pytest

from astra_cli.commands import doctor
from astra_local.voxel import cuda

torch = pytest.importorskip("torch")


def finding(monkeypatch, reason, has_cupy, has_torch):
    there = types.SimpleNamespace(
        __version__="14.2.0",
        cuda=types.SimpleNamespace(runtime=types.SimpleNamespace(getDeviceCount=lambda: 2)),
    )
    monkeypatch.setitem(sys.modules, "cupy", there)
    monkeypatch.setattr(doctor.util, "find_spec", lambda name: there if has_cupy else None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_torch)
    monkeypatch.setattr(cuda, "why_not", lambda: reason)
    return doctor.check_cupy()


def test_kernels_that_work_are_named(monkeypatch):
    found = finding(monkeypatch, "", True, True)
    assert (found.state, found.advice) == ("ok", "")
    assert found.detail == (
        "14.2.0, 2 device(s); voxel engines: edt on the CPU, CUDA kernels on the GPU"
    )


@pytest.mark.parametrize(
    ("reason", "has_cupy", "has_torch", "engines", "advice"),
    [
        ("CuPy is not installed", False, False, "edt on the CPU", "ASTRA_TORCH_INDEX=cuda"),
        ("PyTorch 2+cpu finds no CUDA device", True, False, "edt on the CPU", "ASTRA_TORCH_INDEX"),
        ("CuPy is not installed", False, True, "PyTorch on the GPU", "pip install 'cupy"),
        ("CuPy finds no CUDA device", True, True, "PyTorch on the GPU", "check that CuPy"),
    ],
)
def test_what_is_missing_is_named_with_the_engines_that_run(
    monkeypatch, reason, has_cupy, has_torch, engines, advice
):
    found = finding(monkeypatch, reason, has_cupy, has_torch)
    assert found.state == "optional"
    assert found.detail.startswith(reason) and found.detail.endswith(engines)
    assert advice in found.advice
