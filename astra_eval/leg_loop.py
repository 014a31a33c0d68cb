"""Drives a leg: with the stack's planner and guard, or by the privileged expert.

Whoever drives, the planner under test senses and plans at image rate, so that its plans can be
judged open loop at the states of the drive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.observation import Observation
from astra_core.polyline import polyline_length_m
from astra_core.records import SubGoal, Trajectory, Velocity
from astra_core.time import to_seconds
from astra_eval.leg import LegCase, route_sub_goal
from astra_sim.doors.sliding import door_leaves

if TYPE_CHECKING:
    from astra_local.pipeline import AstraLocal
    from astra_sim.simulator import Simulator

__all__ = ["LegRecord", "LegState", "drive_leg", "expert_driver", "stack_driver"]

_REACHED_M, _REACHED_RAD = 0.3, 0.35
_STILL_MPS, _STILL_RAD_S = 0.05, 0.1
_TIME_FACTOR, _TIME_ALLOWANCE_S = 2.0, 30.0


@dataclass(frozen=True, eq=False)
class LegState:
    """What a driver is given at image rate.

    Attributes:
        stamp_ns: Now.
        pose: ``(3,)`` true pose in ``map``; privileged.
        velocity: True body velocity; privileged.
        people: ``(P, 5)`` true x, y, vx, vy, radius in ``map``; privileged.
        odom: ``(3,)`` pose that the stack believes in ``odom``.
        sub_goal: What Astra-Global would ask for, in ``odom``.
    """

    stamp_ns: int
    pose: NDArray[np.float64]
    velocity: Velocity
    people: NDArray[np.float64]
    odom: NDArray[np.float64]
    sub_goal: SubGoal


#: From observation and, at image rate, the state (else ``None``) to the next command.
Driver = Callable[[Observation, "LegState | None"], Velocity]


@dataclass(eq=False)
class LegRecord:
    """What happened on a leg, tick by tick.

    Attributes:
        tick_s: Time between rows.
        poses: True poses ``(3,)`` in ``map``.
        people: True people ``(P, 5)``, as in :class:`LegState`.
        leaves: Both ends ``(L, 2, 2)`` of every door leaf in ``map``.
        collisions: Contacts of the robot.
        touched: With what.
        reached: Whether it came to rest at the goal in time.
    """

    tick_s: float
    poses: list[NDArray[np.float64]] = field(default_factory=list)
    people: list[NDArray[np.float64]] = field(default_factory=list)
    leaves: list[NDArray[np.float64]] = field(default_factory=list)
    collisions: int = 0
    touched: tuple[str, ...] = ()
    reached: bool = False

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return len(self.poses) * self.tick_s

    @property
    def length_m(self) -> float:
        """Return the way driven."""
        return polyline_length_m(np.array(self.poses)[:, :2])


def drive_leg(
    case: LegCase,
    simulator: Simulator,
    local: AstraLocal,
    driver: Driver,
    on_state: Callable[[LegState, int], None] | None = None,
    *,
    beside: Sequence[AstraLocal] = (),
) -> LegRecord:
    """Drive until the goal is reached, something is touched, or the time is up.

    Args:
        case: The leg.
        simulator: With the robot at the start of the leg; images as the planner needs them.
        local: The planner under test; its senses are fed whoever drives.
        driver: Who drives.
        on_state: Called at image rate with the state and the number of the tick.
        beside: Others that sense the same, each in a frame of odometry of its own.
    """
    record = LegRecord(simulator.tick_s)
    route = case.route_m
    way_m = polyline_length_m(route)
    limit_s = _TIME_FACTOR * way_m / simulator.robot.max_forward_mps + _TIME_ALLOWANCE_S
    station_m, command, due_ns = 0.0, Velocity(), 0
    while to_seconds(simulator.stamp_ns) < limit_s:
        observation = simulator.step(command)
        now_ns = observation.stamp_ns
        truth = simulator.truth()
        odometry = local.observe(observation)
        for other in beside:
            other.observe(observation)
        people = _people(simulator)
        record.poses.append(truth.pose)
        record.people.append(people)
        record.leaves.append(door_leaves(simulator.model, simulator.data))
        if truth.collision_count:
            record.collisions, record.touched = int(truth.collision_count), truth.touched
            return record
        velocity = Velocity(float(truth.velocity[0]), float(truth.velocity[1]))
        if _arrived(truth.pose, velocity, case.goal):
            record.reached = True
            return record
        state = None
        # Without cameras the expert still plans ten times a second.
        if observation.frames or now_ns >= due_ns:
            due_ns = now_ns + 100_000_000
            sub_goal, station_m = route_sub_goal(case, station_m, truth.pose, odometry.pose, now_ns)
            state = LegState(now_ns, truth.pose, velocity, people, odometry.pose, sub_goal)
            if observation.frames:
                for one in (local, *beside):
                    one.perceive(observation.frames)
            if on_state is not None:
                on_state(state, len(record.poses) - 1)
        command = driver(observation, state)
    return record


def stack_driver(local: AstraLocal) -> Driver:
    """Return the driver that the robot really has: Astra-Local's planner, then the guard."""
    from astra_local.config import GuardConfig
    from astra_local.safety.guard import Guard

    config = GuardConfig()
    guard = Guard(config)

    def drive(observation: Observation, state: LegState | None) -> Velocity:
        now_ns = observation.stamp_ns
        if state is not None:
            local.plan(state.sub_goal, now_ns)
        for peer in config.peers:
            guard.on_heartbeat(peer, now_ns)
        guard.on_obstacle(local.nearest_obstacle())
        guard.on_command(local.command(now_ns), now_ns)
        velocity = guard.step(now_ns).velocity
        local.on_driven(velocity, now_ns)
        return velocity

    return drive


def expert_driver(plan: Callable[[LegState], Trajectory]) -> Driver:
    """Return a driver that follows privileged plans without error."""
    newest: list[Trajectory] = []

    def drive(observation: Observation, state: LegState | None) -> Velocity:
        if state is not None:
            newest[:] = [plan(state)]
        if not newest:
            return Velocity()
        trajectory = newest[0]
        step = int(to_seconds(observation.stamp_ns - trajectory.stamp_ns) / trajectory.dt_s)
        linear, angular = trajectory.velocities[min(step, len(trajectory.velocities) - 1)]
        return Velocity(float(linear), float(angular))

    return drive


def in_map(trajectory: Trajectory, state: LegState) -> NDArray[np.float64]:
    """Return the positions ``(N + 1, 2)`` of a plan made in ``odom``, from now on, in ``map``."""
    return placed_in_map(trajectory.poses, state)


def placed_in_map(poses: NDArray[np.floating], state: LegState) -> NDArray[np.float64]:
    """Return positions ``(N + 1, 2)`` in ``map``, from now on, of poses ``(N, 3)`` in ``odom``."""
    placed = [se2.compose(state.pose, se2.between(state.odom, pose)) for pose in poses]
    return np.array([state.pose, *placed])[:, :2]


def _arrived(pose: NDArray[np.float64], velocity: Velocity, goal: NDArray[np.float64]) -> bool:
    return bool(
        np.hypot(*(pose - goal)[:2]) <= _REACHED_M
        and abs(wrap_angle(float(pose[2] - goal[2]))) <= _REACHED_RAD
        and abs(velocity.linear_mps) < _STILL_MPS
        and abs(velocity.angular_rad_s) < _STILL_RAD_S
    )


def _people(simulator: Simulator) -> NDArray[np.float64]:
    rows = [
        (
            person.x_m,
            person.y_m,
            person.speed_mps * np.cos(person.theta_rad),
            person.speed_mps * np.sin(person.theta_rad),
            person.radius_m,
        )
        for person in simulator.people()
    ]
    return np.array(rows).reshape(-1, 5)
