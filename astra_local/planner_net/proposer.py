"""The learned planner behind the port: what the robot believes in, ways to drive out.

What is sensed becomes a window in the ego frame as in the training record; the head answers K
times; each answer becomes controls, is driven within the limits of the base, and gets the score
that it is expected to have. The check decides (:mod:`astra_local.planner.checked`).

Frames: belief and query are in ``odom``, the head's window and answers in ``base_link`` at the
moment of the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from astra_local.belief import WorldBelief
from astra_local.config import PlannerConfig
from astra_local.planner.check import TrajectoryCheck
from astra_local.planner.rollout import roll_out
from astra_local.planner_net.action import denormalized, normalized
from astra_local.planner_net.heads import PlanningHead, widened
from astra_local.planner_net.picker import PickerWeights, expected_score
from astra_local.planner_net.sensed import inputs_of, window_distance
from astra_local.planner_net.touch_score import touch_chance
from astra_local.planner_net.warm_plan import WarmPlan
from astra_local.planner_record import FAR_M, HISTORY_S, NUM_MOVERS, NUM_STEPS, STEP_S
from astra_local.ports import Candidate, PlanQuery
from astra_local.voxel.ego_history import EgoHistory

__all__ = ["NetProposer", "controls_of", "sensed"]

#: Controls are held this long; a step of the head is two of them.
_HOLD = 2
#: Of so many answers one begins near the last plan, and how near: 0 is noise, 1 the plan itself.
_WARM_EVERY, _WARM_BEGIN = 4, 0.5
#: Of the score of what the check refuses: more than all parts of a score together.
_REFUSED = 10.0


class NetProposer:
    """A head behind :class:`astra_local.ports.Proposer`."""

    def __init__(
        self,
        head: PlanningHead,
        config: PlannerConfig | None = None,
        weights: PickerWeights | None = None,
        num_samples: int = 10,
    ) -> None:
        """Take a trained head.

        Args:
            head: On the device where it shall run.
            config: How near is too near; ``None`` is the defaults.
            weights: Of the picker; ``None`` is the defaults.
            num_samples: Answers a plan is picked from.
        """
        self._head = head.eval()
        self._config = config or PlannerConfig()
        self._weights = weights or PickerWeights()
        self._num_samples = num_samples if head.is_multimodal else 1
        self._last = WarmPlan()

    @property
    def name(self) -> str:
        """Return the name of the head."""
        return self._head.name

    def propose(self, query: PlanQuery) -> Sequence[Candidate]:
        """Return the answers with their expected scores, what the check refuses far below."""
        steps, chance = self._answers(query)
        v, w = controls_of(steps)
        step_s = STEP_S / _HOLD
        ways = roll_out(query.state, v, w, step_s, query.limits)
        scores = expected_score(ways, query, step_s, self._weights, chance)
        check = TrajectoryCheck.of(query.belief, query.state, query.limits, self._config)
        scores -= np.where(check.safe(ways, step_s), 0.0, _REFUSED)
        # What the check takes is the best of them, or none of them.
        self._last.keep(steps[int(np.argmax(scores))], query.now_ns)
        return [Candidate(v[k], w[k], step_s, float(score)) for k, score in enumerate(scores)]

    def _answers(self, query: PlanQuery) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Return answers, and what a learned score says of them.

        Returns:
            Steps ``(K, N, 3)`` in metres and radians, and chances of a collision ``(K,)``.
        """
        arrays = sensed(query)
        occupied, known = arrays["occupied"], arrays["known"]
        distance = window_distance(occupied[0, 0])[None]
        noise = query.rng.standard_normal((1, self._num_samples, NUM_STEPS, 3), dtype=np.float32)
        device = self._head.device
        last = self._last.at(query.now_ns)
        with torch.inference_mode():
            scene = self._head.encode(inputs_of(arrays, occupied, known, distance).to(device))
            drawn = torch.from_numpy(noise).to(device)
            start = widened(drawn, self._head.noise_width)
            if last is None:
                actions = self._head.sample(scene, start)
            else:
                plan = normalized(torch.from_numpy(last).to(device)).expand_as(start)
                begin = torch.zeros_like(start[..., 0, 0])
                warm = slice(_WARM_EVERY - 1, None, _WARM_EVERY)
                begin[:, warm] = _WARM_BEGIN
                # Between noise and a plan, the net has seen no other noise than it was taught by.
                start[:, warm] = drawn[:, warm]
                actions = self._head.sample_near(scene, start, plan, begin)
            steps: NDArray[np.float32] = denormalized(actions[0]).cpu().numpy()
            if self._head.score is None:
                return steps, None
            chance = touch_chance(self._head.score(scene, actions))[0]
        return steps, chance.cpu().numpy()

    def reset(self) -> None:
        """Forget the last plan."""
        self._last.reset()


def sensed(query: PlanQuery) -> dict[str, NDArray[Any]]:
    """Return the group ``sensed`` of the record for one state, N = 1, its cells not packed."""
    pose, belief = query.state.pose, query.belief
    past = EgoHistory([-age_s for age_s in HISTORY_S])
    for view in (*belief.history, belief.occupancy):
        past.append(view)
    occupied, known = past.windows(pose)
    movers = _movers(belief, pose)
    goal = query.sub_goal.pose
    xy = _to_ego(np.asarray(goal[:2], dtype=np.float64) - pose[:2], pose[2])
    return {
        "occupied": occupied[None],
        "known": known[None],
        "speed": np.array([[query.state.linear_mps, query.state.angular_rad_s]], np.float32),
        "sub_goal": np.array([[*xy, goal[2] - pose[2]]], np.float32),
        "is_final": np.array([query.stop_at_goal], np.uint8),
        "max_speed_mps": np.array([query.max_speed_mps], np.float32),
        "movers": movers[None],
    }


def controls_of(
    steps: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turn steps ``(K, N, 3)`` into speeds and turn rates ``(K, 2 N)`` of a differential drive.

    A base that cannot move sideways follows the arc whose chord the step is; of a step sideways it
    makes the same way ahead.
    """
    chord = np.hypot(steps[..., 0], steps[..., 1]) * np.where(steps[..., 0] < 0.0, -1.0, 1.0)
    half = 0.5 * steps[..., 2]
    arc = chord / np.sinc(half / np.pi)
    speeds = (arc / STEP_S).astype(np.float32), (steps[..., 2] / STEP_S).astype(np.float32)
    return np.repeat(speeds[0], _HOLD, axis=1), np.repeat(speeds[1], _HOLD, axis=1)


def _movers(belief: WorldBelief, pose: NDArray[np.float64]) -> NDArray[np.float32]:
    found = np.zeros((NUM_MOVERS, 5), dtype=np.float32)
    found[:, :2] = FAR_M
    movers = belief.movers
    if len(movers):
        places = _to_ego(movers.positions_m - pose[:2], pose[2])
        order = np.argsort(np.hypot(*places.T), kind="stable")[:NUM_MOVERS]
        velocities = _to_ego(movers.velocities_mps, pose[2])
        rows = np.column_stack([places, velocities, movers.radii_m])[order]
        found[: len(rows)] = rows
    return found


def _to_ego(vectors: NDArray[np.float64], theta: float) -> NDArray[np.float64]:
    """Turn vectors ``(*, 2)`` of ``odom`` into the axes of the robot."""
    cos, sin = np.cos(theta), np.sin(theta)
    x, y = vectors[..., 0], vectors[..., 1]
    return np.stack([cos * x + sin * y, -sin * x + cos * y], axis=-1)
