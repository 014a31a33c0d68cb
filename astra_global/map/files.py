"""Reading and writing the files of a map so that damage is noticed and never caused.

A map is written beside its place, flushed to disk, and put there in one step
(:mod:`astra_core.own_folder`). A reader therefore sees the old map or the new one. Every file's
SHA-256 stands in ``map.yaml``; ``map.yaml`` carries its own.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from astra_core.atomic_file import atomic_file
from astra_core.errors import MapFormatError

__all__ = [
    "content_checksum",
    "file_checksum",
    "parse_json",
    "read_bytes",
    "read_yaml",
    "write_bytes",
]

# libyaml reads a large map in milliseconds; the pure Python loader gives the same data, slowly.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def file_checksum(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes as hex."""
    return hashlib.sha256(data).hexdigest()


def content_checksum(data: Any) -> str:
    """Return the SHA-256 of plain data, independent of how it is laid out as text.

    Raises:
        TypeError: Something in it is not JSON.
        ValueError: A number is not finite.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return file_checksum(text.encode())


def read_bytes(path: Path) -> bytes:
    """Read a file of a map.

    Raises:
        MapFormatError: It is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MapFormatError(f"{path}: missing") from error
    except OSError as error:
        raise MapFormatError(f"{path}: cannot be read: {error.strerror or error}") from error


def parse_json(data: bytes, path: Path) -> Any:
    """Parse JSON strictly: UTF-8, no NaN, errors with line and column.

    Raises:
        MapFormatError: It is not JSON.
    """
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise MapFormatError(f"{path}: {place}: not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise MapFormatError(f"{path}: not JSON: {error}") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"the number {name} is not allowed")


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        MapFormatError: It is missing or not YAML; the message has line and column.
    """
    data = read_bytes(path)
    try:
        return yaml.load(data.decode("utf-8"), Loader=_Loader)  # a safe loader, see above
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1} column {mark.column + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise MapFormatError(f"{path}: {place}not YAML: {problem}") from error
    except (ValueError, TypeError, OverflowError, RecursionError, KeyError) as error:
        raise MapFormatError(f"{path}: not YAML: {error}") from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write one file atomically; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A map is as public as its folder.
    with atomic_file(path, 0o644) as file:
        file.write(data)
