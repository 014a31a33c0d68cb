"""The page: a 3D view of map, robot and plans, the cameras, and the box where one types a goal.

Before the first fix only what is around the robot is shown. No ROS here: :mod:`astra_viewer.ros`
feeds it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core import se2
from astra_core.robot import RobotConfig
from astra_viewer.door import Door, address_with_token, new_token, reachable_host
from astra_viewer.guarded_server import start_guarded
from astra_viewer.health_text import NodeHealth, health_text
from astra_viewer.labels import LandmarkShown
from astra_viewer.panel import Panel
from astra_viewer.scene_view import Grid, SceneView
from astra_viewer.views import Views
from astra_viewer.where_text import Accuracy, accuracy_of, where_text

__all__ = ["Grid", "LandmarkShown", "ViewerPage"]


class ViewerPage:
    """One page, served on this machine. Methods may be called from any thread."""

    def __init__(
        self,
        port: int,
        *,
        on_goal: Callable[[str], None],
        on_landmark: Callable[[str], None],
        on_point: Callable[[float, float], None],
        on_cancel: Callable[[], None],
        robot: RobotConfig | None = None,
        host: str = "127.0.0.1",
        token: str = "",
        hosts: Sequence[str] = (),
    ) -> None:
        """Serve the page.

        Args:
            port: TCP port; if it is taken, the next free one is used.
            on_goal: Called with the words that were typed.
            on_landmark: Called with the id of the landmark that was chosen and confirmed.
            on_point: Called with the point of the map (x, y), metres, that was chosen by a click
                with Shift held, and confirmed.
            on_cancel: Called when the person wants the robot to stop.
            robot: What is drawn; ``None`` is the robot that Astra comes with.
            host: Address; this machine only unless somebody wants otherwise.
            token: Who has it may look and drive; empty makes one.
            hosts: More names under which the page is reached; see :class:`astra_viewer.door.Door`.

        Raises:
            ConfigError: The token can be guessed.
            AstraError: The page cannot be guarded.
        """
        # Browsers open connections that they never use; no stack trace for each of them.
        logging.getLogger("websockets").setLevel(logging.CRITICAL)
        self._token = token or new_token()
        door = Door(self._token, [host, *hosts])
        self._server: Any = start_guarded(door, host=host, port=port, label="Astra")
        self._on_landmark, self._on_point = on_landmark, on_point
        self._server.gui.configure_theme(show_share_button=False)
        self._server.gui.main_panel.dock_right()
        self._scene = SceneView(self._server, robot or RobotConfig(), self._choose_landmark)
        self._views = Views(self._server)
        self._panel = Panel(
            self._server,
            on_goal=on_goal,
            on_cancel=on_cancel,
            on_view=self._views.choose,
            on_layers=self._show_layers,
            on_forget=lambda: self._scene.mark(None),
        )
        self._server.scene.on_click(modifier="shift")(self._choose_point)
        self._t_map_odom, self._t_odom_base = np.zeros(3), np.zeros(3)
        self._localized = False, ""
        self._accuracy: Accuracy | None = None
        self.set_localized(False)

    @property
    def url(self) -> str:
        """Return where the page is; without the token it does not open."""
        host = reachable_host(self._server.get_host())
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def address(self) -> str:
        """Return the address that opens the page: for the person, not for logs."""
        return address_with_token(self.url, self._token)

    @property
    def port(self) -> int:
        """Return the TCP port."""
        return int(self._server.get_port())

    @property
    def num_readers(self) -> int:
        """Return in how many browsers the page is open."""
        return len(self._server.get_clients())

    def close(self) -> None:
        """Stop serving."""
        self._server.stop()

    def set_graph(self, nodes: NDArray[np.float64], edges: NDArray[np.float64]) -> None:
        """Show the graph of the map: nodes ``(N, 3)``, edges ``(E, 2, 3)``, both in ``map``."""
        self._scene.set_graph(nodes, edges)
        if len(nodes):
            self._views.set_extent(nodes)

    def set_landmarks(self, landmarks: Sequence[LandmarkShown]) -> None:
        """Show the landmarks; a click chooses one. Those of an older map go."""
        self._scene.set_landmarks(landmarks)

    def set_floor(self, grid: Grid) -> None:
        """Show the occupancy of the map."""
        self._scene.set_floor(grid)

    def set_obstacles(self, points_m: NDArray[np.float64], cell_m: float) -> None:
        """Show obstacles around the robot: cell centres ``(N, 2)`` in ``odom``, and their side."""
        self._scene.set_obstacles(points_m, cell_m, self._panel.obstacles.value)

    def set_distance(self, grid: Grid) -> None:
        """Show how far obstacles are, in ``odom``."""
        self._scene.set_distance(grid, self._panel.distance.value)

    @property
    def wants_distance(self) -> bool:
        """Return whether somebody looks at the distance field."""
        return bool(self._panel.distance.value)

    def set_localized(self, is_localized: bool, reason: str = "") -> None:
        """Say whether the robot knows where it is, and what speaks against it."""
        self._localized = is_localized, reason
        self._scene.show_map(is_localized)
        self._write_where()

    def set_pose_ellipse(self, xy_m: ArrayLike, covariance: ArrayLike) -> None:
        """Draw where the position ``(2,)`` on the map is with 95 %, covariance ``(2, 2)``."""
        self._scene.set_pose_ellipse(xy_m, covariance)

    def set_accuracy(self, covariance: NDArray[np.float64]) -> None:
        """Say how well the pose is known, covariance ``(3, 3)`` of x, y, theta."""
        self._accuracy = accuracy_of(covariance)
        self._write_where()

    def set_health(self, nodes: Iterable[NodeHealth], now_s: float) -> None:
        """Say how the nodes are; see :func:`astra_viewer.health_text.health_text`."""
        self._panel.set_health(health_text(nodes, now_s))

    def place_odom(self, t_map_odom: ArrayLike) -> None:
        """Put ``odom`` ``(3,)`` onto the map."""
        self._t_map_odom = np.asarray(t_map_odom, dtype=np.float64)
        self._scene.place_odom(t_map_odom)
        self._follow()

    def place_robot(self, t_odom_base: ArrayLike) -> None:
        """Move the robot to ``(3,)`` in ``odom``."""
        self._t_odom_base = np.asarray(t_odom_base, dtype=np.float64)
        self._scene.place_robot(t_odom_base)
        self._follow()

    def set_route(self, points_m: NDArray[np.float64]) -> None:
        """Draw the route ``(N, 2)`` on the map; empty removes it."""
        self._scene.set_route(points_m)

    def set_plan(self, points_m: NDArray[np.float64]) -> None:
        """Draw the plan ``(N, 2)`` in ``odom``; empty removes it."""
        self._scene.set_plan(points_m)

    def set_image(self, camera: str, rgb: NDArray[np.uint8]) -> None:
        """Show what a camera sees, RGB ``(H, W, 3)``."""
        self._panel.set_picture(camera, rgb)

    def set_mission(self, text: str) -> None:
        """Write how the mission stands, Markdown."""
        self._panel.set_mission(text)

    def _choose_landmark(self, landmark: LandmarkShown, name: str) -> None:
        self._scene.mark(landmark.position_m[:2], 0.6 * max(0.5, *landmark.size_m[:2]))
        self._panel.choose(f"the {name}", lambda: self._on_landmark(landmark.id))

    def _choose_point(self, event: Any) -> None:
        """Choose where the ray of a click meets the floor of the map."""
        (x, y, z), (dx, dy, dz) = event.ray_origin, event.ray_direction
        if z > 0.0 > dz:
            x_m, y_m = x - dx * z / dz, y - dy * z / dz
            self._scene.mark((x_m, y_m))
            self._panel.choose(
                f"the spot ({x_m:.1f}, {y_m:.1f}) m", lambda: self._on_point(x_m, y_m)
            )

    def _show_layers(self) -> None:
        self._scene.show_layers(self._panel.obstacles.value, self._panel.distance.value)

    def _write_where(self) -> None:
        self._panel.set_where(where_text(*self._localized, self._accuracy))

    def _follow(self) -> None:
        x_m, y_m, _ = se2.compose(self._t_map_odom, self._t_odom_base)
        self._views.follow(np.array([x_m, y_m, 0.0]))
