"""Peaks and leaks of memory are seen, in megabytes."""

import numpy as np
import pytest

from astra_eval.call_memory import memory_of

MEGABYTE = 1_000_000


def nothing():
    return None


@pytest.mark.parametrize("megabytes", [20, 80])
def test_the_peak_of_a_call_is_what_it_held(megabytes):
    def run():
        return float(np.ones(megabytes * MEGABYTE // 8).sum())

    memory = memory_of(run, synchronize=nothing, on_gpu=False)
    assert memory is not None
    assert 0.8 * megabytes < memory.peak / MEGABYTE < megabytes + 20
    assert abs(memory.growth) < 5 * MEGABYTE


def test_a_call_that_keeps_memory_is_seen_to_grow():
    kept = []
    memory = memory_of(
        lambda: kept.append(np.ones(10 * MEGABYTE // 8)), synchronize=nothing, on_gpu=False
    )
    assert memory is not None
    assert 45 < memory.growth / MEGABYTE < 60


def test_a_system_that_does_not_tell_is_no_error(monkeypatch, tmp_path):
    from astra_eval import call_memory

    monkeypatch.setattr(call_memory, "_STATUS", tmp_path / "missing")
    assert memory_of(nothing, synchronize=nothing, on_gpu=False) is None
