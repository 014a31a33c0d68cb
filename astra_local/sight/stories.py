"""What else could be the case when a camera's images do not move as the robot does.

A story says how points that stand still move from the camera's view at one image into its view at a
later one. The true story is that of the mounting, the stamps and the odometry; each of the others
is a fault that makes another motion of the robot's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se2, se3
from astra_core.camera import Camera
from astra_core.time import from_seconds
from astra_local.sight.problem import Problem

__all__ = ["WAY_FACTORS", "PoseAt", "Stories", "View", "other_ways"]

#: Pose ``(3,)`` of the robot in ``odom`` at a stamp; ``None`` where nobody knows.
PoseAt = Callable[[int], NDArray[np.float64] | None]

#: How many times as far as odometry says the robot may have come in truth: its wheels slip and it
#: stands, or they count double, half or nearly so.
WAY_FACTORS = (0.0, 0.5, 0.7, 1.4, 2.0)

_LATE_S = (0.25, 0.5, 1.0)
# What a depth camera that reads too short measures of what is there; near enough for its like.
_SHORT = 0.7
_MIRROR = np.diag([-1.0, 1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class View:
    """When and from where an image was taken.

    Attributes:
        stamp_ns: Its stamp.
        pose: ``(3,)`` of the robot in ``odom`` then.
    """

    stamp_ns: int
    pose: NDArray[np.float64]


class Stories:
    """Of one camera; the first of :meth:`transforms` is the true one.

    Attributes:
        faults: What each of the others says, in order.
    """

    def __init__(self, camera: Camera, others: Sequence[Camera]) -> None:
        """Think of them.

        Args:
            camera: The camera.
            others: Of the same rig; its images may be theirs.
        """
        mounts = [c.t_base_optical for c in (camera, *others)]
        self._mounts = np.stack(mounts)
        self._inverses = np.stack([se3.inverse(mount) for mount in mounts])
        self.faults = (
            *(
                Problem(
                    "swapped",
                    f"it shows what the {c.name} camera should: are they swapped?",
                    is_misplaced=True,
                )
                for c in others
            ),
            *(
                Problem(
                    "late",
                    f"its images are about {late_s:g} s older than their stamps",
                    is_misplaced=True,
                )
                for late_s in _LATE_S
            ),
            Problem("mirrored", "its images are mirrored", is_misplaced=True),
            Problem("short", "depth reads too short: check its scale"),
        )

    def transforms(self, before: View, now: View, pose_at: PoseAt) -> NDArray[np.float32]:
        """Return how each story moves points from one view into the next.

        Args:
            before: The earlier image.
            now: The later one.
            pose_at: Where the robot was.

        Returns:
            ``(1 + S, 4, 4)`` from optical to optical frame. Where nobody knows where the robot was
            so long ago, a story of late images is the true one, and tells nothing.
        """
        motion = _motion(before.pose, now.pose)
        mounted = self._inverses @ motion @ self._mounts
        true = mounted[0]
        late = []
        for late_s in _LATE_S:
            ago_ns = from_seconds(late_s)
            first, second = pose_at(before.stamp_ns - ago_ns), pose_at(now.stamp_ns - ago_ns)
            if first is None or second is None:
                late.append(true)
            else:
                late.append(self._inverses[0] @ _motion(first, second) @ self._mounts[0])
        short = true.copy()
        short[:3, 3] *= _SHORT
        stories = np.stack([*mounted, *late, _MIRROR @ true @ _MIRROR, short])
        return stories.astype(np.float32)


def other_ways(
    mount: NDArray[np.float64], before: NDArray[np.float64], now: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return how points move where the robot turns as odometry says, but drives another way.

    Args:
        mount: ``(4, 4)`` optical frame in ``base_link``.
        before: ``(3,)`` pose in ``odom`` at the earlier image.
        now: At the later one.

    Returns:
        ``(1 + F, 4, 4)`` from optical to optical frame: what odometry says, then ``WAY_FACTORS``.
    """
    factors = np.array([1.0, *WAY_FACTORS])
    motions = np.repeat(_motion(before, now)[None], factors.size, axis=0)
    motions[:, :3, 3] *= factors[:, None]
    ways: NDArray[np.float64] = se3.inverse(mount) @ motions @ mount
    return ways.astype(np.float32)


def _motion(before: NDArray[np.float64], now: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 4x4 pose of the base before, seen from the base now."""
    x, y, theta = se2.between(now, before)
    cos, sin = np.cos(theta), np.sin(theta)
    return np.array([[cos, -sin, 0, x], [sin, cos, 0, y], [0, 0, 1, 0], [0, 0, 0, 1]])
