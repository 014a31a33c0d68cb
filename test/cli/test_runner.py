"""The runner with plain Python children: no ROS needed."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from astra_cli.node_table import ProcessCommand
from astra_cli.runner import ProcessDied, Runner
from astra_core.errors import AstraError
from astra_core.ros.lifecycle_config import ACTIVE_LINE

ROOT = Path(__file__).resolve().parents[2]
PATIENT = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "{more}print('ready', flush=True); time.sleep(60)"
)


def child(name, code):
    return ProcessCommand(name, (sys.executable, "-c", textwrap.dedent(code)))


def make(tmp_path, *children, **options):
    return Runner(children, log_folder=tmp_path / "logs", domain_id=42, **options)


def wait_for(condition, timeout_s=20.0):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def said(runner, name, text="ready"):
    return text in runner.log_file(name).read_text()


def is_alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has reaped yet is not alive.
    return "Z" not in Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_children_get_their_own_domain_and_session_and_end_with_the_block(tmp_path):
    code = """
        import os, time
        print(os.environ["ROS_DOMAIN_ID"], os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"],
              os.getsid(0) == os.getpid(), flush=True)
        time.sleep(60)
    """
    with make(tmp_path, child("a", code), child("b", PATIENT)) as runner:
        ids = runner.process_ids
        assert list(ids) == ["a", "b"]
        wait_for(lambda: said(runner, "a", "\n") and said(runner, "b"))
        runner.poll()
        assert runner.log_file("a").read_text().split() == ["42", "LOCALHOST", "True"]
    assert not any(is_alive(process_id) for process_id in ids.values())


def test_a_dead_child_is_reported_with_its_last_words(tmp_path):
    with make(tmp_path, child("a", PATIENT), child("b", "raise SystemExit('my last words')")) as r:
        with pytest.raises(ProcessDied, match=r"b ended \(exit code 1\)[\s\S]*my last words"):
            for _ in range(1000):
                r.poll()
                time.sleep(0.01)
        ids = r.process_ids
    assert not any(is_alive(process_id) for process_id in ids.values())


@pytest.mark.parametrize("more", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN); "])
def test_who_does_not_obey_is_terminated_and_then_killed(tmp_path, more):
    runner = make(tmp_path, child("a", STUBBORN.format(more=more)), stop_timeout_s=0.3)
    runner.start()
    wait_for(lambda: said(runner, "a"))
    ids = runner.process_ids
    runner.stop()
    assert not is_alive(ids["a"])
    runner.stop()  # twice is harmless


def test_what_a_child_leaves_behind_is_ended_too(tmp_path):
    code = """
        import subprocess, sys
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print(grandchild.pid, flush=True)
        import time; time.sleep(60)
    """
    with make(tmp_path, child("a", code)) as runner:
        wait_for(lambda: said(runner, "a", "\n"))
        grandchild = int(runner.log_file("a").read_text())
        assert is_alive(grandchild)
    wait_for(lambda: not is_alive(grandchild))


def test_a_command_that_cannot_be_started_leaves_nothing_behind(tmp_path):
    runner = make(tmp_path, child("a", PATIENT), ProcessCommand("b", ("/no/such/program",)))
    with pytest.raises(AstraError, match="cannot start b"):
        runner.start()
    assert runner.process_ids == {}


def test_waiting_for_activity_needs_the_owners_word(tmp_path):
    owner = f"""
        import time
        time.sleep(0.3)
        print("[INFO] {ACTIVE_LINE}", flush=True)
        time.sleep(60)
    """
    waits = []
    with make(tmp_path, child("astra_lifecycle", owner)) as runner:
        runner.wait_active(timeout_s=20.0, on_wait=waits.append)
    assert waits and waits == sorted(waits)
    with (
        make(tmp_path, child("astra_lifecycle", PATIENT)) as runner,
        pytest.raises(AstraError, match=r"not active after 1 s:[\s\S]*ready"),
    ):
        runner.wait_active(timeout_s=1.0)


DRIVER = """
import sys, time
from pathlib import Path
from astra_cli.node_table import ProcessCommand
from astra_cli.runner import Runner
code = "import time; time.sleep(60)"
commands = [ProcessCommand(name, (sys.executable, "-c", code)) for name in ("a", "b")]
with Runner(commands, log_folder=Path(sys.argv[1]), domain_id=42) as runner:
    print(*runner.process_ids.values(), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_runner(tmp_path, number):
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with driver:
        ids = [int(word) for word in driver.stdout.readline().split()]
        assert len(ids) == 2 and all(map(is_alive, ids))
        driver.send_signal(number)
        driver.wait(timeout=20.0)
        wait_for(lambda: not any(map(is_alive, ids)))


ONCE_UP = f"import time; print({ACTIVE_LINE!r}, flush=True); time.sleep(60)"


@contextlib.contextmanager
def up(tmp_path, code):
    """Run a process that may be started again, beside an owner that says all is up."""
    mortal = ProcessCommand("mortal", (sys.executable, "-c", code), restarts=True)
    with make(tmp_path, child("astra_lifecycle", ONCE_UP), mortal) as runner:
        runner.wait_active(20.0)
        wait_for(lambda: said(runner, "mortal"))
        yield runner


def end_of(runner, number=signal.SIGKILL):
    """Kill the process and return what the runner says of it."""
    killed = runner.process_ids["mortal"]
    os.kill(killed, number)
    told = []
    wait_for(lambda: told.extend(runner.poll()) or told)
    assert runner.process_ids["mortal"] != killed
    return told


def test_a_process_that_is_killed_is_started_again_with_its_log_kept(tmp_path):
    with up(tmp_path, PATIENT) as runner:
        assert end_of(runner) == ["mortal ended (signal SIGKILL): started again"]
        wait_for(lambda: runner.log_file("mortal").read_text().count("ready") == 2)
        assert runner.poll() == []


def test_a_process_that_dies_again_and_again_ends_the_run(tmp_path):
    with up(tmp_path, PATIENT) as runner:
        for _ in range(3):
            end_of(runner)
        with pytest.raises(ProcessDied, match="mortal ended"):
            end_of(runner)


def test_a_process_that_says_itself_that_it_cannot_work_ends_the_run(tmp_path):
    code = "import time; print('ready', flush=True); time.sleep(1); raise SystemExit(2)"
    with (
        up(tmp_path, code) as runner,
        pytest.raises(ProcessDied, match=r"mortal ended \(exit code 2\)"),
    ):
        wait_for(lambda: runner.poll())


def test_before_everything_is_up_nothing_is_started_again(tmp_path):
    code = "print('once', flush=True); raise SystemExit(1)"
    mortal = ProcessCommand("mortal", (sys.executable, "-c", code), restarts=True)
    with make(tmp_path, child("astra_lifecycle", PATIENT), mortal) as runner:
        with pytest.raises(ProcessDied, match="mortal ended"):
            runner.wait_active(20.0)
        assert runner.log_file("mortal").read_text().split() == ["once"]
