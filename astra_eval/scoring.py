"""Judges a mission against the truth (DESIGN section 8).

Success: the robot says "arrived", stands within 1 m of a pose from which a right landmark is
reachable, touched nothing, and took no longer than the shortest way at full speed times two plus
30 s, localization included.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core.robot import FOOTPRINT_RADIUS_M, RobotConfig
from astra_eval.drive_record import DriveRecord
from astra_eval.failure import name_failure
from astra_eval.geodesic import geodesic_distance
from astra_eval.json_file import plain
from astra_eval.metrics.localization import localization_errors
from astra_eval.metrics.odometry import path_length, relative_translation_error_percent

if TYPE_CHECKING:
    from astra_global.types import MissionResult
    from astra_sim.scenes.types import Scene, SceneLandmark

__all__ = ["GoalRegion", "MissionScore", "score_mission"]

ROBOT_RADIUS_M = FOOTPRINT_RADIUS_M
REACH_M = 0.6
SUCCESS_RADIUS_M = 1.0
MAX_SPEED_MPS = RobotConfig().max_linear_mps
TIME_FACTOR = 2.0
TIME_ALLOWANCE_S = 30.0
_NEAREST_FREE_M = 0.3


@dataclass(frozen=True)
class MissionScore:
    """One judged mission; the field names are the JSON keys of ``demo`` (DESIGN section 9)."""

    success: bool
    goal_text: str
    goal_landmark: str
    goal_landmark_right: bool | None
    error_code: int
    error_msg: str
    distance_to_goal_m: float
    path_length_m: float
    shortest_path_m: float
    spl: float
    collisions: int
    sim_time_s: float
    time_limit_s: float
    fallback_fraction: float
    recoveries: int
    localization: dict[str, Any]
    odometry: dict[str, Any]
    failure: str
    causes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain data; NaN and infinity become ``None``."""
        return {key: plain(value) for key, value in asdict(self).items()}


class GoalRegion:
    """The floor from which a landmark is reachable, and the way there from everywhere."""

    def __init__(self, scene: Scene, landmarks: tuple[SceneLandmark, ...]) -> None:
        """Mark every free cell within reach of a landmark that no wall separates from it."""
        from astra_sim.scenes.floor_plan import floor_plan

        self._plan = floor_plan(scene)
        walls = floor_plan(
            replace(scene, objects=tuple(o for o in scene.objects if o.kind == "wall"))
        )
        self._walls = walls.occupied
        self._free = self._plan.free_distance_m >= ROBOT_RADIUS_M
        self.mask: NDArray[np.bool_] = np.zeros_like(self._free)
        if landmarks:
            self.mask = self._reachable(landmarks)
        self._distance_m = geodesic_distance(self._free, self.mask, self._plan.resolution_m)

    def distance_from(self, xy_m: NDArray[np.float64]) -> float:
        """Return the shortest way (metres) from a position ``(2,)`` to the region, or infinity.

        A position that touches an obstacle is moved to the nearest cell within 0.3 m from which a
        way leads.
        """
        row, column = self._cell(xy_m)
        reach = round(_NEAREST_FREE_M / self._plan.resolution_m)
        top, left = max(row - reach, 0), max(column - reach, 0)
        # Far outside, the ends would be negative and count from the other side.
        bottom, right = max(row + reach + 1, 0), max(column + reach + 1, 0)
        window = self._distance_m[top:bottom, left:right]
        rows, columns = np.indices(window.shape)
        cells_away = np.hypot(rows + top - row, columns + left - column)
        away = np.where(np.isfinite(window), cells_away, np.inf)
        if not (away <= reach).any():
            return float("inf")
        return float(window.ravel()[np.argmin(away)])

    def _cell(self, xy_m: NDArray[np.float64]) -> tuple[int, int]:
        column, row = np.floor(
            (np.asarray(xy_m)[:2] - np.asarray(self._plan.origin_m)) / self._plan.resolution_m
        ).astype(int)
        return int(row), int(column)

    def _reachable(self, landmarks: tuple[SceneLandmark, ...]) -> NDArray[np.bool_]:
        # An arm reaches over furniture but not through a wall: distances are measured round walls.
        # The round footprint touches at ROBOT_RADIUS_M; what counts is the gap beyond it.
        surfaces: NDArray[np.bool_] = np.logical_or.reduce(
            [self._surface(landmark) for landmark in landmarks]
        )
        limit_m = REACH_M + ROBOT_RADIUS_M
        resolution_m = self._plan.resolution_m
        reach_m = geodesic_distance(~self._walls, surfaces, resolution_m, limit_m=limit_m)
        reachable: NDArray[np.bool_] = self._free & (reach_m <= limit_m)
        return reachable

    def _surface(self, landmark: SceneLandmark) -> NDArray[np.bool_]:
        """Return the cells of a landmark that are not inside a wall."""
        height, width = self._free.shape
        resolution = self._plan.resolution_m
        x = self._plan.origin_m[0] + (np.arange(width) + 0.5) * resolution
        y = self._plan.origin_m[1] + (np.arange(height) + 0.5) * resolution
        grid_x, grid_y = np.meshgrid(x, y)
        half_x, half_y = (extent / 2.0 for extent in landmark.size_m[:2])
        offset_x = np.abs(grid_x - landmark.position_m[0])
        offset_y = np.abs(grid_y - landmark.position_m[1])
        inside: NDArray[np.bool_] = (offset_x <= half_x) & (offset_y <= half_y) & ~self._walls
        if inside.any():
            return inside
        # A picture or a sign is thinner than a cell and hangs on a wall: the open floor nearest
        # to it is on its own side.
        distance = np.where(self._walls, np.inf, np.hypot(offset_x, offset_y))
        nearest: NDArray[np.bool_] = distance <= distance.min() + resolution / 2.0
        return nearest


def score_mission(
    scene: Scene,
    record: DriveRecord,
    result: MissionResult | None,
    goal_text: str,
    right_ids: tuple[str, ...] | None,
) -> MissionScore:
    """Judge one drive.

    Args:
        scene: The scene as it was driven in.
        record: The drive; its truth is looked at here and nowhere in the stack.
        result: What the stack reported; ``None`` when it never finished.
        goal_text: What it was told.
        right_ids: The right landmarks, empty when the request is impossible here; ``None`` when
            nobody wrote down what is right, and the landmark that the robot chose is believed.
    """
    chosen = result.landmark_id if result is not None else ""
    believed = (chosen,) if right_ids is None else right_ids
    landmarks = tuple(landmark for landmark in scene.landmarks if landmark.id in believed)
    # Judge the place the robot chose when it is a right one, else the nearest right one.
    own = tuple(landmark for landmark in landmarks if landmark.id == chosen)
    region = GoalRegion(scene, own or landmarks)
    possible = bool(landmarks)
    shortest_m = region.distance_from(record.truth[0])
    distance_m = region.distance_from(record.truth[-1])
    driven_m = path_length(record.truth)
    time_s = record.mission_time_s
    limit_s = TIME_FACTOR * shortest_m / MAX_SPEED_MPS + TIME_ALLOWANCE_S
    causes = []
    if result is None:
        causes.append("no result in time")
    elif result.error_code != 0:
        causes.append(f"error {result.error_code}: {result.error_msg}")
    if right_ids is not None and not possible:
        causes.append("this scene has no such place")
    elif right_ids is not None and not own:
        causes.append(f"wrong landmark {chosen!r}" if chosen else "no landmark chosen")
    if possible and distance_m > SUCCESS_RADIUS_M:
        causes.append(f"stopped {distance_m:.2f} m from where the goal is reachable")
    if record.num_collisions:
        causes.append(f"touched {', '.join(record.collided_with) or 'something'}")
    if possible and time_s > limit_s:
        causes.append(f"took {time_s:.0f} s, allowed {limit_s:.0f} s")
    success = not causes
    off_m = np.hypot(*(record.global_pose[-1, :2] - record.truth[-1, :2]))
    failure = name_failure(
        result,
        collided=record.num_collisions > 0,
        right_landmark=bool(own),
        there=possible and distance_m <= SUCCESS_RADIUS_M,
        in_time=time_s <= limit_s,
        final_error_m=float(off_m),
    )
    errors = localization_errors(record.global_pose, record.truth)
    known = np.asarray(np.isfinite(record.global_pose).all(axis=1))
    lost = int(np.sum(known[:-1] & ~known[1:]))
    ratio = shortest_m / max(shortest_m, driven_m) if max(shortest_m, driven_m) > 0 else 1.0
    return MissionScore(
        success=success,
        goal_text=goal_text,
        goal_landmark=chosen,
        goal_landmark_right=bool(own) if right_ids is not None else None,
        error_code=result.error_code if result is not None else 108,
        error_msg=result.error_msg if result is not None else "the mission never ended",
        distance_to_goal_m=distance_m,
        path_length_m=driven_m,
        shortest_path_m=shortest_m,
        spl=ratio if success else 0.0,
        collisions=int(record.num_collisions),
        sim_time_s=time_s,
        time_limit_s=limit_s,
        fallback_fraction=result.fallback_fraction if result is not None else float("nan"),
        recoveries=result.recoveries if result is not None else 0,
        localization={
            "first_fix_s": result.first_fix_time_s if result is not None else -1.0,
            "median_error_m": errors.median_m,
            "median_error_deg": errors.median_deg,
            "within_1m_percent": errors.within_1m_percent,
            "lost_count": lost,
        },
        odometry={"rte_percent": relative_translation_error_percent(record.odometry, record.truth)},
        failure=failure,
        causes=tuple(causes),
    )
