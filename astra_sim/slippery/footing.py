"""What the wheels of a robot stand on, and how much of their turning they lose there.

The slip ratio of a wheel wanders about the mean of the thing it is on, as in
:mod:`astra_sim.sensors.wheels` an Ornstein-Uhlenbeck process in the way rolled. There slip is an
error of reading, here the robot really goes another way than its wheels: the motion is less than
what the rims turn, and the encoders read what the rims turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.parts import Footprint, solid_footprints
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Scene
from astra_sim.slippery.config import Slip, SlipperyFloor

__all__ = ["Footing", "SlipperyPlace", "slippery_places"]

#: However slippery: the robot gets on.
_MOST_SLIP = 0.6
#: Less is none.
_NO_SLIP = 1e-6


@dataclass(frozen=True)
class SlipperyPlace:
    """A thing on the floor that wheels slip on.

    Attributes:
        object_id: What it is in the scene.
        footprint: One part of it, in ``map``.
        slip: How wheels slip there.
        mean: Its mean slip ratio.
        drift: Where its pile pushes, metres in ``map`` (x, y) for each metre rolled.
    """

    object_id: str
    footprint: Footprint
    slip: Slip
    mean: float
    drift: tuple[float, float]


def slippery_places(scene: Scene, floor: SlipperyFloor, seed: int) -> list[SlipperyPlace]:
    """Return where wheels slip in a scene; where places overlap the later one counts.

    Args:
        scene: The scene of the mission, as it stands.
        floor: How wheels slip on what.
        seed: Seed of the run; each thing draws its own mean and pile from it.
    """
    slips = {
        "rug": floor.carpet,
        "carpet": floor.carpet,
        "sill": floor.sill,
        "wet floor": floor.wet,
    }
    places = []
    for obj in scene.objects:
        slip = slips.get(obj.kind)
        if slip is None:
            continue
        rng = stream(seed, "slip", scene.seed, obj.id)
        mean, push = float(rng.uniform(slip.least, slip.most)), slip.drift * float(rng.random())
        pile = float(rng.uniform(-math.pi, math.pi))
        drift = (push * math.cos(pile), push * math.sin(pile))
        places += [SlipperyPlace(obj.id, foot, slip, mean, drift) for foot in solid_footprints(obj)]
    return places


class Footing:
    """The two driven wheels of one robot on a floor with slippery places.

    Attributes:
        slip: Slip ratio of the left and of the right wheel now.
        drift: Push of the pile now, metres in ``map`` for each metre rolled.
    """

    def __init__(
        self,
        places: list[SlipperyPlace],
        track_m: float,
        relaxation_m: float,
        rng: np.random.Generator,
    ) -> None:
        """Stand on firm ground.

        Args:
            places: From :func:`slippery_places`.
            track_m: Distance between the wheels.
            relaxation_m: Way over which the slip follows what is under the wheel.
            rng: Its own generator.
        """
        self._places, self._half_track_m = places, 0.5 * track_m
        self._relaxation_m, self._rng = relaxation_m, rng
        feet = [place.footprint for place in places]
        self._centers = np.array([(f.x_m, f.y_m) for f in feet]).reshape(-1, 2)
        self._halves = np.array([(f.half_x_m, f.half_y_m) for f in feet]).reshape(-1, 2)
        self._cos = np.cos([f.yaw_rad for f in feet])
        self._sin = np.sin([f.yaw_rad for f in feet])
        self._round = np.array([f.round for f in feet], dtype=bool)
        self.slip = [0.0, 0.0]
        self.drift = (0.0, 0.0)
        self._wandering: list[float] = rng.standard_normal(2).tolist()
        self._wanted, self._wanted_drift = [0.0, 0.0], (0.0, 0.0)
        self._contacts: NDArray[np.float64] | None = None
        self._rolled = [(0.0, 0.0), (0.0, 0.0)]

    def look_down(self, pose: tuple[float, float, float]) -> None:
        """Find what is under the wheels at a pose (x, y, theta) in ``map``, once for a tick."""
        x, y, theta = pose
        left = self._half_track_m * np.array([-math.sin(theta), math.cos(theta)])
        contacts = np.array([x, y]) + np.stack([left, -left])
        before = contacts if self._contacts is None else self._contacts
        moved_m = np.hypot(*(contacts - before).T)
        self._contacts = contacts
        draws = self._rng.standard_normal(2)
        drift = np.zeros(2)
        for side in range(2):
            place = self.place_under(contacts[side])
            if place is None:
                self._wanted[side] = 0.0
                continue
            keep = math.exp(-float(moved_m[side]) / place.slip.length_m)
            self._wandering[side] *= keep
            self._wandering[side] += math.sqrt(1.0 - keep * keep) * float(draws[side])
            ratio = place.mean + place.slip.spread * self._wandering[side]
            self._wanted[side] = min(max(ratio, 0.0), _MOST_SLIP)
            drift += 0.5 * np.array(place.drift)
        self._wanted_drift = (float(drift[0]), float(drift[1]))
        self._rolled = [(0.0, 0.0), (0.0, 0.0)]

    def place_under(self, point_m: NDArray[np.float64]) -> SlipperyPlace | None:
        """Return what lies at a point ``(2,)`` in ``map``; ``None`` for firm ground."""
        dx, dy = (point_m - self._centers).T
        across = np.abs(self._cos * dx + self._sin * dy)
        along = np.abs(self._cos * dy - self._sin * dx)
        inside = (across <= self._halves[:, 0]) & (along <= self._halves[:, 1])
        inside &= ~self._round | (np.hypot(dx, dy) <= self._halves[:, 0])
        (found,) = np.nonzero(inside)
        return self._places[int(found[-1])] if len(found) else None

    def motion(
        self, linear_mps: float, angular_rad_s: float, dt_s: float
    ) -> tuple[float, float, tuple[float, float]]:
        """Return what the floor gives of what the wheels turn, in one physics step.

        Args:
            linear_mps: Speed that the wheels would give without slip.
            angular_rad_s: Turn rate likewise.
            dt_s: Length of the step.

        Returns:
            Speed along the heading, turn rate, and the push (x, y) in ``map``, m/s.
        """
        if not any((*self._wanted, *self._wanted_drift, *self.slip, *self.drift)):
            # Firm ground, to the last bit.
            return linear_mps, angular_rad_s, (0.0, 0.0)
        half = self._half_track_m
        rims = (linear_mps - half * angular_rad_s, linear_mps + half * angular_rad_s)
        ground = [0.0, 0.0]
        for side in range(2):
            way_m = abs(rims[side]) * dt_s
            follow = 1.0 - math.exp(-way_m / self._relaxation_m)
            self.slip[side] = _followed(self.slip[side], self._wanted[side], follow)
            ground[side] = (1.0 - self.slip[side]) * rims[side]
            rolled_m, lost_m = self._rolled[side]
            self._rolled[side] = (rolled_m + way_m, lost_m + self.slip[side] * way_m)
        mean_mps = 0.5 * (abs(rims[0]) + abs(rims[1]))
        follow = 1.0 - math.exp(-mean_mps * dt_s / self._relaxation_m)
        self.drift = (
            _followed(self.drift[0], self._wanted_drift[0], follow),
            _followed(self.drift[1], self._wanted_drift[1], follow),
        )
        push = (self.drift[0] * mean_mps, self.drift[1] * mean_mps)
        return 0.5 * (ground[0] + ground[1]), (ground[1] - ground[0]) / (2.0 * half), push

    def tick_slip(self) -> tuple[float, float]:
        """Return the slip ratio of each wheel over the way rolled since :meth:`look_down`."""
        left, right = (
            lost / rolled if rolled > 0.0 else now
            for (rolled, lost), now in zip(self._rolled, self.slip, strict=True)
        )
        return left, right


def _followed(now: float, wanted: float, share: float) -> float:
    """Return a value that has gone a share of the way to another one."""
    value = now + share * (wanted - now)
    return 0.0 if wanted == 0.0 and abs(value) < _NO_SLIP else value
