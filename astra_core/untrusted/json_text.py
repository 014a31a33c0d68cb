"""JSON as the standard has it: no NaN, no infinity, and faults with line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from astra_core.errors import AstraError
from astra_core.untrusted.files import read_bytes

__all__ = ["parse_json", "read_json"]


def read_json(path: Path, error: type[AstraError]) -> Any:
    """Return what a JSON file holds.

    Raises:
        AstraError: Of the type ``error``: the file cannot be read, or is not JSON.
    """
    return parse_json(read_bytes(path, error), str(path), error)


def parse_json(data: bytes | str, where: str, error: type[AstraError]) -> Any:
    """Return what a JSON text holds.

    Args:
        data: The text, UTF-8.
        where: What error messages call it, for example the file.
        error: What is raised.

    Raises:
        AstraError: As told: it is not JSON.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as wrong:
        place = f"line {wrong.lineno} column {wrong.colno}"
        raise error(f"{where}: {place}: not JSON: {wrong.msg}") from wrong
    except (ValueError, RecursionError) as wrong:
        # Not UTF-8, a number of thousands of digits, thousands of brackets.
        raise error(f"{where}: not JSON: {' '.join(str(wrong).split())[:200]}") from wrong


def _refuse_constant(name: str) -> float:
    raise ValueError(f"the number {name} is not allowed")
