"""Pinhole cameras and the rig that carries them.

Letters: ``N`` points. Pixel coordinates are (u, v) = (column, row), the centre of the top left
pixel is (0, 0) as in OpenCV and ``sensor_msgs/CameraInfo``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.errors import ConfigError

__all__ = ["PLUMB_BOB", "RATIONAL_POLYNOMIAL", "Camera", "CameraIntrinsics", "CameraRig"]

#: How many coefficients lenses of these models have.
PLUMB_BOB, RATIONAL_POLYNOMIAL = (4, 5), (8, 12, 14)


@dataclass(frozen=True)
class CameraIntrinsics:
    """Pinhole parameters in pixels, plus the distortion of OpenCV and ROS.

    Attributes:
        width_px: Image width.
        height_px: Image height.
        fx_px: Focal length along u.
        fy_px: Focal length along v.
        cx_px: Principal point along u.
        cy_px: Principal point along v.
        distortion: Plumb bob (k1, k2, p1, p2[, k3]), or the rational polynomial, which goes on
            with (k4, k5, k6[, s1 .. s4[, tau_x, tau_y]]); empty means none.
    """

    width_px: int
    height_px: int
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be a camera."""
        if self.width_px < 1 or self.height_px < 1 or self.fx_px <= 0.0 or self.fy_px <= 0.0:
            raise ConfigError(f"not a camera: {self}")
        if len(self.distortion) not in (0, *PLUMB_BOB, *RATIONAL_POLYNOMIAL):
            raise ConfigError(
                f"{len(self.distortion)} coefficients of distortion; a lens has "
                f"{', '.join(map(str, (*PLUMB_BOB, *RATIONAL_POLYNOMIAL)))} of them, or none"
            )

    @property
    def distortion_model(self) -> str:
        """Return what ``camera_info`` calls the model."""
        is_rational = len(self.distortion) in RATIONAL_POLYNOMIAL
        return "rational_polynomial" if is_rational else "plumb_bob"

    @classmethod
    def from_horizontal_fov(cls, width_px: int, height_px: int, fov_rad: float) -> CameraIntrinsics:
        """Build square pixels without distortion from a horizontal field of view in (0, pi)."""
        if not 0.0 < fov_rad < np.pi:
            raise ConfigError(f"horizontal field of view must be in (0, pi) rad, got {fov_rad}")
        focal_px = width_px / 2.0 / float(np.tan(fov_rad / 2.0))
        return cls(
            width_px, height_px, focal_px, focal_px, (width_px - 1) / 2.0, (height_px - 1) / 2.0
        )

    def matrix(self) -> NDArray[np.float64]:
        """Return the 3x3 camera matrix K."""
        return np.array(
            [[self.fx_px, 0.0, self.cx_px], [0.0, self.fy_px, self.cy_px], [0.0, 0.0, 1.0]]
        )

    def scaled(self, width_px: int, height_px: int) -> CameraIntrinsics:
        """Return the intrinsics of the same view in a picture of another size."""
        x, y = width_px / self.width_px, height_px / self.height_px
        return replace(
            self,
            width_px=width_px,
            height_px=height_px,
            fx_px=x * self.fx_px,
            fy_px=y * self.fy_px,
            # Pixel centres are whole numbers: the left edge of the picture is at -0.5.
            cx_px=x * (self.cx_px + 0.5) - 0.5,
            cy_px=y * (self.cy_px + 0.5) - 0.5,
        )

    def project(self, points_optical: NDArray[np.floating]) -> NDArray[np.float64]:
        """Project points ``(N, 3)`` of the optical frame to pixels ``(N, 2)``, undistorted.

        Points at or behind the camera (z <= 0) give NaN.
        """
        points = np.asarray(points_optical, dtype=np.float64)
        z = np.where(points[..., 2] > 0.0, points[..., 2], np.nan)
        u = self.fx_px * points[..., 0] / z + self.cx_px
        v = self.fy_px * points[..., 1] / z + self.cy_px
        return np.stack([u, v], axis=-1)

    def unproject(
        self, pixels: NDArray[np.floating], depth_m: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """Lift pixels ``(N, 2)`` with depth ``(N,)`` along z to optical points ``(N, 3)``."""
        pixels = np.asarray(pixels, dtype=np.float64)
        depth = np.asarray(depth_m, dtype=np.float64)
        x = (pixels[..., 0] - self.cx_px) / self.fx_px * depth
        y = (pixels[..., 1] - self.cy_px) / self.fy_px * depth
        return np.stack([x, y, depth], axis=-1)


@dataclass(frozen=True, eq=False)
class Camera:
    """One camera on the robot.

    Attributes:
        name: Short name such as ``front``; its frame is ``camera_<name>_optical_frame``.
        intrinsics: Pinhole parameters.
        t_base_optical: 4x4 pose of the optical frame in ``base_link``.
    """

    name: str
    intrinsics: CameraIntrinsics
    t_base_optical: NDArray[np.float64]

    @property
    def frame_id(self) -> str:
        """Return the TF name of the optical frame."""
        return f"camera_{self.name}_optical_frame"


@dataclass(frozen=True, eq=False)
class CameraRig:
    """The cameras of one robot, in a fixed order; any number works."""

    cameras: tuple[Camera, ...]

    def __post_init__(self) -> None:
        """Refuse an empty rig and names used twice."""
        names = [camera.name for camera in self.cameras]
        if not names or len(set(names)) != len(names):
            raise ConfigError(f"a rig needs at least one camera and unique names, got {names}")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the camera names in order."""
        return tuple(camera.name for camera in self.cameras)

    def __getitem__(self, name: str) -> Camera:
        """Return the camera called ``name``."""
        for camera in self.cameras:
            if camera.name == name:
                return camera
        raise KeyError(f"no camera {name!r}; the rig has {', '.join(self.names)}")

    def to_dict(self) -> list[dict[str, Any]]:
        """Return plain data for JSON or YAML."""
        result = []
        for camera in self.cameras:
            position, quaternion = se3.to_position_quaternion(camera.t_base_optical)
            k = camera.intrinsics
            result.append(
                {
                    "name": camera.name,
                    "width_px": k.width_px,
                    "height_px": k.height_px,
                    "fx_px": k.fx_px,
                    "fy_px": k.fy_px,
                    "cx_px": k.cx_px,
                    "cy_px": k.cy_px,
                    "distortion": list(k.distortion),
                    "position_m": position.tolist(),
                    "quaternion_xyzw": quaternion.tolist(),
                }
            )
        return result

    @classmethod
    def from_dict(cls, data: list[dict[str, Any]]) -> CameraRig:
        """Build a rig from the data of :meth:`to_dict`.

        Raises:
            ConfigError: A key is missing or a value is not usable.
        """
        cameras = []
        for number, entry in enumerate(data):
            try:
                intrinsics = CameraIntrinsics(
                    width_px=int(entry["width_px"]),
                    height_px=int(entry["height_px"]),
                    fx_px=float(entry["fx_px"]),
                    fy_px=float(entry["fy_px"]),
                    cx_px=float(entry["cx_px"]),
                    cy_px=float(entry["cy_px"]),
                    distortion=tuple(float(value) for value in entry.get("distortion", ())),
                )
                pose = se3.from_position_quaternion(entry["position_m"], entry["quaternion_xyzw"])
                cameras.append(Camera(str(entry["name"]), intrinsics, pose))
            except (KeyError, TypeError, ValueError) as error:
                raise ConfigError(f"camera {number} of the rig: {error!r}") from error
        return cls(tuple(cameras))
