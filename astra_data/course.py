"""Where a drive leads: one goal after the other, the expert that knows the way, sub-goals on it.

Goals change on the way too, so that turning round is part of what is taught; so is another speed
limit, and looking ahead by less or more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from astra_core.records import SubGoal, Trajectory, Velocity
from astra_core.robot import RobotConfig
from astra_data.cut_building import Cut
from astra_data.expert import EXPERT_CONFIG, Expert
from astra_data.legs import Leg, draw_leg
from astra_data.planner_state import TICK_S
from astra_global.route.config import RouteConfig
from astra_global.route.sub_goal import look_ahead
from astra_local.moving.movers import Movers
from astra_local.planner_record import NUM_STEPS, STEP_S
from astra_local.types import GridField

__all__ = ["EXPERT_STEPS", "Course", "CourseConfig", "kick_room_m"]

#: Steps of an expert's plan, one for each tick.
EXPERT_STEPS = round(NUM_STEPS * STEP_S / TICK_S)


@dataclass(frozen=True)
class CourseConfig:
    """How courses are varied. Lengths in metres, times in seconds, shares 0 to 1.

    Attributes:
        size_m: Side of the square that goals lie in.
        goal_change_share: Of states at which the goal changes on the way.
        near_m: From here on it changes more often,
        near_change_share: at this share: the last centimetres are not most of the data.
        patience_s: Without progress for so long, the goal changes.
        slow_share: Of drives with a lower speed limit,
        slowest_mps: down to this.
        look_ahead_m: Least and greatest way to the sub-goal.
    """

    size_m: float = 18.0
    goal_change_share: float = 0.02
    near_m: float = 0.5
    near_change_share: float = 0.1
    patience_s: float = 6.0
    slow_share: float = 0.15
    slowest_mps: float = 0.25
    look_ahead_m: tuple[float, float] = (1.0, 2.0)


class Course:
    """One drive's goals and its expert.

    Attributes:
        robot: Limits on this drive.
        leg: The present goal and the way to it.
    """

    def __init__(
        self,
        cut: Cut,
        robot: RobotConfig,
        pose: NDArray[np.float64],
        rng: np.random.Generator,
        config: CourseConfig | None = None,
    ) -> None:
        """Draw the first goal.

        Args:
            cut: Where to drive.
            robot: Limits; the speed may be lowered.
            pose: ``(3,)`` where the drive begins.
            rng: All chance.
            config: Variation.

        Raises:
            SceneError: No goal can be reached from there.
        """
        self._config = config = config or CourseConfig()
        self._cut, self._rng = cut, rng
        self.robot = robot
        if rng.random() < config.slow_share:
            limit = float(rng.uniform(config.slowest_mps, robot.max_linear_mps))
            self.robot = replace(robot, max_linear_mps=limit)
        self._look_ahead = replace(
            RouteConfig(), look_ahead_m=float(rng.uniform(*config.look_ahead_m))
        )
        self._expert = Expert(
            cut.occupied,
            cut.plan.resolution_m,
            cut.plan.origin_m,
            config=replace(EXPERT_CONFIG, num_steps=EXPERT_STEPS, step_s=TICK_S),
            robot=self.robot,
            seed=int(rng.integers(2**31)),
        )
        self._source = ""
        self.leg: Leg = draw_leg(cut.plan, self._expert, pose, rng)

    def follow(self, pose: NDArray[np.float64], tick: int) -> None:
        """Find the robot's place on the way; take another goal when it is time.

        Raises:
            SceneError: No other goal can be reached from here.
        """
        if self._wants_another_goal(pose, tick):
            self.leg = draw_leg(self._cut.plan, self._expert, pose, self._rng)
            self._source = ""
        self.leg.follow(pose, tick)

    def plan(
        self, pose: NDArray[np.float64], velocity: Velocity, people: Movers, stamp_ns: int
    ) -> Trajectory:
        """Return the expert's plan to the present goal, in ``map``."""
        plan = self._expert.plan(pose, velocity, self.leg.goal, people, stamp_ns)
        self._source = plan.source_name
        return plan

    def sub_goal(self, pose: NDArray[np.float64], stamp_ns: int) -> SubGoal:
        """Return what Astra-Global would ask for, in ``map``."""
        target = look_ahead(self.leg.route, self.leg.station_m, pose[:2], self._look_ahead)
        return SubGoal(
            stamp_ns,
            target.pose,
            is_final=target.is_final,
            max_speed_mps=self.robot.max_linear_mps,
        )

    def _wants_another_goal(self, pose: NDArray[np.float64], tick: int) -> bool:
        config, leg = self._config, self.leg
        # It stands where it was to stand.
        if self._source == "hold" or leg.waited_s(tick, TICK_S) > config.patience_s:
            return True
        near = float(np.hypot(*(pose - leg.goal)[:2])) < config.near_m
        chance = config.near_change_share if near else config.goal_change_share
        return bool(self._rng.random() < chance)


def kick_room_m(
    pose: NDArray[np.float64],
    velocity: Velocity,
    braking_m_s2: float,
    sdf: GridField,
    people_m: NDArray[np.float64],
    radii_m: NDArray[np.float64],
) -> float:
    """Return the least distance from the robot's centre to anything while it brakes to a stop.

    Args:
        pose: ``(3,)`` where it would be.
        velocity: How fast.
        braking_m_s2: How hard it brakes.
        sdf: Signed distance to what stands.
        people_m: ``(P, 2)`` where people are.
        radii_m: ``(P,)``.
    """
    seconds = abs(velocity.linear_mps) / braking_m_s2
    share = np.array([0.0, 0.5, 1.0])
    turn = 0.5 * share * seconds * velocity.angular_rad_s
    way = share * (1.0 - 0.5 * share) * velocity.linear_mps * seconds
    x = pose[0] + way * np.cos(pose[2] + turn)
    y = pose[1] + way * np.sin(pose[2] + turn)
    room = float(sdf.sample(x, y).min())
    for person, radius_m in zip(people_m, radii_m, strict=True):
        room = min(room, float(np.hypot(x - person[0], y - person[1]).min()) - float(radius_m))
    return room
