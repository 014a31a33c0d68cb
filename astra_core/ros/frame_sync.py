"""Puts the images of several cameras that belong to one moment together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.config import setting
from astra_core.observation import CameraFrame
from astra_core.rewind import Rewind
from astra_core.time import from_seconds

__all__ = ["FrameSync", "SyncConfig"]

_MAX_OPEN = 8
_PILED_UP_NS = from_seconds(2.0)


@dataclass(frozen=True)
class SyncConfig:
    """When images count as taken together, and what happens when one is missing."""

    tolerance_s: float = setting(
        0.02, "Stamps that differ by at most this belong together.", minimum=0.0, maximum=1.0
    )
    missing_camera: str = setting(
        "use_rest",
        "A set without all cameras: use_rest hands it over when a newer set is complete or "
        "max_wait_s has passed; skip drops it.",
        choices=("use_rest", "skip"),
    )
    max_wait_s: float = setting(
        0.15, "By sensor stamps: a set older than this is not waited for.", minimum=0.0
    )


@dataclass
class _OpenSet:
    """Images of one moment, each with its own stamp; ``stamp_ns`` is that of the first to come."""

    stamp_ns: int
    color: dict[str, tuple[int, NDArray[np.uint8]]]
    depth: dict[str, tuple[int, NDArray[np.float32]]]


class FrameSync:
    """Collects colour and depth images by stamp; hands a set over once. Thread-safe.

    Attributes:
        counts: How many sets were ``complete``, ``partial`` (used all the same) and ``skipped``,
            and how many images were ``late``.
    """

    def __init__(
        self,
        cameras: Sequence[str],
        config: SyncConfig,
        on_frames: Callable[[int, tuple[CameraFrame, ...]], None],
        *,
        color: bool = True,
        depth: bool = True,
    ) -> None:
        """Wait for images.

        Args:
            cameras: Names, in the order of the rig.
            config: Settings.
            on_frames: Called with stamp and frames of each set, in the thread of the image that
                completed it. Sets come with growing stamps. A frame keeps its own exposure: the
                stamp of its colour image, of its depth where there is no colour.
            color: Whether colour images are part of a set; otherwise frames carry a black one.
            depth: Whether depth images are.
        """
        self._cameras = tuple(cameras)
        self._config = config
        self._on_frames = on_frames
        self._want_color, self._want_depth = color, depth
        self._tolerance_ns = from_seconds(config.tolerance_s)
        self._max_wait_ns = from_seconds(config.max_wait_s)
        self._lock = threading.Lock()
        self._open: list[_OpenSet] = []
        self._newest_ns: int | None = None
        self._rewind = Rewind(slack_s=config.tolerance_s)
        self.counts: Counter[str] = Counter()

    def add_color(self, camera: str, stamp_ns: int, image: NDArray[np.uint8]) -> None:
        """Take in a colour image ``(H, W, 3)``."""
        self._add(stamp_ns, lambda item: item.color.__setitem__(camera, (stamp_ns, image)))

    def add_depth(self, camera: str, stamp_ns: int, depth_m: NDArray[np.float32]) -> None:
        """Take in a depth image ``(H, W)``, metres."""
        self._add(stamp_ns, lambda item: item.depth.__setitem__(camera, (stamp_ns, depth_m)))

    def restart(self) -> None:
        """Begin anew, with stamps of any time: the clock was set back."""
        with self._lock:
            self._open.clear()
            self._newest_ns = None
            self._rewind.on_time()

    def _is_late(self, stamp_ns: int) -> bool:
        if self._newest_ns is None or stamp_ns > self._newest_ns:
            self._rewind.on_time()
            return False
        # What piled up behind a busy reader comes camera by camera; that is no other time.
        piled_up = self._newest_ns - stamp_ns < _PILED_UP_NS
        if piled_up or not self._rewind.late(stamp_ns):
            return True
        self._open.clear()
        self._newest_ns = None
        return False

    def _add(self, stamp_ns: int, put: Callable[[_OpenSet], None]) -> None:
        with self._lock:
            if self._is_late(stamp_ns):
                self.counts["late"] += 1
                return
            item = self._find(stamp_ns)
            put(item)
            ready = self._take_ready(item, stamp_ns)
        for done in ready:
            self._on_frames(done.stamp_ns, self._frames(done))

    def _find(self, stamp_ns: int) -> _OpenSet:
        for item in self._open:
            if abs(item.stamp_ns - stamp_ns) <= self._tolerance_ns:
                return item
        item = _OpenSet(stamp_ns, {}, {})
        self._open.append(item)
        self._open.sort(key=lambda other: other.stamp_ns)
        return item

    def _take_ready(self, touched: _OpenSet, stamp_ns: int) -> list[_OpenSet]:
        ready = []
        complete = self._is_complete(touched)
        while self._open:
            oldest = self._open[0]
            if oldest is touched and complete:
                self.counts["complete"] += 1
                ready.append(oldest)
            elif (
                (complete and oldest.stamp_ns < touched.stamp_ns)
                or stamp_ns - oldest.stamp_ns > self._max_wait_ns
                or len(self._open) > _MAX_OPEN
            ):
                if self._config.missing_camera == "use_rest" and self._usable(oldest):
                    self.counts["partial"] += 1
                    ready.append(oldest)
                else:
                    self.counts["skipped"] += 1
            else:
                break
            self._open.pop(0)
            # Images of a set share a stamp only within the tolerance.
            self._newest_ns = oldest.stamp_ns + self._tolerance_ns
        return ready

    def _is_complete(self, item: _OpenSet) -> bool:
        enough_color = not self._want_color or len(item.color) == len(self._cameras)
        return enough_color and (not self._want_depth or len(item.depth) == len(self._cameras))

    def _usable(self, item: _OpenSet) -> bool:
        return bool(item.color if self._want_color else item.depth)

    def _frames(self, item: _OpenSet) -> tuple[CameraFrame, ...]:
        frames = []
        for camera in self._cameras:
            color, depth = item.color.get(camera), item.depth.get(camera)
            depth_m = None if depth is None else depth[1]
            if color is not None:
                frames.append(CameraFrame(camera, color[0], color[1], depth_m))
            elif depth is not None and not self._want_color:
                black = np.broadcast_to(np.uint8(0), (*depth[1].shape, 3))
                frames.append(CameraFrame(camera, depth[0], black, depth_m))
        return tuple(frames)
