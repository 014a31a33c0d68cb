"""Whether Astra-Global sees anything at all: without that no mission looks around for minutes."""

from __future__ import annotations

from collections.abc import Sequence

from astra_core.ros.camera_input import CameraInput
from astra_core.time import from_seconds

__all__ = ["PictureWatch"]


class PictureWatch:
    """Knows since when no image could be used, and why."""

    def __init__(self, cameras: CameraInput, names: Sequence[str], patience_s: float) -> None:
        """Begin when the rig is known.

        Args:
            cameras: Who hears the cameras.
            names: The cameras that are heard.
            patience_s: For how long nothing need be seen.
        """
        self._cameras, self._names = cameras, frozenset(names)
        self._patience_s, self._patience_ns = patience_s, from_seconds(patience_s)
        self._since_ns: int | None = None
        self._is_seeing = False

    def see(self) -> None:
        """Take note of images that can be used."""
        self._is_seeing = True

    def problem(self, now_ns: int) -> str:
        """Return why no image can be used, to be asked at every step; empty where some can.

        Cameras that have been seen and fall silent are somebody else's matter: the robot stops,
        and goes on when they come back.
        """
        cameras = self._cameras
        is_blind = not self._is_seeing or cameras.unfit >= self._names
        if cameras.rig is None or not is_blind:
            self._since_ns = None
            return ""
        if self._since_ns is None or now_ns < self._since_ns:  # or the clock was set back
            self._since_ns = now_ns
        if now_ns - self._since_ns < self._patience_ns:
            return ""
        return cameras.problem or (
            f"no image has come in {self._patience_s:g} s of {cameras.where_images_come}"
        )
