"""What Astra-Local believes of its surroundings: what stands, who moves, what will be where.

Letters: ``H, W`` cells of a grid (indexed ``[y, x]``), ``F`` moments of a forecast, ``K`` samples,
``T`` steps. Everything is in ``odom``; times are seconds from the belief's own stamp on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ShapeError
from astra_core.time import to_seconds
from astra_local.moving.movers import Movers
from astra_local.types import GridField
from astra_local.voxel.esdf import distance_to, signed_distance
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["Clearance", "FutureField", "WorldBelief"]


@dataclass(frozen=True, eq=False)
class Clearance:
    """How far the edge of the footprint is from what it may touch, metres, negative inside.

    Attributes:
        standing_m: ``(*)`` to what stands.
        moving_m: ``(*)`` to who moves, there and then; inf where nobody does.
    """

    standing_m: NDArray[np.float32]
    moving_m: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FutureField:
    """Forecast of what will be where nothing stands now, as signed distances.

    Attributes:
        values: ``(F, H, W)`` metres, negative inside; the cap of the distance where nothing comes.
        times_s: ``(F,)`` from the belief's stamp on, growing; times of its own, not the planner's.
        origin_m: (x, y) of the outer corner of cell [0, 0] in ``odom``.
        resolution_m: Side of a cell.

    Raises:
        ShapeError: There is not one time per field, or they do not grow.
    """

    values: NDArray[np.float32]
    times_s: NDArray[np.float64]
    origin_m: tuple[float, float]
    resolution_m: float

    def __post_init__(self) -> None:
        """Check that every field has its time."""
        if self.values.ndim != 3 or self.times_s.shape != (len(self.values),):
            raise ShapeError(
                "values and times of a forecast",
                expected="(F, H, W) and (F,)",
                actual=f"{self.values.shape} and {self.times_s.shape}",
            )
        if not len(self.times_s) or not (np.diff(self.times_s) > 0.0).all():
            raise ShapeError(
                "times of a forecast", expected="one or more, growing", actual=self.times_s.tolist()
            )

    def after(self, seconds: float) -> FutureField:
        """Return the same forecast, told from that much later."""
        return replace(self, times_s=self.times_s - seconds)

    def sample(
        self, x: NDArray[np.floating], y: NDArray[np.floating], t_s: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Return the distance ``(*)`` at positions ``(*)`` and times that broadcast to them.

        Between two moments the nearer of both counts: who goes from here to there is in neither
        place then, and a mean would let the robot pass through the middle. Before the first and
        after the last moment that one holds.
        """
        x, y, t = np.broadcast_arrays(x, y, t_s)
        before = np.searchsorted(self.times_s, t, side="right") - 1
        last = len(self.times_s) - 1
        nearest = np.full(x.shape, np.inf, dtype=np.float32)
        for number in np.unique(before):
            here = before == number
            for moment in {max(number, 0), min(number + 1, last)}:
                field_then = GridField(self.values[moment], self.origin_m, self.resolution_m)
                then = field_then.sample(x[here], y[here])
                nearest[here] = np.minimum(nearest[here], then)
        return nearest


@dataclass(frozen=True, eq=False)
class WorldBelief:
    """One moment's belief, made once per set of images and shared by all plans until the next.

    The classical side fills what it measures and looks into nothing else; a learned perception
    adds a forecast and features for a planner that was trained with it.

    Attributes:
        stamp_ns: The moment it speaks of; that of the images, or later (see :meth:`at`).
        occupancy: Everything that is there, walkers included, and what was seen at all.
        esdf: Signed distance to what stands, metres.
        unknown_distance: Distance to the nearest cell that was never seen, metres; 0 inside.
        movers: Who walks about, at the stamp; not in ``esdf``.
        future: Forecast of what comes besides; ``None`` where nobody forecasts.
        history: Occupancies of the last seconds, oldest first, without the present one. Each has
            an origin of its own in ``odom``, which does not jump: whole cells bring one onto
            another (:func:`astra_local.moving.grids.shifted`).
        features: What a learned perception hands to a learned planner; opaque to all others.
    """

    stamp_ns: int
    occupancy: OccupancyView
    esdf: GridField
    unknown_distance: GridField
    movers: Movers = field(default_factory=Movers)
    future: FutureField | None = None
    history: tuple[OccupancyView, ...] = ()
    features: object | None = None

    @classmethod
    def from_occupancy(
        cls,
        standing: OccupancyView,
        max_distance_m: float,
        movers: Movers | None = None,
        *,
        everything: OccupancyView | None = None,
        history: tuple[OccupancyView, ...] = (),
    ) -> WorldBelief:
        """Compute the distance fields.

        Args:
            standing: What stands, on the same cells as ``everything``.
            max_distance_m: Cap of the distances.
            movers: Who walks about.
            everything: What stands and who walks; ``None`` if that is the same.
            history: Occupancies before.
        """
        signed = signed_distance(
            standing.occupied, standing.resolution_m, max_distance_m=max_distance_m
        )
        unknown = distance_to(~standing.known, standing.resolution_m)
        unknown = np.minimum(unknown, np.float32(max_distance_m))
        return cls(
            standing.stamp_ns,
            everything or standing,
            GridField(signed, standing.origin_m, standing.resolution_m),
            GridField(unknown, standing.origin_m, standing.resolution_m),
            movers or Movers(),
            history=history,
        )

    @property
    def camera_stamps_ns(self) -> Mapping[str, int]:
        """Return the stamp of the newest useful image of each camera, in rig order."""
        return self.occupancy.camera_stamps_ns

    @property
    def foresees(self) -> bool:
        """Return whether anything moves or is forecast to."""
        return len(self.movers) > 0 or self.future is not None

    def at(self, now_ns: int) -> WorldBelief:
        """Return the belief brought forward: the movers walk on, the forecast comes nearer."""
        seconds = to_seconds(now_ns - self.stamp_ns)
        future = None if self.future is None else self.future.after(seconds)
        return replace(self, stamp_ns=now_ns, movers=self.movers.after(seconds), future=future)

    def clearance(
        self,
        x: NDArray[np.floating],
        y: NDArray[np.floating],
        t_s: NDArray[np.floating],
        footprint_radius_m: float,
    ) -> Clearance:
        """Return the room that the round footprint has: the one question of every check.

        Args:
            x: ``(*)`` metres, for example ``(K, T)``.
            y: ``(*)``.
            t_s: When it is there, from the stamp on; broadcasts to ``(*)``, for example ``(T,)``.
            footprint_radius_m: Of the robot.
        """
        moving = self.movers.clearance(x, y, t_s, footprint_radius_m)
        if self.future is not None:
            coming = self.future.sample(x, y, t_s) - np.float32(footprint_radius_m)
            moving = np.minimum(moving, coming)
        return Clearance(self.esdf.sample(x, y) - np.float32(footprint_radius_m), moving)

    def clearance_now(
        self, x_m: float, y_m: float, footprint_radius_m: float
    ) -> tuple[float, float]:
        """Return :meth:`clearance` at one point at the stamp: to what stands, to who moves."""
        x, y = np.array([[x_m]]), np.array([[y_m]])
        moving = self.clearance(x, y, np.zeros(1), footprint_radius_m).moving_m
        return self.esdf.at(x_m, y_m) - footprint_radius_m, float(moving[0, 0])
