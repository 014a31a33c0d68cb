"""The widest range of a setting, by the unit that its name ends with.

A fence behind the ranges that settings declare themselves: no robot of this stack drives at
50 m/s, and whoever types 5000 for 5.0 wants to be told so.
"""

from __future__ import annotations

__all__ = ["widest"]

# The first that fits counts. What is "per" something has a unit of its own and no fence but the
# last one.
_BY_SUFFIX: tuple[tuple[str, float], ...] = (
    ("_mps3", 1_000.0),
    ("_mps2", 100.0),
    ("_mps", 10.0),
    ("_rad_s3", 10_000.0),
    ("_rad_s2", 1_000.0),
    ("_rad_s", 30.0),
    ("_rad", 100.0),
    ("_hz", 1_000.0),
    ("_px", 100_000.0),
    ("_percent", 100.0),
    ("_fraction", 1.0),
    ("_probability", 1.0),
    ("_s", 86_400.0),
    ("_m", 10_000.0),
)
_WITHOUT_UNIT = 1.0e9
_COMPOUND = ("_per_", "_sqrt_", "_rad_m")


def widest(name: str) -> float:
    """Return the largest size that a number may have, either sign.

    Args:
        name: Of the setting, dotted or not; its suffix is its unit.
    """
    own = name.rpartition(".")[2]
    if not any(mark in own for mark in _COMPOUND):
        for suffix, limit in _BY_SUFFIX:
            if own.endswith(suffix):
                return limit
    return _WITHOUT_UNIT
