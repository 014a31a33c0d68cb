"""The typeface of all letters: the one that comes with Pillow, the same everywhere."""

from __future__ import annotations

from typing import cast

from PIL import ImageFont

__all__ = ["built_in_face"]


def built_in_face(size: int) -> ImageFont.FreeTypeFont:
    """Return the built-in face at a size in pixels; with a size it is never a bitmap font."""
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size=size))
