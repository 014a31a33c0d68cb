"""Where the frame ``odom`` is that others know: by whoever publishes ``odom -> base_link``.

Astra-Global computes with Astra-Local's odometry. On many robots the driver of the base owns
``odom -> base_link`` (``publish_tf: false`` of ``astra_local``), with an odometry of its own that
began elsewhere and drifts otherwise. ``map -> odom`` has to fit the transform that is on ``/tf``:

    T_map_odom = T_map_local  T_local_base(t)  T_odom_base(t)^-1

at the newest stamp t that both odometries know. If Astra-Local publishes, the last two factors
cancel.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from tf2_msgs.msg import TFMessage

from astra_core import se2, se3
from astra_core.angles import wrap_angle
from astra_core.odometry_buffer import OdometryBuffer
from astra_core.records import LocalOdometry
from astra_core.ros.poses import rigid_from_msg
from astra_core.ros.stamps import from_stamp
from astra_core.time import from_seconds, to_seconds

__all__ = ["OdomFrame"]

_WINDOW_S = 10.0
_MOST_NAMED = 4
_KEPT = 200  # transforms that wait for odometry of their time
_SAME = 1e-6  # metres or radians: Astra-Local's own transform comes back rounded
# From one transform to the next, more than any base moves: its odometry was set anew.
_JUMP_M, _JUMP_RAD = 0.05, 0.05
_TWO_VOICES, _TWO_VOICES_S = 4, 3.0


class OdomFrame:
    """Listens to the transforms of the base. ``add`` and ``hear`` come from one thread.

    Attributes:
        on_jump: Called when the frame has been put elsewhere at once.
    """

    def __init__(
        self,
        odom_frame: str,
        base_frame: str,
        fixed: Callable[[str, str], NDArray[np.float64] | None],
        late_s: float,
        on_jump: Callable[[], None] = lambda: None,
    ) -> None:
        """Know nothing yet.

        Args:
            odom_frame: Name of the frame in TF.
            base_frame: Name of the frame in which Astra-Local's odometry is told.
            fixed: Returns ``T_target_source`` ``(4, 4)`` by ``/tf_static``, ``None`` where there is
                none: drivers like to publish ``odom -> base_footprint``.
            late_s: Age against Astra-Local's odometry from which the transform is called late.
            on_jump: See above.
        """
        self._odom_frame, self._base_frame = odom_frame.lstrip("/"), base_frame.lstrip("/")
        self._fixed = fixed
        self._late_ns = from_seconds(late_s)
        self.on_jump = on_jump
        self._local = OdometryBuffer(_WINDOW_S)
        self._first_ns: int | None = None
        self._waiting: deque[tuple[int, NDArray[np.float64]]] = deque(maxlen=_KEPT)
        self._t_local_odom: NDArray[np.float64] | None = None
        self._newest_ns: int | None = None  # of those that could be used
        self._heard_ns: int | None = None
        self._jumps_ns: deque[int] = deque(maxlen=_TWO_VOICES)
        self._others: set[str] = set()

    def begin_anew(self) -> None:
        """Forget what was heard: the clock was set back, and odometry begins anew."""
        self._local = OdometryBuffer(_WINDOW_S)
        self._first_ns = self._newest_ns = self._heard_ns = self._t_local_odom = None
        self._waiting.clear()
        self._jumps_ns.clear()

    def add(self, odometry: LocalOdometry) -> None:
        """Take a sample of Astra-Local's odometry."""
        if self._first_ns is None:
            self._first_ns = odometry.stamp_ns
        self._local.add(odometry)
        self._catch_up()

    def hear(self, message: TFMessage) -> None:
        """Take what is on ``/tf``; what does not concern the base is passed over.

        Raises:
            MessageError: The transform of the base cannot be used.
        """
        for item in message.transforms:
            parent, child = item.header.frame_id.lstrip("/"), item.child_frame_id.lstrip("/")
            t_child_base = self._base_seen_from(child) if parent == self._odom_frame else None
            if t_child_base is None:
                if parent.endswith("odom") and len(self._others) < _MOST_NAMED:
                    self._others.add(f"{parent} -> {child}")
                continue
            t_odom_base = se3.to_se2(rigid_from_msg(item.transform) @ t_child_base)
            self._heard_ns = from_stamp(item.header.stamp)
            self._waiting.append((self._heard_ns, t_odom_base))
        self._catch_up()

    def placed(self, t_map_local: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        """Return ``T_map_odom`` ``(3,)`` of TF from that of Astra-Local's odometry."""
        t_local_odom = self._t_local_odom
        if t_map_local is None or t_local_odom is None or not t_local_odom.any():
            return t_map_local
        return se2.compose(t_map_local, t_local_odom)

    @property
    def problem(self) -> str:
        """Say what is wrong with the transform of the base, for people; empty if nothing is."""
        now_ns = self._local.newest_ns
        if now_ns is None or self._first_ns is None:
            return ""
        what = f"{self._odom_frame} -> {self._base_frame} on /tf"
        fallback = f"map -> {self._odom_frame} is right for Astra-Local's own odometry only"
        if self._heard_ns is None and now_ns - self._first_ns > self._late_ns:
            there = ", ".join(sorted(self._others))
            hint = f", but {there}: see odom_frame, base_frame, frame_prefix" if there else ""
            return f"nobody publishes {what}{hint}; {fallback}"
        if self._heard_ns is None:
            return ""
        if self._newest_ns is not None and now_ns - self._newest_ns <= self._late_ns:
            return self._contradiction(what, now_ns)
        away_s = to_seconds(self._heard_ns - now_ns)
        if abs(away_s) <= to_seconds(self._late_ns):
            return ""
        side = "ahead of" if away_s > 0.0 else "behind"
        return f"{what} is {abs(away_s):.1f} s {side} local/odometry"

    def _contradiction(self, what: str, now_ns: int) -> str:
        is_torn = len(self._jumps_ns) == _TWO_VOICES
        if is_torn and now_ns - self._jumps_ns[0] < from_seconds(_TWO_VOICES_S):
            return (
                f"two publishers contradict each other about {what}: if the driver of the base "
                "owns it, set publish_tf of astra_local to false"
            )
        return ""

    def _base_seen_from(self, child: str) -> NDArray[np.float64] | None:
        return np.eye(4) if child == self._base_frame else self._fixed(child, self._base_frame)

    def _catch_up(self) -> None:
        """Compare the odometries at the newest stamp that both know."""
        now_ns = self._local.newest_ns
        while now_ns is not None and self._waiting and self._waiting[0][0] <= now_ns:
            stamp_ns, t_odom_base = self._waiting.popleft()
            t_local_base = self._local.driven_at(stamp_ns)
            if t_local_base is None:
                continue
            self._put(stamp_ns, se2.compose(t_local_base, se2.inverse(t_odom_base)), t_odom_base)

    def _put(
        self, stamp_ns: int, t_local_odom: NDArray[np.float64], t_odom_base: NDArray[np.float64]
    ) -> None:
        before = self._t_local_odom
        t_local_odom[2] = wrap_angle(float(t_local_odom[2]))
        if float(np.abs(t_local_odom).max()) < _SAME:
            t_local_odom = np.zeros(3)
        self._t_local_odom, self._newest_ns = t_local_odom, stamp_ns
        if before is None:
            return
        # Seen at the robot: far from its origin a small turn of the frame moves much.
        away = se2.between(se2.compose(before, t_odom_base), se2.compose(t_local_odom, t_odom_base))
        if float(np.hypot(*away[:2])) > _JUMP_M or abs(float(wrap_angle(away[2]))) > _JUMP_RAD:
            self._jumps_ns.append(stamp_ns)
            self.on_jump()
