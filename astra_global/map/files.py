"""Writing the files of a map so that damage is noticed and never caused.

A map is written beside its place, flushed to disk, and put there in one step
(:mod:`astra_core.own_folder`). A reader therefore sees the old map or the new one. Every file's
SHA-256 stands in ``map.yaml``; ``map.yaml`` carries its own.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from astra_core.atomic_file import atomic_file

__all__ = ["content_checksum", "file_checksum", "write_bytes"]


def file_checksum(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes as hex."""
    return hashlib.sha256(data).hexdigest()


def content_checksum(data: Any) -> str:
    """Return the SHA-256 of plain data, independent of how it is laid out as text.

    Raises:
        TypeError: Something in it is not JSON.
        ValueError: A number is not finite.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return file_checksum(text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write one file atomically; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A map is as public as its folder.
    with atomic_file(path, 0o644) as file:
        file.write(data)
