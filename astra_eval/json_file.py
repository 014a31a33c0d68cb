"""Results as JSON files: always valid JSON, and one clear line when they cannot be written."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from astra_core.errors import ConfigError

__all__ = ["check_writable", "plain", "write_json"]


def plain(value: Any) -> Any:
    """Return nested plain data; NumPy scalars become Python's, NaN and infinity ``None``.

    Records become mappings, members of an enum their values.

    JSON knows neither NaN nor infinity, and readers refuse a file that holds them.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def check_writable(path: Path | None) -> None:
    """Find out before the work, rather than after it, whether a result can be written.

    Raises:
        ConfigError: It cannot.
    """
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ConfigError(f"cannot write {path}: it is a folder or not writable")


def write_json(path: Path | None, data: Any) -> None:
    """Write data, replacing the file in one step; ``None`` writes nothing.

    Raises:
        ConfigError: The file cannot be written.
    """
    if path is None:
        return
    check_writable(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(plain(data), indent=2, allow_nan=False) + "\n", "utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
