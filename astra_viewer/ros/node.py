"""The node ``astra_viewer``: hears what the stack says and shows it on a page of this machine."""

from __future__ import annotations

import math
import os
import queue
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import OccupancyGrid, Odometry, Path
from numpy.typing import NDArray
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import Marker, MarkerArray

from astra_core import se2, se3
from astra_core.errors import AstraError
from astra_core.messages.color import color_of
from astra_core.messages.problem import ImageFormatError
from astra_core.robot import load_robot
from astra_core.ros.frames import prefixed
from astra_core.ros.health import DiagnosticsReporter, Health
from astra_core.ros.known_parameters import require_known_parameters
from astra_core.ros.main import run_node
from astra_core.ros.parameters import read_config, refuse_changes
from astra_core.ros.poses import covariance_from_msg, pose_from_msg, rigid_from_msg
from astra_core.ros.qos import event, latched, sensor_input
from astra_msgs.msg import GlobalPose, LandmarkArray, Trajectory
from astra_viewer.door import TOKEN_VARIABLE
from astra_viewer.grids import distance_picture, map_picture, occupied_points
from astra_viewer.health_text import NodeHealth
from astra_viewer.mission_text import MissionShown, driver_text, mission_text
from astra_viewer.page import Grid, LandmarkShown, ViewerPage
from astra_viewer.ros.address_file import AddressFile, tell_terminal
from astra_viewer.ros.config import ViewerConfig
from astra_viewer.ros.goals import GoalClient

__all__ = ["ViewerNode", "main"]

_COMPLAINT_PERIOD_S = 5.0


class ViewerNode(Node):
    """Keeps the newest message of each topic and shows it at the next update.

    The page calls back from threads of its own: what it wants waits in a queue for the next
    update, so that ROS is used by one thread only.
    """

    def __init__(self) -> None:
        """Open the page and listen."""
        super().__init__("astra_viewer")
        require_known_parameters(self, ViewerConfig)
        self._config = config = prefixed(read_config(self, ViewerConfig), "odom_frame")
        refuse_changes(self, lambda: "read once, when the node starts")
        self._newest: dict[str, Any] = {}
        self._complained_s: dict[str, float] = {}
        self._wishes: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._t_map_odom: NDArray[np.float64] | None = None
        self._t_odom_base = np.zeros(3)
        self._health: dict[str, NodeHealth] = {}
        self._goals = GoalClient(self)
        self._cleared: MissionShown | None = None
        self._page = ViewerPage(
            config.port,
            host=config.host,
            hosts=config.hosts,
            token=os.environ.get(TOKEN_VARIABLE, ""),
            robot=load_robot(config.robot_file),
            on_goal=lambda words: self._wishes.put(lambda: self._goals.send_text(words)),
            on_landmark=lambda name: self._wishes.put(lambda: self._goals.send_landmark(name)),
            on_point=lambda x_m, y_m: self._wishes.put(lambda: self._go_to(x_m, y_m)),
            on_cancel=lambda: self._wishes.put(self._goals.cancel_all),
        )
        self._shows: dict[str, Callable[[Any], None]] = {"/tf": self._show_odom}
        self._hear(GlobalPose, "global/pose", event(), self._show_status)
        self._hear(
            PoseWithCovarianceStamped, "global/pose_with_covariance", event(), self._show_ellipse
        )
        self._hear(MarkerArray, "global/markers", latched(), self._show_graph)
        self._hear(LandmarkArray, "global/landmarks", latched(), self._show_landmarks)
        self._hear(OccupancyGrid, "map", latched(), self._show_floor)
        self._hear(Path, "global/path", latched(), self._show_route)
        self._hear(Odometry, "local/odom", event(1), self._show_robot)
        self._hear(Path, "local/path", event(1), self._show_plan)
        self._hear(Trajectory, "local/trajectory", event(1), self._show_who_drives)
        self._hear(OccupancyGrid, "local/occupancy", event(1), self._show_occupancy)
        self._hear(OccupancyGrid, "local/esdf", event(1), self._show_distance)
        self.create_subscription(TFMessage, "/tf", self._on_tf, event(100))
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, event(50))
        self._images: dict[str, Image] = {}
        for name in config.cameras:
            self.create_subscription(
                Image,
                f"camera/{name}/image_raw",
                lambda message, name=name: self._images.update({name: message}),
                sensor_input(depth=1),
            )
        # By the wall: the page lives on while simulated time stands still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(config.period_s, self._update, clock=steady)
        self.create_timer(config.image_period_s, self._show_images, clock=steady)
        # `./astra demo` looks for these words (PAGE_LINE in its node table).
        self._address_file = AddressFile(self._page.port)
        self.get_logger().info(f"the page is at {self._page.url}")
        self._tell_address()
        self._diagnostics = DiagnosticsReporter(self, self._read_health)

    def _tell_address(self) -> None:
        """Say where the token is; what is logged goes to everybody in the domain."""
        try:
            self._address_file.write(self._page.address)
            self.get_logger().info(f"its address with the token is in {self._address_file.path}")
        except AstraError as error:
            self.get_logger().warning(f"{error}; give the token yourself: {TOKEN_VARIABLE}")
        tell_terminal(f"Open the page: {self._page.address}")

    def _read_health(self) -> Health:
        return Health(values={"page": self._page.url, "readers": self._page.num_readers})

    def close(self) -> None:
        """Close the page."""
        self._goals.close()
        self._address_file.remove()
        self._page.close()

    def _hear(self, kind: type, topic: str, qos: QoSProfile, show: Callable[[Any], None]) -> None:
        self._shows[topic] = show
        self.create_subscription(
            kind, topic, lambda message: self._newest.update({topic: message}), qos
        )

    def _go_to(self, x_m: float, y_m: float) -> None:
        """Send the robot to a point of the map, looking the way it comes."""
        if self._t_map_odom is None:
            self._goals.shown = MissionShown(end="not localized yet: the map is not in place")
            return
        here = se2.compose(self._t_map_odom, self._t_odom_base)
        heading_rad = math.atan2(y_m - here[1], x_m - here[0])
        self._goals.send_pose((x_m, y_m, heading_rad), self._config.map_frame)

    def _update(self) -> None:
        while not self._wishes.empty():
            self._wishes.get()()
        newest, self._newest = self._newest, {}
        for topic, message in newest.items():
            try:
                self._shows[topic](message)
            except (ValueError, ArithmeticError) as error:
                self._complain(topic, f"{topic} cannot be shown: {error}")
        self._page.set_mission(mission_text(self._goals.shown))
        self._page.set_health(self._health.values(), time.monotonic())
        self._clear_when_over()

    def _clear_when_over(self) -> None:
        """Take route and plan away when a mission ends: they would promise a drive."""
        if self._goals.shown.end and self._cleared is not self._goals.shown:
            self._cleared = self._goals.shown
            self._page.set_route(np.empty((0, 2)))
            self._page.set_plan(np.empty((0, 2)))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            # Robots have diagnostics of their own; what speaks of driving is what is shown.
            if status.hardware_id == "astra":
                level = int.from_bytes(status.level, "little")
                self._health[status.name] = NodeHealth(
                    status.name, level, status.message, time.monotonic()
                )

    def _on_tf(self, message: TFMessage) -> None:
        for transform in message.transforms:
            frames = (transform.header.frame_id.lstrip("/"), transform.child_frame_id.lstrip("/"))
            if frames == (self._config.map_frame, self._config.odom_frame):
                self._newest["/tf"] = transform

    def _show_odom(self, transform: Any) -> None:
        self._t_map_odom = _finite(se3.to_se2(rigid_from_msg(transform.transform)))
        self._page.place_odom(self._t_map_odom)

    def _show_status(self, message: GlobalPose) -> None:
        is_localized = message.status != GlobalPose.STATUS_NOT_LOCALIZED
        self._page.set_localized(is_localized, message.reason)

    def _show_ellipse(self, message: PoseWithCovarianceStamped) -> None:
        xy_m = _finite(pose_from_msg(message.pose.pose)[:2])
        covariance = _finite(covariance_from_msg(message.pose.covariance))
        self._page.set_pose_ellipse(xy_m, covariance[:2, :2])
        self._page.set_accuracy(covariance)

    def _show_graph(self, message: MarkerArray) -> None:
        nodes = _points(message, Marker.SPHERE_LIST)
        edges = _points(message, Marker.LINE_LIST)
        self._page.set_graph(nodes, edges[: len(edges) // 2 * 2].reshape(-1, 2, 3))

    def _show_landmarks(self, message: LandmarkArray) -> None:
        self._page.set_landmarks([_landmark(landmark) for landmark in message.landmarks])

    def _show_floor(self, message: OccupancyGrid) -> None:
        self._page.set_floor(_grid(message, map_picture))

    def _show_route(self, message: Path) -> None:
        self._page.set_route(_line(message))

    def _show_robot(self, message: Odometry) -> None:
        self._t_odom_base = _finite(pose_from_msg(message.pose.pose))
        self._page.place_robot(self._t_odom_base)

    def _show_plan(self, message: Path) -> None:
        self._page.set_plan(_line(message))

    def _show_who_drives(self, message: Trajectory) -> None:
        self._goals.shown.driven_by = driver_text(message.source, message.is_fallback)

    def _show_occupancy(self, message: OccupancyGrid) -> None:
        cells, origin_m, resolution_m = _cells(message)
        self._page.set_obstacles(occupied_points(cells, origin_m, resolution_m), resolution_m)

    def _show_distance(self, message: OccupancyGrid) -> None:
        if self._page.wants_distance:
            self._page.set_distance(_grid(message, distance_picture))

    def _show_images(self) -> None:
        images, self._images = self._images, {}
        for name, message in images.items():
            try:
                image = color_of(message)
                if not image.size:
                    raise ValueError(f"the image of {name} is empty")
                self._page.set_image(name, image)
            except (ImageFormatError, ValueError) as error:
                self._complain(name, str(error))

    def _complain(self, source: str, text: str) -> None:
        """Warn of a message passed over, of each source (topic or camera) at most every 5 s.

        Not by ``throttle_duration_sec``, which counts by line of code: one bad topic would hide
        what is wrong with the others.
        """
        now_s = time.monotonic()
        if now_s - self._complained_s.get(source, -math.inf) >= _COMPLAINT_PERIOD_S:
            self._complained_s[source] = now_s
            self.get_logger().warning(text)


def _points(message: MarkerArray, kind: int) -> NDArray[np.float64]:
    points = [(p.x, p.y, p.z) for m in message.markers if m.type == kind for p in m.points]
    return _finite(np.array(points, dtype=np.float64).reshape(-1, 3))


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if not np.isfinite(values).all():
        raise ValueError("a number in it is not finite")
    return values


def _line(message: Path) -> NDArray[np.float64]:
    points = [(pose.pose.position.x, pose.pose.position.y) for pose in message.poses]
    return _finite(np.array(points, dtype=np.float64).reshape(-1, 2))


def _landmark(message: Any) -> LandmarkShown:
    words = f"{message.category} ({message.text})" if message.text else message.category
    p, size = message.position, message.size
    return LandmarkShown(message.id, words, (p.x, p.y, p.z), (size.x, size.y, size.z))


def _cells(message: OccupancyGrid) -> tuple[NDArray[np.int8], tuple[float, float], float]:
    info = message.info
    cells = np.asarray(message.data, dtype=np.int8)
    if not cells.size == info.width * info.height > 0 or not info.resolution > 0.0:
        raise ValueError(
            f"{cells.size} cells for {info.width}x{info.height} at {info.resolution} m"
        )
    origin_m = (info.origin.position.x, info.origin.position.y)
    _finite(np.array(origin_m))
    return cells.reshape(info.height, info.width), origin_m, info.resolution


def _grid(message: OccupancyGrid, picture: Callable[[NDArray[np.int8]], NDArray[np.uint8]]) -> Grid:
    cells, origin_m, resolution_m = _cells(message)
    return Grid(picture(cells), origin_m, resolution_m)


def main() -> int:
    """Run the node."""
    return run_node(ViewerNode)


if __name__ == "__main__":
    sys.exit(main())
