"""Where the rows of an evaluation are kept when nobody names a file, so that none is ever lost.

The name of the file is made of everything that rows must have in common, so another evaluation or
changed code gets another file. Seeds are not part of it: a longer range adds to the rows there are.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from astra_cli.scene_map import map_cache_folder
from astra_core.errors import ConfigError
from astra_eval.json_file import plain
from astra_eval.report import EvalProtocol
from astra_eval.rows import RowFile

__all__ = ["open_rows", "row_cache_folder"]

#: Changed code leaves its rows behind; a file takes some 10 to 1,000 kB.
_KEPT_FILES = 200


def row_cache_folder() -> Path:
    """Return where rows are kept: ``$XDG_CACHE_HOME/astra/rows``."""
    return map_cache_folder().parent / "rows"


def open_rows(given: Path | None, protocol: EvalProtocol, console: Console) -> RowFile:
    """Open the file of rows that was asked for, or the one that is kept for such rows.

    The files unused for longest make room for a new one when there are more than 200.

    Args:
        given: The file; ``None`` takes the kept one, and says where it is.
        protocol: What all rows have in common.
        console: To say so.

    Raises:
        ConfigError: The file cannot be written, is in use, or holds other rows.
    """
    if given is not None:
        return RowFile(given, protocol.to_json())
    path = _kept_file(protocol)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()  # says when it was last used
    except OSError as error:
        raise ConfigError(
            f"cannot keep rows in {path.parent}: {error.strerror}; name a file: --rows FILE"
        ) from error
    rows = RowFile(path, protocol.to_json())
    _make_room(path.parent)
    console.print(f"rows are kept in {path}", highlight=False, markup=False, soft_wrap=True)
    return rows


def _kept_file(protocol: EvalProtocol) -> Path:
    text = json.dumps(plain(protocol.to_json()), sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    return row_cache_folder() / f"{protocol.command}-{protocol.family}-{key}.rows"


def _make_room(folder: Path) -> None:
    """Remove the files unused for longest; those that another process writes stay."""
    used: dict[Path, float] = {}
    for path in folder.glob("*.rows"):
        with suppress(FileNotFoundError):  # another process makes room as well
            used[path] = path.stat().st_mtime
    for path in sorted(used, key=lambda path: used[path], reverse=True)[_KEPT_FILES:]:
        with suppress(FileNotFoundError, BlockingIOError), path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
