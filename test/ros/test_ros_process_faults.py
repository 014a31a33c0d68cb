"""A process dies or hangs while the robot drives: it stands, in simulated time, and is named.

The numbers of docs/reliability.md are printed by ``-s -m "slow or not slow"``.
"""

import os
import signal
import sys
from pathlib import Path

import fake_robot
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from nav_msgs.msg import Odometry

from astra_core.ros.qos import event
from astra_core.ros.stamps import from_stamp
from astra_core.time import to_seconds

HERE = Path(__file__).parent
SIMULATED = ("-p", "use_sim_time:=true")
STANDS_MPS = 0.02
TICK_S = 0.02
#: Longer than it takes to stand, on a slow machine too.
HANGS = "hang_timeout_s:=4.0"
MODULES = {
    "astra_guard": (("-m", "astra_local.ros.guard_node"), ()),
    "astra_local": (("-m", "astra_local.ros.node"), ()),
    "astra_global": ((str(HERE / "goal_giver.py"),), ()),
    "astra_lifecycle": (("-m", "astra_core.ros.lifecycle_node"), ("nodes:=['astra_local']",)),
}


@pytest.fixture
def drive(processes, node, until):
    """A robot without physics that drives between the real nodes; its true speeds by stamp."""
    simulator = (
        *(sys.executable, str(Path(fake_robot.__file__)), "--ros-args"),
        # A tick that nobody acknowledges must not take five seconds here.
        *("-p", "lockstep_nodes:=['astra_local', 'astra_guard']", "-p", "ack_timeout_s:=0.5"),
        *("-p", "real_time_factor:=1.0", "-p", "publish_ground_truth:=true"),
    )
    commands = [("astra_sim", simulator)]
    for name, (module, parameters) in MODULES.items():
        given = [item for parameter in (*parameters, HANGS) for item in ("-p", parameter)]
        commands.append((name, (sys.executable, *module, "--ros-args", *SIMULATED, *given)))
    truth = {}

    def hear(message):
        truth[from_stamp(message.header.stamp)] = message.twist.twist.linear.x

    node.create_subscription(Odometry, "sim/ground_truth", hear, event(500))
    runner = processes(*commands, restarts=set(MODULES))
    runner.wait_active(timeout_s=90.0)
    until(lambda: bool(truth) and truth[max(truth)] > 0.5, "a robot that drives", 60.0, runner)
    return runner, truth


def stand_s(truth, since_ns):
    """Return after how long the robot stood for 0.2 s; ``None`` as long as it does not."""
    stamps = sorted(stamp for stamp in truth if stamp >= since_ns)
    for stamp in stamps:
        later = [other for other in stamps if stamp <= other <= stamp + 200_000_000]
        if later[-1] >= stamp + 200_000_000 and all(truth[s] <= STANDS_MPS for s in later):
            return to_seconds(stamp - since_ns)
    return None


@pytest.mark.parametrize(
    ("name", "number", "limit_s"),
    [
        # The base brakes by itself then, which this one does at once: 0.3 s are left for it.
        ("astra_guard", signal.SIGKILL, 0.2),
        *(
            pytest.param(name, number, limit_s, marks=pytest.mark.slow)
            for name, number, limit_s in [
                ("astra_guard", signal.SIGSTOP, 0.2),
                ("astra_local", signal.SIGKILL, 0.5),
                ("astra_local", signal.SIGSTOP, 0.5),
                ("astra_global", signal.SIGKILL, 0.5),
                ("astra_global", signal.SIGSTOP, 0.5),
                ("astra_lifecycle", signal.SIGKILL, 0.5),
                ("astra_lifecycle", signal.SIGSTOP, 0.5),
            ]
        ),
    ],
)
def test_the_robot_stands_when_a_process_dies_or_hangs(name, number, limit_s, drive, until):
    runner, truth = drive
    since_ns = max(truth)
    os.kill(runner.process_ids[name], number)
    until(lambda: stand_s(truth, since_ns) is not None, "a stand", 60.0)
    after_s = stand_s(truth, since_ns)
    print(f"{name} {signal.Signals(number).name}: stands after {after_s:.2f} s")
    # What was under way when the signal came may still have been acknowledged: a tick or two.
    assert after_s <= limit_s + 2 * TICK_S


@pytest.mark.parametrize(
    "name",
    [
        "astra_guard",
        pytest.param("astra_local", marks=pytest.mark.slow),
        pytest.param("astra_lifecycle", marks=pytest.mark.slow),
    ],
)
def test_who_hangs_is_ended_and_started_again_and_the_robot_drives_on(name, drive, until):
    runner, truth = drive
    hung, since_ns = runner.process_ids[name], max(truth)
    os.kill(hung, signal.SIGSTOP)
    told = []
    until(lambda: told.extend(runner.poll()) or told, "a restart", 60.0)
    assert told == [f"{name} ended (signal SIGKILL): started again"]
    assert runner.process_ids[name] != hung
    assert f"[watchdog] {name} hangs" in runner.log_file(name).read_text()
    assert stand_s(truth, since_ns) is not None
    until(lambda: truth[max(truth)] > 0.5, "a robot that drives again", 60.0, runner)
