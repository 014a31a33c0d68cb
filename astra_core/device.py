"""On what learned parts compute, and with which numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astra_core.errors import ConfigError

if TYPE_CHECKING:
    import torch

__all__ = ["DTYPES", "DeviceConfig"]

DTYPES = ("float32", "float16", "bfloat16")
_NAMES = re.compile(r"auto|cpu|cuda(:\d{1,3})?")


@dataclass(frozen=True)
class DeviceConfig:
    """Where networks run. Nothing of the classical stack asks for it.

    Attributes:
        device: ``cpu``; ``cuda``, or one of several as ``cuda:1``; ``auto`` takes the first GPU
            where there is one.
        dtype: Type of weights and activations: ``float32``, ``float16`` or ``bfloat16``.

    Raises:
        ConfigError: One of them does not exist.
    """

    device: str = "cpu"
    dtype: str = "float32"

    def __post_init__(self) -> None:
        """Check the names; whether the device is there is seen when it is needed."""
        if not _NAMES.fullmatch(self.device):
            raise ConfigError(f"device must be cpu, cuda, cuda:N or auto, got {self.device!r}")
        if self.dtype not in DTYPES:
            raise ConfigError(f"dtype must be {', '.join(DTYPES)}, got {self.dtype!r}")

    def torch_device(self) -> torch.device:
        """Return the device for torch.

        Raises:
            ConfigError: It is not there.
        """
        import torch

        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if self.device == "auto":
            return torch.device("cuda:0" if count else "cpu")
        if self.device == "cpu":
            return torch.device("cpu")
        index = int(self.device.partition(":")[2] or 0)
        if index >= count:
            there = f"there are cuda:0 to cuda:{count - 1}" if count else "torch finds no GPU here"
            raise ConfigError(f"device {self.device} is not there: {there}; use cpu or auto")
        return torch.device(f"cuda:{index}")

    def torch_dtype(self) -> torch.dtype:
        """Return the type for torch."""
        import torch

        dtype: torch.dtype = getattr(torch, self.dtype)
        return dtype
