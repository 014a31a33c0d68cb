"""A file of finished units, from which an interrupted evaluation goes on.

One JSON object per line: first the protocol (settings, profile, code), then a row per unit, each on
disk before the next unit is asked for. A crash can cut the last line only; it is dropped and its
unit run again. Rows that were made in another way are refused, never mixed in.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from astra_core.errors import ConfigError
from astra_eval.json_file import check_writable, plain

__all__ = ["RowFile", "Unit"]

#: What names a unit of work: a scene seed, or a scene seed and a number.
Unit = tuple[int, ...]
_HEADER = "protocol"


class RowFile:
    """Finished rows by unit, in memory and on disk."""

    def __init__(self, path: Path, protocol: Mapping[str, Any]) -> None:
        """Read what is there and lock the file.

        Args:
            path: The file; made where it is missing.
            protocol: Everything that a row depends on besides its unit; plain data.

        Raises:
            ConfigError: The file cannot be written, is in use, is no file of rows, or holds rows
                of another protocol.
        """
        self.path = path
        self._protocol = plain(protocol)
        self._rows: dict[Unit, dict[str, Any]] = {}
        check_writable(path)
        self._file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise ConfigError(
                f"{path} is being written by another process: wait for it, or name another "
                "file: --rows FILE"
            ) from error
        try:
            self._read()
        except ConfigError:
            self._file.close()
            raise

    def __enter__(self) -> RowFile:
        """Return the file itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    def __contains__(self, unit: Unit) -> bool:
        """Return whether a unit is finished."""
        return unit in self._rows

    def __getitem__(self, unit: Unit) -> dict[str, Any]:
        """Return the row of a finished unit, without its name."""
        return self._rows[unit]

    def append(self, unit: Unit, row: Mapping[str, Any]) -> None:
        """Keep the row of a finished unit; it is on disk when this returns.

        NaN and infinity become ``None``, in memory as well: a resumed run sees the same numbers.
        """
        line = json.dumps({"unit": unit, **plain(row)}, allow_nan=False)
        self._keep(json.loads(line))
        self._write(line)

    def _write(self, line: str) -> None:
        self._file.write(line + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _keep(self, row: dict[str, Any]) -> None:
        self._rows[tuple(row.pop("unit"))] = row

    def _read(self) -> None:
        self._file.seek(0)
        try:
            text = self._file.read()
        except UnicodeDecodeError as error:
            raise self._foreign() from error
        whole = text[: text.rfind("\n") + 1]
        lines = whole.splitlines()
        header = json.dumps({_HEADER: self._protocol}, allow_nan=False)
        if not lines:
            if not header.startswith(text):
                raise self._foreign()
            self._file.truncate(0)
            self._write(header)
            return
        for number, line in enumerate(lines, start=1):
            try:
                data = json.loads(line)
                if number == 1:
                    protocol = dict(data[_HEADER])
                else:
                    self._keep(data)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise ConfigError(
                    f"{self.path} line {number} is not a row ({error}): remove the file, or name "
                    "another: --rows FILE"
                ) from error
            if number == 1:
                self._compare(protocol)
        # Only now is it known to be ours: the end of a line that a crash cut short goes.
        if len(whole) < len(text):
            self._file.truncate(len(whole.encode()))

    def _foreign(self) -> ConfigError:
        return ConfigError(f"{self.path} is no file of rows: name another: --rows FILE")

    def _compare(self, found: Mapping[str, Any]) -> None:
        theirs, ours = _flat(found), _flat(self._protocol)
        changed = [name for name in sorted({*theirs, *ours}) if theirs.get(name) != ours.get(name)]
        if changed:
            what = ", ".join(
                f"{name} {_short(theirs.get(name))} instead of {_short(ours.get(name))}"
                for name in changed
            )
            raise ConfigError(
                f"{self.path} holds rows made differently ({what}): name another --rows file"
            )


def _flat(data: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested mappings as one, with dots in the names: it is a part that differs."""
    flat: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping) and value:
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value
    return flat


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
