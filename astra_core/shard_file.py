"""Shards: files of equally long arrays with a header, written whole or not at all.

A shard is a compressed ``.npz`` without pickles; its header is one entry of JSON text. The same
arrays and header give the same bytes, so data generated twice can be compared by their hashes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.atomic_file import atomic_file
from astra_core.errors import ShardError
from astra_core.untrusted.arrays import read_arrays
from astra_core.untrusted.json_text import parse_json

__all__ = ["read_shard", "read_shard_header", "write_shard"]

_HEADER = "header"


def write_shard(path: Path, arrays: Mapping[str, NDArray[Any]], header: Mapping[str, Any]) -> None:
    """Write a new shard: it is there whole, or not at all.

    Args:
        path: The file; its folder is made.
        arrays: By key; all with the same first axis.
        header: Plain data for JSON.

    Raises:
        ShardError: The arrays differ in length, something is there already, or the folder cannot be
            written to.
    """
    lengths = {key: len(array) for key, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ShardError(f"{path}: arrays of a shard must be equally long, got {lengths}")
    text = json.dumps(header, sort_keys=True, allow_nan=False)
    entries: dict[str, Any] = {_HEADER: np.array(text), **arrays}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path, replaces=False) as file:
            np.savez_compressed(file, **entries)
    except FileExistsError as error:
        raise ShardError(
            f"{path} is there already, and stays: name another --out, or remove it"
        ) from error
    except OSError as error:
        raise ShardError(f"cannot write {path}: {error.strerror or error}") from error


def read_shard(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays and the header of a shard.

    Raises:
        ShardError: There is no such file, or it is damaged or no shard.
    """
    arrays = read_arrays(path, ShardError)
    header = arrays.pop(_HEADER, None)
    if header is None:
        raise ShardError(f"{path} is no shard: it has no header")
    return arrays, _header(path, header)


def read_shard_header(path: Path) -> dict[str, Any]:
    """Return the header alone, without reading the arrays.

    Raises:
        ShardError: As :func:`read_shard`.
    """
    return _header(path, read_arrays(path, ShardError, names=(_HEADER,))[_HEADER])


def _header(path: Path, text: NDArray[Any]) -> dict[str, Any]:
    header = parse_json(str(text), str(path), ShardError)
    if not isinstance(header, dict):
        raise ShardError(f"{path} is no shard: its header is no mapping")
    return header
