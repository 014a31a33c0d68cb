"""What a number was measured with: versions of libraries, and of our own code."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["code_fingerprint", "library_versions"]

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("astra_core", "astra_sim", "astra_global", "astra_local", "astra_eval")
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
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*")):
            if path.suffix in (".py", ".yaml", ".cu") and not _NOT_IN_RESULTS & set(path.parts):
                digest.update(str(path.relative_to(_ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
