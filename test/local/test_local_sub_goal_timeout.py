"""How far the robot may follow a sub-goal of somebody who has died."""

from __future__ import annotations

from pathlib import Path

import yaml

from astra_local.config import LocalConfig

CONFIG = Path(__file__).parents[2] / "config" / "astra_local.yaml"
SUB_GOAL_PERIOD_S = 0.1  # Astra-Global repeats its sub-goal at 10 Hz


def test_a_silent_astra_global_is_followed_for_sixty_centimetres_at_most() -> None:
    parameters = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["/**/astra_local"]
    timeout_s = parameters["ros__parameters"]["sub_goal_timeout_s"]
    assert timeout_s * LocalConfig().robot.max_linear_mps <= 0.6
    assert timeout_s >= 5 * SUB_GOAL_PERIOD_S  # a few lost messages are no reason to stop
