"""Drives of the expert without a physics engine: floor plan, crowd, and a robot that obeys.

Ten times a second people move, doors slide and the robot looks around; every 0.3 s the expert plans
and the robot follows for 0.3 s. At a third of these states pose and speed are kicked first, so that
the record is full of states that a good driver never gets into, and of what a good driver does
there. Goals change on the way: turning round is part of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.errors import SceneError
from astra_core.records import SubGoal, Trajectory, Velocity
from astra_core.robot import RobotConfig
from astra_core.time import from_seconds
from astra_data.cheap_senses import CheapSenses, Walker
from astra_data.cut_building import Building, cut_building
from astra_data.expert import EXPERT_CONFIG, Expert
from astra_data.legs import Leg, draw_leg
from astra_data.planner_state import (
    TICK_S,
    WorldTrack,
    expert_fields,
    sensed_fields,
    truth_fields,
)
from astra_global.route.config import RouteConfig
from astra_global.route.sub_goal import look_ahead
from astra_local.moving.movers import Movers
from astra_local.planner_record import HISTORY_S, NUM_STEPS, STEP_S
from astra_local.voxel.ego_window import WINDOW
from astra_sim.conditions import Conditions
from astra_sim.disc import Disc
from astra_sim.doors.sliding import SlidingDoor, plan_doors
from astra_sim.people.crowd import Crowd, most_people
from astra_sim.scenes.seeds import stream

__all__ = ["CheapDriveConfig", "drive_cheaply"]

_HORIZON = round(NUM_STEPS * STEP_S / TICK_S)
_EXPERT_CONFIG = replace(EXPERT_CONFIG, num_steps=_HORIZON, step_s=TICK_S)
_START_CLEARANCE_M = 0.35
_PEOPLE_STEPS = 2
#: The rear of the history that the first states of a drive lack is what was there first.
_WARM_UP_TICKS = 6


@dataclass(frozen=True)
class CheapDriveConfig:
    """How a drive is varied. Lengths in metres, times in seconds, shares 0 to 1.

    Of ``every`` states only the last is kept: few states that are far apart, for validation.
    """

    size_m: float = 18.0
    every: int = 1
    state_ticks: int = 3
    kick_share: float = 1.0 / 3.0
    kick_m: float = 0.12
    kick_rad: float = 0.3
    kick_gap_m: float = 0.02
    goal_change_share: float = 0.02
    slow_share: float = 0.15
    slowest_mps: float = 0.25
    dense_share: float = 0.5
    look_ahead_m: tuple[float, float] = (1.0, 2.0)
    late_ticks: int = 1
    speed_noise: tuple[float, float] = (0.01, 0.012)
    near_m: float = 0.5
    near_change_share: float = 0.1
    patience_s: float = 6.0


@dataclass(eq=False)
class _Moment:
    """A state without its future."""

    tick: int
    sensed: dict[str, Any]
    plan: Trajectory
    pose: NDArray[np.float64]
    velocity: Velocity
    leg: Leg
    station_m: float
    kicked: bool


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
        self._rng = rng = stream(seed, "planner drive", number)
        start = np.array(building.plan.sample_free_pose(rng, _START_CLEARANCE_M))
        center = start[:2] + rng.uniform(-0.25, 0.25, 2) * config.size_m
        self._cut = cut_building(building, (float(center[0]), float(center[1])), config.size_m)
        self._start_again_inside(start)
        self._robot = robot
        if rng.random() < config.slow_share:
            limit = float(rng.uniform(config.slowest_mps, robot.max_linear_mps))
            self._robot = replace(robot, max_linear_mps=limit)
        self._look_ahead = replace(
            RouteConfig(), look_ahead_m=float(rng.uniform(*config.look_ahead_m))
        )
        self._late = int(rng.integers(0, config.late_ticks + 1))
        cut = self._cut
        self._expert = Expert(
            cut.occupied,
            cut.plan.resolution_m,
            cut.plan.origin_m,
            config=_EXPERT_CONFIG,
            robot=self._robot,
            seed=int(rng.integers(2**31)),
        )
        self._senses = CheapSenses(
            cut.heights_m,
            cut.plan.origin_m,
            cut.plan.resolution_m,
            robot.footprint_radius_m,
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
        self._source = ""
        self._leg = self._next_leg()

    def _start_again_inside(self, start: NDArray[np.float64]) -> None:
        plan = self._cut.plan
        if not plan.is_free(float(start[0]), float(start[1]), _START_CLEARANCE_M):
            try:
                start = np.array(plan.sample_free_pose(self._rng, _START_CLEARANCE_M))
            except ValueError as error:
                raise SceneError(f"nowhere to drive: {error}") from error
        self._pose, self._velocity = start, Velocity()

    def _make_crowd(self, conditions: Conditions, seed: int) -> Crowd:
        """Put people into the cut: as many as there, or all of the building's."""
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
        moments: list[_Moment] = []
        config, passed = self._config, 0
        newest: tuple[int, Trajectory] | None = None
        tick = 0
        while len(moments) < num_states:
            self._look(tick)
            if tick >= _WARM_UP_TICKS and tick % config.state_ticks == 0:
                moment = self._state(tick)
                newest = (tick, moment.plan)
                passed += 1
                if passed % config.every == 0:
                    moments.append(moment)
            self._advance(tick, newest)
            tick += 1
        # What people do in the seconds after the last state is a part of it.
        for after in range(tick, moments[-1].tick + _HORIZON + 1):
            self._note()
            self._advance(after, newest)
        track = WorldTrack(
            np.array(self._people),
            np.array([person.radius_m for person in self._crowd.people]),
            np.array(self._leaves),
        )
        return [self._recorded(moment, track) for moment in moments]

    def _look(self, tick: int) -> None:
        self._note()
        leaves = [leaf for door in self._doors for leaf in door.obstacles()]
        self._senses.look(self._pose, self._walkers(), leaves)

    def _note(self) -> None:
        self._people.append(np.array([p.xy_m for p in self._crowd.people]).reshape(-1, 2))
        ends = [
            [center - half, center + half]
            for door in self._doors
            for half in [0.5 * door.leaf_width_m * door.opening.along]
            for center in door.leaf_centers_m()
        ]
        self._leaves.append(np.array(ends).reshape(-1, 2, 2))

    def _state(self, tick: int) -> _Moment:
        config, rng = self._config, self._rng
        kicked = bool(rng.random() < config.kick_share) and self._kick()
        if self._wants_another_goal(tick):
            self._leg, self._source = self._next_leg(), ""
        leg = self._leg
        leg.follow(self._pose, tick)
        now_ns = from_seconds(tick * TICK_S)
        people = self._walkers()
        movers = Movers(
            np.array([p.xy_m for p in people]).reshape(-1, 2),
            np.array([p.velocity_mps for p in people]).reshape(-1, 2),
            np.array([p.radius_m for p in people]),
        )
        plan = self._expert.plan(self._pose, self._velocity, leg.goal, movers, now_ns)
        self._source = plan.source_name
        target = look_ahead(leg.route, leg.station_m, self._pose[:2], self._look_ahead)
        sub_goal = SubGoal(
            now_ns,
            target.pose,
            is_final=target.is_final,
            max_speed_mps=self._robot.max_linear_mps,
        )
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
            sub_goal,
            self._senses.movers(people),
            self._pose,
        )
        return _Moment(tick, sensed, plan, self._pose, self._velocity, leg, leg.station_m, kicked)

    def _recorded(self, moment: _Moment, track: WorldTrack) -> dict[str, Any]:
        sdf = self._building.sdf
        return {
            **moment.sensed,
            **expert_fields(
                moment.plan,
                moment.pose,
                moment.tick,
                track,
                sdf,
                self._robot.footprint_radius_m,
            ),
            **truth_fields(
                moment.pose,
                moment.velocity,
                moment.tick,
                track,
                sdf,
                moment.leg.route,
                moment.station_m,
            ),
            "drive": self._number,
            "tick": moment.tick,
            "kicked": int(moment.kicked),
        }

    def _kick(self) -> bool:
        """Perturb pose and speed where nothing is touched; return whether that was possible."""
        config, rng, robot = self._config, self._rng, self._robot
        shift = [*rng.normal(0.0, config.kick_m, 2), rng.normal(0.0, config.kick_rad)]
        pose = se2.compose(self._pose, np.array(shift))
        linear = float(rng.uniform(-robot.max_reverse_mps, robot.max_linear_mps))
        angular = float(rng.normal(0.0, 0.4 * robot.max_angular_rad_s))
        angular = float(np.clip(angular, -robot.max_angular_rad_s, robot.max_angular_rad_s))
        # At that speed it must still be able to stop before it touches.
        seconds = abs(linear) / robot.max_linear_acceleration_mps2
        for share in (0.0, 0.5, 1.0):
            turn = 0.5 * share * seconds * angular
            way = share * (1.0 - 0.5 * share) * linear * seconds
            there = se2.compose(pose, [way * math.cos(turn), way * math.sin(turn), 2.0 * turn])
            if self._gap_m(there) < config.kick_gap_m:
                return False
        self._pose, self._velocity = pose, Velocity(linear, angular)
        return True

    def _gap_m(self, pose: NDArray[np.float64]) -> float:
        """Return the gap of the footprint to what stands and to people."""
        radius_m = self._robot.footprint_radius_m
        gaps = [self._building.sdf.at(float(pose[0]), float(pose[1])) - radius_m]
        for person in self._crowd.people:
            away_m = math.hypot(person.x_m - pose[0], person.y_m - pose[1])
            gaps.append(away_m - person.radius_m - radius_m)
        return min(gaps)

    def _wants_another_goal(self, tick: int) -> bool:
        config, leg = self._config, self._leg
        # It stands where it was to stand.
        if self._source == "hold":
            return True
        if leg.waited_s(tick, TICK_S) > config.patience_s:
            return True
        near = float(np.hypot(*(self._pose - leg.goal)[:2])) < config.near_m
        chance = config.near_change_share if near else config.goal_change_share
        return bool(self._rng.random() < chance)

    def _next_leg(self) -> Leg:
        return draw_leg(self._cut.plan, self._expert, self._pose, self._rng)

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

    def _disc(self) -> Disc:
        heading = np.array([math.cos(self._pose[2]), math.sin(self._pose[2])])
        radius_m = RobotConfig().footprint_radius_m
        return Disc(self._pose[:2].copy(), self._velocity.linear_mps * heading, radius_m)
