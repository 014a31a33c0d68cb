"""What the robot touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from astra_sim.robot import ROBOT

if TYPE_CHECKING:
    import mujoco

__all__ = ["CollisionMonitor"]

_SAME_EVENT_S = 0.5


class CollisionMonitor:
    """Counts collisions of a robot's hull; contacts less than half a second apart are one."""

    def __init__(self, model: mujoco.MjModel, object_ids: Sequence[str], name: str = ROBOT) -> None:
        """Prepare.

        Args:
            model: The compiled world.
            object_ids: Object id of every geom, empty for what is no object of the scene (it is
                called by the name of its geom).
            name: Of the robot.
        """
        self._model = model
        self._hull = int(model.geom(f"{name}_hull").id)
        self._object_ids = object_ids
        self._last_touch_s: dict[str, float] = {}
        self.count = 0
        self.touching = False
        #: Unit vectors in ``map`` to what is touched now.
        self.directions: list[tuple[float, float]] = []

    @property
    def touched(self) -> tuple[str, ...]:
        """Return the ids of everything touched so far, in order of first contact."""
        return tuple(self._last_touch_s)

    def check(self, data: mujoco.MjData) -> None:
        """Look at the contacts of the last physics step."""
        self.clear()
        for number in range(data.ncon):
            contact = data.contact[number]
            first, second = int(contact.geom1), int(contact.geom2)
            if self._hull not in (first, second) or contact.dist > 0.0:
                continue
            other = second if first == self._hull else first
            self.touching = True
            sign = 1.0 if first == self._hull else -1.0
            self.directions.append((sign * float(contact.frame[0]), sign * float(contact.frame[1])))
            name = self._object_ids[other] or self._model.geom(other).name
            before = self._last_touch_s.get(name)
            if before is None or data.time - before > _SAME_EVENT_S:
                self.count += 1
            self._last_touch_s[name] = data.time

    def clear(self) -> None:
        """Take note of a physics step without any contact."""
        self.touching = False
        self.directions.clear()
