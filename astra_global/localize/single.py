"""What others need of a localizer, and how one of its answers becomes a single pose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import NotLocalized
from astra_core.observation import CameraFrame
from astra_global.types import PoseFix

__all__ = ["FrameLocalizer", "single_pose"]

# Places less than e^3 = 20 times less likely than the best are worth mentioning.
_WORTH_MENTIONING = -3.0


class FrameLocalizer(Protocol):
    """What Astra-Global needs of a localizer: images in, poses out."""

    def localize(
        self,
        frames: Sequence[CameraFrame],
        *,
        expected: Sequence[NDArray[np.floating]] = (),
        everywhere: bool = True,
    ) -> PoseFix:
        """Return the poses that the frames allow, or raise ``NotLocalized``.

        Poses ``(3,)`` that are expected are looked at in any case; with ``everywhere`` the rest of
        the map is searched for rivals, too.
        """
        ...


def single_pose(fix: PoseFix, min_confidence: float) -> NDArray[np.float64]:
    """Return the pose of a fix where it can be only one: for callers that see one moment only.

    Args:
        fix: The answer of a localizer.
        min_confidence: Confidence that the best pose needs.

    Raises:
        NotLocalized: Several places fit alike, or none fits well.
    """
    if fix.confidence >= min_confidence:
        return fix.pose
    alike = 1 + sum(other.log_odds > _WORTH_MENTIONING for other in fix.alternatives)
    fits = f"the pictures fit {alike} places alike" if alike > 1 else "no place fits well"
    raise NotLocalized(f"{fits}; the likeliest has {100 * fix.confidence:.0f} %")
