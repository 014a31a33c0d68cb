"""What is drawn: map, landmarks, robot, route, plan, obstacles.

Everything that moves with the robot hangs below ``/odom``, which a fix puts into place on the map.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core.robot import RobotConfig
from astra_viewer import palette
from astra_viewer.labels import LandmarkShown, lay_out, names_by_place

__all__ = ["Grid", "SceneView"]

#: Picture planes lie a little above each other, or they flicker.
_HEIGHT_M = {"map": 0.0, "esdf": 0.01, "obstacles": 0.03}
_OBSTACLES, _DISTANCE = "/odom/obstacles", "/odom/esdf"
#: Of a normal distribution in a plane 95 % lie within this many standard deviations.
_ELLIPSE_SIGMAS, _ELLIPSE_POINTS = 2.45, 33
#: All names at one height: seen from anywhere above they keep the distances of the floor plan.
_LABEL_HEIGHT_M = 0.9


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


class SceneView:
    """The scene of the page. Methods may be called from any thread."""

    def __init__(
        self, server: Any, robot: RobotConfig, on_landmark: Callable[[LandmarkShown, str], None]
    ) -> None:
        """Draw the robot.

        Args:
            server: The ``viser.ViserServer``.
            robot: What is drawn.
            on_landmark: Called with the landmark that was clicked and a name that no other has.
        """
        self._server, self._on_landmark = server, on_landmark
        self._landmarks: list[Any] = []
        self._shown: Sequence[LandmarkShown] = ()
        self._names: list[Any] = []
        self._layers: dict[str, Any] = {}
        scene = server.scene
        scene.set_up_direction("+z")
        self._grid = scene.add_grid(
            "/grid", width=40.0, height=40.0, cell_size=1.0, position=(0.0, 0.0, -0.02)
        )
        self._map = scene.add_frame("/map", show_axes=False)
        self._odom = scene.add_frame("/odom", show_axes=False)
        self._robot = scene.add_frame("/odom/base_link", show_axes=False)
        self._draw_robot(robot)

    def set_graph(self, nodes: NDArray[np.float64], edges: NDArray[np.float64]) -> None:
        """Show the graph of the map: nodes ``(N, 3)``, edges ``(E, 2, 3)``, both in ``map``."""
        scene = self._server.scene
        with self._server.atomic():
            for name in ("/map/nodes", "/map/edges"):
                scene.remove_by_name(name)
            if len(nodes):
                scene.add_point_cloud(
                    "/map/nodes",
                    nodes.astype(np.float32),
                    palette.NODE,
                    point_size=0.04,
                    point_shape="circle",
                )
            if len(edges):
                scene.add_line_segments(
                    "/map/edges", edges.astype(np.float32), palette.EDGE, thickness=0.015
                )

    def set_landmarks(self, landmarks: Sequence[LandmarkShown]) -> None:
        """Show the landmarks, those of an older map go."""
        names = names_by_place(landmarks)
        with self._server.atomic():
            for handle in self._landmarks:
                handle.remove()
            self._landmarks = [
                self._landmark(number, landmark, name)
                for number, (landmark, name) in enumerate(zip(landmarks, names, strict=True))
            ]
            self._shown = landmarks
            self._write_names()

    def set_floor(self, grid: Grid) -> None:
        """Show the occupancy of the map."""
        self._grid.visible = False
        self._picture("/map/floor", grid, _HEIGHT_M["map"])

    def set_obstacles(self, points_m: NDArray[np.float64], cell_m: float, visible: bool) -> None:
        """Show obstacles around the robot: cell centres ``(N, 2)`` in ``odom``, and their side."""
        if not len(points_m):
            self._layers.pop(_OBSTACLES, None)
            self._server.scene.remove_by_name(_OBSTACLES)
            return
        self._layers[_OBSTACLES] = self._server.scene.add_point_cloud(
            _OBSTACLES,
            _lifted(points_m, _HEIGHT_M["obstacles"]).astype(np.float32),
            palette.OBSTACLE,
            point_size=cell_m / 2.0,
            point_shape="square",
            visible=visible,
        )

    def set_distance(self, grid: Grid, visible: bool) -> None:
        """Show how far obstacles are, in ``odom``."""
        self._picture(_DISTANCE, grid, _HEIGHT_M["esdf"], visible)

    def show_layers(self, obstacles: bool, distance: bool) -> None:
        """Show or hide what can be."""
        for name, visible in ((_OBSTACLES, obstacles), (_DISTANCE, distance)):
            handle = self._layers.get(name)
            if handle is not None:
                handle.visible = visible

    def show_map(self, visible: bool) -> None:
        """Show the map, once the robot knows where on it it is."""
        if visible != self._map.visible:
            self._map.visible = visible
            self._write_names()

    def place_odom(self, t_map_odom: ArrayLike) -> None:
        """Put ``odom`` ``(3,)`` onto the map."""
        _place(self._odom, t_map_odom)

    def place_robot(self, t_odom_base: ArrayLike) -> None:
        """Move the robot to ``(3,)`` in ``odom``."""
        _place(self._robot, t_odom_base)

    def set_pose_ellipse(self, xy_m: ArrayLike, covariance: ArrayLike) -> None:
        """Draw where the position ``(2,)`` on the map is with 95 %, covariance ``(2, 2)``."""
        values, vectors = np.linalg.eigh(np.asarray(covariance, dtype=np.float64))
        axes = vectors * (_ELLIPSE_SIGMAS * np.sqrt(np.maximum(values, 0.0)))
        turn = np.linspace(0.0, 2.0 * math.pi, _ELLIPSE_POINTS)
        points = np.asarray(xy_m) + np.stack([np.cos(turn), np.sin(turn)], axis=1) @ axes.T
        self._line("/map/pose", _lifted(points, 0.06), palette.POSE, 0.02)

    def set_route(self, points_m: NDArray[np.float64]) -> None:
        """Draw the route ``(N, 2)`` on the map; empty removes it."""
        self._line("/map/route", _lifted(points_m, 0.04), palette.ROUTE, 0.05)

    def set_plan(self, points_m: NDArray[np.float64]) -> None:
        """Draw the plan ``(N, 2)`` in ``odom``; empty removes it."""
        self._line("/odom/plan", _lifted(points_m, 0.08), palette.PLAN, 0.05)

    def mark(self, xy_m: tuple[float, float] | None, radius_m: float = 0.3) -> None:
        """Ring what was chosen on the map; ``None`` removes the ring."""
        if xy_m is None:
            self._server.scene.remove_by_name("/map/chosen")
            return
        turn = np.linspace(0.0, 2.0 * math.pi, _ELLIPSE_POINTS)
        ring = np.asarray(xy_m) + radius_m * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        self._line("/map/chosen", _lifted(ring, 0.07), palette.CHOSEN, 0.06)

    def _draw_robot(self, robot: RobotConfig) -> None:
        """Draw a body with a nose: which way it looks is seen from every side."""
        scene, radius_m = self._server.scene, robot.footprint_radius_m
        scene.add_cylinder(
            "/odom/base_link/body",
            radius=radius_m,
            height=0.3,
            color=palette.ROBOT,
            position=(0.0, 0.0, 0.15),
            cast_shadow=False,
            receive_shadow=False,
        )
        scene.add_cylinder(
            "/odom/base_link/mast",
            radius=0.04,
            height=robot.height_m,
            color=palette.ROBOT,
            position=(0.0, 0.0, robot.height_m / 2.0),
            cast_shadow=False,
            receive_shadow=False,
        )
        scene.add_box(
            "/odom/base_link/nose",
            color=palette.ROBOT,
            dimensions=(radius_m, 0.4 * radius_m, 0.1),
            position=(1.3 * radius_m, 0.0, 0.15),
            cast_shadow=False,
            receive_shadow=False,
        )
        turn = np.linspace(0.0, 2.0 * math.pi, _ELLIPSE_POINTS)
        ring = 1.6 * radius_m * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        self._line("/odom/base_link/halo", _lifted(ring, 0.1), palette.ROBOT, 0.06)

    def _write_names(self) -> None:
        """Write the names beside the map: browsers lose labels below a parent that was hidden."""
        for handle in self._names:
            handle.remove()
        self._names = [
            self._server.scene.add_label(
                f"/names/{label.number}",
                self._shown[label.number].label,
                position=(*label.center_m, _LABEL_HEIGHT_M),
                font_size_mode="scene",
                font_scene_height=label.letter_m,
                anchor="center-center",
            )
            for label in (lay_out(self._shown) if self._map.visible else ())
        ]

    def _landmark(self, number: int, landmark: LandmarkShown, name: str) -> Any:
        box = self._server.scene.add_box(
            f"/map/landmarks/{number}",
            color=palette.LANDMARK,
            dimensions=tuple(max(extent, 0.05) for extent in landmark.size_m),
            opacity=0.3,
            position=landmark.position_m,
            cast_shadow=False,
        )
        box.on_click(lambda _: self._on_landmark(landmark, name))
        return box

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


def _place(frame: Any, pose: ArrayLike) -> None:
    x, y, theta = (float(value) for value in np.asarray(pose))
    frame.position = (x, y, 0.0)
    frame.wxyz = (math.cos(theta / 2.0), 0.0, 0.0, math.sin(theta / 2.0))
