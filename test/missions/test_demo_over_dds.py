"""`./astra demo` as a person runs it: real processes, real DDS, real Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytest.importorskip("rclpy")

SEED = 7
ROOT = Path(__file__).parents[2]
# A line of progress of a robot that moves at 0.2 m/s or more.
MOVING = r"(driving|arriving).* 0\.[2-9]\d m/s"
HELD_UP_S = 5.0


def _command(*options: str) -> list[str]:
    return [sys.executable, "-m", "astra_cli", "demo", "--seed", str(SEED), *options]


def _run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*options),
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _read_until(process: subprocess.Popen[str], pattern: str) -> str:
    """Return what a process has said, up to the first line with the pattern or to its end."""
    output = ""
    assert process.stdout is not None
    for line in process.stdout:
        output += line
        if re.search(pattern, line):
            break
    return output


def _domain(output: str) -> str:
    found = re.search(r"ROS domain (\d+)", output)
    assert found, output
    return found.group(1)


def _left_over(domain: str) -> list[str]:
    """Return the command lines of Astra processes that still live in a domain."""
    left = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        line = " ".join(process.info["cmdline"] or ())
        environment = process.info["environ"] or {}
        if "astra_" in line and environment.get("ROS_DOMAIN_ID") == domain:
            left.append(line)
    return [line for line in left if "pytest" not in line and "colcon" not in line]


def _messages(bag: Path, topic: str) -> list:
    from rosbags.highlevel import AnyReader
    from rosbags.typesys import Stores, get_typestore

    with AnyReader([bag], default_typestore=get_typestore(Stores.ROS2_JAZZY)) as reader:
        connections = [c for c in reader.connections if c.topic == topic]
        return [
            reader.deserialize(raw, connection.msgtype)
            for connection, _, raw in reader.messages(connections=connections)
        ]


@pytest.fixture(scope="module")
def recorded(
    home_map: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo") / "record"
    process = subprocess.Popen(
        _command("--goal", "I am thirsty", "--record", str(folder), "--headless"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    output = _read_until(process, MOVING)
    # The listener stands still while the robot drives on, as on a machine with too much to do.
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(HELD_UP_S)
    os.kill(process.pid, signal.SIGCONT)
    rest, errors = process.communicate(timeout=600)
    output += rest
    return folder, subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def test_the_demo_arrives_and_says_so(recorded: tuple) -> None:
    folder, finished = recorded
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "ARRIVED" in finished.stdout
    assert "real-time factor" in finished.stdout
    assert "memory of the stack" in finished.stdout
    result = json.loads((folder / "result.json").read_text())
    assert result["success"] is True
    assert result["collisions"] == 0
    assert result["error_code"] == 0
    assert result["localization"]["median_error_m"] < 0.25
    assert _left_over(_domain(finished.stdout)) == []


def test_the_result_has_the_documented_keys(recorded: tuple) -> None:
    result = json.loads((recorded[0] / "result.json").read_text())
    documented = (
        "success goal_text goal_landmark error_code error_msg distance_to_goal_m path_length_m spl "
        "collisions sim_time_s wall_time_s real_time_factor fallback_fraction localization "
        "odometry rates_hz latency_ms versions weights"
    )
    assert set(documented.split()) <= set(result)
    assert {"first_fix_s", "median_error_m", "median_error_deg", "lost_count"} <= set(
        result["localization"]
    )
    assert "rte_percent" in result["odometry"]
    # Odometry at 50 Hz of simulated time is what the stack promises; none of it may be lost.
    assert result["rates_hz"]["local/odometry"] == pytest.approx(50.0, rel=0.1)


def test_the_recording_opens_with_standard_tools(recorded: tuple) -> None:
    folder, _ = recorded
    assert (folder / "drive.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    commands = _messages(folder / "bag", "/cmd_vel")
    assert len(commands) > 100
    assert max(command.linear.x for command in commands) > 0.2
    images = _messages(folder / "bag", "/camera/front/image_raw/compressed")
    assert len(images) > 20
    assert len(_messages(folder / "bag", "/imu")) > 200
    assert len(_messages(folder / "bag", "/tf_static")) >= 1
    stamps = [image.header.stamp.sec + image.header.stamp.nanosec / 1e9 for image in images]
    assert stamps == sorted(stamps)


def test_a_goal_that_is_not_on_the_map_is_refused(home_map: Path) -> None:
    finished = _run("--goal", "take me to the rocket launch pad")
    assert finished.returncode == 1
    assert "FAILED" in finished.stdout
    assert "error 102" in finished.stdout
    assert _left_over(_domain(finished.stdout)) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--scene", "castle"), "castle"),
        (("--scene", "home", "--seed", "-1"), "seed"),
        (("--goal", "  "), "--goal is empty"),
        (("--map", "/nonexistent/map"), "/nonexistent/map"),
    ],
)
def test_what_cannot_be_run_is_one_clear_line(options: tuple[str, ...], message: str) -> None:
    finished = _run(*options)
    assert finished.returncode not in (0, 130)
    lines = finished.stderr.strip().splitlines()
    assert len(lines) == 1, finished.stderr
    assert message in lines[0]
    assert "Traceback" not in finished.stdout + finished.stderr


def test_a_damaged_map_is_refused_before_anything_moves(home_map: Path, tmp_path: Path) -> None:
    import shutil

    damaged = tmp_path / "map"
    shutil.copytree(home_map, damaged)
    graph = damaged / "graph.json"
    graph.write_bytes(graph.read_bytes()[:-200])
    finished = _run("--map", str(damaged))
    assert finished.returncode == 1
    lines = finished.stderr.strip().splitlines()
    assert len(lines) == 1, finished.stderr
    assert "graph.json" in lines[0]
    assert "ROS domain" not in finished.stdout


@pytest.mark.parametrize("moment", ["starting astra_sim", MOVING])
def test_ctrl_c_stops_the_robot_and_leaves_nothing(
    home_map: Path, tmp_path: Path, moment: str
) -> None:
    folder = tmp_path / "record"
    process = subprocess.Popen(
        _command("--goal", "I am thirsty", "--record", str(folder)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    output = _read_until(process, moment)
    os.killpg(process.pid, signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130, output + rest + errors
    assert errors.strip() == "astra: interrupted"
    assert _left_over(_domain(output)) == []
    if moment == MOVING:
        commands = _messages(folder / "bag", "/cmd_vel")
        assert max(command.linear.x for command in commands) > 0.1
        assert commands[-1].linear.x == 0.0
        assert commands[-1].angular.z == 0.0


def test_ctrl_c_while_the_map_is_made_leaves_nothing_half_written(tmp_path: Path) -> None:
    process = subprocess.Popen(
        _command(),
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _read_until(process, "touring")
    time.sleep(1.0)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip() == "astra: interrupted"
    assert not list(tmp_path.rglob("*.mcap"))
    assert not list(tmp_path.rglob("map.yaml"))
