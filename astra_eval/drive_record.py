"""What happened on a drive, sampled once per tick: the input of every score and picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from astra_core.time import to_seconds

__all__ = ["DriveRecord", "DriveRecorder"]

_NOWHERE = (float("nan"),) * 3


@dataclass(frozen=True, eq=False)
class DriveRecord:
    """A drive. Letters: ``T`` ticks.

    Attributes:
        stamps_ns: ``(T,)`` int64.
        truth: ``(T, 3)`` true poses in ``map``.
        odometry: ``(T, 3)`` poses in ``odom`` by Astra-Local.
        global_pose: ``(T, 3)`` poses in ``map`` by Astra-Global, NaN while it claimed none.
        num_collisions: Contacts of the robot with anything but the floor, counted as events;
            NaN when the truth was sealed.
        collided_with: Object ids of these contacts, in order.
        goal_ns: When the goal was given.
        end_ns: When the mission reported its end; the record goes on a moment, to see the robot
            stand still. ``None`` when it never did.
    """

    stamps_ns: NDArray[np.int64]
    truth: NDArray[np.float64]
    odometry: NDArray[np.float64]
    global_pose: NDArray[np.float64]
    num_collisions: float = 0
    collided_with: tuple[str, ...] = ()
    goal_ns: int | None = None
    end_ns: int | None = None

    @property
    def mission_time_s(self) -> float:
        """Return the time from the goal to the report of the end, by the simulator's clock."""
        begin_ns = int(self.stamps_ns[0]) if self.goal_ns is None else self.goal_ns
        end_ns = int(self.stamps_ns[-1]) if self.end_ns is None else self.end_ns
        return to_seconds(end_ns - begin_ns)


@dataclass
class DriveRecorder:
    """Collects the rows of a :class:`DriveRecord`."""

    _stamps_ns: list[int] = field(default_factory=list)
    _truth: list[tuple[float, ...]] = field(default_factory=list)
    _odometry: list[tuple[float, ...]] = field(default_factory=list)
    _global_pose: list[tuple[float, ...]] = field(default_factory=list)

    def add(
        self,
        stamp_ns: int,
        truth: NDArray[np.float64],
        odometry: NDArray[np.float64],
        global_pose: NDArray[np.float64] | None,
    ) -> None:
        """Add one tick; ``global_pose`` is ``None`` while the stack claims no pose."""
        self._stamps_ns.append(stamp_ns)
        self._truth.append(tuple(truth))
        self._odometry.append(tuple(odometry))
        self._global_pose.append(_NOWHERE if global_pose is None else tuple(global_pose))

    def finish(
        self,
        num_collisions: float = 0,
        collided_with: tuple[str, ...] = (),
        *,
        goal_ns: int | None = None,
        end_ns: int | None = None,
    ) -> DriveRecord:
        """Return everything collected."""
        return DriveRecord(
            np.array(self._stamps_ns, dtype=np.int64),
            np.array(self._truth).reshape(-1, 3),
            np.array(self._odometry).reshape(-1, 3),
            np.array(self._global_pose).reshape(-1, 3),
            num_collisions,
            collided_with,
            goal_ns,
            end_ns,
        )
