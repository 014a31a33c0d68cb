"""A hand-made map and a kinematic robot on it: a world for tests of goals, routes and missions.

Plan (metres; walls 0.15 m; doors 1.0 m wide at y = 1.5 and y = 6.5)::

    8 +----------------------+---------------------+
      |  bed_1       wardrobe      tv_1            |
      |                      |                     |   left room:  x 0..5
      |                      |        sofa_1       |   right room: x 5..10
      |  desk_1              |             plant_1 |
      |              fridge_1      bed_2           |
    0 +----------------------+---------------------+
"""

from __future__ import annotations

import numpy as np

from astra_core import se2, se3
from astra_core.angles import wrap_angle
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import NotLocalized
from astra_core.records import LocalOdometry, SubGoal, Velocity
from astra_global.types import (
    FREE,
    OCCUPIED,
    AstraMap,
    Landmark,
    MapEdge,
    MapNode,
    OccupancyMap,
    PoseFix,
)

RESOLUTION_M = 0.05
SIZE_M = (10.0, 8.0)
DOORS_Y_M = (1.5, 6.5)
RIG = CameraRig(
    (
        Camera(
            "front", CameraIntrinsics.from_horizontal_fov(32, 24, 1.7), se3.from_xyz_rpy((0, 0, 1))
        ),
    )
)
# id, category, colour, function, x, y, size x, size y
FURNITURE = (
    ("fridge_1", "fridge", "white", "keeping things cold", 4.2, 0.5, 0.7, 0.7),
    ("desk_1", "desk", "brown", "working", 0.5, 3.0, 0.8, 1.4),
    ("bed_1", "bed", "blue", "sleeping", 1.0, 7.0, 1.6, 1.6),
    ("wardrobe_1", "wardrobe", "brown", "keeping clothes", 3.6, 7.6, 1.2, 0.6),
    ("bed_2", "bed", "gray", "sleeping", 7.0, 0.9, 1.6, 1.6),
    ("sofa_1", "sofa", "green", "resting", 7.5, 4.5, 2.0, 0.9),
    ("plant_1", "plant", "green", "decoration", 9.5, 3.0, 0.4, 0.4),
    ("tv_1", "tv", "black", "watching films", 7.5, 7.8, 1.2, 0.2),
)


def make_occupancy() -> OccupancyMap:
    """Return the plan as a grid."""
    cells = np.full((int(SIZE_M[1] / RESOLUTION_M), int(SIZE_M[0] / RESOLUTION_M)), FREE, np.int8)

    def fill(x_min: float, y_min: float, x_max: float, y_max: float, value: int) -> None:
        low = np.round(np.array([y_min, x_min]) / RESOLUTION_M).astype(int)
        high = np.round(np.array([y_max, x_max]) / RESOLUTION_M).astype(int)
        cells[max(0, low[0]) : high[0], max(0, low[1]) : high[1]] = value

    for wall in ((0, 0, 10, 0.1), (0, 7.9, 10, 8), (0, 0, 0.1, 8), (9.9, 0, 10, 8)):
        fill(*wall, OCCUPIED)
    fill(4.95, 0, 5.1, 8, OCCUPIED)
    for y in DOORS_Y_M:
        fill(4.95, y - 0.5, 5.1, y + 0.5, FREE)
    for _, _, _, _, x, y, size_x, size_y in FURNITURE:
        fill(x - size_x / 2, y - size_y / 2, x + size_x / 2, y + size_y / 2, OCCUPIED)
    return OccupancyMap(cells, (0.0, 0.0), RESOLUTION_M)


def make_map(with_occupancy: bool = True) -> AstraMap:
    """Return the map: nodes on a 0.5 m offset grid, linked where the straight line is free."""
    from astra_global.route.free_space import FreeSpace

    occupancy = make_occupancy()
    bare = AstraMap((), (), (), RIG, occupancy=occupancy)
    space = FreeSpace.from_map(bare)
    assert space is not None
    nodes, edges = [], []
    for x in np.arange(0.5, 10.0, 1.0):
        for y in np.arange(0.5, 8.0, 1.0):
            if space.clearance_at([x, y]) > 0.35:
                nodes.append(MapNode(f"n{len(nodes):03d}", se3.from_se2([x, y, 0.0])))
    for number, first in enumerate(nodes):
        for second in nodes[number + 1 :]:
            length = float(np.linalg.norm(first.pose[:2] - second.pose[:2]))
            if length < 1.5 and space.line_clearance(first.pose[:2], second.pose[:2]) > 0.25:
                edges.append(MapEdge(first.id, second.id, length))
    landmarks = []
    for name, category, color, function, x, y, size_x, size_y in FURNITURE:
        seen = sorted(nodes, key=lambda node: float(np.hypot(*(node.pose[:2] - (x, y)))))
        linked = [n.id for n in seen if (n.pose[0] < 5.0) == (x < 5.0)][:3]
        landmarks.append(
            Landmark(
                name, category, color, "", "", function, (x, y, 0.5), (size_x, size_y, 1.0),
                tuple(linked),
            )
        )  # fmt: skip
    return AstraMap(
        tuple(nodes),
        tuple(edges),
        tuple(landmarks),
        RIG,
        occupancy=occupancy if with_occupancy else None,
    )


class ToyRobot:
    """Drives towards sub-goals at once; its odometry starts elsewhere and has a scale error.

    Attributes:
        pose: True pose ``(3,)`` in ``map``.
        odom: Dead-reckoned pose ``(3,)`` in ``odom``.
        obstacles: Discs (x, y, radius) in ``map`` that the map does not know.
    """

    def __init__(self, pose: tuple[float, float, float], scale: float = 1.02) -> None:
        self.pose = np.array(pose)
        self.odom = np.array([3.0, -2.0, 1.0])
        self.scale = scale
        self.obstacles: list[tuple[float, float, float]] = []
        self.visited: list[np.ndarray] = [self.pose.copy()]
        self._spin = (-1, 0.0)

    def carry_to(self, pose: tuple[float, float, float]) -> None:
        """Kidnap: the pose changes, odometry notices nothing."""
        self.pose = np.array(pose)

    def drive(self, sub_goal: SubGoal | None, dt_s: float) -> None:
        """Move for one tick."""
        if sub_goal is None or sub_goal.halt:
            return
        if sub_goal.spin_rad:
            if self._spin[0] != sub_goal.sequence:
                self._spin = (sub_goal.sequence, sub_goal.spin_rad)
            left = self._spin[1]
            turn = float(np.clip(left, -1.0 * dt_s, 1.0 * dt_s))
            self._spin = (sub_goal.sequence, left - turn)
            self._move(0.0, turn)
            return
        away = sub_goal.pose[:2] - self.odom[:2]
        distance = float(np.linalg.norm(away))
        if distance < 0.05:
            off = wrap_angle(float(sub_goal.pose[2] - self.odom[2])) if sub_goal.is_final else 0.0
            self._move(0.0, float(np.clip(off, -1.5 * dt_s, 1.5 * dt_s)))
            return
        off = wrap_angle(float(np.arctan2(away[1], away[0]) - self.odom[2]))
        turn = float(np.clip(off, -1.5 * dt_s, 1.5 * dt_s))
        step = min(distance, sub_goal.max_speed_mps * dt_s) if abs(off) < 0.5 else 0.0
        self._move(step, turn)

    def odometry(self, stamp_ns: int) -> LocalOdometry:
        """Return what Astra-Local would say."""
        return LocalOdometry(stamp_ns, self.odom.copy(), np.eye(3) * 1e-4, Velocity())

    def _move(self, step_m: float, turn_rad: float) -> None:
        following = se2.compose(self.pose, [step_m, 0.0, turn_rad])
        for x, y, radius in self.obstacles:
            if np.hypot(following[0] - x, following[1] - y) < radius + 0.22:
                following = se2.compose(self.pose, [0.0, 0.0, turn_rad])
                step_m = 0.0
        self.pose = following
        self.odom = se2.compose(self.odom, [step_m * self.scale, 0.0, turn_rad])
        self.visited.append(self.pose.copy())


class ToyLocalizer:
    """Knows the truth and adds noise; can be blinded. Stands in for the real localizer."""

    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def __init__(self, robot: ToyRobot, seed: int = 0) -> None:
        self.robot = robot
        self.is_blind = False
        self.inliers = 120
        self.picture_pose: np.ndarray | None = None
        self._rng = np.random.default_rng(seed)

    def localize(self, frames, *, expected=(), everywhere=True) -> PoseFix:
        """Return a noisy fix for the frames' stamp."""
        if self.is_blind:
            raise NotLocalized("blind")
        if frames[0].image.max() == 255:
            if self.picture_pose is None:
                raise NotLocalized("unknown picture")
            pose = self.picture_pose
        else:
            pose = self.robot.pose + self._rng.normal(0.0, [0.02, 0.02, 0.01])
        covariance = np.diag([0.02, 0.02, 0.01]) ** 2
        return PoseFix(frames[0].stamp_ns, pose, covariance, self.inliers, (), 0.0)
