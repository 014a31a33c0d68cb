"""The guard, whatever becomes of the clock: set back, absent, silent, absurd."""

import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import set_clock_guard
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Twist
from local_player import SPEED, Stack
from simulated_clock import SimulatedClock

from astra_core.ros.main import STOP_SIGNALS
from astra_core.ros.qos import event

S = 1_000_000_000
GUARD = (sys.executable, "-m", "astra_local.ros.guard_node")


class Ear:
    """Hears what the guard says to the wheels and to people."""

    def __init__(self, node):
        self.speeds, self.told = [], ""
        node.create_subscription(Twist, "cmd_vel", self._on_speed, event(50))
        node.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, event())

    def _on_speed(self, message):
        self.speeds.append((time.monotonic(), message.linear.x))

    def _on_diagnostics(self, message):
        for status in message.status:
            if status.name == "astra_guard":
                self.told = status.message

    def drives(self):
        return bool(self.speeds) and self.speeds[-1][1] == pytest.approx(SPEED, abs=1e-6)

    def stands(self):
        """Tell whether zero was said again and again: the guard is not silent."""
        lately = [v for t, v in self.speeds if t > time.monotonic() - 0.2]
        return len(lately) >= 3 and not any(lately)


@pytest.fixture
def ear(node):
    return Ear(node)


@pytest.fixture
def clock(node):
    clock = SimulatedClock(node)
    yield clock
    clock.close()


@pytest.fixture
def local(node):
    stack = Stack(node)
    yield stack
    stack.close()


def test_simulated_time_that_is_absent_silent_absurd_or_set_back(
    processes, ear, clock, local, until
):
    stamp_ns = 100 * S
    local.now_ns = lambda: stamp_ns
    arguments = ("--ros-args", "-p", "use_sim_time:=true", "-p", "clock_timeout_s:=1.0")
    guard = processes(("astra_guard", (*GUARD, *arguments)))
    until(ear.stands, "zero before the first /clock", runner=guard)
    until(lambda: "/clock was never heard" in ear.told, "a sentence", runner=guard)
    assert not any(speed for _, speed in ear.speeds)

    clock.now_ns = 100 * S
    local.now_ns = lambda: clock.now_ns
    until(ear.drives, "driving", runner=guard)
    for absurd in (Time(sec=-5), Time(sec=200, nanosec=S), Time(sec=2**31 - 1)):
        clock.say(absurd)
    time.sleep(0.3)
    guard.poll()
    assert ear.drives()

    clock.goes_on, before_s = False, time.monotonic()
    until(ear.stands, "zero without /clock", runner=guard)
    assert time.monotonic() - before_s < 1.6  # 1.0 s of patience, 0.2 s of listening
    until(lambda: "/clock silent" in ear.told, "a sentence", runner=guard)
    clock.goes_on = True
    until(ear.drives, "driving again", runner=guard)

    # A bag that begins again while nobody tells the guard anything new.
    local.sends.clear()
    clock.now_ns = 70 * S
    until(ear.stands, "zero after the jump", timeout_s=2.0, runner=guard)
    told = guard.log_file("astra_guard").read_text()
    assert re.search(r"the clock was set back by 3[0-9]\.\d\d s", told)
    local.sends |= {"command", "nearest", "heartbeat"}
    until(ear.drives, "driving in the new time", runner=guard)


@pytest.mark.parametrize("back_s", [30.0, pytest.param(5.0, marks=pytest.mark.slow)])
def test_a_wall_clock_that_is_set_back_is_a_stop_and_a_sentence_and_no_silence(
    back_s, processes, ear, local, until, tmp_path
):
    offset = tmp_path / "offset"
    offset.write_text("0.0")
    guard = processes(
        ("astra_guard", (sys.executable, str(Path(set_clock_guard.__file__)), str(offset)))
    )
    until(ear.drives, "driving", runner=guard)
    local.sends.clear()
    offset.write_text(str(-back_s))
    before_s = time.monotonic()
    until(ear.stands, "zero", timeout_s=3.0, runner=guard)
    assert time.monotonic() - before_s < 1.0
    log = guard.log_file("astra_guard")
    until(lambda: f"the clock was set back by {back_s:.2f} s" in log.read_text(), "a sentence")
    # Whose stamps are of the old time is ahead of the clock now, and told so.
    local.sends |= {"command", "nearest", "heartbeat"}
    until(lambda: "stamps do not fit" in ear.told, "the offset", runner=guard)
    assert f"the clock was set back by {back_s:.2f} s" in ear.told
    (ahead_s,) = set(re.findall(r"the command (\S+) s ahead", ear.told))
    # Less the way of the message, which is long where the machine has other things to do.
    assert back_s - 2.0 <= float(ahead_s) <= back_s + 0.1
    assert ear.stands()
    wall_ns = local.now_ns
    local.now_ns = lambda: wall_ns() - int(back_s * S)
    until(ear.drives, "driving by the new clock", runner=guard)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(n, marks=() if n == signal.SIGHUP else pytest.mark.slow)
        for n in sorted(STOP_SIGNALS - {signal.SIGINT, signal.SIGTERM})
        if n < signal.SIGRTMIN or n == signal.SIGRTMAX
    ],
    ids=lambda n: signal.Signals(n).name,
)
def test_its_last_word_is_zero_on_every_signal(number, processes, ear, local, until):
    guard = processes(("astra_guard", GUARD))
    until(ear.drives, "driving", runner=guard)
    os.kill(guard.process_ids["astra_guard"], number)
    until(lambda: guard._children[0].returncode() is not None, "its end", timeout_s=5.0)
    assert guard._children[0].returncode() == 0
    until(lambda: ear.speeds[-1][1] == 0.0, "the last word", timeout_s=1.0)
