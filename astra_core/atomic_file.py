"""Writing a file so that a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

__all__ = ["atomic_file", "sync_path"]


#: A file system or a kernel without hard links, as link(2) says.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


@contextlib.contextmanager
def atomic_file(
    path: Path, mode: int | None = None, *, replaces: bool = True
) -> Iterator[IO[bytes]]:
    """Open a temporary neighbour, which takes the place of ``path`` when the block ends well.

    It is on disk before it is renamed; after an exception it is gone and ``path`` as it was.

    Args:
        path: The file; its folder exists.
        mode: Its rights; ``None`` leaves them to the umask, as for any new file.
        replaces: Whether it may take the place of something.

    Yields:
        The open temporary file.

    Raises:
        FileExistsError: Something is there, and nothing may be replaced.
        OSError: The folder cannot be written to.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files.
        Path(name).chmod(0o666 & ~_umask() if mode is None else mode)
        if replaces:
            Path(name).replace(path)
        else:
            _name_new(Path(name), path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    sync_path(path.parent)


def sync_path(path: Path) -> None:
    """Bring a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name_new(temporary: Path, path: Path) -> None:
    """Give a file its name, if nothing has that name: a link to nothing has it, too."""
    try:
        path.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        temporary.replace(path)
    else:
        temporary.unlink()


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
