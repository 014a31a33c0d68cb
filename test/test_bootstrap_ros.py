"""Which ROS 2 is taken, what environment follows, and that the wheels are made to fit."""

from pathlib import Path

import pytest

from astra_cli.bootstrap.environment import build_environment, run_environment, shell_exports
from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.ros import RosChoice, choose_ros
from astra_cli.bootstrap.ros_wheels import patch_cmake_files
from astra_cli.bootstrap.workspace import build_messages, message_packages


@pytest.fixture
def sourced(tmp_path: Path) -> dict[str, str]:
    """The variables of a shell with a ROS 2 for Python 3.12."""
    prefix = tmp_path / "opt" / "ros" / "jazzy"
    site_packages = prefix / "lib" / "python3.12" / "site-packages"
    extension = site_packages / "rclpy" / "_rclpy_pybind11.cpython-312-x86_64-linux-gnu.so"
    extension.parent.mkdir(parents=True)
    extension.touch()
    return {
        "ROS_DISTRO": "jazzy",
        "AMENT_PREFIX_PATH": str(prefix),
        "PYTHONPATH": str(site_packages),
        "PATH": f"{prefix}/bin:/usr/bin",
    }


def test_without_ros_the_wheels_are_taken(tmp_path: Path) -> None:
    ros = choose_ros({}, tmp_path, machine="x86_64")
    assert (ros.is_sourced, ros.distro, ros.numpy_major) == (False, "jazzy", 2)
    assert message_packages(ros) == ["tf2_msgs", "astra_msgs"]


def test_other_architecture_without_ros_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no ROS 2 wheels for aarch64: source a ROS 2"):
        choose_ros({}, tmp_path, machine="aarch64")


def test_sourced_ros_is_taken_on_any_architecture(tmp_path: Path, sourced: dict[str, str]) -> None:
    root = tmp_path / "astra"
    ros = choose_ros(
        sourced, root, python_version=(3, 12), machine="aarch64", system_numpy="1.26.4"
    )
    assert (ros.is_sourced, ros.distro, ros.numpy_major) == (True, "jazzy", 1)
    assert choose_ros(sourced, root, python_version=(3, 12), system_numpy="2.2.0").numpy_major == 2


def test_sourced_ros_of_another_python_is_refused(tmp_path: Path, sourced: dict[str, str]) -> None:
    with pytest.raises(SetupError, match=r"Python 3\.11 finds no rclpy"):
        choose_ros(sourced, tmp_path / "astra", python_version=(3, 11))


def test_own_prefixes_are_no_sourced_ros(tmp_path: Path) -> None:
    environ = {"AMENT_PREFIX_PATH": f"{tmp_path}/install/astra:{tmp_path}/.venv"}
    assert not choose_ros(environ, tmp_path, machine="x86_64").is_sourced


def test_workspaces_over_our_own_environment_are_no_sourced_ros(tmp_path: Path) -> None:
    root, overlay = tmp_path / "astra", tmp_path / "my ws" / "install" / "my_msgs"
    make_package(overlay, "my_msgs")
    (root / ".venv").mkdir(parents=True)
    (root / ".venv" / "pyvenv.cfg").touch()
    own = f"{root}/install/astra_msgs:{root}/.venv"
    choice = choose_ros({"AMENT_PREFIX_PATH": f"{overlay}:{own}"}, root, machine="x86_64")
    assert choice == choose_ros({}, root, machine="x86_64")
    # What was built stays, and the overlay is still found.
    env = build_environment(Layout(root), choice, {"AMENT_PREFIX_PATH": f"{overlay}:{own}"})
    assert env["AMENT_PREFIX_PATH"].split(":") == [f"{root}/.venv", str(overlay)]
    # A ROS 2 that was sourced on top is one.
    make_package(tmp_path / "ros", "rclpy")
    with pytest.raises(SetupError, match="no rclpy"):
        choose_ros({"AMENT_PREFIX_PATH": f"{tmp_path}/ros:{own}"}, root, machine="x86_64")


def test_a_workspace_over_ros_builds_nothing_again_unless_it_replaces_what_we_build_on(
    tmp_path: Path,
) -> None:
    ros, overlay = tmp_path / "jazzy", tmp_path / "ws"
    make_package(ros, "rclpy")
    make_package(overlay, "my_robot")
    plain, over = RosChoice("jazzy", (ros,)), RosChoice("jazzy", (overlay, ros))
    assert over.identity == plain.identity
    make_package(overlay, "sensor_msgs")
    assert over.identity != plain.identity


def make_package(prefix: Path, name: str) -> None:
    share = prefix / "share" / name
    share.mkdir(parents=True)
    (share / "package.xml").touch()


def test_wheels_of_another_checkout_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".venv").mkdir(parents=True)
    (other / ".venv" / "pyvenv.cfg").touch()
    environ = {"AMENT_PREFIX_PATH": f"{other}/install/astra:{other}/.venv", "ROS_DISTRO": "jazzy"}
    with pytest.raises(SetupError, match=r"another checkout .*other/\.venv.*: open a new shell"):
        choose_ros(environ, tmp_path / "astra", machine="x86_64")


def test_tf2_msgs_of_the_machine_is_used_where_there_is_one(
    tmp_path: Path, sourced: dict[str, str]
) -> None:
    share = tmp_path / "opt" / "ros" / "jazzy" / "share" / "tf2_msgs"
    share.mkdir(parents=True)
    (share / "package.xml").touch()
    ros = choose_ros(sourced, tmp_path / "astra", python_version=(3, 12))
    assert message_packages(ros) == ["astra_msgs"]


def make_layout(root: Path) -> Layout:
    layout = Layout(root)
    (layout.venv / "lib" / "python3.11" / "site-packages" / "ros_rcl.libs").mkdir(parents=True)
    (layout.install / "astra_msgs" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    return layout


def test_environment_of_the_wheels(tmp_path: Path) -> None:
    layout = make_layout(tmp_path)
    gl = {"backend": "osmesa", "library_path": "/gl"}
    env = run_environment(layout, RosChoice("jazzy"), {"PATH": "/usr/bin"}, gl)
    assert env["AMENT_PREFIX_PATH"] == f"{layout.install}/astra_msgs:{layout.venv}"
    assert env["PYTHONPATH"].split(":")[0] == str(tmp_path)
    assert env["PATH"] == f"{layout.venv}/bin:/usr/bin"
    assert "/gl" in env["LD_LIBRARY_PATH"].split(":")
    assert any(entry.endswith("ros_rcl.libs") for entry in env["LD_LIBRARY_PATH"].split(":"))
    assert (env["RMW_IMPLEMENTATION"], env["MUJOCO_GL"]) == ("rmw_fastrtps_cpp", "osmesa")


def test_environment_of_a_sourced_ros_keeps_what_the_shell_chose(
    tmp_path: Path, sourced: dict[str, str]
) -> None:
    layout = make_layout(tmp_path / "astra")
    ros = RosChoice("jazzy", (Path(sourced["AMENT_PREFIX_PATH"]),), 1)
    sourced |= {"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp", "MUJOCO_GL": "egl"}
    env = run_environment(layout, ros, sourced, {"backend": "osmesa"})
    assert env["AMENT_PREFIX_PATH"].endswith(sourced["AMENT_PREFIX_PATH"])
    assert str(layout.venv) not in env["AMENT_PREFIX_PATH"]
    assert env["PYTHONPATH"].endswith(sourced["PYTHONPATH"])
    assert (env["RMW_IMPLEMENTATION"], env["MUJOCO_GL"]) == ("rmw_cyclonedds_cpp", "egl")
    assert env["ROS_DISTRO"] == "jazzy"


def test_environment_made_twice_is_the_same(tmp_path: Path) -> None:
    layout = make_layout(tmp_path)
    ros = RosChoice("jazzy")
    once = run_environment(layout, ros, {"PATH": "/usr/bin"}, {"backend": "egl"})
    assert run_environment(layout, ros, once, {"backend": "egl"}) == once


def test_shell_lines_quote_and_unset() -> None:
    before = {"KEEP": "1", "GONE": "1"}
    after = {"KEEP": "1", "NEW": "it's $HOME"}
    assert shell_exports(before, after) == ["export NEW='it'\\''s $HOME'", "unset GONE"]


def test_wheels_are_patched_once(tmp_path: Path) -> None:
    folder = tmp_path / "share" / "geometry_msgs" / "cmake"
    folder.mkdir(parents=True)
    other = folder / "other.cmake"
    other.write_text("set(x 1)\n")
    export = folder / "export.cmake"
    image = "/opt/python/cp312-cp312"
    export.write_text(
        f'INCLUDE "{image}/include/python3.12;'
        f'{image}/lib/python3.12/site-packages/numpy/_core/include"\n'
    )
    site_packages = tmp_path / "lib" / "python3.12" / "site-packages"
    adapt = folder / "rosidl_adapt_interfaces.cmake"
    adapt.write_text('  file(STRINGS "${idl_output}" idl_tuples)\n')
    assert patch_cmake_files(tmp_path, Path("/usr/include/python3.12"), site_packages) == 2
    assert export.read_text() == (
        f'INCLUDE "/usr/include/python3.12;{site_packages}/numpy/_core/include"\n'
    )
    # As ASCII, CMake cuts every path in it at the first accent.
    assert adapt.read_text() == '  file(STRINGS "${idl_output}" idl_tuples ENCODING UTF-8)\n'
    assert patch_cmake_files(tmp_path, Path("/usr/include/python3.12"), site_packages) == 0


def test_accents_below_a_sourced_ros_are_said_before_the_build(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"cannot build messages below .*Wörk"):
        build_messages(Layout(tmp_path / "Wörk"), RosChoice("jazzy", (tmp_path,)))
