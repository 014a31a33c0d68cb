"""The folder of a build under way: marked as ours before anything is written into it.

An interrupted build leaves it, the next one goes on in it or clears it. A folder of that name that
is somebody else's is told by the missing marker, a file of somebody else's in it by its name.
"""

from __future__ import annotations

import re
from pathlib import Path

from astra_core.own_folder import FolderKind, place_of, remove_own

__all__ = ["claim_work", "clear_work", "own_path", "remove_work"]

_MARKER = ".astra-build"
_OWN = re.compile(
    # What stages hand to each other, see Work; the third line is for a write that was killed.
    r"(rig|left_out|sightings|landmarks|edges|visibility)\.json"
    r"|(image_sets|poses|key_frames|occupancy)\.npz"
    r"|(done/)?\.[a-z_]+\.json\.[^/]+"
    r"|done/([a-z_]+\.json)?|nodes/([^/]+\.jpg)?|depth/([^/]+\.png)?|index/([^/]+\.npz)?"
)


def own_path(folder: Path, name: str) -> Path:
    """Return where a file of a work folder lies.

    Raises:
        ValueError: No such file is known to be ours: the next build would refuse the folder.
    """
    if not _OWN.fullmatch(name):
        raise ValueError(f"{name} must be added to the names of a work folder")
    return folder / name


def claim_work(folder: Path) -> None:
    """Make a work folder, or take the one that an interrupted build left.

    Raises:
        ConfigError: The folder holds something else.
    """
    place_of(folder, _WORK)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARKER).touch()


def clear_work(folder: Path) -> None:
    """Empty a work folder.

    Raises:
        ConfigError: The folder holds something else; nothing was removed.
    """
    remove_own(folder, _WORK)
    claim_work(folder)


def remove_work(folder: Path) -> None:
    """Remove a work folder.

    Raises:
        ConfigError: The folder holds something else; nothing was removed.
    """
    remove_own(folder, _WORK)


def _own_files(folder: Path) -> list[str]:
    if not (folder / _MARKER).is_file():
        return []
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    # An empty folder of ours ends in "/".
    own = [name for name in names if _OWN.fullmatch(name)]
    return [_MARKER, "done/", "nodes/", "depth/", "index/", *own]


_WORK = FolderKind("map under way", _own_files)
