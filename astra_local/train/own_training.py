"""Which files of a folder a training may go on with or replace: those of a training.

A folder may hold other things; they stay, and so does what merely has the name of one of our files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from astra_core.errors import ConfigError

__all__ = ["CHECKPOINT", "METRICS", "TOLD", "metrics_line", "prepare_folder", "told_text"]

CHECKPOINT = "checkpoint.pt"
TOLD = "training.json"
METRICS = "metrics.jsonl"

_LINE_KEYS = ("step", "kind", "seconds")
_TOLD_KEYS = ("seeds", "steps")
_MOST_LINE_BYTES = 100_000


def metrics_line(step: int, kind: str, seconds: float, numbers: dict[str, Any]) -> str:
    """Return a line of the metrics, by which they are told from other files."""
    values = (step, kind, round(seconds, 1))
    return json.dumps({**dict(zip(_LINE_KEYS, values, strict=True)), **numbers}) + "\n"


def told_text(facts: dict[str, Any], seeds: list[tuple[str, int]], steps: int) -> str:
    """Return what a training tells of itself in the end, by which it is told from other files."""
    values = (seeds, steps)
    return json.dumps({**facts, **dict(zip(_TOLD_KEYS, values, strict=True))}, indent=1) + "\n"


def prepare_folder(folder: Path) -> None:
    """Make the folder of a training; nothing but a training is gone on with or written over.

    Without a checkpoint, metrics are of a training that was killed before it had one: they go.

    Raises:
        ConfigError: A file of the same name is not of a training, or of one whose checkpoint is
            gone; or the folder cannot be written to.
    """
    checkpoint, told, metrics = (folder / name for name in (CHECKPOINT, TOLD, METRICS))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in (checkpoint, told, metrics):
            if path.is_symlink() or (path.exists() and not path.is_file()):
                raise _foreign(path)
        if metrics.exists() and not _begins_like_metrics(metrics):
            raise _foreign(metrics)
        if told.exists() and not _is_told(told):
            raise _foreign(told)
        if checkpoint.exists():
            return
        if told.exists():
            # It would be written over in the end.
            raise ConfigError(
                f"{told} is of another training, whose checkpoint is gone: take another "
                "--out folder"
            )
        metrics.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be the folder of a training: {error.strerror or error}; take "
            "another --out folder"
        ) from error


def _foreign(path: Path) -> ConfigError:
    return ConfigError(
        f"{path} is not the file of a training, and stays: move it away, or take another "
        "--out folder"
    )


def _begins_like_metrics(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(_MOST_LINE_BYTES)
    return not first or _has(first, _LINE_KEYS)


def _is_told(path: Path) -> bool:
    return path.stat().st_size < _MOST_LINE_BYTES**2 and _has(path.read_bytes(), _TOLD_KEYS)


def _has(text: bytes, keys: tuple[str, ...]) -> bool:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and all(key in data for key in keys)
