"""Several processes train the network that one would."""

import json
import subprocess
import sys

import pytest
import torch
from planner_shards import write_folder
from torch import nn

from astra_core.device import DeviceConfig
from astra_core.errors import ConfigError
from astra_local.train.placement import ALONE, Placement, placed

TRAIN = ["train", "local", "--preset", "debug", "--data", "train", "--validation", "val", "--out"]
CPU = torch.device("cpu")


def test_a_batch_is_shared_out_without_rest():
    thirds = [Placement(CPU, rank=rank, processes=3).share(12) for rank in range(3)]
    assert [(part.start, part.stop) for part in thirds] == [(0, 4), (4, 8), (8, 12)]
    assert ALONE.share(5) == slice(0, 5)
    with pytest.raises(ConfigError, match=r"batch of 10 .* 3 processes"):
        Placement(CPU, processes=3).share(10)


def test_alone_nothing_is_averaged():
    weight = nn.Parameter(torch.ones(2))
    weight.grad = torch.tensor([1.0, 2.0])
    ALONE.average_gradients([weight])
    assert weight.grad.tolist() == [1.0, 2.0]
    assert ALONE.mean({"loss": 3.0}) == {"loss": 3.0}


def test_without_a_word_of_others_it_is_alone():
    with placed(DeviceConfig(), {}) as placement:
        assert placement == ALONE
        assert placement.leads


def test_two_processes_end_where_one_does(tmp_path):
    write_folder(tmp_path / "train")
    write_folder(tmp_path / "val", split="validation", seed=50007)
    run = [sys.executable, "-m"]
    two = [*run, "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
    for start, out in ((run, "one"), (two, "two")):
        done = subprocess.run(
            [*start, "astra_cli", *TRAIN, out], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        # One of them tells, and only one writes.
        assert done.stdout.count("weights:") == 1
    told = [read_metrics(tmp_path / out) for out in ("one", "two")]
    assert [row["kind"] for row in told[0]] == [row["kind"] for row in told[1]]
    for key in ("loss", "imitation", "esdf", "gradient_norm"):
        assert told[1][0][key] == pytest.approx(told[0][0][key], rel=1e-4)
    one, two_ = (flat_weights(tmp_path / out) for out in ("one", "two"))
    # Where a gradient is next to nothing, the optimizer goes by its sign.
    assert float(((one - two_).abs() > 1e-5).float().mean()) < 0.01


def read_metrics(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def flat_weights(folder):
    state = torch.load(folder / "checkpoint.pt", weights_only=True)["network"]
    return torch.cat([values.flatten() for values in state.values()])
