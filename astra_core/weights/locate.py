"""Which weights are meant: ``NAME``, a folder, or a file."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from astra_core.errors import WeightsError
from astra_core.home_path import home_path
from astra_core.weights.card import CARD_SUFFIX

__all__ = ["find_card", "list_cards", "shipped_weights"]

_SHARD = re.compile(r"-\d{5}-of-\d{5}$")
_FILE_SUFFIX = ".safetensors"


def shipped_weights() -> Path:
    """Return the folder of the weights that come with Astra; it may not exist.

    It is ``weights/`` of the checkout, or ``share/astra/weights`` where Astra is installed without
    links into it.
    """
    above = Path(__file__).resolve().parents
    checkout = above[2] / "weights"
    installed = (prefix / "share" / "astra" / "weights" for prefix in above[2:])
    return next((folder for folder in (checkout, *installed) if folder.is_dir()), checkout)


def list_cards(folder: Path) -> list[Path]:
    """Return all cards of a folder and of the folders in it, by name."""
    return sorted(folder.rglob("*" + CARD_SUFFIX), key=lambda path: path.name)


def find_card(where: str | Path, shipped: Path | None = None) -> Path:
    """Return the card of the weights that are meant.

    Args:
        where: The name of weights that come with Astra; or a folder with one card; or a card; or
            a ``.safetensors`` file, beside which its card lies. A text with a slash is a path.
        shipped: Where names are looked up, instead of :func:`shipped_weights`.

    Raises:
        WeightsError: There are none, or several.
    """
    text = str(where)
    if not text or "\0" in text:
        raise WeightsError("no weights are named: say NAME, a folder or a .safetensors file")
    path = home_path(where)
    is_path = isinstance(where, Path) or "/" in text or path.suffix in (_FILE_SUFFIX, ".yaml")
    try:
        if not is_path and (card := _by_name(text, shipped or shipped_weights())) is not None:
            return card
        if path.is_dir():
            return _only_card(path)
        if path.name.endswith(CARD_SUFFIX) and path.is_file():
            return path
        if path.exists():
            return _card_beside(path)
    except OSError as error:
        raise WeightsError(f"cannot look at {text}: {error.strerror or error}") from error
    if is_path:
        raise WeightsError(f"there are no weights at {text}: check the path")
    raise WeightsError(_unknown_name(text, shipped or shipped_weights()))


def _by_name(name: str, folder: Path) -> Path | None:
    return next((p for p in list_cards(folder) if p.name == name + CARD_SUFFIX), None)


def _unknown_name(name: str, folder: Path) -> str:
    known = [path.name.removesuffix(CARD_SUFFIX) for path in list_cards(folder)]
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        hint = f"did you mean {close[0]!r}?"
    elif known:
        hint = f"there are {', '.join(known)}"
    else:
        hint = "there are none yet, name a folder or a file"
    return f"there are no weights called {name!r} in {folder}: {hint}"


def _only_card(folder: Path) -> Path:
    cards = sorted(folder.glob("*" + CARD_SUFFIX))
    if len(cards) == 1:
        return cards[0]
    if not cards:
        raise WeightsError(f"{folder} holds no card (NAME{CARD_SUFFIX}): see docs/weights.md")
    names = ", ".join(card.name for card in cards)
    raise WeightsError(f"{folder} holds several weights, name one of these: {names}")


def _card_beside(path: Path) -> Path:
    name = _SHARD.sub("", path.name.removesuffix(_FILE_SUFFIX)) + CARD_SUFFIX
    card = path.with_name(name)
    if not card.is_file():
        raise WeightsError(
            f"{path} has no card beside it: {card.name} must say what it is, see docs/weights.md"
        )
    return card
