"""The counts of `./astra test`, and a ROS 2 domain that nobody else uses."""

import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from astra_cli.commands.testing import TestCounts, count_results, report_coverage, result_files
from astra_cli.ros_domain import (
    BASE_PORT,
    LOCALHOST_PROFILE,
    PORTS_PER_DOMAIN,
    find_free_domain,
    is_free,
    isolate,
)

RESULTS = """<testsuites><testsuite name="pytest" tests="5" errors="1" failures="1" skipped="1">
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><failure message="x"/></testcase>
<testcase name="d"><error message="x"/></testcase>
<testcase name="e"><skipped message="x"/></testcase>
</testsuite></testsuites>"""


def test_counts_of_a_result_file(tmp_path: Path) -> None:
    path = tmp_path / "pytest.xml"
    path.write_text(RESULTS)
    counts = count_results(path)
    assert counts == TestCounts(passed=2, failed=2, skipped=1)
    assert str(counts) == "2 passed, 2 failed, 1 skipped"
    assert counts.ran == 4


def test_unreadable_result_counts_as_failure(tmp_path: Path) -> None:
    path = tmp_path / "pytest.xml"
    path.write_text(RESULTS[:50])
    assert count_results(path) == TestCounts(failed=1)


def test_results_of_other_packages_are_not_counted(tmp_path: Path) -> None:
    for name in ("astra", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pytest.xml").write_text(RESULTS)
    assert result_files(tmp_path) == [tmp_path / "astra" / "pytest.xml"]


def test_a_domain_in_use_is_not_free() -> None:
    domain = find_free_domain(random.Random(0))
    assert 1 <= domain <= 101
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", BASE_PORT + PORTS_PER_DOMAIN * domain))
        assert not is_free(domain)
        assert find_free_domain(random.Random(0)) != domain


def test_isolation_keeps_discovery_on_this_host() -> None:
    environ = {"ROS_STATIC_PEERS": "10.0.0.5", "ROS_DOMAIN_ID": "0"}
    isolate(environ, 42)
    profile = str(LOCALHOST_PROFILE)
    assert environ == {
        "ROS_DOMAIN_ID": "42",
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        "FASTDDS_DEFAULT_PROFILES_FILE": profile,
        "FASTRTPS_DEFAULT_PROFILES_FILE": profile,
    }


@pytest.mark.parametrize(
    ("floor", "whole", "kept"), [(60, True, False), (50, True, True), (60, False, True)]
)
def test_too_few_covered_lines_fail_a_whole_run(
    tmp_path: Path, floor: int, whole: bool, kept: bool
) -> None:
    (tmp_path / "half.py").write_text("a = 1\nif not a:\n    b = 2\n    c = 3\n")
    (tmp_path / "pyproject.toml").write_text(f"[tool.coverage.report]\nfail_under = {floor}\n")
    counted = tmp_path / "counted"
    subprocess.run(
        [sys.executable, "-m", "coverage", "run", f"--data-file={counted}", "half.py"],
        cwd=tmp_path,
        # A run that counts this test must not count that one.
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
        check=True,
    )
    assert report_coverage(tmp_path, counted, whole=whole) == kept


def test_nothing_counted_is_not_covered(tmp_path: Path) -> None:
    assert not report_coverage(tmp_path, tmp_path / "nothing", whole=False)
