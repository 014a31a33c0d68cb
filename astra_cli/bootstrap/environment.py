"""The environment variables in which Astra's programs run."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.ros import WHEELS_DISTRO, RosChoice

PACKAGES = ("astra", "astra_msgs", "tf2_msgs")


def build_environment(layout: Layout, ros: RosChoice, environ: Mapping[str, str]) -> dict[str, str]:
    """Compute the environment for colcon: Python and ROS 2, without this workspace's own packages.

    Args:
        layout: The checkout's paths.
        ros: The chosen ROS 2.
        environ: The variables of the calling shell.

    Returns:
        A complete environment.
    """
    inherited = _Inherited(environ, layout.root)
    wheels = [] if ros.is_sourced else [layout.venv]
    prefixes = inherited.paths("AMENT_PREFIX_PATH", wheels)
    env = dict(environ)
    env.pop("PYTHONHOME", None)
    env["VIRTUAL_ENV"] = str(layout.venv)
    env["PATH"] = inherited.paths("PATH", [layout.venv / "bin"])
    env["PYTHONPATH"] = inherited.paths("PYTHONPATH", [])
    env["AMENT_PREFIX_PATH"] = prefixes
    env["CMAKE_PREFIX_PATH"] = inherited.paths("CMAKE_PREFIX_PATH", wheels)
    env["LD_LIBRARY_PATH"] = inherited.paths(
        "LD_LIBRARY_PATH", [] if ros.is_sourced else wheel_libraries(layout)
    )
    if not ros.is_sourced:
        env.update(ROS_DISTRO=WHEELS_DISTRO, ROS_VERSION="2", ROS_PYTHON_VERSION="3")
        # The wheels restart every Python once to set LD_LIBRARY_PATH; it is set already.
        env["_ROS_WHEELS_BOOTSTRAP_COMPLETE"] = "1"
    return env


def run_environment(
    layout: Layout, ros: RosChoice, environ: Mapping[str, str], gl: Mapping[str, str]
) -> dict[str, str]:
    """Compute the environment for Astra's own programs.

    The source tree comes first on ``PYTHONPATH``: an edit takes effect at the next start, with
    nothing to build. Calling this in an environment that it made gives the same again.

    Args:
        layout: The checkout's paths.
        ros: The chosen ROS 2.
        environ: The variables of the calling shell.
        gl: The result of the GL step: ``backend`` and ``library_path``.

    Returns:
        A complete environment.
    """
    env = build_environment(layout, ros, environ)
    inherited = _Inherited(env, None)
    prefixes = [layout.install / name for name in PACKAGES if (layout.install / name).is_dir()]
    unpacked = [Path(gl["library_path"])] if gl.get("library_path") else []
    for name in ("AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH"):
        env[name] = inherited.paths(name, prefixes)
    env["LD_LIBRARY_PATH"] = inherited.paths(
        "LD_LIBRARY_PATH", [*(p / "lib" for p in prefixes if (p / "lib").is_dir()), *unpacked]
    )
    # colcon's symlink install keeps the metadata, which installed entry points read, in build/.
    metadata = [layout.build / "astra"] if (layout.build / "astra").is_dir() else []
    env["PYTHONPATH"] = inherited.paths(
        "PYTHONPATH", [layout.root, *metadata, *python_folders(prefixes)]
    )
    if not ros.is_sourced:
        env["RMW_IMPLEMENTATION"] = "rmw_fastrtps_cpp"
    else:
        env.setdefault("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp")
    if gl.get("backend"):
        env.setdefault("MUJOCO_GL", gl["backend"])
    env["ASTRA_ROOT"] = str(layout.root)
    return env


def python_folders(prefixes: Iterable[Path]) -> list[Path]:
    """Find the Python packages of colcon's prefixes; Debian's Python has a scheme of its own."""
    patterns = (
        "lib/python3*/site-packages",
        "lib/python3*/dist-packages",
        "local/lib/python3*/dist-packages",
    )
    return [folder for p in prefixes for pattern in patterns for folder in sorted(p.glob(pattern))]


def wheel_libraries(layout: Layout) -> list[Path]:
    """List the folders in which the wheels of ROS 2 keep their libraries."""
    site_packages = layout.site_packages
    bundled = sorted(site_packages.glob("ros_*.libs")) if site_packages else []
    return [layout.venv / "lib", *bundled]


def shell_exports(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Write the difference of two environments as shell lines, for ``eval "$(./astra env)"``."""

    def quote(text: str) -> str:
        return "'" + text.replace("'", "'\\''") + "'"

    changed = [
        f"export {key}={quote(value)}"
        for key, value in sorted(after.items())
        if before.get(key) != value
    ]
    return changed + [f"unset {key}" for key in sorted(before) if key not in after]


class _Inherited:
    """Path lists of the calling shell, without the entries of this checkout."""

    def __init__(self, environ: Mapping[str, str], root: Path | None) -> None:
        self._environ = environ
        self._root = root

    def paths(self, name: str, first: Iterable[Path]) -> str:
        entries = [str(path) for path in first]
        for entry in self._environ.get(name, "").split(os.pathsep):
            if entry and entry not in entries and not self._is_own(entry):
                entries.append(entry)
        return os.pathsep.join(entries)

    def _is_own(self, entry: str) -> bool:
        return self._root is not None and Path(entry).is_relative_to(self._root)
