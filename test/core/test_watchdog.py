"""Processes that hang are ended; slow, starved and finished ones are left alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from astra_core.config import settings
from astra_core.watchdog import HANG_TIMEOUT, Watchdog
from astra_core.watchdog_process import SIGN, Silence
from astra_local.ros.guard_config import GuardNodeConfig

LIMIT_S = 0.6
# Feeds itself a few times, says who watches, and goes on as told.
CODE = """
import os, signal, sys, threading, time
from astra_core.watchdog import Watchdog
dog = Watchdog("the cook")
dog.feed({limit_s})
print(dog.process_id, flush=True)
{then}
"""


@pytest.fixture
def run():
    started = []

    def run(then, limit_s=LIMIT_S):
        argv = (sys.executable, "-c", CODE.format(then=then, limit_s=limit_s))
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(argv, text=True, start_new_session=True, **pipes)
        started.append(process)
        return process, int(process.stdout.readline())

    yield run
    for process in started:
        process.kill()
        process.communicate()


def ends(process_id, timeout_s=10.0):
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    "then",
    [
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "lock = threading.Lock(); lock.acquire(); lock.acquire()",
        "while True: pass",
    ],
    ids=["stopped", "deadlock", "endless loop"],
)
def test_who_hangs_is_ended_and_named(then, run):
    process, dog = run(then)
    _, said = process.communicate(timeout=20.0)
    assert process.returncode == -signal.SIGKILL
    assert "the cook hangs" in said and str(process.pid) in said
    assert ends(dog)


@pytest.mark.parametrize(
    ("then", "limit_s"),
    [
        ("for _ in range(20): time.sleep(0.1); dog.feed(0.6)", LIMIT_S),
        ("dog.feed(0.0); time.sleep(2.0)", LIMIT_S),  # told: from now on for as long as it likes
        ("dog.close(); time.sleep(2.0)", LIMIT_S),
        ("time.sleep(2.0)", 60.0),
    ],
    ids=["goes on", "any silence", "closed", "patience"],
)
def test_who_goes_on_or_need_not_is_left_alone(then, limit_s, run):
    process, dog = run(then, limit_s)
    _, said = process.communicate(timeout=20.0)
    assert process.returncode == 0, said
    assert said == ""
    assert ends(dog)


def test_a_watchdog_ends_with_its_process_even_where_a_child_of_that_lives_on(run):
    # The child of a fork has inherited the pipe, so that it is never closed.
    process, dog = run("os.fork() or time.sleep(30.0); time.sleep(30.0)", 60.0)
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    assert ends(dog, 5.0)
    os.killpg(process.pid, signal.SIGKILL)


def test_who_ends_the_watchdog_gets_another(run):
    then = (
        "first = dog.process_id; os.kill(first, signal.SIGKILL)\n"
        "while dog.process_id in (None, first):\n"
        "    time.sleep(0.05); dog.feed(0.6)\n"
        "os.kill(os.getpid(), signal.SIGSTOP)"
    )
    process, _ = run(then)
    process.communicate(timeout=20.0)
    assert process.returncode == -signal.SIGKILL


def test_none_is_started_for_who_needs_none():
    with Watchdog("anyone") as dog:
        dog.feed(0.0)
        assert dog.process_id is None


def proc(tmp_path, *states, user=0, system=0):
    """Write what the kernel tells of a process: state of each thread, ticks of processor time."""
    folder = tmp_path / "42"
    for number, state in enumerate(states):
        (folder / "task" / str(number)).mkdir(parents=True, exist_ok=True)
        (folder / "task" / str(number) / "stat").write_text(f"{number} (a) b) {state} 1 1\n")
    rest = " ".join(str(n) for n in range(4, 14))
    (folder / "stat").write_text(f"42 (a) b) S {rest} {user} {system} 0 0\n")


TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def test_silence_counts_turns_of_who_sleeps_and_processor_time_of_who_could_run(tmp_path):
    silence = Silence(42, tmp_path)
    proc(tmp_path, "S", "T", user=100)
    silence.lasted(0.25)
    silence.lasted(0.25)
    assert silence.seconds == 0.5
    # One thread could run, but got two ticks only: those count, of user and system.
    proc(tmp_path, "S", "R", user=101, system=1)
    silence.lasted(0.25)
    assert silence.seconds == pytest.approx(0.5 + 2 / TICKS_PER_S)
    # It waits for the disk: nothing counts.
    proc(tmp_path, "D", "S", user=101, system=1)
    silence.lasted(0.25)
    assert silence.seconds == pytest.approx(0.5 + 2 / TICKS_PER_S)
    # Many threads use more than the turn is long: no more than the turn counts.
    proc(tmp_path, "R", "R", user=101 + 10 * TICKS_PER_S, system=1)
    silence.lasted(0.25)
    assert silence.seconds == pytest.approx(0.75 + 2 / TICKS_PER_S)
    silence.broken()
    assert silence.seconds == 0.0


def test_silence_counts_turns_where_the_kernel_tells_nothing(tmp_path):
    silence = Silence(42, tmp_path)
    silence.lasted(0.25)
    silence.lasted(0.5)
    assert silence.seconds == 0.75


def test_a_sign_of_life_is_a_number_of_seconds():
    assert SIGN.unpack(SIGN.pack(10.0)) == (10.0,) and SIGN.size == 8


def test_guard_says_how_long_it_may_hang():
    (item,) = (item for item in settings(GuardNodeConfig) if item.name == HANG_TIMEOUT)
    assert item.default == 10.0
