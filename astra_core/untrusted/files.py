"""The bytes of a file, if it is one and not too large."""

from __future__ import annotations

import stat
from pathlib import Path

from astra_core.errors import AstraError

__all__ = ["read_bytes"]

#: Far more than any text of Astra has; one of 10 MB is a map of a hundred thousand pictures.
_MOST_BYTES = 50_000_000


def read_bytes(path: Path, error: type[AstraError], most_bytes: int = _MOST_BYTES) -> bytes:
    """Return what a file holds.

    Args:
        path: The file.
        error: What is raised.
        most_bytes: A larger file is refused unread.

    Raises:
        AstraError: As told: it is missing, too large, no file, or may not be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # A pipe or a device could be read for ever.
            raise error(f"cannot read {path}: it is not a file: name one")
        if status.st_size > most_bytes:
            raise error(
                f"cannot read {path}: it has {status.st_size / 1e6:.0f} MB, {most_bytes / 1e6:.0f} "
                "are enough: is it the right file?"
            )
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise error(f"cannot read {path}: missing: there is no such file") from missing
    except (OSError, ValueError) as wrong:
        if isinstance(wrong, error):
            raise
        # ValueError: a NUL in the name.
        why = getattr(wrong, "strerror", None) or wrong
        raise error(f"cannot read {path}: {why}") from wrong
