"""What the doctor says of the engines for voxel work, and of weights."""

import sys
import types

import numpy as np
import pytest

from astra_cli.commands import doctor
from astra_core import weights
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


def test_weights_are_listed_with_what_is_wrong_with_them(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "shipped_weights", lambda: tmp_path)
    none = doctor.check_weights()
    assert none.state == "ok" and none.detail.startswith(f"none in {tmp_path}")
    for name in ("flow", "eyes"):
        card = weights.ModelCard(name, "planner", "Apache-2.0")
        weights.save_weights(tmp_path, card, {"w": np.zeros(3, np.float16)})
    found = doctor.check_weights()
    assert (found.state, found.advice) == ("ok", "")
    assert found.detail.startswith("eyes (planner, sha256 ") and ", flow (planner" in found.detail

    (tmp_path / "eyes.safetensors").write_bytes(b"broken")
    found = doctor.check_weights()
    assert found.state == "optional"
    assert found.detail.startswith("flow (planner") and "eyes" not in found.detail
    assert "eyes.safetensors is cut short" in found.advice
