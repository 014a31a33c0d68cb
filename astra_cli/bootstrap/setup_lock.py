"""One set-up at a time per checkout."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from astra_cli.bootstrap.console import say


@contextmanager
def setup_lock(path: Path) -> Iterator[None]:
    """Hold the lock file; the kernel releases it however this process ends.

    Args:
        path: The lock file, created where absent.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./astra is setting this checkout up; waiting for it ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
