"""The colcon build: the messages, and the package ``astra`` itself."""

import os
from collections.abc import Sequence
from pathlib import Path

from astra_cli.bootstrap.environment import build_environment, run_environment
from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.fingerprint import files_below
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.own_folders import remove_built
from astra_cli.bootstrap.process import run_logged
from astra_cli.bootstrap.ros import RosChoice

# colcon does not look below a folder that is a package, and the root is one: name them all.
BASE_PATHS = (".", "astra_msgs", "ros_compat/tf2_msgs")
COLCON = "import sys; from colcon_core.command import main; sys.exit(main())"
PYTHON_PACKAGES = (
    "astra_core",
    "astra_global",
    "astra_local",
    "astra_sim",
    "astra_data",
    "astra_viewer",
    "astra_eval",
    "astra_cli",
)


def colcon(layout: Layout) -> list[str]:
    """The command that runs the environment's colcon with the environment's Python."""
    return [str(layout.python), "-c", COLCON]


def message_packages(ros: RosChoice) -> list[str]:
    """Name the interface packages to build; tf2_msgs is ours only where the machine has none."""
    return ["astra_msgs"] if ros.has_package("tf2_msgs") else ["tf2_msgs", "astra_msgs"]


def message_files(layout: Layout) -> list[Path]:
    """List the files that the messages are made from."""
    return [*files_below(layout.root / "astra_msgs"), *files_below(layout.root / "ros_compat")]


def build_messages(layout: Layout, ros: RosChoice) -> None:
    """Build the interface packages.

    Args:
        layout: The checkout's paths.
        ros: The chosen ROS 2.

    Raises:
        SetupError: If the build fails, or must.
    """
    if ros.is_sourced and not str(layout.root).isascii():
        raise SetupError(
            f"ROS 2 {ros.distro} cannot build messages below {layout.root}: its CMake files cut "
            "paths at letters with accents; put the checkout elsewhere"
        )
    packages = message_packages(ros)
    # Generated code of a message that is gone, or of another ROS 2, must not stay: these builds
    # start clean.
    for name in ("astra_msgs", "tf2_msgs"):
        remove_built(layout, name)
    env = build_environment(layout, ros, os.environ)
    cmake_arguments = [
        "-GNinja",
        "-DCMAKE_BUILD_TYPE=Release",
        # With testing on, an interface package asks for linters that the wheels do not have.
        "-DBUILD_TESTING=OFF",
        f"-DPython3_EXECUTABLE={layout.python}",
    ]
    _build(layout, packages, ["--cmake-args", *cmake_arguments], env)


def package_description(layout: Layout) -> list[str]:
    """Name what the installed package ``astra`` consists of, besides the contents that are linked.

    Modules and data files are symbolic links into the source tree, so only their coming and going
    needs a build.
    """
    data = [
        path
        for folder in ("launch", "config", "weights", "security")
        for path in files_below(layout.root / folder)
    ]
    packages = [
        path.parent
        for name in PYTHON_PACKAGES
        for path in files_below(layout.root / name)
        if path.name == "__init__.py"
    ]
    return [str(path.relative_to(layout.root)) for path in [*data, *packages]]


def package_files(layout: Layout) -> list[Path]:
    """List the files that decide how the package ``astra`` is installed."""
    return [
        layout.root / name for name in ("package.xml", "setup.py", "setup.cfg", "resource/astra")
    ]


def build_package(layout: Layout, ros: RosChoice) -> None:
    """Install the package ``astra`` with links into the source tree.

    Args:
        layout: The checkout's paths.
        ros: The chosen ROS 2.

    Raises:
        SetupError: If the build fails.
    """
    env = run_environment(layout, ros, os.environ, {})
    # The source tree on PYTHONPATH would make setuptools take the package for installed.
    env["PYTHONPATH"] = os.pathsep.join(
        p for p in env["PYTHONPATH"].split(os.pathsep) if p != str(layout.root)
    )
    remove_built(layout, "astra")
    _build(layout, ["astra"], ["--symlink-install"], env)


def _build(
    layout: Layout, packages: Sequence[str], arguments: Sequence[str], env: dict[str, str]
) -> None:
    base_paths = [path for path in BASE_PATHS if (layout.root / path).is_dir()]
    run_logged(
        [
            *colcon(layout),
            "build",
            "--base-paths",
            *base_paths,
            "--packages-select",
            *packages,
            "--event-handlers",
            "console_direct+",
            *arguments,
        ],
        layout.log,
        purpose=f"building {' and '.join(packages)}",
        env=env,
        cwd=layout.root,
    )
