"""The factory: what it joins, and what it says of parts that nobody has built yet."""

from __future__ import annotations

import numpy as np
import pytest
from toy_world import RIG, ToyLocalizer, ToyRobot, make_map

from astra_core.errors import ConfigError
from astra_core.stack_spec import StackSpec
from astra_global.config import AstraGlobalConfig
from astra_global.goal import GoalConfig
from astra_global.mission.config import MissionConfig
from astra_global.questions import InlineQuestions
from astra_global.stack import build_global, build_goals, build_localizer, check_global
from astra_global.types import Goal, MissionPhase


class CountingQuestions(InlineQuestions):
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, what, question, stamp_ns):
        self.asked.append(what)
        return super().ask(what, question, stamp_ns)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (StackSpec(coarse="mllm"), "coarse=mllm is not built yet; built: vlad"),
        (StackSpec(goals="embedding"), "goals=embedding is not built yet; built: words"),
        (StackSpec(goals="reader"), "goals=reader is not built yet"),
        (StackSpec(goals="mllm"), "goals=mllm is not built yet"),
    ],
)
def test_what_is_not_built_yet_is_named_with_what_is(spec: StackSpec, message: str) -> None:
    localizer = ToyLocalizer(ToyRobot((1.0, 1.0, 0.0)))
    with pytest.raises(ConfigError, match=message):
        build_global(spec, make_map(), RIG, localizer=localizer)
    with pytest.raises(ConfigError, match=message):
        check_global(spec)
    with pytest.raises(ConfigError, match=message):
        build_localizer(spec, None, RIG) if spec.coarse == "mllm" else build_goals(spec, make_map())


def test_parts_of_the_local_side_do_not_matter_here() -> None:
    check_global(StackSpec(planner="flow", perception="encoder", odometry="transformer"))


def test_what_it_is_given_is_what_runs() -> None:
    map_, questions = make_map(), CountingQuestions()
    localizer = ToyLocalizer(ToyRobot((1.0, 1.0, 0.0)))
    localizer.remarks = ("camera front: 3.0 cm",)
    config = AstraGlobalConfig(mission=MissionConfig(max_speed_mps=0.123))
    stack = build_global(StackSpec(), map_, RIG, config, localizer=localizer, questions=questions)
    assert stack.map is map_ and stack.rig is RIG and stack.config is config
    assert stack.remarks == ("camera front: 3.0 cm",)
    stack.add_odometry(localizer.robot.odometry(100_000_000))
    assert stack.set_pose(np.array([1.0, 1.0, 0.0]), 1e-4 * np.eye(3), 100_000_000)
    stack.start(Goal(text="television"), 100_000_000)
    status = stack.step(100_000_000)
    for tick in range(2, 6):
        status = stack.step(tick * 100_000_000)
    assert status.phase is MissionPhase.DRIVING
    assert status.sub_goal.max_speed_mps == 0.123
    assert questions.asked == ["what 'television' means", "which way leads there"]


def test_goals_are_found_with_the_settings_given() -> None:
    strict = build_goals(StackSpec(), make_map(), GoalConfig(equal_margin=0.0))
    loose = build_goals(StackSpec(), make_map(), GoalConfig(equal_margin=0.3))
    for goals, count in ((strict, 1), (loose, 2)):
        ranked = goals.rank("I need a bed", (1.0, 5.0))
        assert {match.decided_by for match in ranked} == {"words"}
        assert sum(match.may_replace for match in ranked) >= count
