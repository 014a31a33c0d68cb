"""Independent random streams that depend on a seed and on names, never on the order of calls."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["stream"]


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the random generator of one thing in one scene.

    Args:
        seed: Seed of the scene.
        *names: What it is for, for example ``"furniture", 3``; the same names give the same stream.
    """
    keys = [name if isinstance(name, int) else zlib.crc32(name.encode()) for name in names]
    return np.random.default_rng([seed, *keys])
