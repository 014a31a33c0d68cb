"""The way of an image from the camera to the stack: it takes time, and keeps the order."""

from __future__ import annotations

from collections import deque

from astra_core.observation import CameraFrame
from astra_core.time import from_seconds

__all__ = ["ImageDelivery"]


class ImageDelivery:
    """Frames on their way; a frame's stamp is that of its exposure, however late it comes."""

    def __init__(self, latency_s: float) -> None:
        """Start with nothing on the way.

        Args:
            latency_s: From exposure to delivery; it comes at the first tick not before.
        """
        self._latency_ns = from_seconds(latency_s)
        self._on_the_way: deque[tuple[int, tuple[CameraFrame, ...]]] = deque()

    def send(self, frames: tuple[CameraFrame, ...], stamp_ns: int) -> None:
        """Take frames that were exposed at one instant."""
        if frames:
            self._on_the_way.append((stamp_ns + self._latency_ns, frames))

    def receive(self, now_ns: int) -> tuple[CameraFrame, ...]:
        """Return what has arrived by now, oldest exposure first."""
        arrived: list[CameraFrame] = []
        while self._on_the_way and self._on_the_way[0][0] <= now_ns:
            arrived += self._on_the_way.popleft()[1]
        return tuple(arrived)
