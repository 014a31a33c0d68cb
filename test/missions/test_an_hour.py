"""One simulated hour of goals over real ROS 2 processes. Slow: what leaks does so slowly.

`./astra test --slow test/missions/test_an_hour.py` prints a line per goal.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

SEED = 7  # Of the map that the tests of this folder share.
HOUR_S = 3600.0
#: Allocators keep what was freed, and logs grow to their limit.
GROWTH, GROWTH_MB = 0.05, 10.0
RATE_SHARE = 0.1


@dataclass(frozen=True)
class Sample:
    """A process after a goal: proportional memory, open descriptors, threads."""

    memory_mb: float
    descriptors: int
    threads: int


def look(process_ids: Mapping[str, int]) -> dict[str, Sample]:
    import psutil

    samples = {}
    for name, process_id in process_ids.items():
        process = psutil.Process(process_id)
        memory_mb = process.memory_full_info().pss / 1e6
        samples[name] = Sample(memory_mb, process.num_fds(), process.num_threads())
    return samples


def grown(samples: Sequence[Sample]) -> str:
    """Return what grew from the second third of the samples to the last; empty if nothing did."""
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]

    def medians(read: Callable[[Sample], float]) -> tuple[float, float]:
        return statistics.median(map(read, middle)), statistics.median(map(read, last))

    before_mb, after_mb = medians(attrgetter("memory_mb"))
    if after_mb > before_mb * (1.0 + GROWTH) + GROWTH_MB:
        return f"memory from {before_mb:.0f} to {after_mb:.0f} MB"
    for what in ("descriptors", "threads"):
        before, after = medians(attrgetter(what))
        if after > before:
            return f"{what} from {before:g} to {after:g}"
    return ""


@pytest.mark.slow
def test_an_hour_of_goals_leaves_memory_descriptors_and_rates_flat(
    home_map: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from astra_cli.demo.stack import running_stack
    from astra_eval.named_goal import named_goal
    from astra_sim.scenes import make_scene

    for name in ("ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    samples: list[dict[str, Sample]] = []
    rates: list[dict[str, float]] = []
    driven_s, results = 0.0, []
    scene, rng = make_scene("home", SEED), np.random.default_rng(SEED)
    with running_stack(scene, home_map, None) as stack:
        while driven_s < HOUR_S:
            words, _ = named_goal(scene, rng)
            answer = stack.session.drive(
                words, check=stack.check, on_state=lambda state: None, wall_timeout_s=3600.0
            )
            log = stack.session.log
            driven_s += log.sim_time_s
            results.append(answer.error_code)
            rates.append(log.rates_hz())
            samples.append(look(stack.process_ids))
            print(f"{driven_s:6.0f} s: {words}: {answer.error_code} {samples[-1]}", flush=True)
    assert len(results) >= 9
    assert results.count(0) >= 0.9 * len(results), results
    for name in samples[0]:
        assert grown([sample[name] for sample in samples]) == "", name
    third = len(rates) // 3
    for topic in ("cmd_vel", "local/odometry", "local/trajectory", "global/pose"):
        before_hz = statistics.median(rate[topic] for rate in rates[:third])
        after_hz = statistics.median(rate[topic] for rate in rates[-third:])
        assert after_hz == pytest.approx(before_hz, rel=RATE_SHARE), topic


def _steady(memory_mb: float = 100.0, descriptors: int = 20, threads: int = 8) -> Sample:
    return Sample(memory_mb, descriptors, threads)


def test_what_grows_is_found() -> None:
    # Loading and the first goals may take what they need.
    start = [_steady(50.0, 10, 2)] * 4
    assert grown([*start, *[_steady()] * 8]) == ""
    assert "memory" in grown([*start, *[_steady()] * 4, *[_steady(116.0)] * 4])
    assert grown([*start, *[_steady()] * 4, *[_steady(114.0)] * 4]) == ""
    assert "descriptors" in grown([*start, *[_steady()] * 4, *[_steady(descriptors=21)] * 4])
    assert "threads" in grown([*start, *[_steady()] * 4, *[_steady(threads=9)] * 4])
