"""What the behaviours of a mission know and share: pose, map, plans, log (their blackboard)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core import se2
from astra_core.camera import CameraRig
from astra_core.errors import AstraError
from astra_core.records import GlobalPose, LocalizationStatus
from astra_core.time import from_seconds, to_seconds
from astra_global.fusion import PoseFusion
from astra_global.goal.config import ApproachConfig
from astra_global.goal.destination import Destinations, GoalPlace
from astra_global.mission.config import MissionConfig
from astra_global.mission.directions import open_direction, sees_all_round
from astra_global.mission.log import MissionLog
from astra_global.ports import GoalRanker, RoutePlanner
from astra_global.questions import Questions
from astra_global.route import Blockage, Route, RouteConfig
from astra_global.types import AstraMap, MissionPhase

__all__ = ["Ask", "Blocked", "Lost", "MissionWorld", "OffRoute"]


@dataclass(frozen=True, eq=False)
class Ask:
    """What a behaviour asks of Astra-Local until the next tick.

    Attributes:
        phase: What the mission is busy with.
        request: Number of the request; repeats of one request keep it.
        pose_odom: ``(3,)`` to go to in ``odom``; ``None`` with ``spin_rad`` 0 means halt.
        is_final: Whether ``pose_odom`` is the goal itself.
        spin_rad: Signed turn in place.
        speed_mps: Speed limit.
        remaining_m: Way left, NaN while unknown.
        message: For people.
    """

    phase: MissionPhase
    request: int
    pose_odom: NDArray[np.float64] | None = None
    is_final: bool = False
    spin_rad: float = 0.0
    speed_mps: float = 0.0
    remaining_m: float = float("nan")
    message: str = ""


class Lost(AstraError):
    """The pose is not known well enough to drive on; the mission localizes again."""

    code = 101


class OffRoute(AstraError):
    """The robot is not where the route leads it; the mission plans a new one."""

    code = 201


class Blocked(AstraError):
    """No progress along the route; the mission recovers.

    Attributes:
        place_m: ``(2,)`` in ``map`` where the way seems blocked.
        remaining_m: Way left along the route.
    """

    code = 201

    def __init__(self, message: str, place_m: NDArray[np.float64], remaining_m: float) -> None:
        """Keep where it happened."""
        super().__init__(message)
        self.place_m = place_m
        self.remaining_m = remaining_m


class MissionWorld:
    """The state that behaviours read and the few things they may change.

    Attributes:
        now_ns: Time of this tick.
        ask: What the running behaviour asks of Astra-Local.
        deciding: Name of the behaviour that runs, for the log.
        problem: The last failure of a behaviour.
        blocked: The blockage that the mission recovers from.
        attempts: Localization attempts so far, successful or not.
        recoveries: Recoveries of this mission.
        recoveries_in_a_row: Recoveries since there was progress.
        sees_all_round: Whether the robot's cameras see every direction.
        place: Where the mission goes, once it knows.
        route: The newest route, for drawing.
        destinations: Where to stop.
        routes: Who finds the way; any thread may ask.
        questions: Who answers what may take seconds.
        find_picture: Returns the pose ``(3,)`` from which a picture was taken; takes seconds.
    """

    def __init__(
        self,
        map: AstraMap,
        rig: CameraRig,
        config: MissionConfig,
        approach: ApproachConfig,
        route: RouteConfig,
        *,
        fusion: PoseFusion,
        log: MissionLog,
        goals: GoalRanker,
        routes: RoutePlanner,
        questions: Questions,
        find_picture: Callable[[NDArray[np.uint8]], NDArray[np.float64]],
    ) -> None:
        """Wrap what a mission needs.

        Args:
            map: The map.
            rig: The robot's cameras.
            config: Settings of the mission.
            approach: Where the robot stops at a landmark.
            route: Sub-goals and blocked places.
            fusion: Who knows where the robot is.
            log: Where events go.
            goals: Who finds the landmark that is meant.
            routes: Who finds the way.
            questions: Who answers what may take seconds.
            find_picture: Finds the pose from which a picture of the front camera was taken.
        """
        self.map = map
        self.config = config
        self.route_config = route
        self.fusion = fusion
        self.log = log
        self.routes = routes
        self.questions = questions
        self.find_picture = find_picture
        self.destinations = Destinations(map, goals, routes, approach)
        self.now_ns = 0
        self.ask: Ask | None = None
        self.deciding = ""
        self.problem: AstraError | None = None
        self.blocked: Blocked | None = None
        self.attempts = 0
        self.recoveries = 0
        self.recoveries_in_a_row = 0
        self.place: GoalPlace | None = None
        self.route: Route | None = None
        self.sees_all_round = sees_all_round(rig)
        self._blockages: list[Blockage] = []
        self._request = 0

    def new_request(self) -> int:
        """Return the number of a new request to Astra-Local."""
        self._request += 1
        return self._request

    def pose(self) -> GlobalPose:
        """Return the pose on the map now."""
        return self.fusion.global_pose(self.now_ns)

    @property
    def goal_place(self) -> GoalPlace:
        """Return where the mission goes; only asked once it is known."""
        assert self.place is not None
        return self.place

    @property
    def is_localized(self) -> bool:
        """Return whether the pose may be driven with."""
        return self.pose().status is not LocalizationStatus.NOT_LOCALIZED

    def open_direction(self, distance_m: float) -> float:
        """Return the ego direction, radians, that leads on from most of the believed places."""
        return open_direction(
            self.fusion.places.belief(self.now_ns).places,
            self.routes.space,
            self.map.landmarks,
            distance_m,
            self.route_config.robot_radius_m,
        )

    def fix_age_s(self) -> float:
        """Return the age of the newest accepted fix; infinite before the first."""
        last_ns = self.fusion.last_fix_ns
        return float("inf") if last_ns is None else to_seconds(self.now_ns - last_ns)

    def odom_pose(self) -> NDArray[np.float64]:
        """Return ``T_odom_base`` ``(3,)``, the newest.

        Raises:
            Lost: There is no odometry yet.
        """
        newest_ns = self.fusion.odometry.newest_ns
        pose = None if newest_ns is None else self.fusion.odometry.driven_at(newest_ns)
        if pose is None:
            raise Lost("there is no odometry yet")
        return pose

    def to_odom(self, pose_map: ArrayLike) -> NDArray[np.float64]:
        """Turn a pose ``(3,)`` of ``map`` into ``odom``."""
        map_to_odom = self.fusion.map_to_odom()
        if map_to_odom is None:
            raise Lost("the robot is not localized")
        return se2.between(map_to_odom, pose_map)

    def seconds_since(self, stamp_ns: int) -> float:
        """Return the seconds from a stamp to now."""
        return to_seconds(self.now_ns - stamp_ns)

    def block(self, place_m: NDArray[np.float64], radius_m: float) -> None:
        """Remember a place where the robot could not pass."""
        until_ns = self.now_ns + from_seconds(self.route_config.blockage_s)
        self._blockages.append(Blockage(float(place_m[0]), float(place_m[1]), radius_m, until_ns))

    def blockages(self) -> list[Blockage]:
        """Return the blocked places that are not forgotten yet."""
        self._blockages = [item for item in self._blockages if item.until_ns > self.now_ns]
        return self._blockages

    def note(self, kind: str, message: str, /, **data: object) -> None:
        """Write an event of this tick into the mission log, with the behaviour that decided."""
        self.log.add(self.now_ns, kind, message, behaviour=self.deciding, **data)
