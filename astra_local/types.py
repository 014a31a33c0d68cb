"""Records inside Astra-Local: what the planner sees of the world and what the guard hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import AstraError
from astra_core.records import Velocity

__all__ = [
    "GridField",
    "GuardDecision",
    "GuardState",
    "NearestObstacle",
    "PerceptionError",
    "RobotHeld",
    "RobotState",
]


class PerceptionError(AstraError):
    """Images cannot be used: unknown camera, wrong size, no odometry at their stamp."""

    code = 203


class RobotHeld(AstraError):
    """The base was told to move and does not: it touches something, or is held."""

    code = 210

    def __str__(self) -> str:
        """Return code and sentence: it is told in diagnostics, not raised."""
        return f"contact (code {self.code}): {super().__str__()}"


@dataclass(frozen=True)
class NearestObstacle:
    """What the guard needs to know of the surroundings; small, so that it is never late.

    The fields are those of ``astra_msgs/msg/NearestObstacle``. Distances are from the edge of the
    round footprint, negative inside it; ``inf`` where nothing is near.

    Attributes:
        stamp_ns: Stamp of the depth images it comes from.
        valid: Whether the surroundings are known at all; ``False`` means do not drive.
        distance_m: To the nearest obstacle anywhere.
        bearing_rad: Its direction in ``base_link``, in (-pi, pi], 0 ahead.
        resolution_m: Cell size of the grid it was read from.
        sector_angle_rad: Width of one sector.
        sector_distance_m: Per sector; sector 0 is centred ahead, counter-clockwise. ``-inf`` where
            the cameras that cover the sector are all blind: do not drive there.
        held: +1 where something that was felt holds the robot ahead, -1 behind, 0 where nothing
            does.
    """

    stamp_ns: int
    valid: bool
    distance_m: float
    bearing_rad: float
    resolution_m: float
    sector_angle_rad: float
    sector_distance_m: tuple[float, ...]
    held: int = 0


class GuardState(IntEnum):
    """What the guard did with the last command."""

    PASS = 0
    LIMITED = 1
    STOPPED = 2


@dataclass(frozen=True)
class GuardDecision:
    """One output of the guard.

    Attributes:
        velocity: What the base may do now.
        state: Whether the command passed, was limited or was refused.
        reason: Why, one line; empty when it passed.
    """

    velocity: Velocity
    state: GuardState
    reason: str = ""


@dataclass(frozen=True, eq=False)
class RobotState:
    """Where the planner starts from.

    Attributes:
        pose: ``(3,)`` [x, y, theta] in ``odom``.
        linear_mps: Forward speed.
        angular_rad_s: Turn rate.
    """

    pose: NDArray[np.float64]
    linear_mps: float = 0.0
    angular_rad_s: float = 0.0

    @property
    def is_finite(self) -> bool:
        """Return whether it says where the robot is and how fast."""
        return bool(np.isfinite([*self.pose, self.linear_mps, self.angular_rad_s]).all())


@dataclass(frozen=True, eq=False)
class GridField:
    """A scalar field on a grid that is aligned with ``odom``.

    Attributes:
        values: ``(H, W)``, indexed ``[y, x]``; a value belongs to the centre of its cell.
        origin_m: (x, y) of the outer corner of cell [0, 0] in ``odom``.
        resolution_m: Side of a cell.
    """

    values: NDArray[np.float32]
    origin_m: tuple[float, float]
    resolution_m: float

    def sample(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float32]:
        """Interpolate bilinearly.

        Args:
            x: ``(*)`` in ``odom``, metres; outside the grid the border value is used.
            y: ``(*)``, same shape.

        Returns:
            ``(*)`` float32.
        """
        return self.samplers(x, y)(self.values)

    def samplers(
        self, x: NDArray[np.floating], y: NDArray[np.floating]
    ) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
        """Return a function that interpolates any ``(H, W)`` array at these positions.

        Finding the cells is half the work; several arrays on one grid share it.
        """
        height, width = self.values.shape
        inverse = 1.0 / self.resolution_m
        # Subtract in the caller's precision (odom may be far from its origin), go on in float32.
        u = ((x - self.origin_m[0]) * inverse - 0.5).astype(np.float32)
        v = ((y - self.origin_m[1]) * inverse - 0.5).astype(np.float32)
        u = np.minimum(np.maximum(u, np.float32(0.0)), np.float32(width - 1))
        v = np.minimum(np.maximum(v, np.float32(0.0)), np.float32(height - 1))
        column = np.minimum(u.astype(np.int32), max(width - 2, 0))
        row = np.minimum(v.astype(np.int32), max(height - 2, 0))
        u -= column
        v -= row
        base = row * width + column
        right = base + (1 if width > 1 else 0)
        step = width if height > 1 else 0

        def interpolate(values: NDArray[np.float32]) -> NDArray[np.float32]:
            flat = values.ravel()
            lower, upper = flat[base], flat[base + step]
            lower += u * (flat[right] - lower)
            upper += u * (flat[right + step] - upper)
            between: NDArray[np.float32] = lower + v * (upper - lower)
            return between

        return interpolate

    def at(self, x_m: float, y_m: float) -> float:
        """Interpolate at one point."""
        return float(self.sample(np.array([x_m]), np.array([y_m]))[0])

    def cell_of(self, x_m: float, y_m: float) -> tuple[int, int]:
        """Return (row, column) of the cell that holds a point, clipped to the grid."""
        height, width = self.values.shape
        column = int(np.floor((x_m - self.origin_m[0]) / self.resolution_m))
        row = int(np.floor((y_m - self.origin_m[1]) / self.resolution_m))
        return min(max(row, 0), height - 1), min(max(column, 0), width - 1)
