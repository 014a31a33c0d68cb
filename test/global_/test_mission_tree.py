"""The behaviour tree: its kinds of nodes, its picture, its log."""

from __future__ import annotations

import numpy as np
from py_trees.common import Status
from toy_runner import Runner

from astra_core.errors import GoalNotFound
from astra_global.mission.algorithm import navigate
from astra_global.mission.behaviours import (
    Condition,
    Decision,
    SkillBehaviour,
    WithRecovery,
    first_of,
    in_order,
)
from astra_global.mission.world import Ask, Lost, OffRoute
from astra_global.types import Goal, MissionPhase


def world():
    return Runner((1.0, 1.0, 0.0)).stack._world


class Count(SkillBehaviour):
    """Runs for some ticks and then fails or succeeds."""

    def __init__(self, world, ticks, problem=None):
        super().__init__(world, "count")
        self.ticks, self.problem, self.closed = ticks, problem, 0

    def skill(self):
        try:
            for number in range(self.ticks):
                yield Ask(MissionPhase.DRIVING, number, message=f"tick {number}")
            if self.problem is not None:
                raise self.problem
        finally:
            self.closed += 1


class Mend(Decision):
    """Takes the problem away from a task."""

    def __init__(self, world, task):
        super().__init__(world, "mend")
        self.task = task

    def decide(self):
        self.task.problem = None


def ticks_until_done(tree, limit=50):
    for number in range(1, limit):
        tree.tick_once()
        if tree.status is not Status.RUNNING:
            return number
    raise AssertionError("never done")


def test_skill_runs_one_step_per_tick_and_says_what_it_asks() -> None:
    w = world()
    skill = Count(w, 2)
    skill.tick_once()
    assert (skill.status, w.ask.request, w.deciding) == (Status.RUNNING, 0, "count")
    assert skill.feedback_message == "tick 0"
    skill.tick_once()
    assert w.ask.request == 1
    skill.tick_once()
    assert skill.status is Status.SUCCESS
    assert skill.closed == 1


def test_error_of_a_skill_is_its_failure() -> None:
    w = world()
    skill = Count(w, 0, GoalNotFound("no such thing"))
    skill.tick_once()
    assert skill.status is Status.FAILURE
    assert w.problem is skill.problem


def test_stopped_skill_is_closed() -> None:
    skill = Count(world(), 5)
    skill.tick_once()
    skill.stop(Status.INVALID)
    assert skill.closed == 1


def test_recovery_makes_the_task_run_again_in_the_same_tick() -> None:
    w = world()
    task = Count(w, 1, Lost("gone"))
    tree = WithRecovery("both", task, Mend(w, task))
    tree.tick_once()
    assert tree.status is Status.RUNNING
    tree.tick_once()  # fails, is mended, and starts again
    assert (tree.status, task.closed) == (Status.RUNNING, 1)
    tree.tick_once()
    assert tree.status is Status.SUCCESS


def test_task_without_a_recovery_fails() -> None:
    w = world()
    task = Count(w, 1, Lost("gone"))
    tree = WithRecovery("both", task, Condition("never", lambda: False))
    assert ticks_until_done(tree) == 2
    assert tree.status is Status.FAILURE
    assert isinstance(w.problem, Lost)


def test_task_that_fails_at_once_does_not_hang_a_tick() -> None:
    w = world()
    tree = WithRecovery("both", Count(w, 0, OffRoute("x")), Condition("always", lambda: True))
    for _ in range(5):
        tree.tick_once()
        assert tree.status is Status.RUNNING


def test_composites_go_on_where_they_were() -> None:
    w = world()
    first, second = Count(w, 1), Count(w, 1)
    assert ticks_until_done(in_order("both", first, second)) == 3
    assert (first.closed, second.closed) == (1, 1)
    failing, other = Count(w, 1, Lost("gone")), Count(w, 1)
    assert ticks_until_done(first_of("either", failing, other)) == 3


def test_algorithm_reads_as_in_the_paper() -> None:
    tree = navigate(world(), Goal(text="I am thirsty"))
    assert [child.name for child in tree.children] == [
        "localize",
        "find the goal",
        "drive to the goal",
    ]
    go, recover = tree.children[2].children
    assert [child.name for child in go.children] == [
        "plan the route",
        "follow the route",
        "make sure of the arrival",
    ]
    assert [child.name for child in recover.children] == [
        "when lost",
        "when blocked",
        "after OffRoute?",
    ]


def test_log_says_which_behaviour_decided() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    result = runner.run(Goal(pose=np.array([3.0, 3.0, 0.0]))).result
    assert result.success
    assert runner.said("behaviour") == [
        "wait for a fix",
        "plan the route",
        "follow the route",
    ]
    route = next(event for event in runner.stack.log if event.kind == "route")
    assert route.data["behaviour"] == "plan the route"
