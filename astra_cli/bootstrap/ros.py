"""Which ROS 2 the workspace stands on: one that is sourced, or the wheels of Jazzy."""

import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from astra_cli.bootstrap.errors import SetupError

WHEELS_DISTRO = "jazzy"
#: What our messages and nodes are built on.
BUILT_ON = (
    "rclpy",
    "rosidl_default_generators",
    "builtin_interfaces",
    "geometry_msgs",
    "nav_msgs",
    "sensor_msgs",
    "std_msgs",
    "tf2_msgs",
)


@dataclass(frozen=True)
class RosChoice:
    """The ROS 2 to build on.

    Attributes:
        distro: Name of the distribution.
        prefixes: Prefixes of the sourced installation, nearest overlay first; empty for the wheels.
        numpy_major: Major version of NumPy that goes with it.
    """

    distro: str
    prefixes: tuple[Path, ...] = ()
    numpy_major: int = 2

    @property
    def is_sourced(self) -> bool:
        """Whether a sourced installation is used rather than the wheels."""
        return bool(self.prefixes)

    @property
    def identity(self) -> str:
        """A text that changes when everything built on this ROS 2 must be built again.

        A workspace that lies over the installation and has nothing that we build on is no part
        of it: the same checkout may be used with and without it sourced.
        """
        below = [p for p in self.prefixes if any(_holds(p, name) for name in BUILT_ON)]
        return ":".join([self.distro, f"numpy{self.numpy_major}", *map(str, below)])

    def has_package(self, name: str) -> bool:
        """Whether the sourced installation holds a package."""
        return any(_holds(prefix, name) for prefix in self.prefixes)


def choose_ros(
    environ: Mapping[str, str],
    root: Path,
    *,
    python_path: Iterable[str] = (),
    python_version: tuple[int, int] = (sys.version_info[0], sys.version_info[1]),
    machine: str = platform.machine(),
    system_numpy: str | None = None,
) -> RosChoice:
    """Take the sourced ROS 2 where there is one, otherwise the wheels.

    Prefixes below ``root`` are this workspace's own (a shell that carries its environment) and
    count for nothing; with its wheels among them, neither do workspaces that were built over it.

    Args:
        environ: Environment variables.
        root: Root of the checkout.
        python_path: Further folders that Python imports from.
        python_version: Version of the interpreter that builds the virtual environment.
        machine: Architecture, as in ``platform.machine()``.
        system_numpy: Version of the NumPy next to the sourced ROS 2, or None.

    Returns:
        The choice.

    Raises:
        SetupError: If a ROS 2 is sourced that this Python cannot import, there is neither that nor
            a wheel, or the shell carries another checkout's wheels, which nothing can be built on.
    """
    listed = [Path(entry) for entry in environ.get("AMENT_PREFIX_PATH", "").split(":") if entry]
    prefixes = tuple(prefix for prefix in listed if not prefix.is_relative_to(root))
    carries_own = any(p.is_relative_to(root) and (p / "pyvenv.cfg").is_file() for p in listed)
    if not prefixes or (carries_own and not any(_is_ros(prefix) for prefix in prefixes)):
        if machine != "x86_64":
            raise SetupError(
                f"no ROS 2 wheels for {machine}: source a ROS 2 installation "
                "(source /opt/ros/jazzy/setup.bash) and run this again"
            )
        return RosChoice(WHEELS_DISTRO)

    wheels = next((prefix for prefix in prefixes if (prefix / "pyvenv.cfg").is_file()), None)
    if wheels is not None:
        raise SetupError(
            f"this shell carries the environment of another checkout ({wheels}): open a new shell "
            "and run this again"
        )
    distro = environ.get("ROS_DISTRO", "unknown")
    folders = [
        Path(entry)
        for entry in [*environ.get("PYTHONPATH", "").split(":"), *python_path]
        if entry and not Path(entry).is_relative_to(root)
    ]
    extension = f"_rclpy_pybind11.cpython-{python_version[0]}{python_version[1]}-*.so"
    if not any(next((folder / "rclpy").glob(extension), None) for folder in folders):
        raise SetupError(
            f"ROS 2 {distro} is sourced, but Python {python_version[0]}.{python_version[1]} finds "
            "no rclpy of its own version in it: name the Python that it is built for "
            "(ASTRA_PYTHON=/usr/bin/python3), or use a shell without ROS"
        )
    numpy_major = 1 if (system_numpy or "").startswith("1.") else 2
    if numpy_major == 1 and python_version >= (3, 13):
        raise SetupError(
            "NumPy 1.26 has no wheels for Python 3.13: name another Python (ASTRA_PYTHON)"
        )
    return RosChoice(distro, prefixes, numpy_major)


def _holds(prefix: Path, package: str) -> bool:
    return (prefix / "share" / package / "package.xml").is_file()


def _is_ros(prefix: Path) -> bool:
    """Whether a prefix has a ROS 2 of its own, rather than packages over one."""
    return _holds(prefix, "rclpy") or (prefix / "pyvenv.cfg").is_file()


def system_version(distribution: str) -> str | None:
    """Version of a distribution that this interpreter sees, without importing it."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
