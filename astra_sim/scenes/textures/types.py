"""Types that the painters share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["Color", "Field", "Rgb", "WallPainter"]

#: Red, green, blue, 0 to 255 each.
Rgb = tuple[int, int, int]
#: The same in fractions of a level, ``(3,)``.
Color = NDArray[np.floating] | tuple[float, float, float]
#: What is worked on before it is rounded to bytes: ``(H, W)`` or ``(H, W, 3)``.
Field = NDArray[np.float32]
#: Called with (rng, color ``(H, W, 3)``, grey ``(H, W)``, y, x): changes color and grey in place;
#: y is metres from the top, x metres from the left, ``(H, W)`` each.
WallPainter = Callable[[Generator, Field, Field, Field, Field], None]
