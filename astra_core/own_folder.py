"""Folders that a command makes or replaces; nothing of anybody else is removed, moved or renamed.

A folder is replaced only if it is empty, or if everything in it is known to be ours: its kind says
which of the files there belong to it, a map for example by its signed ``map.yaml``. One file more,
and the folder stays as it is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from astra_core.atomic_file import sync_path
from astra_core.errors import ConfigError
from astra_core.exchange import exchange

__all__ = ["FolderKind", "make_folder", "new_folder", "place_of", "remove_own", "require_own"]

_NAMED = 3


@dataclass(frozen=True)
class FolderKind:
    """A kind of folder that is ours.

    Attributes:
        name: What people call one: ``map``.
        own: From a folder to the files in it that belong to one of this kind, relative and with
            ``/``; an empty folder that does ends in ``/``. Nothing where the folder is no such one.
    """

    name: str
    own: Callable[[Path], Collection[str]]


def place_of(folder: Path | str, kind: FolderKind) -> Path:
    """Return where a folder will go, absolute, if one of this kind may go there.

    Args:
        folder: As it was asked for; ``~`` is the home folder.
        kind: Of the folder.

    Raises:
        ConfigError: Something else is there: a file, a link, a folder with other files, the folder
            in which this process runs or the user lives or one around it, a file system's root.
    """
    folder = Path(folder)
    try:
        folder = folder.expanduser()
        if folder.is_symlink():
            raise ConfigError(f"{folder} is a link to {folder.readlink()}: name that folder itself")
        place = folder.resolve()
        if place == Path(place.root) or place.is_mount():
            raise ConfigError(f"{place} is a whole file system: name a new folder in it")
        for other, what in ((Path.cwd(), "you are"), (Path.home().resolve(), "your files are")):
            if place == other or place in other.parents:
                raise ConfigError(
                    f"{place} is the folder in which {what}, or one around it: name a new folder"
                )
        above = next(parent for parent in place.parents if parent.exists())
        if not above.is_dir():
            raise ConfigError(f"{above} is not a folder: nothing can lie in it; name another")
        require_own(place, kind)
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, ConfigError):
            raise
        # A loop of links, no right to look, the home of a user that does not exist, a NUL.
        raise ConfigError(
            f"{folder} cannot become the folder of a {kind.name}: {error}; name another"
        ) from error
    return place


def require_own(place: Path, kind: FolderKind) -> None:
    """Check that a place is free, an empty folder, or holds one of this kind and nothing else.

    Raises:
        ConfigError: Something else is there.
        OSError: It cannot be looked into.
    """
    if not place.exists():
        return
    if not place.is_dir():
        raise ConfigError(
            f"{place} is not a folder, and stays: name a new folder for the {kind.name}"
        )
    there = _contents(place)
    if not there:
        return
    own = set(kind.own(place))
    foreign = [name for name in there if name not in own]
    if foreign:
        more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
        what = (
            f"holds more than a {kind.name}"
            if own
            else f"is not empty and no {kind.name} that can be told"
        )
        raise ConfigError(
            f"{place} {what} ({', '.join(foreign[:_NAMED])}{more}), and what is there stays: "
            "name a new folder"
        )


def remove_own(place: Path, kind: FolderKind) -> None:
    """Remove a folder of this kind; none is fine.

    Raises:
        ConfigError: Something else is there, or in it; all of it stays.
    """
    if place.is_symlink():
        raise ConfigError(f"{place} is a link, not the folder of a {kind.name}: remove it yourself")
    require_own(place, kind)
    if place.exists():
        shutil.rmtree(place)


@contextlib.contextmanager
def new_folder(folder: Path | str, kind: FolderKind) -> Iterator[Path]:
    """Fill a folder that takes its place in one step, only when the block ends without error.

    What was there of this kind stays until the new one is on disk, and is removed after that.

    Args:
        folder: Where it goes, see :func:`place_of`.
        kind: What it will be.

    Yields:
        An empty folder on the same file system, to be filled.

    Raises:
        ConfigError: Something else is there, now or when the block ends; it stays.
    """
    place = place_of(folder, kind)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: whatever lies beside the place is somebody's.
        box = Path(tempfile.mkdtemp(prefix=f".{place.name[:100]}.", dir=place.parent))
    except OSError as error:
        raise ConfigError(
            f"cannot write in {place.parent}: {error.strerror or error}; name another folder"
        ) from error
    keep = False
    try:
        new = box / "new"
        new.mkdir()
        yield new
        new.chmod(0o755)
        _sync_tree(new)
        require_own(place, kind)  # a build takes long
        keep = True
        _put(new, place, box / "old")
        keep = False
        sync_path(place.parent)
    finally:
        # Killed or failed between two renames, the box holds the only copy of what was there.
        if not keep or not (box / "old").exists():
            shutil.rmtree(box, ignore_errors=True)


def make_folder(folder: Path) -> Path:
    """Make a folder that files will be added to, beside whatever is in it; return it.

    Raises:
        ConfigError: Something else is there, or it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ConfigError(
            f"cannot write in {folder}: {error.strerror or error}; name another folder"
        ) from error


def _put(new: Path, place: Path, old: Path) -> None:
    """Put a folder in its place; what was there lies at ``old`` or ``new`` afterwards."""
    if not place.exists() or not any(place.iterdir()):
        new.rename(place)  # over an empty folder as well, in one step
    elif not exchange(new, place):
        place.rename(old)
        try:
            new.rename(place)
        except BaseException:
            old.rename(place)
            raise


def _contents(folder: Path) -> list[str]:
    """Return what lies in a folder, however deep: files and links, empty folders with ``/``."""

    def refuse(error: OSError) -> None:
        raise error

    found = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        inside = Path(parent).relative_to(folder)
        found += [(inside / name).as_posix() for name in names]
        # A link to a folder is not walked into: it is a thing of its own.
        found += [(inside / name).as_posix() for name in folders if Path(parent, name).is_symlink()]
        if not folders and not names and inside != Path():
            found.append(f"{inside.as_posix()}/")
    return sorted(found)


def _sync_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            sync_path(Path(parent) / name)
        sync_path(Path(parent))
