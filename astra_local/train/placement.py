"""Where a training runs: on which device, and as one of how many processes.

Several processes train one network as one process would: a step's batch is drawn as a whole, each
process takes its share of it, and the gradients are averaged before the optimizer sees them. So a
run may be interrupted on one machine and go on with another number of processes. `torchrun` and
`accelerate launch` say in the environment who is who; nothing else of them is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn

from astra_core.device import DeviceConfig
from astra_core.errors import ConfigError

__all__ = ["ALONE", "Placement", "placed"]


@dataclass(frozen=True)
class Placement:
    """This process among those that train.

    Attributes:
        device: Of network and batches.
        rank: Number of this process; 0 writes and tells.
        processes: How many there are.
    """

    device: torch.device
    rank: int = 0
    processes: int = 1

    @property
    def leads(self) -> bool:
        """Return whether this is the process that writes and tells."""
        return self.rank == 0

    def share(self, batch: int) -> slice:
        """Return which states of a step's batch are this process's.

        Raises:
            ConfigError: They cannot be shared out evenly: the mean would not be that of one
                process.
        """
        if batch % self.processes:
            raise ConfigError(
                f"a batch of {batch} states cannot be shared out to {self.processes} processes: "
                "start a number that divides it"
            )
        part = batch // self.processes
        return slice(part * self.rank, part * (self.rank + 1))

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace every gradient by its mean over the processes."""
        if self.processes == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.processes
        parts = flat.split([gradient.numel() for gradient in gradients])
        for gradient, mean in zip(gradients, parts, strict=True):
            gradient.copy_(mean.view_as(gradient))

    def mean(self, numbers: Mapping[str, float]) -> dict[str, float]:
        """Return the means of numbers over the processes."""
        if self.processes == 1:
            return dict(numbers)
        values = torch.tensor(list(numbers.values()), dtype=torch.float32, device=self.device)
        distributed.all_reduce(values)
        return dict(zip(numbers, (values / self.processes).tolist(), strict=True))

    def same(self, network: nn.Module) -> None:
        """Give every process the first one's weights, whatever each began with."""
        if self.processes > 1:
            for value in network.state_dict().values():
                distributed.broadcast(value, 0)


#: One process on the CPU.
ALONE = Placement(torch.device("cpu"))


@contextmanager
def placed(
    device: DeviceConfig, environment: Mapping[str, str] = os.environ
) -> Iterator[Placement]:
    """Join the processes that the environment speaks of; one process where it speaks of none.

    Args:
        device: ``cuda`` and ``auto`` give every process of a machine its own GPU.
        environment: With ``RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT``, or without.

    Raises:
        ConfigError: The device is not there.
    """
    processes = int(environment.get("WORLD_SIZE", "1"))
    if processes == 1:
        yield Placement(device.torch_device())
        return
    rank = int(environment["RANK"])
    if device.torch_device().type == "cuda" and ":" not in device.device:
        device = DeviceConfig(f"cuda:{environment['LOCAL_RANK']}", device.dtype)
    here = device.torch_device()
    backend = "nccl" if here.type == "cuda" else "gloo"
    distributed.init_process_group(backend, rank=rank, world_size=processes)
    try:
        yield Placement(here, rank, processes)
    finally:
        distributed.destroy_process_group()
