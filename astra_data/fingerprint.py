"""Which code made the data: what a shard depends on besides its seed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

__all__ = ["code_fingerprint"]

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("astra_core", "astra_data", "astra_global", "astra_local", "astra_sim")
#: Nodes and training make no data.
_NOT_IN_DATA = {"__pycache__", "ros", "train"}


@cache
def code_fingerprint() -> str:
    """Return the first 12 hex digits of the hash of all code and settings that data depend on."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*")):
            name = path.relative_to(_ROOT)
            if path.suffix in (".py", ".yaml") and not _NOT_IN_DATA & set(name.parts):
                digest.update(str(name).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
