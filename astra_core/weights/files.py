"""Files are opened only if they are files, and written so that nobody sees a part of one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from astra_core.errors import WeightsError

__all__ = ["require_file", "write_file"]


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


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part.

    Raises:
        WeightsError: The folder cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise WeightsError(
            f"cannot write {path}: {error.strerror or error}; choose another folder"
        ) from error
