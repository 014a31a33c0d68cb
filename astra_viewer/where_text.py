"""Whether the robot knows where it is, in words for the page."""

from __future__ import annotations

from astra_viewer.mission_text import plain

__all__ = ["where_text"]

_NOT_YET = "**Not localized**: the map appears when the robot knows where it is."


def where_text(is_localized: bool, reason: str = "") -> str:
    """Return Markdown.

    Args:
        is_localized: Whether there is a pose on the map.
        reason: Why there is none, or what speaks against it; empty where nothing does.
    """
    state = "Localized." if is_localized else _NOT_YET
    if is_localized and reason:
        state = "Localized, but"
    return f"{state} {plain(reason)}".strip()
