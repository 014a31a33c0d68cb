r"""Does the robot move on the map as its odometry says it moves: where is the rig on the robot?

If all cameras sit on the robot otherwise than the rig says (or its only one does), pictures alone
cannot tell: the pose is wrong by the same E every time, and fits everything that is seen. Motion
tells. With ``B_est = B E``, E = (t, phi), a motion (u, a) by odometry is seen on the map as

    v = R(-phi) (u + (R(a) - I) t):

driving straight, the robot seems to slip sideways by phi; turning on the spot, it seems to run on a
circle of radius \|t\|. With R(phi) = k^-1 [[c, -s], [s, c]], where k takes up the scale error of
wheels, this is linear in (c, s, t) (the planar case of hand-eye calibration, Tsai and Lenz 1989).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.camera import CameraRig
from astra_core.odometry_buffer import OdometryBuffer
from astra_global.types import PoseFix

__all__ = ["RigMotion", "RigOffset"]

# Motions between two fixes that say something, and not too long for odometry to be exact.
_LEAST_M, _LEAST_RAD = 0.3, 0.35
_MOST_M, _MOST_S, _MOST_WRONG_M = 2.0, 15.0, 1.5
_KEPT, _NEEDED = 40, 8
# How often an error must stand out of its own deviation, and what a deviation is at least.
_SIGNIFICANT = 6.0
_LEAST_SIGMA_M = 0.01
_HUBER_M = 0.05
_ROUNDS = 10
_TOLD_M = 0.05


@dataclass(frozen=True)
class RigOffset:
    """E: how the cameras sit on the robot, against what the robot's rig says, about ``base_link``.

    Attributes:
        x_m: How far forwards, which is as far as the fixes are; 0 where it is not known.
        y_m: How far to the left.
        heading_rad: How far turned to the left; 0 where it is not known.
    """

    x_m: float
    y_m: float
    heading_rad: float

    def with_doubt(
        self, pose: NDArray[np.float64], covariance: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the covariance ``(3, 3)`` of a fix ``(3,)`` that is wrong by E."""
        cos, sin = np.cos(pose[2]), np.sin(pose[2])
        wrong = np.array(
            [cos * self.x_m - sin * self.y_m, sin * self.x_m + cos * self.y_m, self.heading_rad]
        )
        return covariance + np.outer(wrong, wrong)

    def doubted(self, fix: PoseFix) -> PoseFix:
        """Return a fix whose poses are as unsure as the rig is wrong."""
        others = tuple(
            replace(other, covariance=self.with_doubt(other.pose, other.covariance))
            for other in fix.alternatives
        )
        covariance = self.with_doubt(fix.pose, fix.covariance)
        return replace(fix, covariance=covariance, alternatives=others)

    def told_of(self, rig: CameraRig) -> str:
        """Return one line for people: what, by how much, and what to do."""
        e = np.array([self.x_m, self.y_m, self.heading_rad])
        who, moved = "the cameras are", e[:2]
        if len(rig.cameras) == 1:
            place = rig.cameras[0].t_base_optical[:2, 3]
            who = f"camera {rig.names[0]} is"
            moved = se2.transform_points(e, place) - place
        parts = []
        if self.heading_rad:
            side = "left" if self.heading_rad > 0.0 else "right"
            parts.append(f"turned by {abs(np.rad2deg(self.heading_rad)):.1f} degrees to the {side}")
        if float(np.linalg.norm(moved)) > _TOLD_M:
            ahead = "forwards" if moved[0] > 0.0 else "backwards"
            side = "left" if moved[1] > 0.0 else "right"
            parts.append(
                f"moved by {abs(moved[0]):.2f} m {ahead} and {abs(moved[1]):.2f} m to the {side}"
            )
        return (
            f"{who} {' and '.join(parts)} against what the robot's rig says, by how the robot "
            "moves on the map: the pose may be as wrong; correct the mounting in /tf_static"
        )


class RigMotion:
    """Collects motions between fixes that are sure of themselves."""

    def __init__(self, odometry: OdometryBuffer, told_rad: float, told_m: float) -> None:
        """Know nothing yet.

        Args:
            odometry: How the robot moved.
            told_rad: Heading error from which it is said.
            told_m: The same for the position.
        """
        self._odometry = odometry
        self._told_rad, self._told_m = told_rad, told_m
        self._before: tuple[int, NDArray[np.float64]] | None = None
        self._rows: deque[tuple[NDArray[np.float64], NDArray[np.float64]]] = deque(maxlen=_KEPT)
        self.offset: RigOffset | None = None

    def forget(self) -> None:
        """Begin anew after the robot was carried; what was found stays."""
        self._before = None

    def add(self, stamp_ns: int, pose: NDArray[np.float64]) -> None:
        """Take the pose ``(3,)`` of a fix that is sure of itself."""
        if self._before is None:
            self._before = (stamp_ns, pose)
            return
        motion = self._odometry.motion(self._before[0], stamp_ns)
        if motion is None or motion.length_m > _MOST_M or motion.seconds > _MOST_S:
            self._before = (stamp_ns, pose)
            return
        if motion.length_m < _LEAST_M and motion.turn_rad < _LEAST_RAD:
            return
        u, angle = motion.relative[:2], float(motion.relative[2])
        v = se2.between(self._before[1], pose)[:2]
        self._before = (stamp_ns, pose)
        if float(np.linalg.norm(v - u)) > _MOST_WRONG_M:
            return  # another place was seen
        cos, sin = np.cos(angle), np.sin(angle)
        row = np.array([[v[0], -v[1], 1.0 - cos, sin], [v[1], v[0], -sin, 1.0 - cos]])
        self._rows.append((row, u))
        if len(self._rows) >= _NEEDED:
            self.offset = self._estimated()

    def _estimated(self) -> RigOffset | None:
        a = np.concatenate([row for row, _ in self._rows])
        b = np.concatenate([u for _, u in self._rows])
        x, covariance = _robust(a, b)
        # What no motion has shown has a large deviation and stays out.
        phi = float(np.arctan2(x[1], x[0]))
        scale = max(float(np.hypot(x[0], x[1])), 1e-3)
        t, spread = x[2:] / scale, covariance / scale**2
        size_m = float(np.hypot(*t))
        # Turning alone shows how large t is; which way it points takes driving, too.
        along = t / max(size_m, 1e-9)
        sigma_m = float(np.sqrt(along @ spread[2:, 2:] @ along))
        is_turned = abs(phi) > max(self._told_rad, _SIGNIFICANT * float(np.sqrt(spread[1, 1])))
        is_moved = size_m > max(self._told_m, _SIGNIFICANT * sigma_m)
        if not is_turned and not is_moved:
            return None
        moved = t if is_moved else np.zeros(2)
        return RigOffset(float(moved[0]), float(moved[1]), phi if is_turned else 0.0)


def _robust(
    a: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Huber solution of ``a x = b`` and its covariance; weakly held to "no error"."""
    prior, prior_sigma = np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.1, 0.5, 1.0, 1.0])
    x, sigma = prior, _LEAST_SIGMA_M
    for _ in range(_ROUNDS):
        residual = np.linalg.norm((a @ x - b).reshape(-1, 2), axis=1)
        weight = np.repeat(np.minimum(1.0, _HUBER_M / np.maximum(residual, 1e-9)), 2)
        sigma = max(float(np.median(residual)) / 1.177, _LEAST_SIGMA_M)
        information = (a * weight[:, None]).T @ a / sigma**2 + np.diag(prior_sigma**-2.0)
        gradient = (a * weight[:, None]).T @ b / sigma**2 + prior / prior_sigma**2
        x = np.linalg.solve(information, gradient)
    return x, np.linalg.inv(information)
