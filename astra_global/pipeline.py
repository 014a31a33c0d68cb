"""Astra-Global in one class: knows where the robot is, where the goal is, which way leads there.

Threads: :meth:`AstraGlobal.localize` is slow and may run in a worker thread; it holds the lock only
for a moment at its start. All other methods are fast, may be called from any thread and share one
lock, except :meth:`AstraGlobal.map_to_odom`, which only reads the newest answer and never waits.
What a mission must find out and may take seconds goes to :mod:`astra_global.questions`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera, CameraRig
from astra_core.errors import (
    AstraError,
    ConfigError,
    MissionCancelled,
    MissionPreempted,
    NotLocalized,
)
from astra_core.observation import CameraFrame
from astra_core.records import GlobalPose, LocalizationStatus, LocalOdometry
from astra_global.config import AstraGlobalConfig
from astra_global.fusion import FixDecision, FixVerdict, PlaceBelief, PoseFusion, RigMotion
from astra_global.fusion.told_pose import told_covariance, told_pose_problem
from astra_global.localize.single import single_pose
from astra_global.map.made_for import require_map_for
from astra_global.mission.log import MissionEvent, MissionLog
from astra_global.mission.mission import Mission
from astra_global.mission.world import MissionWorld
from astra_global.ports import FrameLocalizer, GoalRanker, RoutePlanner
from astra_global.questions import Questions
from astra_global.route import Route
from astra_global.types import (
    AstraMap,
    Goal,
    MissionPhase,
    MissionResult,
    MissionStatus,
    PoseFix,
)

__all__ = ["AstraGlobal"]


class AstraGlobal:
    """The global half of the stack, without ROS."""

    def __init__(
        self,
        map: AstraMap,
        rig: CameraRig,
        config: AstraGlobalConfig,
        *,
        localizer: FrameLocalizer,
        goals: GoalRanker,
        routes: RoutePlanner,
        questions: Questions,
    ) -> None:
        """Join the parts for one map and one robot; :func:`astra_global.stack.build_global` does.

        Args:
            map: The map.
            rig: The robot's cameras.
            config: Settings.
            localizer: Who finds the robot in images.
            goals: Who finds the landmark that is meant.
            routes: Who finds the way.
            questions: Who answers what may take seconds.

        Raises:
            ConfigError: The map was made for a lower robot.
        """
        self.map = map
        self.rig = rig
        self.config = config
        self._map_remarks = require_map_for(map, config.robot)
        self._localizer = localizer
        self._lock = threading.RLock()
        # Of the localizer, which works for fixes and for the pictures of goals.
        self._localizing = threading.Lock()
        self._fusion = PoseFusion(config.fusion, len(map.nodes))
        mounting = config.localize.mounting
        self._rig_motion = RigMotion(self._fusion.odometry, mounting.told_rad, mounting.told_m)
        self._num_told = 0
        self._log = MissionLog()
        self._world = MissionWorld(
            map,
            rig,
            config.mission,
            config.approach,
            config.route,
            fusion=self._fusion,
            log=self._log,
            goals=goals,
            routes=routes,
            questions=questions,
            find_picture=self._find_picture,
        )
        self._mission: Mission | None = None
        self._map_to_odom: NDArray[np.float64] | None = None
        self._looks = 0
        self._doubted_cameras: frozenset[str] = frozenset()
        self.last_failure = ""
        self._last_decision: FixDecision | None = None

    # --- where am I ---------------------------------------------------------------------------

    def add_odometry(self, odometry: LocalOdometry) -> None:
        """Take one sample of Astra-Local's odometry (50 Hz), and which cameras it doubts."""
        with self._lock:
            self._doubted_cameras = odometry.doubted_cameras
            self._fusion.add_odometry(odometry)

    def localize(self, frames: Sequence[CameraFrame]) -> PoseFix:
        """Find the robot in one set of images. Slow.

        Where the robot may be is looked at in any case. The rest of the map is searched for rivals
        while the place is open, in its first few sightings, after a fix that was not believed, and
        every few times in any case: belief alone must not keep a robot where it is not. Images of
        cameras that Astra-Local doubts are not used.

        Raises:
            NotLocalized: The images show no known place, or none of them can be used.
        """
        with self._lock:
            doubted = self._doubted_cameras
            usable = [frame for frame in frames if frame.camera not in doubted]
            if frames and not usable:
                raise NotLocalized(f"no image can be used: {self._told_of_doubted()}")
            stamps = [frame.stamp_ns for frame in frames]
            expected = self._fusion.expected_poses(max(stamps, default=self._world.now_ns))
            every = self.config.fusion.places.look_everywhere_every
            everywhere = not self._fusion.is_settled or self._looks % every == 0
            self._looks += 1
        with self._localizing:
            return self._localizer.localize(usable, expected=expected, everywhere=everywhere)

    def apply_fix(self, fix: PoseFix) -> bool:
        """Weigh a fix at its images' stamp.

        Returns:
            Whether the pose on the map follows it.
        """
        with self._lock:
            offset = self._rig_motion.offset
            decision = self._fusion.apply_fix(fix if offset is None else offset.doubted(fix))
            self._watch_rig(fix, decision.verdict)
            self._last_decision = decision
            self._world.attempts += 1
            self._map_to_odom = self._fusion.map_to_odom()
            self._log.add(
                max(fix.stamp_ns, self._world.now_ns),
                "fix",
                f"{decision.verdict.value}: {decision.reason}",
                verdict=decision.verdict.name.lower(),
                image_ns=fix.stamp_ns,
                pose=[float(value) for value in fix.pose],
                inliers=fix.num_inliers,
                confidence=fix.confidence,
                alternatives=len(fix.alternatives),
                distance_squared=decision.distance_squared,
                jump_m=decision.jump_m,
                seconds=fix.seconds,
                decided=fix.decided,
                contradiction=fix.contradiction,
                proposed_by=fix.proposed_by,
            )
            return decision.verdict.accepted

    def report_failure(self, reason: str) -> None:
        """Tell that an attempt to localize gave no fix."""
        with self._lock:
            self.last_failure = reason
            self._world.attempts += 1
            self._fusion.report_blank()
            self._log.add(self._world.now_ns, "no_fix", reason)

    def forget_pose(self) -> None:
        """Drop the pose on the map: the robot was carried."""
        with self._lock:
            self._fusion.forget()
            self._map_to_odom = None

    def set_pose(
        self, pose: NDArray[np.float64], covariance: NDArray[np.float64], stamp_ns: int
    ) -> bool:
        """Take a pose given by a person (``initialpose``) as the first fix, whatever was believed.

        Args:
            pose: ``(3,)`` [x, y, theta] in ``map``.
            covariance: ``(3, 3)``, m^2, m rad, rad^2; zeros where nothing is known of it.
            stamp_ns: When the robot stood there.

        Returns:
            Whether it was taken. What cannot be used (:meth:`pose_problem`) changes nothing: a
            robot that knows its place must not lose it by a slip of the hand.
        """
        with self._lock:
            if self.pose_problem(pose, covariance, stamp_ns):
                return False
            believed = told_covariance(covariance, self.config.fusion.told)
            self._fusion.forget()
            # A person is believed: the odds of a fix without alternatives are good enough.
            return self.apply_fix(PoseFix(stamp_ns, pose, believed, 0, (), 0.0))

    def pose_problem(
        self, pose: NDArray[np.float64], covariance: NDArray[np.float64], stamp_ns: int
    ) -> str:
        """Return why :meth:`set_pose` cannot take a pose, in a sentence; empty if it can."""
        problem = told_pose_problem(pose, covariance, self.map, self.config.fusion.told)
        if problem:
            return problem
        with self._lock:
            is_driven = self._fusion.has_odometry_at(stamp_ns)
        return "" if is_driven else "there is no odometry at its time to hang it on"

    def map_to_odom(self) -> NDArray[np.float64] | None:
        """Return ``T_map_odom`` ``(3,)``; ``None`` before the first fix. Never waits for a lock."""
        return self._map_to_odom

    def global_pose(self, now_ns: int) -> GlobalPose:
        """Return the pose on the map, dead-reckoned to ``now_ns``, with its status."""
        with self._lock:
            return self._fusion.global_pose(now_ns)

    @property
    def is_settled(self) -> bool:
        """Return whether one place is believed, was seen several times and by the newest fix."""
        with self._lock:
            return self._map_to_odom is not None and self._fusion.is_settled

    @property
    def doubt(self) -> str:
        """Return what speaks against the pose at present, for people; empty when nothing does."""
        with self._lock:
            return self._fusion.doubt

    @property
    def last_decision(self) -> FixDecision | None:
        """Return what became of the newest fix, and why; ``None`` before the first."""
        return self._last_decision

    def place_belief(self, now_ns: int) -> PlaceBelief:
        """Return all places where the robot may be, with probabilities, at ``now_ns``."""
        with self._lock:
            return self._fusion.places.belief(now_ns)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what a person should know of this robot and this map, a line each."""
        return (*self._localizer.remarks, *self._map_remarks)

    @property
    def problems(self) -> tuple[str, ...]:
        """Return which cameras cannot be used as the robot's rig says they can; a line each.

        None is a mistake that the images can repair: somebody has to set it right.
        """
        return (*self._rig_problems, *filter(None, (self._told_of_doubted(),)))

    @property
    def _rig_problems(self) -> tuple[str, ...]:
        """Return which cameras are not where the robot's rig says; a line each."""
        offset = self._rig_motion.offset
        told = () if offset is None else (offset.told_of(self.rig),)
        return (*self._localizer.problems, *told)

    @property
    def last_fix_ns(self) -> int | None:
        """Return the image stamp of the newest accepted fix."""
        return self._fusion.last_fix_ns

    @property
    def accepted_fixes(self) -> int:
        """Return how many fixes were believed."""
        return self._fusion.accepted_fixes

    @property
    def rejected_fixes(self) -> int:
        """Return how many were not."""
        return self._fusion.rejected_fixes

    # --- where to -----------------------------------------------------------------------------

    def start(self, goal: Goal, now_ns: int, timeout_s: float = 0.0) -> MissionResult | None:
        """Begin a mission; a running one is preempted.

        Args:
            goal: Text, landmark, pose in ``map`` or picture.
            now_ns: Time of acceptance.
            timeout_s: Longest duration; 0 = the setting ``mission.timeout_s``.

        Returns:
            The result (code 107) of the mission that was replaced, ``None`` if there was none.

        Raises:
            ConfigError: A picture does not have the size of the rig's front camera.
        """
        self._check_picture(goal)
        with self._lock:
            replaced = self._stop(MissionPreempted("a newer goal replaced it"), now_ns)
            self._world.now_ns = now_ns
            self._mission = Mission(self._world, goal, now_ns, timeout_s)
            return replaced

    def cancel(self, reason: str) -> MissionResult | None:
        """End the running mission with code 106; ``None`` if none is running."""
        with self._lock:
            return self._stop(MissionCancelled(reason), self._world.now_ns)

    def fail(self, error: AstraError) -> MissionResult | None:
        """End the running mission with the code of an error; ``None`` if none is running."""
        with self._lock:
            return self._stop(error, self._world.now_ns)

    def step(self, now_ns: int) -> MissionStatus:
        """Advance the mission by one tick (10 Hz); the status says what Astra-Local shall do.

        Without a mission the phase is ``DONE`` and there is neither a sub-goal nor a result. After
        the end the result stays, with a sub-goal that halts, until the next :meth:`start`.
        """
        with self._lock:
            self._world.now_ns = now_ns
            if self._mission is None:
                return MissionStatus(MissionPhase.DONE)
            return self._mission.step(now_ns)

    def path(
        self, start: NDArray[np.float64] | None, goal: NDArray[np.float64], now_ns: int
    ) -> Route:
        """Return the way between two poses ``(3,)`` in ``map`` by the map alone.

        Args:
            start: Where it begins; ``None`` is where the robot is.
            goal: Where it ends, or beside it where that is not free, as a mission would.
            now_ns: Now.

        Raises:
            NotLocalized: It shall begin at the robot, and nobody knows where that is.
            GoalUnreachable: There is no way.
        """
        if start is None:
            pose = self.global_pose(now_ns)
            if pose.status == LocalizationStatus.NOT_LOCALIZED:
                raise NotLocalized("the robot does not know where it is")
            start = pose.pose
        world = self._world
        place = world.destinations.near(goal)
        return replace(world.routes.plan(start, place.pose), remark=place.remark)

    @property
    def route(self) -> Route | None:
        """Return the newest route of the mission that runs, for drawing; ``None`` without one."""
        with self._lock:
            is_over = self._mission is None or self._mission.result is not None
            return None if is_over else self._world.route

    @property
    def log(self) -> tuple[MissionEvent, ...]:
        """Return the record of everything since construction, oldest first."""
        with self._lock:
            return self._log.events

    def _told_of_doubted(self) -> str:
        names = [name for name in self.rig.names if name in self._doubted_cameras]
        if not names:
            return ""
        them = f"camera {names[0]}" if len(names) == 1 else f"cameras {', '.join(names)}"
        return (
            f"astra_local does not believe {them} (see its diagnostics): their images are not "
            "used to localize"
        )

    def _watch_rig(self, fix: PoseFix, verdict: FixVerdict) -> None:
        # A wrong rig makes right fixes look like outliers: what was not believed counts as well.
        if verdict.moved or verdict is FixVerdict.UNUSABLE:
            self._rig_motion.forget()
        elif fix.confidence >= self.config.localize.single_confidence:
            self._rig_motion.add(fix.stamp_ns, fix.pose)
        problems = self._rig_problems
        if len(problems) > self._num_told:
            self._log.add(self._world.now_ns, "camera", "; ".join(problems[self._num_told :]))
        self._num_told = len(problems)

    def _stop(self, error: AstraError, now_ns: int) -> MissionResult | None:
        if self._mission is None or self._mission.result is not None:
            return None
        return self._mission.stop(error, now_ns)

    def _check_picture(self, goal: Goal) -> None:
        if goal.image is None:
            return
        camera = self._front_camera()
        expected = (camera.intrinsics.height_px, camera.intrinsics.width_px, 3)
        if goal.image.shape != expected:
            raise ConfigError(
                f"the picture of a goal must look like one of camera {camera.name!r}, shape "
                f"{expected}, got {goal.image.shape}"
            )

    def _find_picture(self, picture: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the pose ``(3,)`` from which the front camera would take a picture. Slow.

        Raises:
            NotLocalized: It shows no place of the map, or several alike.
        """
        frame = CameraFrame(self._front_camera().name, 0, picture)
        with self._localizing:
            fix = self._localizer.localize([frame])
        return single_pose(fix, self.config.localize.single_confidence)

    def _front_camera(self) -> Camera:
        names = self.rig.names
        return self.rig["front" if "front" in names else names[0]]
