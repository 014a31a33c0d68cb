"""Which folders of the checkout set-up may empty or make anew: those that it or colcon made.

The names are everybody's: ``.venv`` is what `uv` and editors make in a project, ``build`` and
``install`` belong to whoever builds there.
"""

import os
import shutil
import sys
from pathlib import Path

from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.layout import Layout

#: What pip writes into the INSTALLER of a distribution, and what stands there before it does.
_PIP = ("pip", "")


def require_writable(layout: Layout) -> None:
    """Find out before the work whether this checkout is ours to set up.

    Raises:
        SetupError: A folder that set-up writes to cannot be written to.
    """
    for folder in (layout.root, layout.venv, layout.build, layout.install):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise SetupError(
                f"{folder} cannot be written to, and this checkout is not set up for "
                f"{sys.executable}: take a copy of your own (git clone, cp -r), "
                "or have ./astra run once by whom it belongs to, with this Python"
            )


def empty_venv(layout: Layout) -> None:
    """Take everything out of the virtual environment but the log, which is all worth keeping.

    Raises:
        SetupError: Set-up did not make it; all of it stays.
    """
    if not layout.log.is_file():
        raise SetupError(
            f"{layout.venv} is not of ./astra, and does not fit: it stays. Move it away and run "
            "this again"
        )
    for entry in layout.venv.iterdir():
        if entry == layout.log:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def remove_built(layout: Layout, package: str) -> None:
    """Remove what colcon built and installed of a package.

    Raises:
        SetupError: Something of that name is there that colcon did not make; it stays.
    """
    # What colcon puts into its folders before it builds anything.
    for base, mark in ((layout.build, ".built_by"), (layout.install, ".colcon_install_layout")):
        folder = base / package
        if not os.path.lexists(folder):
            continue
        if folder.is_symlink() or not folder.is_dir() or not (base / mark).is_file():
            raise SetupError(
                f"{folder} is not of colcon, and stays. Move it away and run this again"
            )
        shutil.rmtree(folder)


def sweep_half_installed(site_packages: Path) -> list[str]:
    """Forget distributions whose installation was interrupted, so that pip installs them again.

    pip writes RECORD last, but takes a distribution for installed as soon as its METADATA is there.
    Other installers have distributions without RECORD for good; those stay.

    Args:
        site_packages: The environment's site-packages.

    Returns:
        Names of the metadata folders removed.
    """
    broken = [
        folder
        for folder in sorted(site_packages.glob("*.dist-info"))
        if folder.is_dir() and not folder.is_symlink() and _is_half_installed(folder)
    ]
    for folder in broken:
        shutil.rmtree(folder)
    return [folder.name for folder in broken]


def _is_half_installed(folder: Path) -> bool:
    installer = folder / "INSTALLER"
    by = installer.read_text("utf-8", "replace").strip() if installer.is_file() else ""
    return not (folder / "RECORD").is_file() and by in _PIP
