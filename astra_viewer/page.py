"""The page: a 3D view of map, robot and plans, the cameras, and the box where one types a goal.

Everything that moves with the robot hangs below ``/odom``, which a fix puts into place on the map;
before the first one only that part is shown. No ROS here: :mod:`astra_viewer.ros` feeds it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core.robot import RobotConfig
from astra_viewer.door import Door, address_with_token, new_token, reachable_host
from astra_viewer.guarded_server import start_guarded
from astra_viewer.where_text import where_text

__all__ = ["Grid", "LandmarkShown", "ViewerPage"]

_ROUTE, _PLAN, _ELLIPSE = (40, 170, 60), (250, 120, 20), (200, 40, 200)
_GRAPH, _EDGE, _LANDMARK = (60, 110, 220), (140, 150, 165), (240, 150, 40)
_BODY, _OBSTACLE = (64, 70, 80), (210, 40, 40)
#: Picture planes lie a little above each other, or they flicker.
_HEIGHT_M = {"map": 0.0, "esdf": 0.01, "obstacles": 0.03}
_OBSTACLES, _DISTANCE = "/odom/obstacles", "/odom/esdf"
_ELLIPSE_SIGMAS, _ELLIPSE_POINTS = 2.0, 33


@dataclass(frozen=True, eq=False)
class Grid:
    """A picture on the floor.

    Attributes:
        picture: RGBA ``(H, W, 4)``, row 0 at the lowest y, as grids have it and viser too.
        origin_m: Lower left corner, metres.
        resolution_m: Side of a cell.
    """

    picture: NDArray[np.uint8]
    origin_m: tuple[float, float]
    resolution_m: float


@dataclass(frozen=True)
class LandmarkShown:
    """A landmark: what to write, centre ``(3,)`` and extent ``(3,)`` in ``map``, metres."""

    id: str
    label: str
    position_m: tuple[float, float, float]
    size_m: tuple[float, float, float]


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
            on_landmark: Called with the id of the landmark that was clicked.
            on_point: Called with the point of the map (x, y), metres, where the floor was clicked
                with Shift held.
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
        self._on_goal, self._on_landmark, self._on_cancel = on_goal, on_landmark, on_cancel
        self._on_point = on_point
        robot = robot or RobotConfig()
        self._landmarks: list[Any] = []
        self._images: dict[str, Any] = {}
        self._layers: dict[str, Any] = {}
        self._server.gui.configure_theme(show_share_button=False)
        self._server.gui.main_panel.dock_right()
        scene = self._server.scene
        scene.set_up_direction("+z")
        scene.on_click(modifier="shift")(self._click)
        self._grid = scene.add_grid(
            "/grid", width=40.0, height=40.0, cell_size=1.0, position=(0.0, 0.0, -0.02)
        )
        self._map = scene.add_frame("/map", show_axes=False)
        self._odom = scene.add_frame("/odom", show_axes=False)
        self._robot = scene.add_frame("/odom/base_link", axes_length=0.3, axes_radius=0.01)
        scene.add_cylinder(
            "/odom/base_link/body",
            radius=robot.footprint_radius_m,
            height=0.3,
            color=_BODY,
            position=(0.0, 0.0, 0.15),
        )
        scene.add_cylinder(
            "/odom/base_link/mast",
            radius=0.03,
            height=robot.height_m,
            color=_BODY,
            position=(0.0, 0.0, robot.height_m / 2.0),
        )
        self._build_controls()
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
        scene = self._server.scene
        with self._server.atomic():
            for name in ("/map/nodes", "/map/edges"):
                scene.remove_by_name(name)
            if len(nodes):
                scene.add_point_cloud(
                    "/map/nodes", nodes.astype(np.float32), _GRAPH, point_size=0.06
                )
            if len(edges):
                scene.add_line_segments(
                    "/map/edges", edges.astype(np.float32), _EDGE, thickness=0.02
                )
        if len(nodes):
            self._look_at(nodes)

    def set_landmarks(self, landmarks: Sequence[LandmarkShown]) -> None:
        """Show the landmarks; a click sends the robot there. Those of an older map go."""
        with self._server.atomic():
            for handle in self._landmarks:
                handle.remove()
            self._landmarks = []
            for number, landmark in enumerate(landmarks):
                self._landmarks += self._landmark(f"/map/landmarks/{number}", landmark)

    def set_floor(self, grid: Grid) -> None:
        """Show the occupancy of the map."""
        self._grid.visible = False
        self._picture("/map/floor", grid, _HEIGHT_M["map"])

    def set_obstacles(self, points_m: NDArray[np.float64], cell_m: float) -> None:
        """Show obstacles around the robot: cell centres ``(N, 2)`` in ``odom``, and their side."""
        if not len(points_m):
            self._layers.pop(_OBSTACLES, None)
            self._server.scene.remove_by_name(_OBSTACLES)
            return
        self._layers[_OBSTACLES] = self._server.scene.add_point_cloud(
            _OBSTACLES,
            _lifted(points_m, _HEIGHT_M["obstacles"]).astype(np.float32),
            _OBSTACLE,
            point_size=cell_m / 2.0,
            point_shape="square",
            visible=self._show_obstacles.value,
        )

    def set_distance(self, grid: Grid) -> None:
        """Show how far obstacles are, in ``odom``."""
        self._picture(_DISTANCE, grid, _HEIGHT_M["esdf"], self._show_distance.value)

    @property
    def wants_distance(self) -> bool:
        """Return whether somebody looks at the distance field."""
        return bool(self._show_distance.value)

    def set_localized(self, is_localized: bool, reason: str = "") -> None:
        """Say whether the robot knows where it is, and what speaks against it."""
        self._map.visible = is_localized
        _write(self._where, where_text(is_localized, reason))

    def place_odom(self, t_map_odom: ArrayLike) -> None:
        """Put ``odom`` ``(3,)`` onto the map."""
        _place(self._odom, t_map_odom)

    def place_robot(self, t_odom_base: ArrayLike) -> None:
        """Move the robot to ``(3,)`` in ``odom``."""
        _place(self._robot, t_odom_base)

    def set_pose_ellipse(self, xy_m: ArrayLike, covariance: ArrayLike) -> None:
        """Draw the 2-sigma ellipse of the position ``(2,)`` on the map, covariance ``(2, 2)``."""
        values, vectors = np.linalg.eigh(np.asarray(covariance, dtype=np.float64))
        axes = vectors * (_ELLIPSE_SIGMAS * np.sqrt(np.maximum(values, 0.0)))
        turn = np.linspace(0.0, 2.0 * math.pi, _ELLIPSE_POINTS)
        points = np.asarray(xy_m) + np.stack([np.cos(turn), np.sin(turn)], axis=1) @ axes.T
        self._line("/map/pose", _lifted(points, 0.06), _ELLIPSE, 0.02)

    def set_route(self, points_m: NDArray[np.float64]) -> None:
        """Draw the route ``(N, 2)`` on the map; empty removes it."""
        self._line("/map/route", _lifted(points_m, 0.04), _ROUTE, 0.05)

    def set_plan(self, points_m: NDArray[np.float64]) -> None:
        """Draw the plan ``(N, 2)`` in ``odom``; empty removes it."""
        self._line("/odom/plan", _lifted(points_m, 0.08), _PLAN, 0.05)

    def set_image(self, camera: str, rgb: NDArray[np.uint8]) -> None:
        """Show what a camera sees, RGB ``(H, W, 3)``."""
        handle = self._images.get(camera)
        if handle is None:
            with self._cameras:
                self._images[camera] = self._server.gui.add_image(
                    rgb, label=camera, format="jpeg", jpeg_quality=70
                )
        else:
            handle.image = rgb

    def set_mission(self, text: str) -> None:
        """Write how the mission stands, Markdown."""
        _write(self._mission, text)

    def _build_controls(self) -> None:
        gui = self._server.gui
        self._goal = gui.add_text("Goal", "", hint='For example "I am thirsty"')
        go = gui.add_button("Go", color="green")
        stop = gui.add_button("Stop", color="red")
        self._mission = gui.add_markdown("")
        self._where = gui.add_markdown("")
        self._show_obstacles = gui.add_checkbox("Obstacles around the robot", True)
        self._show_distance = gui.add_checkbox("Distance to obstacles (ESDF)", False)
        self._cameras = gui.add_folder("Cameras")
        go.on_click(lambda _: self._send())
        stop.on_click(lambda _: self._on_cancel())
        self._show_obstacles.on_update(lambda _: self._apply_layers())
        self._show_distance.on_update(lambda _: self._apply_layers())

    def _click(self, event: Any) -> None:
        """Send the robot to where the ray of a click meets the floor of the map."""
        (x, y, z), (dx, dy, dz) = event.ray_origin, event.ray_direction
        if z > 0.0 > dz:
            self._on_point(x - dx * z / dz, y - dy * z / dz)

    def _send(self) -> None:
        words = self._goal.value.strip()
        if words:
            self._on_goal(words)
        else:
            self.set_mission("Type where to go first.")

    def _apply_layers(self) -> None:
        shown = {_OBSTACLES: self._show_obstacles, _DISTANCE: self._show_distance}
        for name, box in shown.items():
            handle = self._layers.get(name)
            if handle is not None:
                handle.visible = box.value

    def _look_at(self, nodes: NDArray[np.float64]) -> None:
        """Look at the whole map from the south and above."""
        middle = 0.5 * (nodes.min(axis=0) + nodes.max(axis=0))
        reach_m = max(4.0, float(np.ptp(nodes, axis=0).max()))
        start = (float(middle[0]), float(middle[1] - 0.5 * reach_m), 0.9 * reach_m)
        cameras = [self._server.initial_camera]
        cameras += [client.camera for client in self._server.get_clients().values()]
        for camera in cameras:
            camera.position = start
            camera.look_at = (float(middle[0]), float(middle[1]), 0.0)

    def _landmark(self, name: str, landmark: LandmarkShown) -> list[Any]:
        scene = self._server.scene
        size = tuple(max(extent, 0.05) for extent in landmark.size_m)
        box = scene.add_box(
            name, color=_LANDMARK, dimensions=size, opacity=0.5, position=landmark.position_m
        )
        box.on_click(lambda _: self._on_landmark(landmark.id))
        above = (0.0, 0.0, size[2] / 2.0 + 0.1)
        label = scene.add_label(f"{name}/label", landmark.label, position=above)
        return [label, box]

    def _picture(self, name: str, grid: Grid, height_m: float, visible: bool = True) -> None:
        height, width = grid.picture.shape[:2]
        across_m, up_m = width * grid.resolution_m, height * grid.resolution_m
        x_m, y_m = grid.origin_m
        self._layers[name] = self._server.scene.add_image(
            name,
            grid.picture,
            render_width=across_m,
            render_height=up_m,
            format="png",
            position=(x_m + across_m / 2.0, y_m + up_m / 2.0, height_m),
            cast_shadow=False,
            receive_shadow=False,
            visible=visible,
        )

    def _line(
        self, name: str, points: NDArray[np.float64], color: tuple[int, int, int], width_m: float
    ) -> None:
        if len(points) < 2:
            self._server.scene.remove_by_name(name)
            return
        segments = np.stack([points[:-1], points[1:]], axis=1).astype(np.float32)
        self._server.scene.add_line_segments(name, segments, color, thickness=width_m)


def _lifted(points_m: NDArray[np.float64], height_m: float) -> NDArray[np.float64]:
    points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
    return np.column_stack([points, np.full(len(points), height_m)])


def _write(handle: Any, text: str) -> None:
    # Every assignment travels to every browser.
    if handle.content != text:
        handle.content = text


def _place(frame: Any, pose: ArrayLike) -> None:
    x, y, theta = (float(value) for value in np.asarray(pose))
    frame.position = (x, y, 0.0)
    frame.wxyz = (math.cos(theta / 2.0), 0.0, 0.0, math.sin(theta / 2.0))
