"""Reading the fields of a card one by one, so that each mistake is said where it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from astra_core.errors import WeightsError

__all__ = ["CardReader"]

_SHA256 = re.compile(r"[0-9a-f]{64}")


class CardReader:
    """A mapping of a card; every field is asked for once, and what was not asked for is unknown."""

    def __init__(self, data: Any, where: str) -> None:
        """Take plain data; ``where`` is what messages call them."""
        if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
            raise WeightsError(f"{where} must be named fields: see docs/weights.md for a card")
        self._data: dict[str, Any] = data
        self._where = where
        self._asked: set[str] = set()

    def wrong(self, key: str, what: str) -> WeightsError:
        """Return the error that a field is not what it must be."""
        value = repr(self._data.get(key))
        short = value if len(value) <= 60 else value[:57] + "..."
        return WeightsError(f"{self._where}: {key} {what}, and not {short}; correct the card")

    def finish(self) -> None:
        """Refuse the fields that nobody asked for."""
        unknown = sorted(set(self._data) - self._asked)
        if unknown:
            raise WeightsError(
                f"{self._where} has an unknown field {unknown[0]!r}; "
                f"known are {', '.join(sorted(self._asked))}"
            )

    def text(self, key: str) -> str:
        """Return a text, which may be empty."""
        value = self._get(key)
        if not isinstance(value, str):
            raise self.wrong(key, "is a text (in quotes where YAML would take it for a number)")
        return value

    def word(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self.text(key)
        if not value.strip():
            raise self.wrong(key, "is a text that is not empty")
        return value

    def integer(self, key: str) -> int:
        """Return a whole number."""
        value = self._get(key)
        if type(value) is not int:
            raise self.wrong(key, "is a whole number")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "is a list of texts")
        return tuple(value)

    def named_texts(self, key: str) -> dict[str, str]:
        """Return texts by name."""
        value = self._mapping(key)
        if not all(isinstance(item, str) for item in value.values()):
            raise self.wrong(key, "has texts by name (in quotes where YAML reads a number)")
        return dict(value)

    def numbers(self, key: str) -> dict[str, float]:
        """Return finite numbers by name."""
        value = self._mapping(key)
        if not all(_is_number(item) for item in value.values()):
            raise self.wrong(key, "has finite numbers by name")
        return {name: float(item) for name, item in value.items()}

    def bounds(self, key: str) -> tuple[float, float] | None:
        """Return ``[lowest, highest]``, or ``None`` for null."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
            raise self.wrong(key, "is [lowest, highest] or null")
        low, high = float(value[0]), float(value[1])
        if not low <= high:
            raise self.wrong(key, "is [lowest, highest] or null")
        return low, high

    def seeds(self, key: str) -> dict[str, tuple[int, int]]:
        """Return ranges of seeds by family, half open."""
        result = {}
        for family, item in self._mapping(key).items():
            whole = isinstance(item, list) and len(item) == 2 and all(type(i) is int for i in item)
            if not whole or not 0 <= item[0] < item[1]:
                raise self.wrong(key, "has [first, past the last] by family")
            result[family] = (item[0], item[1])
        return result

    def files(self, key: str) -> dict[str, str]:
        """Return SHA-256 by file name; the files lie beside the card and nowhere else."""
        value = self._mapping(key)
        for name, digest in value.items():
            # YAML gives a hash of digits alone as a number; safe_dump writes it in quotes.
            if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
                raise self.wrong(key, "has 64 hex digits of SHA-256 by file name")
            if (
                name != PurePosixPath(name).name
                or "\0" in name
                or not name.endswith(".safetensors")
            ):
                raise self.wrong(key, "names .safetensors files beside the card")
        if not value:
            raise self.wrong(key, "names at least one file")
        return dict(value)

    def optional_list(self, key: str) -> list[Any] | None:
        """Return a list, or ``None`` for null."""
        value = self._get(key)
        if value is not None and not isinstance(value, list):
            raise self.wrong(key, "is a list or null")
        return value

    def groups(self, key: str) -> Iterator[tuple[str, CardReader]]:
        """Yield a reader for each named group."""
        for name, item in self._mapping(key).items():
            yield name, CardReader(item, f"{self._where}: {key}.{name}")

    def _get(self, key: str) -> Any:
        self._asked.add(key)
        if key not in self._data:
            raise WeightsError(f"{self._where} lacks the field {key!r}: see docs/weights.md")
        return self._data[key]

    def _mapping(self, key: str) -> dict[str, Any]:
        value = self._get(key)
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise self.wrong(key, "is a group of named values")
        return value


def _is_number(value: Any) -> bool:
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:  # an integer beyond any float
        return False
