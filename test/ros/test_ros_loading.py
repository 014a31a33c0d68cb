"""What takes long to load is loaded beside everything else, over real DDS."""

import os
import signal
import sys
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import slow_node
from hand import Hand
from lifecycle_msgs.msg import Transition
from rcl_interfaces.srv import GetParameters

from astra_cli.runner import ProcessDied
from astra_core.ros.qos import event
from astra_msgs.msg import Heartbeat

CONFIGURE, CLEANUP = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP
ACTIVATE, SHUTDOWN = Transition.TRANSITION_ACTIVATE, Transition.TRANSITION_UNCONFIGURED_SHUTDOWN


class Slow:
    """The node, its loader, and what is heard of it."""

    def __init__(self, processes, node, until, folder):
        self.steering = folder / "steering"
        self.say("")
        script = str(Path(slow_node.__file__))
        self.runner = processes(("slow", (sys.executable, script, str(self.steering))))
        self.heard = []
        node.create_subscription(
            Heartbeat, "heartbeat", lambda m: self.heard.append((m.state, m.reason)), event(50)
        )
        self.hand = Hand(node, "slow", until)
        self._until = until

    def say(self, word):
        written = self.steering.with_name("written")
        written.write_text(word)
        written.replace(self.steering)

    def becomes(self, state, reason):
        def is_so():
            return bool(self.heard) and self.heard[-1] == (state, reason)

        self._until(is_so, f"{state} {reason}", runner=self.runner)

    def log(self):
        return self.runner.log_file("slow").read_text()


@pytest.fixture
def slow(processes, node, until, tmp_path):
    return Slow(processes, node, until, tmp_path)


def test_progress_is_heard_while_everything_else_is_served(slow, node, until):
    asked = slow.hand.begin(CONFIGURE)
    slow.say("40")
    slow.becomes(Heartbeat.STATE_DEGRADED, "loading 40 %")
    parameters = node.create_client(GetParameters, "slow/get_parameters")
    until(parameters.service_is_ready, "the service")
    before = len(slow.heard)
    answer = parameters.call_async(GetParameters.Request(names=["use_sim_time"]))
    until(answer.done, "a parameter")
    assert slow.hand.state == "configuring"
    until(lambda: len(slow.heard) >= before + 5, "heartbeats")
    slow.say("41.9")
    slow.becomes(Heartbeat.STATE_DEGRADED, "loading 41 %")
    assert not asked.done()
    slow.say("done")
    assert slow.hand.end(asked)
    assert slow.hand.state == "inactive"
    assert slow.hand.set(ACTIVATE)
    slow.becomes(Heartbeat.STATE_OK, "the model")
    assert "Traceback" not in slow.log()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("fail", "cannot configure: flow.safetensors is cut short: copy it again"),
        ("crash", "ZeroDivisionError: a bug"),
    ],
)
def test_a_loader_that_fails_is_told_and_can_be_asked_again(slow, word, said):
    for _ in range(2):
        slow.say(word)
        assert not slow.hand.set(CONFIGURE)
        assert slow.hand.state == "unconfigured"
    assert slow.log().count(said) == 2
    assert ("Traceback" in slow.log()) == (word == "crash")
    slow.say("done")
    assert slow.hand.set(CONFIGURE)
    assert slow.hand.state == "inactive"


def test_the_same_request_again_gets_the_same_answer(slow):
    slow.say("10")
    first = slow.hand.begin(CONFIGURE)
    slow.becomes(Heartbeat.STATE_DEGRADED, "loading 10 %")
    second = slow.hand.begin(CONFIGURE)
    assert not slow.hand.set(ACTIVATE)  # not yet, and at once
    slow.say("done")
    assert slow.hand.end(first) and slow.hand.end(second)
    assert slow.hand.state == "inactive"


@pytest.mark.parametrize("word", ["10", "deaf"])
def test_cleaning_up_ends_the_loading_at_once_whatever_the_loader_does(slow, word):
    slow.say("10")
    asked = slow.hand.begin(CONFIGURE)
    slow.becomes(Heartbeat.STATE_DEGRADED, "loading 10 %")
    slow.say(word)
    assert slow.hand.set(CLEANUP)  # the loader would go on for ever
    assert not slow.hand.end(asked)
    assert slow.hand.state == "unconfigured"
    assert "loading was cancelled" in slow.log()
    slow.say("done")
    assert slow.hand.set(CONFIGURE)


def test_shutting_down_ends_the_loading(slow):
    slow.say("10")
    asked = slow.hand.begin(CONFIGURE)
    slow.becomes(Heartbeat.STATE_DEGRADED, "loading 10 %")
    assert slow.hand.set(0, "shutdown")
    assert not slow.hand.end(asked)
    assert slow.hand.state == "finalized"


def test_a_process_that_loads_ends_in_order_when_it_is_told_to(slow, until):
    slow.hand.begin(CONFIGURE)
    slow.say("10")
    slow.becomes(Heartbeat.STATE_DEGRADED, "loading 10 %")
    slow.say("deaf")
    os.kill(slow.runner.process_ids["slow"], signal.SIGINT)
    with pytest.raises(ProcessDied, match="code 0"):
        until(lambda: False, "its end", runner=slow.runner)
    assert "Traceback" not in slow.log()
