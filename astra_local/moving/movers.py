"""Moving obstacles as the planner sees them: discs that keep their velocity.

Letters: ``M`` movers, ``K`` samples, ``T`` steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Movers"]


@dataclass(frozen=True, eq=False)
class Movers:
    """Discs in ``odom`` at one moment.

    Attributes:
        positions_m: ``(M, 2)`` centres.
        velocities_mps: ``(M, 2)``.
        radii_m: ``(M,)``.
    """

    positions_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    velocities_mps: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    radii_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.radii_m)

    def after(self, seconds: float) -> Movers:
        """Return where they are after that time."""
        return replace(self, positions_m=self.positions_m + seconds * self.velocities_mps)

    def cells(
        self,
        origin_m: tuple[float, float],
        resolution_m: float,
        shape: tuple[int, int],
        margin_m: float,
        trail_s: float,
    ) -> NDArray[np.bool_]:
        """Return the cells ``(H, W)`` of a grid where they are, or were until a moment ago.

        Args:
            origin_m: Outer corner of cell [0, 0].
            resolution_m: Side of a cell.
            shape: (H, W).
            margin_m: Added to the radii.
            trail_s: How long ago counts.
        """
        mask = np.zeros(shape, dtype=bool)
        x = (np.arange(shape[1]) + 0.5) * resolution_m + origin_m[0]
        y = (np.arange(shape[0]) + 0.5) * resolution_m + origin_m[1]
        for position, velocity, radius in zip(
            self.positions_m, self.velocities_mps, self.radii_m, strict=True
        ):
            dx, dy = x[None, :] - position[0], y[:, None] - position[1]
            # Nearest point of the way walked in that time: position - share * trail * velocity.
            back = trail_s * velocity
            share = np.clip(-(dx * back[0] + dy * back[1]) / max(back @ back, 1e-9), 0.0, 1.0)
            mask |= np.hypot(dx + share * back[0], dy + share * back[1]) < radius + margin_m
        return mask

    def clearance(
        self,
        x: NDArray[np.floating],
        y: NDArray[np.floating],
        time_s: NDArray[np.floating],
        footprint_radius_m: float,
    ) -> NDArray[np.float32]:
        """Return the distance from the round footprint to the nearest disc, then and there.

        Args:
            x: ``(K, T)`` in ``odom``, metres.
            y: ``(K, T)``.
            time_s: ``(T,)`` from the moment of the discs on.
            footprint_radius_m: Of the robot.

        Returns:
            ``(K, T)`` metres, negative where they touch, inf without anybody.
        """
        nearest = np.full(np.shape(x), np.inf, dtype=np.float32)
        for position, velocity, radius in zip(
            self.positions_m, self.velocities_mps, self.radii_m, strict=True
        ):
            dx = (x - (position[0] + velocity[0] * time_s)).astype(np.float32)
            dy = (y - (position[1] + velocity[1] * time_s)).astype(np.float32)
            gap = np.sqrt(dx * dx + dy * dy) - np.float32(radius + footprint_radius_m)
            np.minimum(nearest, gap, out=nearest)
        return nearest
