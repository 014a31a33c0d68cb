"""Which files a set of weights may replace: those that the card beside them describes."""

from __future__ import annotations

import os
import re
from pathlib import Path

from astra_core.errors import WeightsError
from astra_core.weights.card import CARD_SUFFIX, read_card
from astra_core.weights.files import file_sha256, require_file

__all__ = ["index_name", "require_own_weights"]


def index_name(name: str) -> str:
    """Return the file that says which file has which array, where there are several."""
    return f"{name}.safetensors.index.json"


def require_own_weights(folder: Path, name: str) -> None:
    """Check that weights can be saved: nothing has their names but an older set, whole as it was.

    Args:
        folder: Where they will go; may be missing.
        name: Of the set.

    Raises:
        WeightsError: Something else is there; it stays.
    """
    card_path = folder / (name + CARD_SUFFIX)
    ours = re.compile(rf"{re.escape(name)}(-\d+-of-\d+)?\.safetensors(\.index\.json)?")
    try:
        found = sorted(folder.iterdir()) if os.path.lexists(folder) else []
        there = [path for path in found if ours.fullmatch(path.name)]
        own: dict[str, str] = {}
        if os.path.lexists(card_path):
            require_file(card_path)
            card = read_card(card_path)
            if card.name != name or card_path.is_symlink():
                raise _foreign(card_path, f"the card of {name}")
            own = dict(card.files)
        for path in there:
            if path.name == index_name(name) and len(own) > 1 and not path.is_symlink():
                continue
            if path.is_symlink() or own.get(path.name) != file_sha256(path):
                raise _foreign(path, f"a file that {card_path.name} describes")
    except OSError as error:
        raise WeightsError(
            f"weights cannot go to {folder}: {error.strerror or error}; name another folder"
        ) from error


def _foreign(path: Path, what: str) -> WeightsError:
    return WeightsError(f"{path} is not {what}, and stays: move it away or name another folder")
