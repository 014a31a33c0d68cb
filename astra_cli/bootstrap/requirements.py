"""Pinned requirements, installed with the environment's own pip."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.own_folders import sweep_half_installed
from astra_cli.bootstrap.process import run_logged
from astra_cli.bootstrap.ros import RosChoice


def workspace_lock(layout: Layout, ros: RosChoice) -> Path:
    """The lock file that goes with the chosen ROS 2's NumPy."""
    return layout.requirements / f"lock-numpy{ros.numpy_major}.txt"


def ros_lock(layout: Layout) -> Path:
    """The lock file of the ROS 2 wheels."""
    return layout.requirements / "lock-ros-jazzy.txt"


def pins_of(lock: Path) -> list[str]:
    """Return the pins of a lock file as constraints: ``name==version ; marker``.

    Without hashes: with one among its files, pip asks for one of everything, constraints included.
    Without extras: constraints have none.
    """
    lines = (line.removesuffix("\\").strip() for line in lock.read_text("utf-8").splitlines())
    pins = [line for line in lines if line and not line.startswith(("#", "--hash="))]
    return [re.sub(r"^([\w.-]+)\[[^]]*\]", r"\1", pin) for pin in pins]


def pip_install(layout: Layout, arguments: Sequence[str | Path], purpose: str) -> None:
    """Run ``pip install`` in the environment.

    Args:
        layout: The checkout's paths.
        arguments: What follows ``pip install``.
        purpose: For the failure message.

    Raises:
        SetupError: If pip fails.
    """
    if layout.site_packages is not None:
        sweep_half_installed(layout.site_packages)
    # A user's PYTHONPATH would make pip take packages there for installed ones.
    env = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "PIP_USER")
    }
    command: list[str | Path] = [
        layout.python,
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
    ]
    run_logged([*command, *arguments], layout.log, purpose=purpose, env=env)


def installed_version(layout: Layout, distribution: str) -> str | None:
    """Version of a distribution that is completely installed in the environment, or None."""
    site_packages = layout.site_packages
    if site_packages is None:
        return None
    stem = distribution.replace("-", "_")
    for folder in site_packages.glob(f"{stem}-*.dist-info"):
        if (folder / "RECORD").is_file():
            return folder.name.removesuffix(".dist-info").split("-", 1)[1]
    return None
