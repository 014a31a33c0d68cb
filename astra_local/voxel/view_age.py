"""How fast the robot may drive on what it saw a moment ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from astra_core.records import Velocity
from astra_local.safety.stopping import directions_of
from astra_local.voxel.coverage import RigCoverage

__all__ = ["ViewAgeLimit"]

# One missed image of ten a second is no reason to slow down.
_FRESH_S = 0.16
# Who has just lost the view ahead stands first, even if it would rather turn to another one.
_STANDS_S = 0.4
# From the command to brakes that grip: two ticks.
_BRAKE_DELAY_S = 0.04


class ViewAgeLimit:
    """Slows down as the view of the way grows old, so that the robot stands when it is too old.

    One late image costs little speed, and a camera that never comes back finds the robot standing.
    """

    def __init__(self, coverage: RigCoverage, stand_s: float, deceleration_mps2: float) -> None:
        """Keep the limits.

        Args:
            coverage: Which directions each camera sees.
            stand_s: Age of the view at which the robot stands.
            deceleration_mps2: Of its brakes.
        """
        self._coverage = coverage
        self._stand_s, self._deceleration_mps2 = stand_s, deceleration_mps2

    def slowed(
        self, velocity: Velocity, ages_s: Mapping[str, float]
    ) -> tuple[Velocity, tuple[str, float] | None]:
        """Return the velocity that the view allows, on the same arc.

        Args:
            velocity: Wanted.
            ages_s: Of the newest image of every camera.

        Returns:
            The velocity, and the camera to blame with the age of its image; ``None`` where the
            view is fresh enough.
        """
        speed = abs(velocity.linear_mps)
        if max(ages_s.values(), default=0.0) <= _FRESH_S:
            return velocity, None
        too_old_s = self._stand_s - _BRAKE_DELAY_S
        age_s, camera = self._coverage.age_along_s(ages_s, (0.0,))
        if too_old_s <= age_s <= too_old_s + _STANDS_S and velocity.linear_mps >= 0.0:
            return Velocity(), (camera, age_s)
        length_m = speed * self._stand_s
        way = directions_of(velocity.linear_mps, velocity.angular_rad_s, length_m)
        age_s, camera = self._coverage.age_along_s(ages_s, way)
        left_s = max(too_old_s - age_s, 0.0)
        allowed = left_s * self._deceleration_mps2
        if age_s <= _FRESH_S or speed <= allowed:
            return velocity, None
        if allowed == 0.0:
            return replace(velocity, linear_mps=0.0), (camera, age_s)  # turning is still free
        share = allowed / speed
        slower = Velocity(share * velocity.linear_mps, share * velocity.angular_rad_s)
        return slower, (camera, age_s)
