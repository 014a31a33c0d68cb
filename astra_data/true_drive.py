"""Drives of the expert in the simulator: what is seen is what the stack sees with its cameras.

What the planner is given passes through everything that a robot has: rendered depth with its noise
and drop-outs, images that come late, odometry that drifts, the rolling grid with its blind ring and
memory, movers that are tracked. The expert steers by the truth. In a third of the intervals between
states the robot is steered at random instead, so that there are states to recover from: nothing may
be moved by hand here, or odometry and grid would be torn apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.records import SubGoal, Trajectory, Velocity
from astra_core.robot import RobotConfig
from astra_core.time import to_seconds
from astra_data.course import EXPERT_STEPS, Course, CourseConfig, kick_room_m
from astra_data.cut_building import Building, cut_building
from astra_data.planner_state import TICK_S, Moment, WorldTrack, record_moment, sensed_fields
from astra_local.moving.movers import Movers
from astra_local.planner_record import HISTORY_S
from astra_local.voxel.ego_history import EgoHistory
from astra_sim.doors.sliding import door_leaves
from astra_sim.scenes.seeds import stream

if TYPE_CHECKING:
    from astra_local.pipeline import AstraLocal
    from astra_sim.simulator import Simulator

__all__ = ["TrueDriveConfig", "drive_truly"]

_WARM_UP_TICKS = 6


@dataclass(frozen=True)
class TrueDriveConfig:
    """How a drive is varied.

    Attributes:
        every: Of so many states only the last is kept.
        state_ticks: Ticks between states.
        push_share: Of intervals in which the robot is steered at random.
        push_gap_m: Left free by a push that is followed by braking.
        course: Variation of goals.
    """

    every: int = 1
    state_ticks: int = 2
    push_share: float = 1.0 / 3.0
    push_gap_m: float = 0.08
    course: CourseConfig = CourseConfig()  # noqa: RUF009


def drive_truly(
    simulator: Simulator,
    local: AstraLocal,
    building: Building,
    seed: int,
    number: int,
    num_states: int,
    config: TrueDriveConfig | None = None,
    robot: RobotConfig | None = None,
) -> list[dict[str, Any]]:
    """Drive, and return the states of the record; fewer if the robot touches something.

    Args:
        simulator: With depth cameras and the robot at its start.
        local: The stack whose perception sees.
        building: The simulator's scene.
        seed: Of the scene.
        number: Of the drive in it.
        num_states: How many states.
        config: Variation.
        robot: Limits.

    Raises:
        SceneError: There is nowhere to drive.
    """
    config = config or TrueDriveConfig()
    drive = _Drive(simulator, local, building, seed, number, config, robot or RobotConfig())
    return drive.states(num_states)


class _Drive:
    def __init__(
        self,
        simulator: Simulator,
        local: AstraLocal,
        building: Building,
        seed: int,
        number: int,
        config: TrueDriveConfig,
        robot: RobotConfig,
    ) -> None:
        self._simulator, self._local, self._building = simulator, local, building
        self._config, self._number = config, number
        self._radius_m = robot.footprint_radius_m
        self._rng = rng = stream(seed, "true planner drive", number)
        self._truth = simulator.truth()
        center = self._truth.pose[:2]
        cut = cut_building(building, (float(center[0]), float(center[1])), config.course.size_m)
        self._course = Course(cut, robot, self._truth.pose, rng, config.course)
        self._history = EgoHistory([-age for age in HISTORY_S])
        self._steps = round(TICK_S / simulator.tick_s)
        self._push: Velocity | None = None
        self._people: list[NDArray[np.float64]] = []
        self._leaves: list[NDArray[np.float64]] = []

    def states(self, num_states: int) -> list[dict[str, Any]]:
        moments: list[Moment] = []
        config, passed, tick, pushed = self._config, 0, 0, False
        plan: Trajectory | None = None
        while len(moments) < num_states and not self._truth.collision_count:
            self._note()
            due = tick >= _WARM_UP_TICKS and tick % config.state_ticks == 0
            if due and len(self._history):
                moment = self._state(tick, pushed)
                plan = moment.plan
                passed += 1
                if passed % config.every == 0:
                    moments.append(moment)
                pushed = self._draw_push()
            self._advance(plan)
            tick += 1
        # What people do in the seconds after the last state is a part of it.
        last = moments[-1].tick if moments else 0
        self._push = None
        while len(self._people) <= last + EXPERT_STEPS and not self._truth.collision_count:
            self._note()
            self._advance(plan, look=False)
        radii = np.array([person.radius_m for person in self._simulator.people()])
        track = WorldTrack(np.array(self._people), radii, np.array(self._leaves))
        # After a collision the future of the last states is not known: they are not kept.
        known = [moment for moment in moments if moment.tick <= track.last_tick]
        return [record_moment(m, track, self._building.sdf, self._radius_m) for m in known]

    def _note(self) -> None:
        self._people.append(self._people_now().positions_m)
        self._leaves.append(door_leaves(self._simulator.model, self._simulator.data))

    def _state(self, tick: int, pushed: bool) -> Moment:
        now_ns = self._simulator.stamp_ns
        pose, course = self._truth.pose, self._course
        velocity = Velocity(float(self._truth.velocity[0]), float(self._truth.velocity[1]))
        course.follow(pose, tick)
        plan = course.plan(pose, velocity, self._people_now(), now_ns)
        sensed = sensed_by(self._local, self._history, course.sub_goal(pose, now_ns), pose, now_ns)
        leg = course.leg
        return Moment(
            self._number, tick, pushed, sensed, plan, pose, velocity, leg.route, leg.station_m
        )

    def _draw_push(self) -> bool:
        """Decide whether to be steered at random until the next state."""
        config, rng, robot = self._config, self._rng, self._course.robot
        self._push = None
        if rng.random() >= config.push_share:
            return False
        push = Velocity(
            float(rng.uniform(-robot.max_reverse_mps, robot.max_linear_mps)),
            float(rng.uniform(-robot.max_angular_rad_s, robot.max_angular_rad_s)),
        )
        seconds = config.state_ticks * TICK_S
        turn = push.angular_rad_s * seconds
        way = push.linear_mps * seconds
        pose = se2.compose(self._truth.pose, [way * np.cos(turn / 2), way * np.sin(turn / 2), turn])
        people = self._people_now()
        room_m = kick_room_m(
            pose,
            push,
            robot.max_linear_acceleration_mps2,
            self._building.sdf,
            people.after(seconds).positions_m,
            people.radii_m,
        )
        if room_m < self._radius_m + config.push_gap_m:
            return False
        self._push = push
        return True

    def _advance(self, plan: Trajectory | None, *, look: bool = True) -> None:
        """Go on by a tick of the record, which is several of the simulator."""
        for _ in range(self._steps):
            observation = self._simulator.step(self._command(plan))
            self._local.observe(observation)
            if look and observation.frames and self._local.perceive(observation.frames):
                view = self._local.occupancy
                if view is not None:
                    self._history.append(view)
            self._truth = self._simulator.truth()

    def _command(self, plan: Trajectory | None) -> Velocity:
        if self._push is not None:
            return self._push
        if plan is None:
            return Velocity()
        step = int(to_seconds(self._simulator.stamp_ns - plan.stamp_ns) / plan.dt_s + 1e-6)
        if step >= len(plan.velocities):
            return Velocity()
        linear, angular = plan.velocities[step]
        return Velocity(float(linear), float(angular))

    def _people_now(self) -> Movers:
        people = self._simulator.people()
        return Movers(
            np.array([(p.x_m, p.y_m) for p in people]).reshape(-1, 2),
            np.array(
                [
                    (p.speed_mps * np.cos(p.theta_rad), p.speed_mps * np.sin(p.theta_rad))
                    for p in people
                ]
            ).reshape(-1, 2),
            np.array([p.radius_m for p in people]),
        )


def sensed_by(
    local: AstraLocal,
    history: EgoHistory,
    sub_goal: SubGoal,
    pose: NDArray[np.float64],
    now_ns: int,
) -> dict[str, Any]:
    """Return the sensed part of a state as a planner in the stack would have it.

    Args:
        local: Has observed and perceived up to now.
        history: Of its occupancies.
        sub_goal: In the frame of ``pose``.
        pose: ``(3,)`` true pose; only turns the sub-goal into the robot's frame, as a map and a
            perfect localization would.
        now_ns: Now.
    """
    odometry, belief = local.odometry, local.belief
    assert odometry is not None and belief is not None
    target = se2.compose(odometry.pose, se2.between(pose, sub_goal.pose))
    movers = belief.at(now_ns).movers
    seen = np.column_stack([movers.positions_m, movers.velocities_mps, movers.radii_m])
    windows, known = history.windows(odometry.pose)
    asked = SubGoal(
        now_ns, target, is_final=sub_goal.is_final, max_speed_mps=sub_goal.max_speed_mps
    )
    return sensed_fields(list(windows), known, odometry.velocity, asked, seen, odometry.pose)
