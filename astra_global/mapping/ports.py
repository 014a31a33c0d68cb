"""Where a map's poses and landmarks come from: two contracts, and what both may look at.

A source gets a :class:`TourView` and nothing else of the builder. What it read from elsewhere (a
file, a model, a server) goes into its ``fingerprint``; what it is to be trusted for stands in its
``provenance``, which may be the same for many sources.

Letters: ``S`` moments at which all cameras of the rig took a picture, ``C`` cameras in rig order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.errors import ShapeError
from astra_core.observation import CameraFrame, ImuSample, WheelSample
from astra_global.mapping.sighting import PlacedSighting, Sighting

__all__ = ["LandmarkFinder", "PoseSource", "PoseTrack", "TourView"]


@dataclass(frozen=True, eq=False)
class PoseTrack:
    """Where the robot was.

    Attributes:
        t_map_base: ``(S, 4, 4)`` poses of ``base_link`` in ``map``; NaN where not known.
        covariance: ``(S, 3, 3)`` of [x, y, yaw] in ``map``, m^2, m rad, rad^2. Zeros mean that the
            pose is taken as exact.
    """

    t_map_base: NDArray[np.float64]
    covariance: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together.

        Raises:
            ShapeError: One covariance a pose is needed.
        """
        count = len(self.t_map_base)
        for what, array, shape in (
            ("poses", self.t_map_base, (count, 4, 4)),
            ("the covariance of poses", self.covariance, (count, 3, 3)),
        ):
            if array.shape != shape:
                raise ShapeError(what, expected=shape, actual=array.shape)

    @classmethod
    def exact(cls, t_map_base: NDArray[np.float64]) -> PoseTrack:
        """Return poses ``(S, 4, 4)`` without doubt about them."""
        return cls(t_map_base, np.zeros((len(t_map_base), 3, 3)))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return at which moments ``(S,)`` there is a pose."""
        return np.asarray(np.isfinite(self.t_map_base).all(axis=(1, 2)))

    def at(self, moments: NDArray[np.intp]) -> PoseTrack:
        """Return the poses at some moments ``(M,)``."""
        return PoseTrack(self.t_map_base[moments], self.covariance[moments])


class TourView(Protocol):
    """A recorded tour as far as the builder has got with it."""

    @property
    def rig(self) -> CameraRig:
        """Return the cameras that took the pictures."""
        ...

    @property
    def stamps_ns(self) -> NDArray[np.int64]:
        """Return the times of exposure ``(S, C)``, in time order."""
        ...

    @property
    def poses(self) -> PoseTrack | None:
        """Return the poses so far, one a moment; ``None`` before there are any."""
        ...

    @property
    def node_ids(self) -> tuple[str, ...]:
        """Return the nodes of the map that the moments are; empty before nodes were chosen."""
        ...

    def frames(self, moment: int) -> tuple[CameraFrame, ...]:
        """Return the pictures of a moment in rig order; ``depth_m`` where depth was recorded."""
        ...

    def imu(self) -> Sequence[ImuSample]:
        """Return the readings of the IMU in time order; none where it was not recorded."""
        ...

    def wheels(self) -> Sequence[WheelSample]:
        """Return the readings of the wheels in time order; none where they were not recorded."""
        ...


class PoseSource(Protocol):
    """Says where the robot was during the tour."""

    @property
    def provenance(self) -> str:
        """Return what stands in the map: ``oracle`` (somebody knew) or ``built`` (estimated)."""
        ...

    def fingerprint(self) -> str:
        """Return text that changes when the answer would: kind, version, settings, files read."""
        ...

    def poses(self, tour: TourView) -> PoseTrack:
        """Return one pose for each moment of the whole tour.

        Raises:
            SourceError: They cannot be had.
        """
        ...


class LandmarkFinder(Protocol):
    """Says what on the tour is worth naming."""

    @property
    def provenance(self) -> str:
        """Return what stands in the map: ``oracle`` (somebody knew) or ``built`` (seen)."""
        ...

    def fingerprint(self) -> str:
        """Return text that changes when the answer would: kind, version, settings, files read."""
        ...

    def sightings(self, tour: TourView) -> Iterable[Sighting | PlacedSighting]:
        """Return what is seen from the nodes, in any order; the same thing as often as it is seen.

        Raises:
            SourceError: They cannot be had.
        """
        ...
