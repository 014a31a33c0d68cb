"""Devices and types by name; a device that is not there is one sentence."""

import subprocess
import sys

import pytest

from astra_core.device import DTYPES, DeviceConfig
from astra_core.errors import ConfigError

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "", "cpu:0", "mps"])
def test_a_device_of_another_name(name):
    with pytest.raises(ConfigError, match="device must be cpu, cuda, cuda:N or auto"):
        DeviceConfig(name)


def test_a_type_of_another_name():
    with pytest.raises(ConfigError, match=r"dtype must be float32, .* got 'double'"):
        DeviceConfig(dtype="double")


def test_types_are_those_of_torch():
    types = {name: DeviceConfig(dtype=name).torch_dtype() for name in DTYPES}
    assert types == {
        "float32": torch.float32,
        "float16": torch.float16,
        "bfloat16": torch.bfloat16,
    }


@pytest.mark.parametrize(
    ("count", "name", "expected"),
    [
        (0, "cpu", "cpu"),
        (2, "cpu", "cpu"),
        (0, "auto", "cpu"),
        (2, "auto", "cuda:0"),
        (2, "cuda", "cuda:0"),
        (2, "cuda:1", "cuda:1"),
    ],
)
def test_names_become_devices(monkeypatch, count, name, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    assert str(DeviceConfig(name).torch_device()) == expected


@pytest.mark.parametrize(
    ("count", "name", "words"),
    [
        (0, "cuda", "cuda is not there: torch finds no GPU here; use cpu or auto"),
        (2, "cuda:2", "cuda:2 is not there: there are cuda:0 to cuda:1; use cpu or auto"),
    ],
)
def test_a_device_that_is_not_there(monkeypatch, count, name, words):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    with pytest.raises(ConfigError, match=words):
        DeviceConfig(name).torch_device()


def test_a_choice_alone_imports_no_torch():
    code = (
        "import sys, astra_core.device as d, astra_core.models; d.DeviceConfig('cuda:1'); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
