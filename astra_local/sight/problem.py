"""What is wrong with an image, for programs and for people."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Problem"]


@dataclass(frozen=True)
class Problem:
    """One reason not to believe an image.

    Attributes:
        kind: Short and fixed, such as ``scale``; two images of one kind have the same fault.
        text: What a person should know and do, without the name of the camera.
        is_misplaced: The image is of another place, direction or time than it says: so are the
            colour images of this camera. Otherwise the depth alone may be wrong.
    """

    kind: str
    text: str
    is_misplaced: bool = False
