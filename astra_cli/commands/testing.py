"""``./astra test``: colcon runs every test, and the last line counts what really ran."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.process import end_group
from astra_cli.bootstrap.workspace import BASE_PATHS, colcon
from astra_cli.ros_domain import find_free_domain, isolate
from astra_eval.json_file import write_json

PACKAGES = ("astra", "astra_msgs")
_COVERAGE_FILE = "coverage.data"


@dataclass(frozen=True)
class TestCounts:
    """How many test cases ended how; an error counts as a failure."""

    __test__ = False  # pytest, this is not a test case

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "TestCounts") -> "TestCounts":
        """Add the counts of two result files."""
        return TestCounts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    @property
    def ran(self) -> int:
        """Test cases that were really executed."""
        return self.passed + self.failed

    def __str__(self) -> str:
        """The line that CI reads."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run_tests(
    pytest_arguments: Sequence[str],
    *,
    slow: bool = False,
    coverage: bool = False,
    json_file: Path | None = None,
) -> int:
    """Run the tests of both packages with live output.

    Args:
        pytest_arguments: Passed on to pytest.
        slow: Whether tests marked ``slow`` run as well.
        coverage: Whether lines are counted; below the floor of ``pyproject.toml`` a run of all
            tests has failed.
        json_file: Where to write the counts, or None.

    Returns:
        0 if at least one test ran, none failed and enough lines ran, otherwise 1.
    """
    layout = Layout(Path(__file__).resolve().parents[2])
    for path in result_files(layout.build):
        path.unlink()
    # colcon would warn that the wheels' prefix has no set-up scripts, at every start.
    env = {**os.environ, "COLCON_LOG_LEVEL": "error"}
    domain = find_free_domain()
    isolate(env, domain)
    print(f"astra: tests run in ROS_DOMAIN_ID {domain}, discovery on this host only", flush=True)

    arguments = list(pytest_arguments)
    if slow and not any(a.startswith("-m") for a in arguments):
        arguments += ["-m", "slow or not slow"]  # pyproject.toml leaves them out
    counted = layout.build / _COVERAGE_FILE
    if coverage:
        counted.unlink(missing_ok=True)
        env["COVERAGE_FILE"] = str(counted)
        # The report comes at the end, with the floor: colcon takes no notice of pytest's verdict.
        arguments += ["--cov", "--cov-report=", "--cov-fail-under=0"]
    base_paths = [path for path in BASE_PATHS if (layout.root / path).is_dir()]
    command = [*colcon(layout), "test", "--base-paths", *base_paths]
    command += ["--packages-select", *PACKAGES, "--event-handlers", "console_direct+"]
    # A leading space keeps colcon from taking pytest's options for its own.
    command += ["--pytest-args", *(f" {a}" if a.startswith("-") else a for a in arguments)]
    code = _run(command, layout.root, env)
    summary = [*colcon(layout), "test-result", "--test-result-base", str(layout.build), "--all"]
    result_code = _run(summary, layout.root, env)

    counts = sum((count_results(path) for path in result_files(layout.build)), TestCounts())
    if counts.ran == 0:
        print("astra: no test ran", file=sys.stderr)
    covered = not coverage or report_coverage(layout.root, counted, whole=not pytest_arguments)
    write_json(json_file, asdict(counts))
    sys.stderr.flush()
    print(counts, flush=True)
    passed = code == 0 and result_code == 0 and counts.failed == 0 and counts.ran > 0
    return 0 if passed and covered else 1


def report_coverage(root: Path, counted: Path, *, whole: bool) -> bool:
    """Print which share of the lines ran, the least covered files first.

    Args:
        root: Of the project, whose ``pyproject.toml`` has the floor.
        counted: What was counted.
        whole: Whether all tests ran; the floor is for these.

    Returns:
        Whether it was counted, and the floor is kept where it holds.
    """
    command = [sys.executable, "-m", "coverage", "report", f"--data-file={counted}"]
    command += ["--skip-covered", "--sort=cover", *([] if whole else ["--fail-under=0"])]
    return _run(command, root, dict(os.environ)) == 0


def result_files(build: Path) -> list[Path]:
    """List the result files of the packages under test.

    Args:
        build: colcon's build folder.

    Returns:
        pytest's file of each package, and what ament's own runner wrote.
    """
    found = []
    for package in PACKAGES:
        found += [build / package / "pytest.xml"]
        found += sorted((build / package / "test_results").rglob("*.xml"))
    return [path for path in found if path.is_file()]


def count_results(path: Path) -> TestCounts:
    """Count the cases of one JUnit file.

    Args:
        path: The file; one that cannot be read counts as a failure, because its tests did not
            finish.

    Returns:
        The counts.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return TestCounts(failed=1)
    counts = TestCounts()
    for case in root.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            counts += TestCounts(failed=1)
        elif case.find("skipped") is not None:
            counts += TestCounts(skipped=1)
        else:
            counts += TestCounts(passed=1)
    return counts


def _run(command: Sequence[str], cwd: Path, env: dict[str, str]) -> int:
    """Run a command in the foreground; an interruption ends everything that it started."""
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            end_group(process)
        raise
