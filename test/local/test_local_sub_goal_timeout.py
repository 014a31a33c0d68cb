"""How far the robot may follow a sub-goal of somebody who has died."""

from __future__ import annotations

from pathlib import Path

import yaml

from astra_local.config import LocalConfig

CONFIG = Path(__file__).parents[2] / "config" / "astra_local.yaml"
SUB_GOAL_PERIOD_S = 0.1  # Astra-Global repeats its sub-goal at 10 Hz


def test_the_robot_stands_half_a_second_after_the_last_word_of_astra_global() -> None:
    parameters = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["/**/astra_local"]
    timeout_s = parameters["ros__parameters"]["sub_goal_timeout_s"]
    robot = LocalConfig().robot
    tick_s = 0.02
    braking_s = robot.max_linear_mps / robot.max_linear_deceleration_mps2
    assert timeout_s + tick_s + braking_s <= 0.5 + 1e-9
    assert timeout_s > SUB_GOAL_PERIOD_S + 3 * tick_s  # it comes reliably, but not to the tick
