"""Fine step: the pose of a rig from matches of all its cameras at once (generalized P3P, RANSAC).

``pycolmap`` does the estimation; nothing of it leaves this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import CameraRig
from astra_core.errors import AstraError

__all__ = ["Correspondences", "RigPose", "RigPoseSolver"]


@dataclass(frozen=True, eq=False)
class Correspondences:
    """Where cameras see points of the map. ``P`` is the number of matches.

    Attributes:
        pixels: ``(P, 2)`` (u, v) without distortion.
        points: ``(P, 3)`` in ``map``.
        camera: ``(P,)`` index of the camera in the rig.
        feature: ``(P,)`` number of the query feature, unique over all cameras: one feature may
            be matched to several pictures of the map.
        picture: ``(P,)`` number of the map picture.
    """

    pixels: NDArray[np.float64]
    points: NDArray[np.float64]
    camera: NDArray[np.intp]
    feature: NDArray[np.intp]
    picture: NDArray[np.intp]

    @classmethod
    def join(cls, parts: Sequence[Correspondences]) -> Correspondences:
        """Concatenate."""
        return cls(
            np.concatenate([part.pixels for part in parts]),
            np.concatenate([part.points for part in parts]),
            np.concatenate([part.camera for part in parts]),
            np.concatenate([part.feature for part in parts]),
            np.concatenate([part.picture for part in parts]),
        )

    def select(self, mask: NDArray[np.bool_]) -> Correspondences:
        """Return the matches where ``mask`` ``(P,)`` is true."""
        return Correspondences(
            self.pixels[mask],
            self.points[mask],
            self.camera[mask],
            self.feature[mask],
            self.picture[mask],
        )

    @property
    def num_features(self) -> int:
        """Return how many different query features are matched."""
        return len(np.unique(self.feature))


@dataclass(frozen=True, eq=False)
class RigPose:
    """A pose with the matches that agree: ``t_map_base`` ``(4, 4)`` and a mask ``(P,)``."""

    t_map_base: NDArray[np.float64]
    inlier_mask: NDArray[np.bool_]


class RigPoseSolver:
    """Estimates rig poses with fixed settings and a fixed seed."""

    def __init__(
        self, rig: CameraRig, *, max_error_px: float, max_trials: int, random_seed: int
    ) -> None:
        """Prepare the cameras.

        Raises:
            AstraError: ``pycolmap`` is not installed.
        """
        try:
            import pycolmap
        except ImportError as error:
            raise AstraError(
                "self-localization needs pycolmap: pip install pycolmap (wheels for Linux x86_64)"
            ) from error
        self._solve = pycolmap.estimate_generalized_absolute_pose
        self._options = pycolmap.RANSACOptions(
            max_error=max_error_px,
            random_seed=random_seed,
            min_num_trials=50,
            max_num_trials=max_trials,
        )
        self._cameras = []
        self._cams_from_base = []
        for camera in rig.cameras:
            k = camera.intrinsics
            self._cameras.append(
                pycolmap.Camera(
                    model="PINHOLE",
                    width=k.width_px,
                    height=k.height_px,
                    params=[k.fx_px, k.fy_px, k.cx_px, k.cy_px],
                )
            )
            t_optical_base = se3.inverse(camera.t_base_optical)
            self._cams_from_base.append(
                pycolmap.Rigid3d(pycolmap.Rotation3d(t_optical_base[:3, :3]), t_optical_base[:3, 3])
            )

    def solve(self, matches: Correspondences) -> RigPose | None:
        """Estimate the pose, or ``None`` where no pose explains enough matches."""
        if len(matches.pixels) < 6:
            return None
        used = np.unique(matches.camera)
        position = {int(camera): number for number, camera in enumerate(used)}
        answer = self._solve(
            matches.pixels,
            matches.points,
            [position[int(camera)] for camera in matches.camera],
            [self._cams_from_base[camera] for camera in used],
            [self._cameras[camera] for camera in used],
            self._options,
        )
        if answer is None:
            return None
        t_base_map = np.eye(4)
        t_base_map[:3] = answer["rig_from_world"].matrix()
        return RigPose(se3.inverse(t_base_map), np.asarray(answer["inlier_mask"], dtype=bool))
