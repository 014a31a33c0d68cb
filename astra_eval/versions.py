"""What a number was measured with: versions of libraries, and of our own code."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["code_fingerprint", "library_versions", "ros_code_fingerprint"]

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("astra_core", "astra_sim", "astra_global", "astra_local", "astra_data", "astra_eval")
_LIBRARIES = ("numpy", "scipy", "opencv-python-headless", "mujoco", "rapidocr", "onnxruntime")
_NOT_IN_RESULTS = {"__pycache__", "ros"}


def library_versions() -> dict[str, str]:
    """Return the versions of everything a result may depend on; ``code`` is our own."""
    found = {"code": code_fingerprint(), "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


@cache
def code_fingerprint() -> str:
    """Return the first 12 hex digits of the hash of all code and data that a result depends on."""
    files = _files(_PACKAGES, (".py", ".yaml", ".cu"))
    return _digest(name for name in files if not _NOT_IN_RESULTS & set(name.parts))


@cache
def ros_code_fingerprint() -> str:
    """Return the same of what a result over DDS depends on besides: nodes, and who starts them."""
    nodes = [name for name in _files(_PACKAGES, (".py",)) if "ros" in name.parts]
    return _digest([*nodes, *_files(("astra_cli",), (".py",))])


def _files(folders: Iterable[str], endings: tuple[str, ...]) -> list[Path]:
    return [
        path.relative_to(_ROOT)
        for folder in folders
        for path in sorted((_ROOT / folder).rglob("*"))
        if path.suffix in endings
    ]


def _digest(names: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(str(name).encode())
        digest.update((_ROOT / name).read_bytes())
    return digest.hexdigest()[:12]
