"""Odometry as an evaluation: dead reckoning by hand, a drive, the means."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from astra_core.camera import CameraRig
from astra_core.observation import WheelSample
from astra_core.stack_spec import CLASSICAL, StackSpec
from astra_eval.odometry_eval import MODALITIES, OdometryWork, dead_reckoning
from astra_eval.odometry_summary import flatten_drives, summarize_odometry
from astra_local import stack as local_stack
from astra_local.config import LocalConfig
from astra_local.odometry.ekf import WheelImuFilter
from astra_local.ports import OdometryEstimator
from astra_sim.conditions import EMPTY


def test_a_quarter_circle_by_wheels_ends_where_it_should() -> None:
    # 1 m/s along a circle of 2 m for a quarter turn: pi seconds in 1,000 ticks.
    tick_s = math.pi / 1000.0
    samples = [WheelSample(n, 1.0, 0.5) for n in range(1000)]
    end = dead_reckoning(samples, tick_s)[-1]
    assert end == pytest.approx([2.0, 2.0, math.pi / 2.0], abs=1e-5)
    assert dead_reckoning([], tick_s).shape == (0, 3)


def drive(seed: int, rte: float | None) -> dict:
    errors = {
        name: {"rte_percent": rte, "rre_deg_per_10m": 2.0 * index, "ate_m": 1.0}
        for index, name in enumerate((*MODALITIES, "wheel_only"))
    }
    return {"seed": seed, "number": 0, "way": "random", "length_m": 20.0, "errors": errors}


def test_means_leave_out_drives_too_short_to_judge() -> None:
    summary = summarize_odometry([drive(1, 1.0), drive(1, None), drive(2, 3.0)])
    assert summary["n"] == 3
    assert summary["results"] == {"rte_percent": 2.0, "rre_deg_per_10m": 0.0, "ate_m": 1.0}
    assert summary["baselines"]["wheel_only"]["rre_deg_per_10m"] == 6.0
    assert [one["modalities"] for one in summary["rows"]] == list(MODALITIES)
    assert summary["ci95"]["rte_percent"] == [1.0, 3.0]
    assert len(summary["drives"]) == 3


def test_drives_in_a_scene_are_repeatable_and_the_filter_beats_the_wheels() -> None:
    work = OdometryWork("home", EMPTY, per_scene=2, length_m=6.0)
    row = work((100,))
    drives = flatten_drives([(100, row)])
    assert [one["way"] for one in drives] == ["random", "tour"]
    for one in drives:
        assert 6.0 <= one["length_m"] < 6.1
        errors = one["errors"]
        assert errors["wheels+imu"]["rte_percent"] < errors["wheel_only"]["rte_percent"]
        assert 0.0 < errors["wheels+imu"]["rte_percent"] < 5.0
        assert np.isfinite([value for part in errors.values() for value in part.values()]).all()
    assert OdometryWork("home", EMPTY, per_scene=1, length_m=6.0)((100,)) == {
        "drives": row["drives"][:1]
    }


def test_the_classical_odometry_stands_beside_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def turned(spec: StackSpec, rig: CameraRig, config: LocalConfig) -> OdometryEstimator:
        """An odometry that counts no turns is worse, and not to be taken for the classical one."""
        return WheelImuFilter(replace(config.odometry, gyro_noise_rad_s=5.0))

    monkeypatch.setitem(local_stack.ODOMETRY, "transformer", turned)
    stack = StackSpec(odometry="transformer")
    classical, other = (
        flatten_drives([(100, OdometryWork("home", EMPTY, 1, 6.0, spec)((100,)))])
        for spec in (CLASSICAL, stack)
    )
    assert "ekf" not in classical[0]["errors"]
    assert other[0]["errors"]["ekf"] == classical[0]["errors"]["wheels+imu"]
    assert other[0]["errors"]["wheels+imu"] != other[0]["errors"]["ekf"]
    summary = summarize_odometry(other)
    assert set(summary["baselines"]) == set(summary["baselines_ci95"]) == {"wheel_only", "ekf"}
    assert [one["modalities"] for one in summary["rows"]] == list(MODALITIES)
