"""The steps of set-up, in order, each with what it depends on."""

import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from astra_cli.bootstrap import compiler, gl, ros_wheels, torch_install, venv, workspace
from astra_cli.bootstrap.fingerprint import fingerprint
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.requirements import (
    installed_version,
    pip_install,
    ros_lock,
    workspace_lock,
)
from astra_cli.bootstrap.ros import RosChoice, system_version
from astra_cli.bootstrap.stamps import read_stamp

Note = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One step of set-up.

    Attributes:
        key: Name of its stamp.
        title: What a person reads.
        fingerprint: Hash of the inputs; a finished step runs again when it changes.
        is_in_place: Cheap look at whether the outcome is still there.
        run: Does the work; returns what later starts need to know, if anything.
    """

    key: str
    title: str
    fingerprint: str
    is_in_place: Callable[[], bool]
    run: Callable[[Note], dict[str, str] | None]


def plan_steps(layout: Layout, ros: RosChoice) -> list[Step]:
    """List the steps for this checkout on this machine.

    Args:
        layout: The checkout's paths.
        ros: The chosen ROS 2.

    Returns:
        The steps in the order in which they run.
    """
    python = f"{venv.base_python()} {sys.version}"
    base = fingerprint([python, str(layout.root), ros.identity])
    lock = workspace_lock(layout, ros)
    inherited_torch = system_version("torch") if ros.is_sourced else None
    wheels = fingerprint([base], [ros_lock(layout)])
    messages = fingerprint(
        [wheels, *workspace.message_packages(ros)], workspace.message_files(layout)
    )
    steps = [
        Step(
            "venv",
            "virtual environment in .venv",
            base,
            layout.python.exists,
            lambda note: venv.make_venv(layout, system_site_packages=ros.is_sourced),
        ),
        Step(
            "compiler",
            "C++ compiler and Python headers",
            base,
            lambda: not compiler.missing_tools(),
            lambda note: compiler.provide_tools(layout.log),
        ),
        Step(
            "requirements",
            f"Python packages ({lock.name})",
            fingerprint([base], [lock]),
            lambda: installed_version(layout, "mujoco") is not None,
            lambda note: pip_install(layout, ["-r", lock], "installing the Python packages"),
        ),
        Step(
            "torch",
            f"PyTorch ({torch_install.TORCH})",
            fingerprint([base, torch_install.TORCH]),
            lambda: torch_install.is_as_wished(read_stamp(layout.stamps, "torch"), os.environ),
            lambda note: torch_install.install_torch(layout, lock, inherited_torch, note),
        ),
    ]
    if not ros.is_sourced:
        steps.append(
            Step(
                "ros_wheels",
                "ROS 2 Jazzy wheels",
                wheels,
                lambda: installed_version(layout, "ros_rclpy") is not None,
                lambda note: _install_ros(layout),
            )
        )
    steps += [
        Step(
            "gl",
            "GL for the simulator's cameras",
            fingerprint(gl.machine_fingerprint(), [lock]),
            lambda: True,
            lambda note: _choose_gl(layout, note),
        ),
        Step(
            "messages",
            "building the messages with colcon",
            messages,
            lambda: all(
                (layout.install / name).is_dir() for name in workspace.message_packages(ros)
            ),
            lambda note: workspace.build_messages(layout, ros),
        ),
        Step(
            "package",
            "installing the package astra with colcon",
            fingerprint(
                [messages, *workspace.package_description(layout)], workspace.package_files(layout)
            ),
            (layout.install / "astra" / "share" / "astra").is_dir,
            lambda note: workspace.build_package(layout, ros),
        ),
    ]
    return steps


def _install_ros(layout: Layout) -> dict[str, str]:
    pip_install(layout, ["-r", ros_lock(layout)], "installing the ROS 2 wheels")
    return {"patched": str(ros_wheels.patch_for_this_python(layout.venv))}


def _choose_gl(layout: Layout, note: Note) -> dict[str, str]:
    choice = gl.choose_gl(gl.render_probe(layout), lambda: gl.obtain_osmesa(layout))
    note(
        f"{choice.backend}: {choice.renderer}"
        if choice.backend
        else f"no rendering: {choice.advice}"
    )
    return asdict(choice)
