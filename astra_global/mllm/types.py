"""What a multimodal language model is asked, and what it answers.

Letters: ``H, W`` rows and columns of a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ConfigError, ShapeError

__all__ = ["Ask", "Picture", "Reply"]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that is shown to the model.

    Attributes:
        rgb: ``(H, W, 3)`` uint8.
        name: What the words of the ask call it: "front", "node n0012".
    """

    rgb: NDArray[np.uint8]
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no picture."""
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ShapeError(
                f"picture {self.name!r}",
                expected="(H, W, 3) uint8",
                actual=(self.rgb.shape, self.rgb.dtype),
            )


@dataclass(frozen=True, eq=False)
class Ask:
    """One thing that the model is asked; asks do not know of each other.

    Attributes:
        text: The words, after the pictures.
        pictures: In the order in which they are shown.
        system: What the model is told about its task first.
        schema: JSON schema (draft 2020-12) of the answer; ``None`` asks for free text.
        max_tokens: Length of the answer at most.
    """

    text: str
    pictures: tuple[Picture, ...] = ()
    system: str = ""
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 256

    def __post_init__(self) -> None:
        """Refuse an ask that cannot be answered."""
        if not self.text.strip():
            raise ConfigError("a model was asked nothing: the text of the ask is empty")
        if self.max_tokens < 1:
            raise ConfigError(f"max_tokens must be at least 1, got {self.max_tokens}")


@dataclass(frozen=True, eq=False)
class Reply:
    """What the model answered.

    Attributes:
        text: Its words as they came.
        data: What they say in the form of the ask's schema: plain values of JSON. ``None`` where
            the ask has no schema, or where ``refusal`` says why there is no data.
        refusal: Why the answer is of no use (not of the schema's form, cut off); empty if it is.
        seconds: Wall time; of a batch, its share.
        num_tokens: Length of the answer, 0 where the backend does not tell.
    """

    text: str
    data: Any = None
    refusal: str = ""
    seconds: float = 0.0
    num_tokens: int = 0
