"""A camera that is not where the robot's rig says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MountingError"]

_WAYS = (("forwards", "backwards"), ("to the left", "to the right"), ("up", "down"))


@dataclass(frozen=True, eq=False)
class MountingError:
    """How the pictures say that a camera is mounted, against what the robot's rig says.

    Attributes:
        camera: Its name.
        turned_rad: ``(3,)`` rotation vector in ``base_link`` from where it should look to where it
            looks.
        moved_m: ``(3,)`` in ``base_link`` from where it should be to where it is.
        against: Cameras that agree with each other and not with it.
    """

    camera: str
    turned_rad: NDArray[np.float64]
    moved_m: NDArray[np.float64]
    against: tuple[str, ...]

    def __str__(self) -> str:
        """Return one line for people: what, by how much, and what to do."""
        found = " and ".join(part for part in (self._turn(), self._move()) if part)
        if len(self.against) == 1:
            return (
                f"cameras {self.camera} and {self.against[0]} contradict each other: one of them "
                f"is mounted otherwise than the robot's rig says; if it is {self.camera}, it is "
                f"{found}"
            )
        return (
            f"camera {self.camera} is {found} against what the robot's rig says "
            f"({', '.join(self.against)} agree with each other): it is not used; correct its "
            "mounting in /tf_static"
        )

    def _turn(self) -> str:
        degrees = np.rad2deg(self.turned_rad)
        total = float(np.linalg.norm(degrees))
        if total < 1.0:
            return ""
        around_z = float(degrees[2])
        side = ""
        if abs(around_z) > 0.8 * total:
            side = " to the left" if around_z > 0.0 else " to the right"
        return f"turned by {total:.1f} degrees{side}"

    def _move(self) -> str:
        total = float(np.linalg.norm(self.moved_m))
        if total < 0.03:
            return ""
        axis = int(np.abs(self.moved_m).argmax())
        way = ""
        if abs(self.moved_m[axis]) > 0.8 * total:
            way = " " + _WAYS[axis][int(self.moved_m[axis] < 0.0)]
        return f"moved by {total:.2f} m{way}"
