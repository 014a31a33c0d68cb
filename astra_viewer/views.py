"""From where each reader looks: at the whole map, straight down, or along with the robot."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ABOVE", "FOLLOW", "WHOLE", "Views"]

WHOLE, ABOVE, FOLLOW = "Map", "Above", "Follow"

_SMALLEST_REACH_M = 4.0
_WHOLE, _ABOVE = np.array([0.0, -0.5, 0.9]), np.array([0.0, -0.001, 1.1])  # times the reach
_BEHIND_M = np.array([0.0, -2.5, 4.5])


class Views:
    """Moves the cameras of the readers.

    The reader turns and zooms as before; who follows keeps the distance that he chose.
    """

    def __init__(self, server: Any) -> None:
        """Look at the origin until a map is there."""
        self._server = server
        self._lock = threading.Lock()
        self._middle_m, self._reach_m = np.zeros(3), _SMALLEST_REACH_M
        self._robot_m = np.zeros(3)
        self._following: dict[int, NDArray[np.float64]] = {}

    def set_extent(self, points_m: NDArray[np.float64]) -> None:
        """Look at the whole map, points ``(N, 3)``, and from there whoever opens the page."""
        low, high = points_m.min(axis=0), points_m.max(axis=0)
        self._middle_m = np.array([*(0.5 * (low + high))[:2], 0.0])
        self._reach_m = max(_SMALLEST_REACH_M, float((high - low).max()))
        cameras = [self._server.initial_camera]
        cameras += [client.camera for client in self._clients().values()]
        for camera in cameras:
            self._look(camera, self._middle_m, _WHOLE * self._reach_m)

    def choose(self, view: str, client: Any) -> None:
        """Show a reader another view."""
        with self._lock:
            self._following.pop(client.client_id, None)
            if view == FOLLOW:
                self._following[client.client_id] = self._robot_m
                self._look(client.camera, self._robot_m, _BEHIND_M)
                return
        offset_m = (_ABOVE if view == ABOVE else _WHOLE) * self._reach_m
        self._look(client.camera, self._middle_m, offset_m)

    def follow(self, robot_m: NDArray[np.float64]) -> None:
        """Take along who follows the robot, now at ``(3,)`` in the scene."""
        with self._lock:
            moved_m = robot_m - self._robot_m
            self._robot_m = robot_m
            if not self._following or not moved_m.any():
                return
            clients = self._clients()
            for number in list(self._following):
                client = clients.get(number)
                if client is None:
                    del self._following[number]
                    continue
                seen_m = np.asarray(client.camera.position) - self._following[number]
                self._following[number] = robot_m
                self._look(client.camera, robot_m, seen_m)

    def _clients(self) -> Mapping[int, Any]:
        clients: Mapping[int, Any] = self._server.get_clients()
        return clients

    @staticmethod
    def _look(camera: Any, at_m: NDArray[np.float64], offset_m: NDArray[np.float64]) -> None:
        camera.position = tuple(float(value) for value in at_m + offset_m)
        camera.look_at = tuple(float(value) for value in at_m)
