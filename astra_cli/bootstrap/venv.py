"""The virtual environment: made once, repaired where an interruption left half of it."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from astra_cli.bootstrap import debian
from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.own_folders import empty_venv
from astra_cli.bootstrap.process import run_logged


def base_python() -> str:
    """The interpreter below any environment that this process runs in."""
    return getattr(sys, "_base_executable", None) or sys.executable


def make_venv(layout: Layout, *, system_site_packages: bool) -> None:
    """Create or repair the virtual environment; a healthy one is kept with all that is in it.

    Args:
        layout: The checkout's paths.
        system_site_packages: Whether the environment sees the system's packages (a sourced ROS 2
            needs that).

    Raises:
        SetupError: If Python cannot make an environment, or one is there that is not ours and does
            not fit.
    """
    if is_healthy(layout, system_site_packages=system_site_packages):
        return
    if layout.venv.exists() and not _fits(layout.venv, system_site_packages=system_site_packages):
        empty_venv(layout)  # of another Python or another kind: nothing in it can be used
    command: list[str | Path] = [base_python(), "-m", "venv", layout.venv]
    if system_site_packages:
        command.append("--system-site-packages")
    try:
        run_logged(command, layout.log, purpose="python -m venv")
    except SetupError:
        _provide_venv_module(layout.log)
        run_logged(command, layout.log, purpose="python -m venv")
    if not is_healthy(layout, system_site_packages=system_site_packages):
        raise SetupError(
            f"the virtual environment does not work; remove {layout.venv} and run this again"
        )


def is_healthy(layout: Layout, *, system_site_packages: bool) -> bool:
    """Whether the environment is of the right kind and its pip runs."""
    if (
        not _fits(layout.venv, system_site_packages=system_site_packages)
        or not layout.python.exists()
    ):
        return False
    pip = subprocess.run(
        [layout.python, "-m", "pip", "--version"], capture_output=True, check=False
    )
    return pip.returncode == 0


def _fits(venv: Path, *, system_site_packages: bool) -> bool:
    settings = read_settings(venv)
    version = ".".join(settings.get("version", "").split(".")[:2])
    wants = str(system_site_packages).lower()
    return (
        version == sysconfig.get_python_version()
        and settings.get("include-system-site-packages") == wants
        # Scripts and CMake files hold absolute paths: an environment that was moved is of no use.
        and settings.get("command", "").endswith(f" {venv}")
    )


def read_settings(venv: Path) -> dict[str, str]:
    """Read ``pyvenv.cfg``; an absent one has no settings."""
    try:
        lines = (venv / "pyvenv.cfg").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.partition("=") for line in lines)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _provide_venv_module(log: Path) -> None:
    """Debian and Ubuntu ship Python without ``ensurepip``; install or name the package."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        package = f"python{sysconfig.get_python_version()}-venv"
        if not debian.can_install():
            raise SetupError(
                f"Python's venv module is incomplete: sudo apt-get install {package}"
            ) from None
        debian.install([package], log)
