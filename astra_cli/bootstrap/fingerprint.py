"""A hash of what a step depends on."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(parts: Iterable[str], files: Iterable[Path] = ()) -> str:
    """Hash the given texts and the names and contents of the given files.

    Args:
        parts: Texts in a fixed order (versions, options).
        files: Files to read; a missing one counts as missing rather than as empty.

    Returns:
        A hexadecimal digest.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    for path in files:
        content = path.read_bytes() if path.is_file() else None
        size = -1 if content is None else len(content)
        digest.update(f"{len(path.name)}:{path.name}:{size}:".encode())
        digest.update(content or b"")
    return digest.hexdigest()


def files_below(folder: Path, skip: frozenset[str] = frozenset({"__pycache__"})) -> list[Path]:
    """List the files below a folder in a fixed order.

    Args:
        folder: Where to look; a folder that does not exist has no files.
        skip: Names of folders to leave out.

    Returns:
        The files, sorted by path.
    """
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not skip.intersection(path.parts)
    )
