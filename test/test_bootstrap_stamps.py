"""Set-up does what is to do, once, and goes on where it was interrupted."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from astra_cli.bootstrap import __main__ as bootstrap
from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.fingerprint import files_below, fingerprint
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.process import run_logged
from astra_cli.bootstrap.ros import RosChoice
from astra_cli.bootstrap.stamps import Stamp, read_stamp, write_stamp
from astra_cli.bootstrap.steps import Note, Step

ROS = RosChoice("jazzy")


def test_fingerprint_changes_with_every_input(tmp_path: Path) -> None:
    first = tmp_path / "a.msg"
    first.write_text("float64 x\n")
    before = fingerprint(["one"], [first])
    assert fingerprint(["one"], [first]) == before
    assert fingerprint(["two"], [first]) != before
    assert fingerprint(["one"], []) != before
    first.write_text("float64 y\n")
    assert fingerprint(["one"], [first]) != before


def test_fingerprint_keeps_neighbours_apart() -> None:
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])


def test_fingerprint_tells_a_missing_file_from_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    missing = fingerprint([], [path])
    path.touch()
    assert fingerprint([], [path]) != missing


def test_caches_of_python_are_not_inputs(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").touch()
    (tmp_path / "a.py").touch()
    assert files_below(tmp_path) == [tmp_path / "a.py"]


def test_stamp_round_trip_and_damage(tmp_path: Path) -> None:
    write_stamp(tmp_path, "gl", Stamp("abc", {"backend": "egl"}))
    assert read_stamp(tmp_path, "gl") == Stamp("abc", {"backend": "egl"})
    for damaged in ("", "{", "[]", '{"fingerprint": "abc"}', '{"fingerprint": 1, "result": 2}'):
        (tmp_path / "gl.json").write_text(damaged)
        assert read_stamp(tmp_path, "gl") is None


class FakeSteps:
    """Two steps that record their runs; the second can be made to fail."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.inputs = {"one": "1", "two": "1"}
        self.error: BaseException | None = None

    def plan(self, layout: Layout, ros: RosChoice) -> list[Step]:
        return [self._step("one"), self._step("two")]

    def _step(self, key: str) -> Step:
        def run(note: Note) -> None:
            self.ran.append(key)
            if key == "two" and self.error is not None:
                raise self.error

        return Step(key, key, self.inputs[key], lambda: True, run)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> FakeSteps:
    fake = FakeSteps()
    monkeypatch.setattr(bootstrap, "plan_steps", fake.plan)
    return fake


def test_set_up_runs_each_step_once(tmp_path: Path, steps: FakeSteps) -> None:
    bootstrap.set_up(Layout(tmp_path), ROS)
    bootstrap.set_up(Layout(tmp_path), ROS)
    assert steps.ran == ["one", "two"]


def test_only_the_step_whose_inputs_changed_runs_again(tmp_path: Path, steps: FakeSteps) -> None:
    bootstrap.set_up(Layout(tmp_path), ROS)
    steps.inputs["two"] = "2"
    bootstrap.set_up(Layout(tmp_path), ROS)
    assert steps.ran == ["one", "two", "two"]


@pytest.mark.parametrize("error", [SetupError("no network"), KeyboardInterrupt()])
def test_an_ended_step_runs_again_and_finished_ones_do_not(
    tmp_path: Path, steps: FakeSteps, error: BaseException
) -> None:
    steps.error = error
    with pytest.raises(type(error)):
        bootstrap.set_up(Layout(tmp_path), ROS)
    steps.error = None
    bootstrap.set_up(Layout(tmp_path), ROS)
    assert steps.ran == ["one", "two", "two"]


def test_failure_shows_the_end_of_the_output_and_the_log(tmp_path: Path) -> None:
    script = "import sys; print('first'); sys.exit('no such wheel')"
    with pytest.raises(SetupError, match="no such wheel") as caught:
        run_logged([sys.executable, "-c", script], tmp_path / "log", purpose="installing")
    assert "installing failed (exit 1)" in str(caught.value)
    assert str(tmp_path / "log") in str(caught.value)
    assert "first" in (tmp_path / "log").read_text()


def test_missing_program_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="fetching failed"):
        run_logged(["/nonexistent"], tmp_path / "log", purpose="fetching")


def test_time_limit_ends_the_children_of_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = (
        "import subprocess, sys; from pathlib import Path;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"Path({str(pid_file)!r}).write_text(str(child.pid)); child.wait()"
    )
    with pytest.raises(SetupError, match="took more than"):
        run_logged([sys.executable, "-c", script], tmp_path / "log", purpose="x", timeout_s=2.0)
    state = Path(f"/proc/{pid_file.read_text()}/stat")
    deadline = time.monotonic() + 5.0
    while state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z":
        assert time.monotonic() < deadline, "the grandchild is still running"
        time.sleep(0.05)


def test_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    root = Path(bootstrap.__file__).parents[2]
    script = (
        f"import sys, time; sys.path.insert(0, {str(root)!r}); from pathlib import Path;"
        "from astra_cli.bootstrap.setup_lock import setup_lock\n"
        f"with setup_lock(Path({str(tmp_path / 'lock')!r})):\n"
        "    print('in', flush=True); time.sleep(0.5); print('out', flush=True)\n"
    )
    with (tmp_path / "order").open("w") as order, (tmp_path / "said").open("w") as said:
        both = [
            subprocess.Popen([sys.executable, "-c", script], stdout=order, stderr=said)
            for _ in range(2)
        ]
        assert [process.wait(30) for process in both] == [0, 0]
    assert (tmp_path / "order").read_text().split() == ["in", "out", "in", "out"]
    assert "another ./astra" in (tmp_path / "said").read_text()
