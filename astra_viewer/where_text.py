"""Whether the robot knows where it is, in words for the page."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_viewer.mission_text import plain

__all__ = ["Accuracy", "accuracy_of", "where_text"]

_NOT_YET = "**Not localized**: the map appears when the robot knows where it is."


#: Of a normal distribution 95 % lie within this many standard deviations: on a line, in a plane.
_LINE_95, _PLANE_95 = 1.96, 2.45


@dataclass(frozen=True)
class Accuracy:
    """How well a pose is known: standard deviations.

    Attributes:
        sigma_m: Of the position, along the worse direction.
        sigma_rad: Of the heading.
    """

    sigma_m: float
    sigma_rad: float


def accuracy_of(covariance: NDArray[np.float64]) -> Accuracy:
    """Return how well a pose is known by its covariance ``(3, 3)`` of x, y, theta."""
    worst = float(np.linalg.eigvalsh(covariance[:2, :2]).max())
    return Accuracy(math.sqrt(max(worst, 0.0)), math.sqrt(max(float(covariance[2, 2]), 0.0)))


def where_text(is_localized: bool, reason: str = "", accuracy: Accuracy | None = None) -> str:
    """Return Markdown.

    Args:
        is_localized: Whether there is a pose on the map.
        reason: Why there is none, or what speaks against it; empty where nothing does.
        accuracy: How well it is known; ``None`` where nobody has said it.
    """
    if not is_localized:
        return f"{_NOT_YET} {plain(reason)}".strip()
    within = ""
    if accuracy is not None:
        # Nobody knows a robot's place to less than that.
        position_cm = max(1.0, 100.0 * _PLANE_95 * accuracy.sigma_m)
        heading_deg = math.degrees(_LINE_95 * accuracy.sigma_rad)
        within = f"Within {position_cm:.0f} cm and {heading_deg:.1f}° (95 %)."
    state = f"Localized, but {plain(reason)}" if reason else "Localized."
    return "\n\n".join(part for part in (state, within) if part)
