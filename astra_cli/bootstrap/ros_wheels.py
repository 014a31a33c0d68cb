"""Make the CMake files of the ROS 2 wheels name paths of this machine.

The wheels carry include paths of the image that built them (``/opt/python/cp3XX-cp3XX/...``), and
CMake refuses an imported target whose include path does not exist. Both prefixes are rewritten once
after installation. And rosidl reads its list of interfaces as ASCII, which cuts every path at its
first accent.
"""

import re
import sysconfig
from pathlib import Path

INCLUDE = re.compile(r"/opt/python/cp3\d+-cp3\d+/include/python3\.\d+")
SITE_PACKAGES = re.compile(r"/opt/python/cp3\d+-cp3\d+/lib/python3\.\d+/site-packages")
LIST_READ_AS_ASCII = 'file(STRINGS "${idl_output}" idl_tuples)'
LIST_READ = 'file(STRINGS "${idl_output}" idl_tuples ENCODING UTF-8)'


def patch_cmake_files(venv: Path, include: Path, site_packages: Path) -> int:
    """Rewrite prefixes and encoding; files that are right already are left alone.

    Args:
        venv: Root of the virtual environment.
        include: Folder of ``Python.h``.
        site_packages: The environment's site-packages.

    Returns:
        The number of files changed.
    """
    changed = 0
    for folder in (venv / "share", venv / "lib" / "cmake"):
        for path in folder.rglob("*.cmake"):
            text = path.read_text()
            patched = SITE_PACKAGES.sub(str(site_packages), INCLUDE.sub(str(include), text))
            patched = patched.replace(LIST_READ_AS_ASCII, LIST_READ)
            if patched != text:
                # pip may have linked the file to its cache: replace it, do not write through it.
                replacement = path.with_name(path.name + ".part")
                replacement.write_text(patched)
                replacement.replace(path)
                changed += 1
    return changed


def patch_for_this_python(venv: Path) -> int:
    """Rewrite the prefixes for the interpreter that runs set-up.

    Args:
        venv: Root of the virtual environment.

    Returns:
        The number of files changed.
    """
    site_packages = venv / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    return patch_cmake_files(venv, Path(sysconfig.get_paths()["include"]), site_packages)
