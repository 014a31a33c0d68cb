"""Clients of an action server that dies are answered, and nobody else is."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient

from astra_core.errors import GlobalLost
from astra_core.ros.direct import DirectLane
from astra_core.ros.result_witness import ResultWitness
from astra_msgs.action import Navigate

SERVER = str(Path(__file__).with_name("mortal_server.py"))


@pytest.fixture
def witness(node):
    lane = DirectLane(node)
    witness = ResultWitness(
        node, lane, Navigate, "navigate", "astra_global", GlobalLost("astra_global is gone")
    )
    lane.start()
    timer = node.create_timer(0.1, witness.check)
    yield witness
    node.destroy_timer(timer)
    lane.close()


@pytest.fixture
def client(node):
    client = ActionClient(node, Navigate, "navigate")
    yield client
    client.destroy()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_who_waits_for_a_result_of_a_server_that_dies_or_hangs_is_told(
    number, processes, node, witness, client, in_executor, until
):
    runner = processes(("astra_global", (sys.executable, SERVER)))
    until(client.server_is_ready, "the action", runner=runner)
    sent = in_executor(client.send_goal_async, Navigate.Goal())
    until(sent.done, "acceptance", runner=runner)
    result = in_executor(sent.result().get_result_async)
    until(lambda: witness.num_open == 1, "the open question", runner=runner)
    # A goal that only takes long is none of the witness's business.
    time.sleep(2.5)
    runner.poll()
    assert not result.done()
    os.kill(runner.process_ids["astra_global"], number)
    killed_s = time.monotonic()
    until(result.done, "the result")
    assert time.monotonic() - killed_s < 10.0
    answer = result.result()
    assert answer.status == GoalStatus.STATUS_ABORTED
    assert answer.result.error_code == Navigate.Result.GLOBAL_LOST
    assert answer.result.error_msg == "astra_global is gone"
    assert witness.num_open == 0
