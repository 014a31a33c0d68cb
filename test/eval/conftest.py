"""Tests take no rows from those a person has kept, and leave none there."""

from __future__ import annotations

from pathlib import Path

import pytest

from astra_cli import kept_rows


@pytest.fixture(autouse=True)
def row_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder in which evaluations keep their rows."""
    folder = tmp_path / "kept rows"
    monkeypatch.setattr(kept_rows, "row_cache_folder", lambda: folder)
    return folder
