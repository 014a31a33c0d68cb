"""What the build of the messages needs from the machine: a C++ compiler and Python's headers."""

import shutil
import sysconfig
from collections.abc import Callable
from pathlib import Path

from astra_cli.bootstrap import debian
from astra_cli.bootstrap.errors import SetupError


def missing_tools(which: Callable[[str], str | None] = shutil.which) -> list[str]:
    """Name the Debian packages that the build lacks.

    Args:
        which: Finds a program on PATH.

    Returns:
        Package names, empty where nothing is missing.
    """
    packages = []
    if not ((which("c++") or which("g++")) and (which("cc") or which("gcc"))):
        packages.append("g++")
    if not (python_headers() / "Python.h").is_file():
        packages.append(f"python{sysconfig.get_python_version()}-dev")
    return packages


def python_headers() -> Path:
    """The folder that should hold ``Python.h``."""
    return Path(sysconfig.get_paths()["include"])


def provide_tools(log: Path) -> None:
    """Make sure that the compiler and the headers are there.

    Args:
        log: Where apt's output goes.

    Raises:
        SetupError: If something is missing and this process may not install it.
    """
    packages = missing_tools()
    if packages and debian.can_install():
        debian.install(packages, log)
        packages = missing_tools()
    if packages:
        what = {"g++": "a C++ compiler"}
        names = " and ".join(what.get(package, "Python's headers") for package in packages)
        raise SetupError(
            f"{names} missing: sudo apt-get install {' '.join(packages)} "
            "(or your system's name for it)"
        )
