"""Pictures that commands draw: each says inside that Astra drew it, and only such are replaced.

A picture often goes beside what it shows, under a name that nobody chose; what lies there already
may be somebody's only photograph.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from astra_core.atomic_file import atomic_file
from astra_core.errors import ConfigError
from astra_core.messages.encoded import PNG

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["check_picture", "save_picture"]

#: A text chunk of the PNG specification (11.3.4.3), right behind the size: keyword, NUL, text.
_KEYWORD, _TEXT = "Software", "Astra"
_CHUNK = f"tEXt{_KEYWORD}\0{_TEXT}".encode()
_HEAD_BYTES = 256


def check_picture(path: Path) -> None:
    """Find out before the work whether a picture can be drawn there.

    Raises:
        ConfigError: Something is there that no command of ours has drawn.
    """
    try:
        if not path.is_symlink() and not path.exists():
            return
        head = b""
        if path.is_file() and not path.is_symlink():  # a pipe could be read for ever
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise ConfigError(f"cannot draw {path}: {error.strerror or error}") from error
    if not head.startswith(PNG) or _CHUNK not in head:
        raise ConfigError(
            f"{path} is not a picture that Astra drew, and stays: move it away or name another file"
        )


def save_picture(image: Image.Image, path: Path | str) -> Path:
    """Write a PNG, whole or not at all; its folder is made.

    Args:
        image: What is drawn.
        path: Where it goes; only a picture that came from here is replaced.

    Returns:
        ``path``.

    Raises:
        ConfigError: Something else is there, or the folder cannot be written to.
    """
    from PIL.PngImagePlugin import PngInfo

    path = Path(path)
    check_picture(path)
    info = PngInfo()
    info.add_text(_KEYWORD, _TEXT)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as file:
            image.save(file, format="PNG", pnginfo=info)
    except OSError as error:
        raise ConfigError(f"cannot draw {path}: {error.strerror or error}") from error
    return path
