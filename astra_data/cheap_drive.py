"""Drives of the expert without a physics engine: floor plan, crowd, and a robot that obeys.

Ten times a second people move, doors slide and the robot looks around; every 0.3 s the expert plans
and the robot follows for 0.3 s. At a third of these states pose and speed are kicked first, so that
the record is full of states that a good driver never gets into, and of what a good driver does
there. Goals change on the way: turning round is part of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.errors import SceneError
from astra_core.records import Trajectory, Velocity
from astra_core.robot import RobotConfig
from astra_core.time import from_seconds
from astra_data.cheap_senses import CheapSenses, Walker
from astra_data.course import EXPERT_STEPS, Course, CourseConfig, kick_room_m
from astra_data.cut_building import Building, cut_building
from astra_data.planner_state import TICK_S, Moment, WorldTrack, record_moment, sensed_fields
from astra_local.moving.movers import Movers
from astra_local.planner_record import HISTORY_S
from astra_local.voxel.ego_window import WINDOW
from astra_sim.conditions import Conditions
from astra_sim.disc import Disc
from astra_sim.doors.sliding import SlidingDoor, plan_doors
from astra_sim.people.crowd import Crowd, most_people
from astra_sim.scenes.seeds import stream

__all__ = ["CheapDriveConfig", "drive_cheaply"]

_START_CLEARANCE_M = 0.35
_PEOPLE_STEPS = 2
#: What the first states of a drive lack of the past is filled with the oldest there is.
_WARM_UP_TICKS = 6


@dataclass(frozen=True)
class CheapDriveConfig:
    """How a drive is varied. Lengths in metres, shares 0 to 1.

    Attributes:
        every: Of so many states only the last is kept: far apart, for validation.
        state_ticks: Ticks between states.
        kick_share: Of states before which pose and speed are perturbed.
        kick_m: Standard deviation of a kick along each axis.
        kick_rad: The same of the heading.
        kick_gap_m: Left free by a kick, braking included.
        dense_share: Of drives with as many people in the cut as the building would have.
        late_ticks: Most ticks that what is seen is late.
        speed_noise: Standard deviations of the measured speed, m/s and rad/s.
    """

    every: int = 1
    state_ticks: int = 3
    kick_share: float = 1.0 / 3.0
    kick_m: float = 0.12
    kick_rad: float = 0.3
    kick_gap_m: float = 0.02
    dense_share: float = 0.5
    late_ticks: int = 1
    speed_noise: tuple[float, float] = (0.01, 0.012)
    course: CourseConfig = CourseConfig()  # noqa: RUF009


def drive_cheaply(
    building: Building,
    conditions: Conditions,
    seed: int,
    number: int,
    num_states: int,
    config: CheapDriveConfig | None = None,
    robot: RobotConfig | None = None,
) -> list[dict[str, Any]]:
    """Drive, and return the states of the record.

    Args:
        building: At mission time.
        conditions: How many people and shut doors.
        seed: Of the scene.
        number: Of the drive in it.
        num_states: How many states.
        config: Variation.
        robot: Limits.

    Raises:
        SceneError: There is nowhere to drive.
    """
    return _Drive(
        building, conditions, seed, number, config or CheapDriveConfig(), robot or RobotConfig()
    ).states(num_states)


class _Drive:
    def __init__(
        self,
        building: Building,
        conditions: Conditions,
        seed: int,
        number: int,
        config: CheapDriveConfig,
        robot: RobotConfig,
    ) -> None:
        self._building, self._config, self._number = building, config, number
        self._radius_m = robot.footprint_radius_m
        self._rng = rng = stream(seed, "planner drive", number)
        start = np.array(building.plan.sample_free_pose(rng, _START_CLEARANCE_M))
        size_m = config.course.size_m
        center = start[:2] + rng.uniform(-0.25, 0.25, 2) * size_m
        self._cut = cut = cut_building(building, (float(center[0]), float(center[1])), size_m)
        self._pose, self._velocity = self._inside(start), Velocity()
        self._course = Course(cut, robot, self._pose, rng, config.course)
        self._late = int(rng.integers(0, config.late_ticks + 1))
        self._senses = CheapSenses(
            cut.heights_m,
            cut.plan.origin_m,
            cut.plan.resolution_m,
            self._radius_m,
            rng,
            tick_s=TICK_S,
            odom_yaw_rad=float(rng.uniform(-math.pi, math.pi)),
        )
        run_seed = int(rng.integers(2**31))
        self._crowd = self._make_crowd(conditions, run_seed)
        self._doors: list[SlidingDoor] = plan_doors(
            building.scene, run_seed, conditions.closed_doors, [*self._crowd.discs(), self._disc()]
        )
        self._people: list[NDArray[np.float64]] = []
        self._leaves: list[NDArray[np.float64]] = []

    def _inside(self, start: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a start that is free in the cut as well."""
        plan = self._cut.plan
        if plan.is_free(float(start[0]), float(start[1]), _START_CLEARANCE_M):
            return start
        try:
            return np.array(plan.sample_free_pose(self._rng, _START_CLEARANCE_M))
        except ValueError as error:
            raise SceneError(f"nowhere to drive: {error}") from error

    def _make_crowd(self, conditions: Conditions, seed: int) -> Crowd:
        """Put people into the cut: as many as the building would have, or its share of them."""
        c, rng = conditions, self._rng
        wanted = int(rng.integers(c.fewest_people, c.most_people + 1))
        room = most_people(self._building.plan, c.m2_per_person)
        here = most_people(self._cut.plan, c.m2_per_person)
        if rng.random() < self._config.dense_share:
            wanted = min(wanted, here)
        else:
            wanted = int(rng.binomial(min(wanted, room), min(1.0, here / max(room, 1))))
        centers = self._building.scene.door_centers_m
        return Crowd(self._cut.plan, centers, seed, wanted, self._disc())

    def states(self, num_states: int) -> list[dict[str, Any]]:
        """Drive until there are so many."""
        moments: list[Moment] = []
        config, passed = self._config, 0
        newest: tuple[int, Trajectory] | None = None
        tick = 0
        while len(moments) < num_states:
            self._note()
            leaves = [leaf for door in self._doors for leaf in door.obstacles()]
            self._senses.look(self._pose, self._walkers(), leaves)
            if tick >= _WARM_UP_TICKS and tick % config.state_ticks == 0:
                moment = self._state(tick)
                newest = (tick, moment.plan)
                passed += 1
                if passed % config.every == 0:
                    moments.append(moment)
            self._advance(tick, newest)
            tick += 1
        # What people do in the seconds after the last state is a part of it.
        for after in range(tick, moments[-1].tick + EXPERT_STEPS + 1):
            self._note()
            self._advance(after, newest)
        track = WorldTrack(np.array(self._people), self._radii_m(), np.array(self._leaves))
        sdf = self._building.sdf
        return [record_moment(moment, track, sdf, self._radius_m) for moment in moments]

    def _note(self) -> None:
        self._people.append(self._people_m())
        ends = [
            [center - half, center + half]
            for door in self._doors
            for half in [0.5 * door.leaf_width_m * door.opening.along]
            for center in door.leaf_centers_m()
        ]
        self._leaves.append(np.array(ends).reshape(-1, 2, 2))

    def _state(self, tick: int) -> Moment:
        config, rng, course = self._config, self._rng, self._course
        kicked = bool(rng.random() < config.kick_share) and self._kick()
        course.follow(self._pose, tick)
        now_ns = from_seconds(tick * TICK_S)
        people = self._walkers()
        velocities = np.array([person.velocity_mps for person in people]).reshape(-1, 2)
        movers = Movers(self._people_m(), velocities, self._radii_m())
        plan = course.plan(self._pose, self._velocity, movers, now_ns)
        noise = rng.normal(0.0, config.speed_noise)
        measured = Velocity(
            self._velocity.linear_mps + float(noise[0]),
            self._velocity.angular_rad_s + float(noise[1]),
        )
        windows = [
            self._senses.window(self._late + round(-ago / TICK_S), self._pose, WINDOW)
            for ago in HISTORY_S
        ]
        sensed = sensed_fields(
            [occupied for occupied, _ in windows],
            windows[0][1],
            measured,
            course.sub_goal(self._pose, now_ns),
            self._senses.movers(people),
            self._pose,
        )
        return Moment(
            self._number,
            tick,
            kicked,
            sensed,
            plan,
            self._pose,
            self._velocity,
            course.leg.route,
            course.leg.station_m,
        )

    def _kick(self) -> bool:
        """Perturb pose and speed where nothing is touched; return whether that was possible."""
        config, rng, robot = self._config, self._rng, self._course.robot
        shift = [*rng.normal(0.0, config.kick_m, 2), rng.normal(0.0, config.kick_rad)]
        pose = se2.compose(self._pose, np.array(shift))
        most = robot.max_angular_rad_s
        velocity = Velocity(
            float(rng.uniform(-robot.max_reverse_mps, robot.max_linear_mps)),
            float(np.clip(rng.normal(0.0, 0.4 * most), -most, most)),
        )
        room_m = kick_room_m(
            pose,
            velocity,
            robot.max_linear_acceleration_mps2,
            self._building.sdf,
            self._people_m(),
            self._radii_m(),
        )
        if room_m < self._radius_m + config.kick_gap_m:
            return False
        self._pose, self._velocity = pose, velocity
        return True

    def _advance(self, tick: int, newest: tuple[int, Trajectory] | None) -> None:
        """Move people, doors and the robot on by a tick."""
        robot = self._disc()
        discs = [robot, *self._crowd.discs()]
        for _ in range(_PEOPLE_STEPS):
            for door in self._doors:
                door.step(TICK_S / _PEOPLE_STEPS, discs)
            leaves = [leaf for door in self._doors for leaf in door.obstacles()]
            self._crowd.step(TICK_S / _PEOPLE_STEPS, robot, leaves)
        if newest is None:
            return
        since, plan = newest
        step = tick - since
        if step >= len(plan.poses):
            self._velocity = Velocity()
            return
        linear, angular = plan.velocities[step]
        self._pose = plan.poses[step].copy()
        self._velocity = Velocity(float(linear), float(angular))

    def _walkers(self) -> list[Walker]:
        return [Walker(p.xy_m, p.velocity_mps.copy(), p.radius_m) for p in self._crowd.people]

    def _people_m(self) -> NDArray[np.float64]:
        return np.array([person.xy_m for person in self._crowd.people]).reshape(-1, 2)

    def _radii_m(self) -> NDArray[np.float64]:
        return np.array([person.radius_m for person in self._crowd.people])

    def _disc(self) -> Disc:
        heading = np.array([math.cos(self._pose[2]), math.sin(self._pose[2])])
        return Disc(self._pose[:2].copy(), self._velocity.linear_mps * heading, self._radius_m)
