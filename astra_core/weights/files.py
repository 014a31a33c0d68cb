"""Files are opened only if they are files, and written so that nobody sees a part of one."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from astra_core.atomic_file import atomic_file
from astra_core.errors import WeightsError

__all__ = ["file_sha256", "require_file", "write_file"]


def require_file(path: Path) -> int:
    """Return the size of a regular file; a pipe or a device could be read for ever.

    Raises:
        WeightsError: It is something else.
        OSError: It is missing or may not be looked at.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise WeightsError(
            f"{path} is not a file: name a .safetensors file, its card or its folder"
        )
    return status.st_size


def file_sha256(path: Path) -> str:
    """Return the hash of a regular file, in hex digits; it is not read into memory as a whole.

    Raises:
        WeightsError: It is something else.
        OSError: It cannot be read.
    """
    require_file(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part.

    Raises:
        WeightsError: The folder cannot be written to.
    """
    try:
        with atomic_file(path, 0o644) as file:
            file.write(data)
    except OSError as error:
        raise WeightsError(
            f"cannot write {path}: {error.strerror or error}; choose another folder"
        ) from error
