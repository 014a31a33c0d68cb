"""The main loop of every node: orderly ends, whatever the libraries it loads do to signals."""

import os
import signal
import sys

import pytest

pytest.importorskip("rclpy")

CODE = """
import sys
from rclpy.node import Node
from astra_core.errors import ConfigError
from astra_core.ros.main import run_node

class Some(Node):
    def __init__(self):
        super().__init__("some")
        {body}
        print("ready", flush=True)
    def close(self):
        print("closed", flush=True)

sys.exit(run_node(Some))
"""


@pytest.fixture
def run(processes):
    def run(body):
        return processes(("some", (sys.executable, "-c", CODE.format(body=body))))

    return run


def log(runner):
    return runner.log_file("some").read_text()


@pytest.mark.parametrize("body", ["pass", "import pycolmap"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_in_order(number, body, run, until):
    if body != "pass":
        pytest.importorskip("pycolmap")
    runner = run(body)
    until(lambda: "ready" in log(runner), "the node", runner=runner)
    import time

    time.sleep(0.3)
    os.kill(runner.process_ids["some"], number)
    child = runner._children[0]
    until(lambda: child.returncode() is not None, "its end")
    assert child.returncode() == 0, log(runner)
    assert "closed" in log(runner)
    assert "Traceback" not in log(runner)


def test_what_a_callback_throws_is_told_and_ends_nothing(run, until):
    body = (
        "self.create_timer(0.05, lambda: 1 / 0); "
        "self.create_timer(0.05, lambda: print('goes on', flush=True))"
    )
    runner = run(body)
    until(lambda: log(runner).count("goes on") >= 5, "the other callback", runner=runner)
    assert "ZeroDivisionError" in log(runner)
    # Told once a second, and not each time.
    assert log(runner).count("ZeroDivisionError") < log(runner).count("goes on")
    os.kill(runner.process_ids["some"], signal.SIGHUP)
    child = runner._children[0]
    until(lambda: child.returncode() is not None, "its end")
    assert child.returncode() == 0 and "closed" in log(runner)


def test_a_node_that_cannot_be_made_says_why_in_one_line(run, until):
    runner = run("raise ConfigError('the wheel is square')")
    child = runner._children[0]
    until(lambda: child.returncode() is not None, "its end")
    assert child.returncode() == 2
    assert "the wheel is square" in log(runner) and "Traceback" not in log(runner)


def test_a_failure_later_ends_it_too(run, until):
    runner = run("self.create_timer(0.1, lambda: setattr(self, 'failure', 'broken'))")
    child = runner._children[0]
    until(lambda: child.returncode() is not None, "its end")
    assert child.returncode() == 2 and "closed" in log(runner)


WATCHED = """self.declare_parameter("hang_timeout_s", {limit_s})
        import threading, time
        from std_msgs.msg import String
        from astra_core.ros.direct import DirectLane
        self.turns = 0
        def hang(message=None):
            print("hangs", flush=True)
            time.sleep(60.0)
        def turn():
            self.turns += 1
            print("turns", flush=True)
        self.create_timer(0.2, turn)
        lane = self.lane = DirectLane(self, may_wait={may_wait})
        lane.subscribe(String, "word", hang if {in_lane} else (lambda message: None), 1)
        lane.start()
        words = self.create_publisher(String, "word", 1)
        self.create_timer(0.2, lambda: words.publish(String()))
        if {in_executor}:
            self.create_timer(1.0, hang)
"""


def watched(limit_s=1.0, *, in_lane=False, in_executor=False, may_wait=False):
    return WATCHED.format(
        limit_s=limit_s, in_lane=in_lane, in_executor=in_executor, may_wait=may_wait
    )


@pytest.mark.parametrize("where", ["in_executor", "in_lane"])
def test_a_callback_that_never_returns_ends_the_process_and_it_is_named(where, run, until):
    runner = run(watched(**{where: True}))
    child = runner._children[0]
    until(lambda: child.returncode() is not None, "its end")
    assert child.returncode() == -signal.SIGKILL, log(runner)
    assert "hangs" in log(runner) and "[watchdog] some hangs" in log(runner)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"in_lane": True, "may_wait": True},  # such as a service that waits for the next fix
        {"in_lane": True, "limit_s": 0.0},
    ],
)
def test_who_goes_on_or_may_wait_or_is_not_watched_lives(settings, run, until):
    runner = run(watched(**settings))
    # Three seconds and more, three times its patience.
    until(lambda: log(runner).count("turns") >= 16, "its turns", runner=runner)
    assert runner._children[0].returncode() is None, log(runner)


def test_who_was_told_to_stop_has_the_time_it_needs(run, until):
    runner = run(
        watched() + "        self.close = lambda: (time.sleep(3.0), lane.close(), print('at last'))"
    )
    until(lambda: "turns" in log(runner), "the node", runner=runner)
    child = runner._children[0]
    os.kill(child.pid, signal.SIGTERM)
    until(lambda: child.returncode() is not None, "its end")
    assert child.returncode() == 0 and "at last" in log(runner), log(runner)
