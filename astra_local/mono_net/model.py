"""What a monocular depth model is to us: a picture in, metres out."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["IMAGENET_MEAN", "IMAGENET_STD", "MonoModel", "fitting_size"]

#: Of the pictures that most such models were trained with, RGB in [0, 1].
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class MonoModel(Protocol):
    """A metric monocular depth model."""

    def depth_m(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the depth ``(H', W')``, metres along the optical axis, of RGB ``(H, W, 3)``.

        It may be of another size than the picture; what is not positive and finite is unknown.
        """
        ...


def fitting_size(height: int, width: int, patch: int) -> tuple[int, int]:
    """Return the size nearest to that of a picture whose sides are whole patches."""
    return max(round(height / patch), 1) * patch, max(round(width / patch), 1) * patch
