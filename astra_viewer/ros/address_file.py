"""The address that opens the page, told to the person and to nobody else.

Logs are read by others: ROS keeps them where every user of a computer may look, ``/rosout`` goes to
everybody in the domain and into bags. So the token goes to the terminal itself, where there is one,
and into a file of one's own.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from astra_core.errors import AstraError

__all__ = ["AddressFile", "tell_terminal"]


class AddressFile:
    """A file with the address, there for as long as the page is.

    Attributes:
        path: Where it lies: ``$XDG_RUNTIME_DIR/astra/page-<port>``, or below the temporary folder.
    """

    def __init__(self, port: int, folder: Path | None = None) -> None:
        """Choose the place.

        Args:
            port: Of the page.
            folder: Where the file goes; ``None`` chooses.
        """
        self.path = (folder or _folder()) / f"page-{port}"

    def write(self, address: str) -> None:
        """Write the address; only the owner can read it.

        Raises:
            AstraError: There is no place that is the owner's alone.
        """
        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                raise AstraError(f"{folder} is not a folder of yours: remove it")
            folder.chmod(0o700)
            self.path.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(self.path, flags, 0o600), "w", encoding="ascii") as file:
                file.write(address + "\n")
        except OSError as error:
            raise AstraError(f"cannot keep the address of the page: {error}") from error

    def remove(self) -> None:
        """Remove the file: the token is worth nothing without the page."""
        with contextlib.suppress(OSError):
            self.path.unlink()


def tell_terminal(text: str) -> None:
    """Write a line to the terminal of this process, past every log; without one to nobody."""
    with contextlib.suppress(OSError):
        Path("/dev/tty").write_text(f"{text}\n", encoding="utf-8")


def _folder() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        return Path(runtime) / "astra"
    return Path(tempfile.gettempdir()) / f"astra-{os.getuid()}"
