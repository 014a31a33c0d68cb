"""SQLite files of bags, looked at before anything reads them.

A small database can be a program: views and generated columns compute whatever they like, and pages
that refer to each other turn ten megabytes into a table without end. What a recorder writes has
tables and indexes only, and holds no more than the file is long.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from astra_global.mapping.errors import TourError

__all__ = ["check_database"]

_LONGEST_ROW = 512 * 2**20
_STEP = 100_000
#: Steps of SQLite's machine: a row takes about ten, and at least as many bytes of the file.
_FREE_STEPS, _STEPS_PER_BYTE = 10_000_000, 3
_MOST_TOPICS = 20_000
_GENERATED = (2, 3)  # in the column `hidden` of table_xinfo


def check_database(path: Path) -> None:
    """Refuse a database that no recorder has written.

    Raises:
        TourError: It computes, or holds more than the file can.
    """
    size = path.stat().st_size
    left = (_FREE_STEPS + _STEPS_PER_BYTE * size) // _STEP

    def is_over() -> int:
        nonlocal left
        left -= 1
        return left < 0

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_ROW)
            base.set_progress_handler(is_over, _STEP)
            _check(base, path, size)
    except sqlite3.OperationalError as error:
        if left < 0:
            raise _refused(path, "its tables have no end") from error
        raise TourError(f"{path} cannot be read: {error}") from error
    except (sqlite3.Error, OverflowError) as error:
        raise TourError(f"{path} is no SQLite file, or damaged: {error}") from error


def _check(base: sqlite3.Connection, path: Path, size: int) -> None:
    things = base.execute("SELECT type, name, rootpage FROM sqlite_master").fetchall()
    for kind, name, root in things:
        # Views, triggers and virtual tables have no pages of their own.
        if kind not in ("table", "index") or not root:
            raise _refused(path, f"it has the {kind} {name!r}")
    tables = [name for kind, name, _ in things if kind == "table"]
    for table in tables:
        columns = base.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,))
        for column, hidden in columns:
            if hidden in _GENERATED:
                raise _refused(path, f"it computes the column {column!r} of {table!r}")
    if "topics" in tables:
        (topics,) = base.execute("SELECT count(*) FROM topics").fetchone()
        if topics > _MOST_TOPICS:
            raise _refused(path, f"it has {topics} topics")
    if "messages" in tables:
        # The length of a blob stands in its row: none is read for it.
        count, held = base.execute("SELECT count(*), total(length(data)) FROM messages").fetchone()
        if held > size or count > size:
            raise _refused(
                path, f"its {count} messages hold {held / 2**20:.0f} MiB, more than the file"
            )


def _refused(path: Path, why: str) -> TourError:
    return TourError(f"{path} was not written by a recorder: {why}; record it again")
