"""Everybody who walks about: from goal to goal, around each other, and never into the robot.

Ten times a second each person picks a velocity (:mod:`~astra_sim.people.avoidance`); every tick
moves along it with limited acceleration. A last check of each tick refuses steps into a wall, a
door leaf, another person, or nearer to the robot than a hand's breadth: so a robot that stands
still is never hit, whatever the planning does. Held up for a few seconds, a person looks for
another way or another goal; close to the robot for a few seconds, likewise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_sim.disc import Disc, Segment, segment_distance_m
from astra_sim.people.avoidance import (
    ROBOT_GAP_M,
    SQUEEZE_GAP_M,
    choose_velocity,
    robot_gap_m,
)
from astra_sim.people.figure import draw_figure
from astra_sim.people.person import Person
from astra_sim.people.ways import Ways
from astra_sim.scenes.floor_plan import FloorPlan
from astra_sim.scenes.seeds import stream

__all__ = ["Crowd", "most_people"]

_START_ROBOT_M, _START_APART_M = 2.0, 0.9
_DECISION_S = 0.1
_ACCELERATION_M_S2, _BRAKING_M_S2 = 1.6, 4.0
_NEAR_M = 3.5
_LOOK_AHEAD_M = 1.4
_ARRIVED_M = 0.25
_STANDING_MPS = 0.12
_PERSON_HARD_M, _LEAF_HARD_M = 0.03, 0.03
_LEAF_NEAR_M = 2.5
_ROBOT_STANDS_MPS = 0.03
#: Close to the robot means within this of its hull; who stands there so long goes elsewhere.
_ROBOT_CLOSE_M, _ROBOT_CLOSE_S = 0.75, 3.0
_REST_S = (2.0, 9.0)


def most_people(plan: FloorPlan, m2_per_person: float) -> int:
    """Return how many people a building holds, by the floor that nothing stands on."""
    free_m2 = float(plan.reachable(plan.resolution_m).sum()) * plan.resolution_m**2
    return math.floor(free_m2 / m2_per_person)


class Crowd:
    """The people of one run.

    Attributes:
        people: Their states.
    """

    def __init__(
        self,
        plan: FloorPlan,
        door_centers_m: NDArray[np.float64],
        seed: int,
        wanted: int,
        robot: Disc,
    ) -> None:
        """Put people into a building, at least 2 m from the robot.

        Args:
            plan: Floor plan of the mission-time scene.
            door_centers_m: ``(D, 2)`` passages.
            seed: Seed of the run.
            wanted: How many; fewer come where there is no room to start.
            robot: Where the robot starts.
        """
        self._ways = Ways(plan, door_centers_m)
        self._until_decision_s = 0.0
        self.people: list[Person] = []
        self._rngs: list[np.random.Generator] = []
        places = self._ways.start_points(robot.xy_m, _START_ROBOT_M)
        rng = stream(seed, "people")
        for number in range(wanted):
            for other in self.people:
                apart = np.hypot(*(places - other.xy_m).T)
                places = places[apart >= _START_APART_M]
            if not len(places):
                break
            own = stream(seed, "person", number)
            x, y = places[int(rng.integers(0, len(places)))]
            person = Person(
                figure=draw_figure(own),
                stroll_mps=float(own.uniform(0.5, 1.3)),
                patience_s=float(own.uniform(1.5, 4.0)),
                x_m=float(x),
                y_m=float(y),
                theta_rad=float(own.uniform(-math.pi, math.pi)),
            )
            # Some are on their way when the robot starts, some stand.
            person.rest_s = max(0.0, float(own.uniform(-4.0, 6.0)))
            self.people.append(person)
            self._rngs.append(own)

    def step(self, dt_s: float, robot: Disc, leaves: list[Segment]) -> None:
        """Move everybody.

        Args:
            dt_s: Length of the tick.
            robot: Where the robot is and how it moves.
            leaves: Door leaves that are not out of the way.
        """
        self._until_decision_s -= dt_s
        if self._until_decision_s <= 1e-9:
            self._until_decision_s += _DECISION_S
            for index in range(len(self.people)):
                self._decide(index, robot, leaves)
        for person in self.people:
            near = [leaf for leaf in leaves if _is_near(person, leaf)]
            self._move(person, dt_s, robot, near)
            person.animate(dt_s)

    def discs(self) -> list[Disc]:
        """Return where everybody is."""
        return [_disc(person) for person in self.people]

    def make_room(self, robot: Disc) -> None:
        """Send whoever stands where the robot was just put to another place."""
        for person, rng in zip(self.people, self._rngs, strict=True):
            if robot_gap_m(person.xy_m, person.radius_m, robot) > _START_ROBOT_M / 2.0:
                continue
            places = self._ways.start_points(robot.xy_m, _START_ROBOT_M)
            for other in self.people:
                if other is not person:
                    places = places[np.hypot(*(places - other.xy_m).T) >= _START_APART_M]
            if len(places):
                person.x_m, person.y_m = places[int(rng.integers(0, len(places)))].tolist()
                person.velocity_mps, person.wanted_mps = np.zeros(2), np.zeros(2)
                person.path_m = person.path_m[:0]

    def _decide(self, index: int, robot: Disc, leaves: list[Segment]) -> None:
        person = self.people[index]
        self._mind_the_robot(index, robot)
        near = [
            _disc(other)
            for other in self.people
            if other is not person
            and math.hypot(other.x_m - person.x_m, other.y_m - person.y_m) < _NEAR_M
        ]
        if person.rest_s > 0.0:
            person.rest_s -= _DECISION_S
        elif not len(person.path_m):
            self._set_out(index, robot, blocks=[])
        wanted = self._wanted(person)
        if np.hypot(*wanted) > _STANDING_MPS and person.speed_mps < _STANDING_MPS:
            person.waited_s += _DECISION_S
            if person.waited_s > person.patience_s:
                standing = [disc.xy_m for disc in near if np.hypot(*disc.velocity_mps) < 0.3]
                close = [xy for xy in standing if np.hypot(*(xy - person.xy_m)) < 1.5]
                self._set_out(index, robot, blocks=close)
                wanted = self._wanted(person)
        else:
            person.waited_s = max(0.0, person.waited_s - 0.5 * _DECISION_S)
        away = np.hypot(*(robot.xy_m - person.xy_m))
        person.wanted_mps = choose_velocity(
            _disc(person),
            wanted,
            near,
            robot if away < _NEAR_M else None,
            [leaf for leaf in leaves if _is_near(person, leaf)],
            _least_gap_m(person, robot),
            self._ways.space_m,
        )

    def _mind_the_robot(self, index: int, robot: Disc) -> None:
        """Who has stood close to the robot for some seconds goes where it is not."""
        person = self.people[index]
        close = robot_gap_m(person.xy_m, person.radius_m, robot) < _ROBOT_CLOSE_M
        still = person.speed_mps < 0.3
        person.crowded_s = person.crowded_s + _DECISION_S if close and still else 0.0
        if person.crowded_s > _ROBOT_CLOSE_S:
            self._set_out(index, robot, blocks=[])

    def _set_out(self, index: int, robot: Disc, blocks: list[NDArray[np.float64]]) -> None:
        person, rng = self.people[index], self._rngs[index]
        person.waited_s = person.crowded_s = person.rest_s = 0.0
        # A standing robot is an obstacle to plan around; a moving one will be elsewhere.
        if np.hypot(*robot.velocity_mps) < 0.3:
            blocks = [*blocks, robot.xy_m]
        near = [block for block in blocks if np.hypot(*(block - person.xy_m)) < 8.0]
        person.path_m, person.squeezes = self._ways.draw_way(
            rng, person.xy_m, np.asarray(near).reshape(-1, 2), robot.xy_m
        )

    def _wanted(self, person: Person) -> NDArray[np.float64]:
        """Return the velocity towards the farthest visible point of the way within reach."""
        path = person.path_m
        if not len(path) or person.rest_s > 0.0:
            return np.zeros(2)
        here = person.xy_m
        away = np.hypot(*(path - here).T)
        nearest = int(np.argmin(away[: 1 + int(3.0 * _LOOK_AHEAD_M / 0.1)]))
        path = person.path_m = path[nearest:]
        away = away[nearest:]
        if len(path) == 1 and away[0] < _ARRIVED_M:
            person.path_m = path[:0]
            rng = self._rngs[self.people.index(person)]
            person.rest_s = float(rng.uniform(*_REST_S))
            return np.zeros(2)
        reach = 1
        while reach < len(path) and away[reach] < _LOOK_AHEAD_M:
            reach += 1
        for ahead in range(reach - 1, -1, -2):
            if ahead == 0 or self._ways.sees(here, path[ahead], person.radius_m + 0.01):
                break
        ahead = max(ahead, min(1, len(path) - 1))
        offset = path[ahead] - here
        distance = float(np.hypot(*offset))
        # Slow down for the goal.
        left = float(away[-1]) if len(path) < 12 else math.inf
        speed = min(person.stroll_mps, max(0.3, 1.2 * left))
        velocity: NDArray[np.float64] = speed * offset / max(distance, 1e-6)
        return velocity

    def _move(self, person: Person, dt_s: float, robot: Disc, leaves: list[Segment]) -> None:
        # Plain numbers: this runs every tick for everybody, and arrays of two are slow.
        (wx, wy), (vx, vy) = person.wanted_mps.tolist(), person.velocity_mps.tolist()
        dx, dy = wx - vx, wy - vy
        if wx == wy == vx == vy == 0.0:
            return
        braking = dx * vx + dy * vy < 0.0
        limit = (_BRAKING_M_S2 if braking else _ACCELERATION_M_S2) * dt_s
        share = min(1.0, limit / max(math.hypot(dx, dy), 1e-9))
        vx, vy = vx + share * dx, vy + share * dy
        # Along a wall where straight ahead is shut, then nowhere.
        for option in ((vx, vy), (vx, 0.0), (0.0, vy)):
            x, y = person.x_m + option[0] * dt_s, person.y_m + option[1] * dt_s
            if self._may_step(person, x, y, robot, leaves):
                person.velocity_mps = np.array(option)
                person.x_m, person.y_m = x, y
                return
        person.velocity_mps = np.zeros(2)

    def _may_step(
        self, person: Person, x: float, y: float, robot: Disc, leaves: list[Segment]
    ) -> bool:
        """Whether a step keeps every distance, or at least lessens none that is too small."""
        radius = person.radius_m
        if self._ways.space_at_m(x, y) < radius:
            return False
        others = [(*robot.xy_m.tolist(), robot.radius_m + _least_gap_m(person, robot))]
        others += [
            (other.x_m, other.y_m, other.radius_m + _PERSON_HARD_M)
            for other in self.people
            if other is not person
        ]
        for ox, oy, reach in others:
            away = math.hypot(x - ox, y - oy)
            if away < radius + reach and away < math.hypot(person.x_m - ox, person.y_m - oy):
                return False
        for leaf in leaves:
            away = float(segment_distance_m(np.array([x, y]), leaf))
            if away < radius + _LEAF_HARD_M and away < segment_distance_m(person.xy_m, leaf):
                return False
        return True


def _disc(person: Person) -> Disc:
    return Disc(person.xy_m, person.velocity_mps, person.radius_m)


def _least_gap_m(person: Person, robot: Disc) -> float:
    standing = float(np.hypot(*robot.velocity_mps)) < _ROBOT_STANDS_MPS
    return SQUEEZE_GAP_M if person.squeezes and standing else ROBOT_GAP_M


def _is_near(person: Person, leaf: Segment) -> bool:
    ax, ay = leaf.a_m.tolist()
    near: bool = abs(ax - person.x_m) < _LEAF_NEAR_M and abs(ay - person.y_m) < _LEAF_NEAR_M
    return near
