"""What the planner knows of the surroundings at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from astra_local.moving.movers import Movers
from astra_local.types import GridField
from astra_local.voxel.esdf import distance_to, signed_distance
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["LocalWorld"]


@dataclass(frozen=True, eq=False)
class LocalWorld:
    """Distance fields made once per set of images, shared by all plans until the next.

    Attributes:
        esdf: Signed distance to obstacles, metres, in ``odom``.
        unknown_distance: Distance to the nearest cell that was never seen, metres; 0 inside.
        stamp_ns: Stamp of the images.
        movers: Who walks about, at that stamp; not in the distance field.
    """

    esdf: GridField
    unknown_distance: GridField
    stamp_ns: int
    movers: Movers = field(default_factory=Movers)

    @classmethod
    def from_occupancy(
        cls, view: OccupancyView, max_distance_m: float, movers: Movers | None = None
    ) -> LocalWorld:
        """Compute the fields; distances are capped at ``max_distance_m``."""
        signed = signed_distance(view.occupied, view.resolution_m, max_distance_m=max_distance_m)
        unknown = distance_to(~view.known, view.resolution_m)
        unknown = np.minimum(unknown, np.float32(max_distance_m))
        return cls(
            GridField(signed, view.origin_m, view.resolution_m),
            GridField(unknown, view.origin_m, view.resolution_m),
            view.stamp_ns,
            movers or Movers(),
        )

    def clearance(
        self, x: NDArray[np.floating], y: NDArray[np.floating], footprint_radius_m: float
    ) -> NDArray[np.float32]:
        """Return the signed distance of the round footprint to what stands, at positions ``(*)``.

        Who walks about is another question: see :meth:`Movers.clearance`.
        """
        return self.esdf.sample(x, y) - np.float32(footprint_radius_m)
