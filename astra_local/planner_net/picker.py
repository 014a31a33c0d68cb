"""Which of several plans to drive: the planner's score, expected by what the robot knows.

    E[score] = progress + 0.5 speed + 0.2 smoothness - 2 P(collision)

with the weights of the score that plans are judged by. Progress is how much of the remaining way
the plan takes, over what full speed would. The chance of a collision comes from the clearances that
the robot believes in: to what stands, and to people where they are predicted, the
later the less surely,

    P(collision) = 1 - (1 - P_s)(1 - P_p),   P_s = sigma(-min_k (g_k - c_s) / s_s),
    P_p = sigma(-min_k (h_k - c_p) / (s_p + r_p t_k)).

The five numbers c, s, r are chosen on validation scenes; weights with a learned score
(:mod:`astra_local.planner_net.touch_score`) say P(collision) themselves. What the check would
refuse (:mod:`astra_local.planner.check`) comes after everything that it would let pass.

Letters: ``K`` plans, ``T`` steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_local.planner.rollout import Rollouts
from astra_local.ports import PlanQuery

__all__ = ["PickerWeights", "collision_chance", "expected_score"]

_SPEED, _SMOOTHNESS, _COLLISION = 0.5, 0.2, 2.0
#: Jerk at which a plan counts as not smooth at all, as in the score, m/s^3.
_ROUGH_JERK_M_S3 = 4.0
#: Clearances are told apart up to here, metres.
_CLEAR_M = 2.0


@dataclass(frozen=True)
class PickerWeights:
    """How clearances are believed.

    Attributes:
        static_middle_m: Clearance to what stands at which every second plan touches.
        static_spread_m: How fast that falls.
        people_middle_m: The same to predicted people.
        people_spread_m: The same at the moment of the plan.
        people_spread_mps: Growth of that with the time ahead.
    """

    static_middle_m: float = 0.0
    static_spread_m: float = 0.03
    people_middle_m: float = 0.0
    people_spread_m: float = 0.05
    people_spread_mps: float = 0.08


def collision_chance(
    standing_m: NDArray[np.floating],
    moving_m: NDArray[np.floating],
    times_s: NDArray[np.floating],
    weights: PickerWeights,
) -> NDArray[np.float64]:
    """Return P(collision) ``(K,)`` from clearances ``(K, T)`` at times ``(T,)``."""
    static = (np.minimum(standing_m, _CLEAR_M) - weights.static_middle_m) / weights.static_spread_m
    spread = weights.people_spread_m + weights.people_spread_mps * times_s
    people = (np.minimum(moving_m, _CLEAR_M) - weights.people_middle_m) / spread
    free = _sigma(static.min(axis=1)) * _sigma(people.min(axis=1))
    return np.asarray(1.0 - free)


def expected_score(
    ways: Rollouts,
    query: PlanQuery,
    step_s: float,
    weights: PickerWeights,
    chance: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """Return the score ``(K,)`` that plans are expected to get, before the check; more is better.

    Args:
        ways: What the base would make of them.
        query: What the robot knows.
        step_s: Time per step.
        weights: How clearances are believed.
        chance: P(collision) ``(K,)`` as it was learned; ``None`` takes it from clearances.
    """
    if chance is None:
        times_s = ways.times_s(step_s)
        room = query.belief.clearance(ways.x, ways.y, times_s, query.limits.footprint_radius_m)
        chance = collision_chance(room.standing_m, room.moving_m, times_s, weights)
    full_m = max(query.limits.max_linear_mps, 1e-6) * step_s * ways.v.shape[1]
    field = query.to_go.field
    start_m = field.at(float(query.state.pose[0]), float(query.state.pose[1]))
    end_m = field.sample(ways.x[:, -1], ways.y[:, -1])
    progress = np.clip((start_m - end_m) / max(min(full_m, start_m), 1e-6), -1.0, 1.0)
    speed = np.abs(ways.v).mean(axis=1) / max(query.limits.max_linear_mps, 1e-6)
    smooth = _smoothness(ways, query, step_s)
    score = progress + _SPEED * speed + _SMOOTHNESS * smooth - _COLLISION * chance
    return np.asarray(score, dtype=np.float64)


def _smoothness(ways: Rollouts, query: PlanQuery, step_s: float) -> NDArray[np.float64]:
    """Return 1 minus the root mean square jerk of the positions over the roughest, at least 0."""
    here = np.full((len(ways.x), 1), 1.0)
    x = np.concatenate([here * query.state.pose[0], ways.x], axis=1)
    y = np.concatenate([here * query.state.pose[1], ways.y], axis=1)
    jerk = np.stack([np.diff(x, n=3), np.diff(y, n=3)]) / step_s**3
    rms = np.sqrt((jerk**2).sum(axis=0).mean(axis=1))
    return np.asarray(np.clip(1.0 - rms / _ROUGH_JERK_M_S3, 0.0, 1.0))


def _sigma(x: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -40.0, 40.0))))
