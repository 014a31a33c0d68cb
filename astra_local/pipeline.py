"""Astra-Local in one class: samples and images in, trajectory and commands out. No ROS.

Each planning cycle reads like the paper's section 1.1: odometry, occupancy, sub-goal, trajectory.
``observe`` and ``command`` are quick and may run in another thread than ``perceive`` and ``plan``:
what passes between them is replaced as a whole, never changed in place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core.observation import CameraFrame, Observation
from astra_core.odometry_buffer import OdometryBuffer
from astra_core.records import LocalOdometry, SubGoal, Trajectory, TrajectorySource, Velocity
from astra_core.time import from_seconds, to_seconds
from astra_local.belief import WorldBelief
from astra_local.config import LocalConfig
from astra_local.moving.movers import Movers
from astra_local.planner.planner import LocalPlanner
from astra_local.planner.tracker import TrajectoryTracker
from astra_local.plausibility.fault import SensorFault
from astra_local.plausibility.sensors import SensorPlausibility
from astra_local.ports import OdometryEstimator, Perception
from astra_local.safety.contact import Contact, ContactDetector
from astra_local.sight.watch import SightWatch
from astra_local.touched import TouchMemory
from astra_local.types import GridField, NearestObstacle, RobotHeld, RobotState
from astra_local.voxel.coverage import RigCoverage, blind_cameras
from astra_local.voxel.nearest import nearest_obstacle, unknown_surroundings
from astra_local.voxel.occupancy import OccupancyView
from astra_local.voxel.view_age import ViewAgeLimit

__all__ = ["AstraLocal"]

_PULL_MPS = 0.02
# Who is told to turn and to drive no faster than this turns in place.
_IN_PLACE_MPS = 0.05
# So long people are told of a touch.
_TOLD_S = 10.0


class AstraLocal:
    """How the robot gets to a sub-goal without touching anything, and how far it has come."""

    def __init__(
        self,
        *,
        odometry: OdometryEstimator,
        perception: Perception,
        planner: LocalPlanner,
        tracker: TrajectoryTracker,
        coverage: RigCoverage,
        sight: SightWatch,
        plausibility: SensorPlausibility,
        config: LocalConfig,
    ) -> None:
        """Join the parts, see :func:`astra_local.stack.build_local`.

        Args:
            odometry: At the origin of ``odom``, standing.
            perception: With nothing seen.
            planner: Proposers behind the check, and the behaviours around them.
            tracker: From plan to command.
            coverage: Which directions each camera sees.
            sight: Which images are believed.
            plausibility: Which readings of wheels and IMU are.
            config: Of all of them.
        """
        self._odometry, self._perception = odometry, perception
        self._planner, self._tracker = planner, tracker
        self._coverage, self._sight, self._config = coverage, sight, config
        self._plausibility = plausibility
        self._history = OdometryBuffer(config.odometry.history_s)
        self._detector = ContactDetector(config.contact)
        self._touched = TouchMemory(config.robot.footprint_radius_m, config.contact.remember_s)
        self._contact: Contact | None = None
        self._view_age = ViewAgeLimit(
            coverage, config.occupancy.stand_s, config.robot.max_linear_deceleration_mps2
        )
        self._seen: WorldBelief | None = None
        self._plan: Trajectory | None = None
        self._sources: Counter[str] = Counter()
        self._num_driving = self._num_fallbacks = 0
        self._dropped_frames = 0
        self._first_ns: int | None = None
        self._halted_ns: int | None = None
        self._stop_reason = "no plan yet"

    def observe(self, observation: Observation) -> LocalOdometry:
        """Take in the wheel and IMU samples of one tick (images are for :meth:`perceive`).

        What cannot be so is kept from the odometry; :attr:`sensor_faults` says what that was. The
        estimate says whose images are of another place or time, for who localizes with them.
        """
        observation = self._plausibility.admit(observation)
        estimate = self._odometry.observe(observation)
        self._plausibility.judge(estimate, observation.stamp_ns)
        if not np.isfinite(estimate.pose).all():
            return estimate
        if misplaced := self._sight.misplaced:
            estimate = replace(estimate, doubted_cameras=misplaced)
        self._history.add(estimate)
        if self._first_ns is None:
            self._first_ns = estimate.stamp_ns
        self._touched.forget_old(estimate.stamp_ns)
        contact = self._detector.feel(observation, wary=self._is_near_touched(estimate.pose))
        if contact is not None:
            self._contact = contact
            self._plausibility.excuse_slip()
            self._detector.reset()
            if contact.direction:
                self._touched.add(estimate.pose, contact.direction, estimate.stamp_ns)
        return estimate

    def on_driven(self, velocity: Velocity, stamp_ns: int) -> None:
        """Take what the base was told in the end, by the guard; without it no touch is felt."""
        self._detector.on_driven(velocity, stamp_ns)

    def perceive(self, frames: Sequence[CameraFrame]) -> bool:
        """Show images to odometry and perception, and take over what they believe now.

        Args:
            frames: Images of one moment, any number of the rig's cameras. Those from a time
                without odometry are dropped and counted; depth that cannot be is not looked at.

        Returns:
            Whether the surroundings were renewed.

        Raises:
            PerceptionError: A camera is not in the rig or an image has the wrong size.
        """
        self._odometry.look(frames)
        placed = [(frame, self._history.pose_at(frame.stamp_ns)) for frame in frames]
        usable = [(frame, pose) for frame, pose in placed if pose is not None]
        self._dropped_frames += len(placed) - len(usable)
        poses = [pose for _, pose in usable]
        measured = self._perception.measure([frame for frame, _ in usable])
        believed = self._sight.believed(measured, poses, self._history.pose_at)
        if problem := self._sight.take_wheel_problem():
            self._plausibility.accuse_wheels(problem)
        belief = self._perception.perceive(believed, poses)
        if belief is None:
            return False
        self._seen = belief
        return True

    def plan(self, sub_goal: SubGoal | None, now_ns: int) -> Trajectory:
        """Plan from where the robot is now; stands still when it cannot see or does not know.

        Args:
            sub_goal: What Astra-Global asks for; ``None`` is to stand.
            now_ns: Time of the plan, normally that of the newest observation.
        """
        if sub_goal is not None and not sub_goal.halt:
            self._plausibility.want(now_ns)
        latest, pose = self._history.latest, self._history.pose_at(now_ns)
        if latest is None or pose is None:
            state = RobotState(np.zeros(3) if latest is None else latest.pose)
            trajectory = self._planner.plan(state, None, None, now_ns)
        else:
            velocity = latest.velocity
            state = RobotState(pose, velocity.linear_mps, velocity.angular_rad_s)
            belief = self._belief
            if sub_goal is not None and self._is_near_touched(pose):
                slow_mps = min(sub_goal.max_speed_mps, self._config.contact.near_mps)
                sub_goal = replace(sub_goal, max_speed_mps=slow_mps)
            ahead, back = self._coverage.drivable(self._blind(belief, now_ns))
            seen = belief if self._is_fresh(belief, now_ns) else None
            trajectory = self._planner.plan(
                state, seen, sub_goal, now_ns, may_drive=ahead, may_reverse=back
            )
        self._count(trajectory)
        self._plan = trajectory
        return trajectory

    def halt(self, now_ns: int) -> None:
        """Brake from the next command on, instead of from the next plan on.

        Args:
            now_ns: Plans up to this moment are void.
        """
        self._halted_ns = now_ns

    def command(self, now_ns: int) -> Velocity:
        """Return the velocity to drive now; zero where plan, odometry or sensors cannot be."""
        if reason := self._plausibility.stop_reason:
            self._stop_reason = reason
            return Velocity()
        pose = self._history.pose_at(now_ns)
        if pose is None:
            self._stop_reason = "no odometry"
            return Velocity()
        if self._held_by(now_ns) is not None:
            self._stop_reason = self.contact_reason
            return Velocity()
        plan = self._plan
        if plan is not None and self._halted_ns is not None and plan.stamp_ns <= self._halted_ns:
            self._stop_reason = "" if plan.source is TrajectorySource.HOLD else "told to stop"
            return Velocity()
        velocity, self._stop_reason = self._tracker.command(plan, pose, now_ns)
        # The plan may be older than the blindness.
        blind = self._blind(self._seen, now_ns)
        ahead, back = self._coverage.drivable(blind)
        if plan is not None and plan.source is TrajectorySource.STOP and not ahead:
            self._stop_reason = self._why_blind(blind)
        # A robot that overshot its plan a little and is pulled back does not want to drive back.
        linear_mps = velocity.linear_mps
        if linear_mps and (
            (linear_mps > -_PULL_MPS and not ahead) or (linear_mps < _PULL_MPS and not back)
        ):
            self._stop_reason = self._why_blind(blind)
            turns = abs(linear_mps) <= _IN_PLACE_MPS
            return replace(velocity, linear_mps=0.0) if turns else Velocity()
        return self._slowed_by_age(velocity, now_ns)

    def nearest_obstacle(self) -> NearestObstacle:
        """Return the summary for the guard, as seen from where the robot is now."""
        c = self._config.occupancy
        latest = self._history.latest
        belief = self._belief
        if belief is None or latest is None:
            return unknown_surroundings(c.num_sectors)
        radius = self._config.robot.footprint_radius_m
        blind = self._blind(belief, latest.stamp_ns)
        sectors = self._coverage.blind_sectors(blind)
        nearest = nearest_obstacle(
            belief.occupancy, latest.pose, radius, c.num_sectors, blind_sectors=sectors
        )
        held = self._held_by(latest.stamp_ns)
        return nearest if held is None else replace(nearest, held=held.direction)

    @property
    def blind_cameras(self) -> tuple[str, ...]:
        """Return the cameras without a depth image for too long or not believed, in rig order.

        A camera that never gave one counts from the first images of any camera on; while there
        are none at all, from the first odometry on.
        """
        latest, belief = self._history.latest, self._seen
        if latest is None:
            return ()
        waited_s = to_seconds(latest.stamp_ns - (self._first_ns or 0))
        if belief is None and waited_s > self._config.occupancy.max_age_s:
            return self._coverage.cameras
        return self._blind(belief, latest.stamp_ns)

    @property
    def sight_problems(self) -> Mapping[str, str]:
        """Return what is wrong with the depth of each camera that is not believed, by its name."""
        return self._sight.problems

    @property
    def blind_reason(self) -> str:
        """Return why some cameras see nothing, for people; empty where all see."""
        blind = self.blind_cameras
        return self._why_blind(blind) if blind else ""

    @property
    def occupancy(self) -> OccupancyView | None:
        """Return the flattened occupancy for publishing, ``None`` before the first images."""
        return None if self._belief is None else self._belief.occupancy

    @property
    def belief(self) -> WorldBelief | None:
        """Return what the planner knows of the surroundings, ``None`` before the first images."""
        return self._belief

    @property
    def esdf(self) -> GridField | None:
        """Return the signed distance field for publishing, ``None`` before the first images."""
        return None if self._belief is None else self._belief.esdf

    @property
    def movers(self) -> Movers:
        """Return who is seen to walk, at the stamp of the occupancy."""
        return Movers() if self._belief is None else self._belief.movers

    @property
    def odometry(self) -> LocalOdometry | None:
        """Return the newest estimate."""
        return self._history.latest

    @property
    def fallback_fraction(self) -> float:
        """Return the share of plans while driving that were not the planner's first choice."""
        return self._num_fallbacks / self._num_driving if self._num_driving else 0.0

    @property
    def plan_sources(self) -> dict[str, int]:
        """Return how many plans came from whom."""
        return dict(self._sources)

    @property
    def refused_samples(self) -> dict[str, int]:
        """Return how many samples and images were refused, by reason."""
        refused = dict(Counter(self._odometry.refused) + self._plausibility.refused)
        if self._dropped_frames:
            refused["image without odometry"] = self._dropped_frames
        return refused

    @property
    def sensor_faults(self) -> tuple[SensorFault, ...]:
        """Return what wheels or IMU say that cannot be so, or that they say nothing any more."""
        return self._plausibility.faults

    @property
    def contact_reason(self) -> str:
        """Return code and sentence of the newest touch for some seconds; empty without one."""
        latest, contact = self._history.latest, self._contact
        if latest is None or contact is None:
            return ""
        age_s = to_seconds(latest.stamp_ns - contact.stamp_ns)
        return str(RobotHeld(contact.sentence)) if 0.0 <= age_s <= _TOLD_S else ""

    @property
    def stop_reason(self) -> str:
        """Return why the last command was zero against the plan; empty otherwise."""
        return self._stop_reason

    @property
    def _belief(self) -> WorldBelief | None:
        """Return what is seen and what was touched, together."""
        seen = self._seen
        return None if seen is None else self._touched.laid_over(seen)

    def _held_by(self, now_ns: int) -> Contact | None:
        """Return the touch after which the robot stands for a moment, ``None`` without one."""
        contact, hold_ns = self._contact, from_seconds(self._config.contact.hold_s)
        if contact is None or not 0 <= now_ns - contact.stamp_ns <= hold_ns:
            return None
        return contact

    def _is_near_touched(self, pose: NDArray[np.float64]) -> bool:
        """Return whether something was touched of late near the hull."""
        radius_m = self._config.robot.footprint_radius_m
        return self._touched.distance_m(pose) < radius_m + self._config.contact.near_m

    def _slowed_by_age(self, velocity: Velocity, now_ns: int) -> Velocity:
        stamps_ns = {} if self._seen is None else self._seen.camera_stamps_ns
        ages_s = {name: to_seconds(now_ns - stamp_ns) for name, stamp_ns in stamps_ns.items()}
        velocity, blame = self._view_age.slowed(velocity, ages_s)
        if blame is not None:
            camera, age_s = blame
            since = "" if age_s > self._config.occupancy.max_age_s else f" for {age_s:.2f} s"
            silent = f"no depth images from {camera}{since}"
            self._stop_reason = self._sight.problems.get(camera, silent)
        return velocity

    def _count(self, plan: Trajectory) -> None:
        self._sources[plan.source_name] += 1
        self._num_driving += plan.source is not TrajectorySource.HOLD
        self._num_fallbacks += plan.source.is_fallback

    def _blind(self, belief: WorldBelief | None, now_ns: int) -> tuple[str, ...]:
        stamps_ns = {} if belief is None else belief.camera_stamps_ns
        silent = blind_cameras(stamps_ns, now_ns, self._config.occupancy.max_age_s)
        doubted = self._sight.problems
        return tuple(name for name in self._coverage.cameras if name in silent or name in doubted)

    def _why_blind(self, blind: Sequence[str]) -> str:
        doubted = self._sight.problems
        reasons = [doubted[name] for name in blind if name in doubted]
        silent = ", ".join(name for name in blind if name not in doubted)
        return "; ".join([*reasons, *([f"no depth images from {silent}"] if silent else [])])

    def _is_fresh(self, belief: WorldBelief | None, now_ns: int) -> bool:
        if belief is None:
            return False
        return to_seconds(now_ns - belief.stamp_ns) <= self._config.occupancy.max_age_s
