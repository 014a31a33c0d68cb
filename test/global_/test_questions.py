"""Questions that take long: tickets, the worker, and missions that wait for an answer."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from toy_runner import CODES, TICK_NS, Runner
from toy_world import RIG, ToyLocalizer, ToyRobot, make_map

from astra_core.errors import AstraError, GoalAmbiguous
from astra_core.observation import CameraFrame
from astra_global.config import AstraGlobalConfig
from astra_global.goal import GoalResolver
from astra_global.mission.config import MissionConfig
from astra_global.pipeline import AstraGlobal
from astra_global.questions import InlineQuestions, QuestionWorker, Ticket
from astra_global.route import GraphRoutePlanner
from astra_global.types import Goal, GoalMatch, MissionPhase, PoseFix

LONG_S = 10.0


@pytest.fixture
def worker():
    worker = QuestionWorker()
    yield worker
    worker.close()


def wait_for(condition, timeout_s: float = LONG_S) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.002)


class Slow:
    """A question that is answered when it is let go."""

    def __init__(self, answer: object = "yes") -> None:
        self.begun, self.let_go, self.answer = threading.Event(), threading.Event(), answer

    def __call__(self) -> object:
        self.begun.set()
        assert self.let_go.wait(LONG_S)
        return self.answer


# --- tickets and who answers them -----------------------------------------------------------------


def test_in_one_process_the_answer_is_there_at_once() -> None:
    here = threading.current_thread()
    ticket = InlineQuestions().ask("who works", threading.current_thread, 7)
    assert ticket.is_answered and ticket.answer() is here
    assert (ticket.what, ticket.stamp_ns) == ("who works", 7)


def test_what_a_question_throws_is_its_answer() -> None:
    def fail(error: Exception):
        raise error

    known = InlineQuestions().ask("which", lambda: fail(GoalAmbiguous("two")), 0)
    with pytest.raises(GoalAmbiguous, match=r"^two$"):
        known.answer()
    # What no AstraError is becomes one, with what was asked: the mission must end, not the node.
    unknown = InlineQuestions().ask("what it means", lambda: fail(KeyError("token")), 0)
    with pytest.raises(AstraError, match="what it means: KeyError: 'token'"):
        unknown.answer()


def test_a_late_answer_of_a_dropped_ticket_is_ignored(worker: QuestionWorker) -> None:
    slow = Slow()
    ticket = worker.ask("slow", slow, 0)
    assert slow.begun.wait(LONG_S) and ticket.has_begun and ticket.is_open
    assert worker.open_ticket is ticket
    ticket.drop()
    assert not ticket.is_open and worker.open_ticket is None
    slow.let_go.set()
    assert worker.ask("next", lambda: 1, 0) is not ticket
    after = worker.ask("after", lambda: 2, 0)
    wait_for(lambda: after.is_answered)
    assert not ticket.is_answered
    with pytest.raises(RuntimeError, match="not answered yet: slow"):
        ticket.answer()


def test_one_after_the_other_and_what_was_dropped_is_left_out(worker: QuestionWorker) -> None:
    slow, done = Slow(), []
    first = worker.ask("first", slow, 10)
    assert slow.begun.wait(LONG_S)
    second = worker.ask("second", lambda: done.append("second"), 20)
    third = worker.ask("third", lambda: done.append("third"), 30)
    assert not second.has_begun and worker.open_ticket is first
    second.drop()
    slow.let_go.set()
    wait_for(lambda: third.is_answered)
    assert first.answer() == "yes" and done == ["third"] and worker.open_ticket is None


def test_the_worker_tells_of_answers_and_survives_failures() -> None:
    told = threading.Semaphore(0)
    worker = QuestionWorker(told.release)
    failing = worker.ask("fails", lambda: 1 / 0, 0)
    good = worker.ask("works", lambda: 5, 0)
    assert told.acquire(timeout=LONG_S) and told.acquire(timeout=LONG_S)
    with pytest.raises(AstraError, match="fails: ZeroDivisionError"):
        failing.answer()
    assert good.answer() == 5
    assert worker.close()


def test_closing_drops_what_waits_and_does_not_wait_for_ever() -> None:
    worker, slow = QuestionWorker(), Slow()
    running = worker.ask("running", slow, 0)
    waiting = worker.ask("waiting", lambda: 1, 0)
    assert slow.begun.wait(LONG_S)
    assert not worker.close(timeout_s=0.05)
    slow.let_go.set()
    assert worker.close(timeout_s=LONG_S)
    assert not running.is_answered and not waiting.has_begun


def test_a_ticket_is_worked_on_once() -> None:
    count: list[int] = []
    ticket = Ticket("once", lambda: count.append(1), 0)
    ticket.work()
    ticket.work()
    assert count == [1]


# --- missions ---------------------------------------------------------------------------------


class SlowGoals:
    """Means the landmark that is named; takes its time for it."""

    def __init__(self, map_) -> None:
        self._resolver = GoalResolver(map_)
        self.questions: list[Slow] = []

    def rank(self, text, robot_xy) -> list[GoalMatch]:
        slow = Slow()
        self.questions.append(slow)
        slow()
        return self._resolver.rank(text, robot_xy)


@pytest.fixture
def slow_runner(worker: QuestionWorker):
    """A runner whose goals are answered by a worker, when the test lets them go."""
    runner = Runner((1.0, 1.0, 0.0))
    map_ = runner.stack.map
    runner.goals = SlowGoals(map_)
    runner.stack = AstraGlobal(
        map_,
        RIG,
        AstraGlobalConfig(mission=MissionConfig(question_s=5.0)),
        localizer=runner.localizer,
        goals=runner.goals,
        routes=GraphRoutePlanner(map_),
        questions=worker,
    )
    yield runner
    for slow in runner.goals.questions:
        slow.let_go.set()


def ask_for(runner: Runner, text: str, number: int) -> Slow:
    """Start a mission, go on until the question is being worked on, and return it."""
    runner.stack.start(Goal(text=text), runner.now_ns)
    runner.until(MissionPhase.ROUTING)
    wait_for(lambda: len(runner.goals.questions) == number)
    return runner.goals.questions[-1]


def test_the_robot_halts_while_it_waits_and_goes_on_with_the_answer(slow_runner: Runner) -> None:
    slow = ask_for(slow_runner, "television", 1)
    asked = [slow_runner.tick() for _ in range(10)]
    assert all(status.phase is MissionPhase.ROUTING for status in asked)
    assert all(status.sub_goal.halt for status in asked)
    assert len({status.sub_goal.sequence for status in asked}) == 1, "one request, repeated"
    assert "what 'television' means" in asked[-1].message
    slow.let_go.set()
    wait_for(lambda: slow_runner.tick().phase is MissionPhase.DRIVING)
    assert slow_runner.tick().landmark_id == "tv_1"


def test_cancel_drops_the_question_and_the_next_mission_hears_nothing_of_it(
    slow_runner: Runner, worker: QuestionWorker
) -> None:
    old = ask_for(slow_runner, "television", 1)
    assert worker.open_ticket is not None
    assert slow_runner.stack.cancel("enough").error_code == CODES["CANCELLED"]
    assert worker.open_ticket is None, "a simulator must not wait for it"
    assert slow_runner.tick().phase is MissionPhase.DONE
    slow_runner.stack.start(Goal(text="sofa"), slow_runner.now_ns)
    for _ in range(5):
        assert slow_runner.tick().landmark_id == ""
    old.let_go.set()
    wait_for(lambda: len(slow_runner.goals.questions) == 2)
    slow_runner.goals.questions[-1].let_go.set()
    wait_for(lambda: slow_runner.tick().landmark_id != "")
    assert slow_runner.tick().landmark_id == "sofa_1"
    assert not any("television" in message for message in slow_runner.said("goal"))


def test_a_newer_goal_preempts_a_waiting_one(slow_runner: Runner) -> None:
    ask_for(slow_runner, "television", 1)
    old = slow_runner.stack.start(Goal(pose=np.array([3.0, 3.0, 0.0])), slow_runner.now_ns)
    assert old.error_code == CODES["PREEMPTED"]


def test_without_an_answer_in_time_the_mission_ends_with_its_code(slow_runner: Runner) -> None:
    ask_for(slow_runner, "television", 1)
    result = slow_runner.go_on(20.0).result
    assert result.error_code == CODES["NO_ANSWER"]
    assert "what 'television' means" in result.error_msg and "earlier" not in result.error_msg
    # The worker is still busy with it: the next question is not even begun.
    result = slow_runner.run(Goal(text="sofa"), 20.0).result
    assert result.error_code == CODES["NO_ANSWER"]
    assert "an earlier question is still being worked on" in result.error_msg


def test_a_ranker_that_breaks_ends_the_mission_and_nothing_else(slow_runner: Runner) -> None:
    def broken(text, robot_xy):
        raise ValueError("bad logits")

    slow_runner.goals.rank = broken
    slow_runner.stack.start(Goal(text="sofa"), slow_runner.now_ns)
    wait_for(lambda: slow_runner.tick().phase is MissionPhase.DONE)
    result = slow_runner.tick().result
    assert result.error_code == CODES["UNKNOWN"] and "ValueError: bad logits" in result.error_msg


class SlowLocalizer:
    """Takes its time for every answer."""

    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def __init__(self, seconds: float) -> None:
        self._inner, self.seconds = ToyLocalizer(ToyRobot((1.0, 1.0, 0.0))), seconds
        self.num_running = self.most_running = 0

    def localize(self, frames, *, expected=(), everywhere=True) -> PoseFix:
        self.num_running += 1
        self.most_running = max(self.most_running, self.num_running)
        time.sleep(self.seconds)
        self.num_running -= 1
        return self._inner.localize(frames)


def test_nothing_waits_for_a_slow_resolver_and_a_slow_localizer(worker: QuestionWorker) -> None:
    """Odometry at 50 Hz, map->odom at 20 Hz, cancel: while both take seconds (8, scaled by 1/4)."""
    slow_s = 2.0
    map_ = make_map()

    class Goals(GoalResolver):
        def rank(self, text, robot_xy):
            time.sleep(slow_s)
            return super().rank(text, robot_xy)

    localizer = SlowLocalizer(0.0)
    stack = AstraGlobal(
        map_, RIG, AstraGlobalConfig(), localizer=localizer, goals=Goals(map_),
        routes=GraphRoutePlanner(map_), questions=worker,
    )  # fmt: skip
    robot = ToyRobot((1.0, 1.0, 0.0))

    def frame() -> list[CameraFrame]:
        return [CameraFrame("front", now_ns, np.zeros((24, 32, 3), np.uint8))]

    now_ns = TICK_NS
    stack.add_odometry(robot.odometry(now_ns))
    assert stack.apply_fix(stack.localize(frame()))
    localizer.seconds = slow_s
    stack.start(Goal(text="television"), now_ns)
    looking = threading.Thread(target=stack.localize, args=(frame(),))
    looking.start()
    longest_s: dict[str, float] = {}

    def timed(name: str, call, *args):
        began_s = time.perf_counter()
        answer = call(*args)
        longest_s[name] = max(longest_s.get(name, 0.0), time.perf_counter() - began_s)
        return answer

    began_s, ticks = time.perf_counter(), 0
    while time.perf_counter() - began_s < 0.5 * slow_s:
        now_ns += 20_000_000
        ticks += 1
        timed("odometry", stack.add_odometry, robot.odometry(now_ns))
        assert timed("map_to_odom", stack.map_to_odom) is not None
        if ticks % 5 == 0:
            status = timed("step", stack.step, now_ns)
            timed("pose", stack.global_pose, now_ns)
        time.sleep(0.02)
    assert status.phase is MissionPhase.ROUTING and looking.is_alive()
    result = timed("cancel", stack.cancel, "enough")
    assert result.error_code == CODES["CANCELLED"]
    # A loaded machine may sleep through a while, but not through a question.
    assert ticks > 5 and max(longest_s.values()) < 0.25 * slow_s, longest_s
    looking.join()


def test_the_picture_of_a_goal_waits_for_the_localizer_and_not_beside_it(
    worker: QuestionWorker,
) -> None:
    map_ = make_map()
    localizer = SlowLocalizer(0.0)
    localizer._inner.picture_pose = np.array([8.5, 6.0, 0.5])
    stack = AstraGlobal(
        map_, RIG, AstraGlobalConfig(), localizer=localizer, goals=GoalResolver(map_),
        routes=GraphRoutePlanner(map_), questions=worker,
    )  # fmt: skip
    robot = ToyRobot((1.0, 1.0, 0.0))
    stack.add_odometry(robot.odometry(TICK_NS))
    dark = [CameraFrame("front", TICK_NS, np.zeros((24, 32, 3), np.uint8))]
    assert stack.apply_fix(stack.localize(dark))
    localizer.seconds = 0.2
    stack.start(Goal(image=np.full((24, 32, 3), 255, np.uint8)), TICK_NS)
    looking = threading.Thread(target=stack.localize, args=(dark,))
    looking.start()
    wait_for(lambda: stack.step(2 * TICK_NS).phase is not MissionPhase.LOCALIZING)
    wait_for(lambda: any(event.kind == "goal" for event in _stepped(stack).log))
    looking.join()
    assert localizer.most_running == 1
    goal = next(event for event in stack.log if event.kind == "goal")
    np.testing.assert_allclose(goal.data["pose"], [8.5, 6.0, 0.5], atol=1e-9)


def _stepped(stack: AstraGlobal) -> AstraGlobal:
    stack.step(2 * TICK_NS)
    return stack
