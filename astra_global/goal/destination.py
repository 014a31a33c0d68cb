"""From what is meant to a place to stop: landmarks, poses, and which of equal landmarks is best.

Nothing is kept between calls, so any thread may ask: ranking and planning may take seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core.errors import GoalNotFound, GoalUnreachable
from astra_global.goal.approach import approach_pose, free_pose_near
from astra_global.goal.config import ApproachConfig
from astra_global.goal.geometry import point_gap_m
from astra_global.ports import GoalRanker, RoutePlanner
from astra_global.route.free_space import Blockage
from astra_global.types import AstraMap, GoalMatch

__all__ = ["Destinations", "GoalPlace", "TextGoal"]

# Nobody tells a place more exactly.
_WORTH_A_WORD_M = 0.01


@dataclass(frozen=True, eq=False)
class GoalPlace:
    """Where to stop.

    Attributes:
        pose: The goal pose p_G ``(3,)`` in ``map``.
        landmark_id: The landmark it belongs to; empty if none.
        remark: For people: how it differs from what was asked; empty if it does not.
    """

    pose: NDArray[np.float64]
    landmark_id: str = ""
    remark: str = ""


@dataclass(frozen=True, eq=False)
class TextGoal:
    """What a sentence means: the landmark, where to stop there, and the way to it in metres."""

    place: GoalPlace
    match: GoalMatch
    length_m: float


class Destinations:
    """Knows where on one map to stop."""

    def __init__(
        self, map: AstraMap, goals: GoalRanker, routes: RoutePlanner, config: ApproachConfig
    ) -> None:
        """Keep who knows what is meant and which way leads there."""
        self._map = map
        self._goals = goals
        self._routes = routes
        self._config = config

    def of_text(
        self, text: str, here: NDArray[np.float64], blockages: Sequence[Blockage] = ()
    ) -> TextGoal:
        """Return the place at the landmark that is meant; where any will do, the shortest way wins.

        Args:
            text: The instruction.
            here: ``(3,)`` where the robot is, in ``map``.
            blockages: Places to avoid.

        Raises:
            GoalNotFound: Nothing on the map fits.
            GoalAmbiguous: Several things fit equally.
            GoalUnreachable: What fits cannot be reached.
        """
        best: TextGoal | None = None
        first_problem: GoalUnreachable | None = None
        for match in self._goals.rank(text, here[:2]):
            if not match.may_replace:
                break
            if best is not None and (
                not match.is_equal or self._air_line_m(match, here) > best.length_m
            ):
                break
            try:
                place = self.of_landmark(match.landmark_id, blockages)
                length_m = self._routes.plan(here, place.pose, blockages).length_m
            except GoalUnreachable as problem:
                first_problem = first_problem or problem
                continue
            if best is None or length_m < best.length_m:
                best = TextGoal(place, match, length_m)
        if best is None:
            raise first_problem or GoalNotFound(f"no landmark on the map fits {text!r}")
        return best

    def of_landmark(self, landmark_id: str, blockages: Sequence[Blockage] = ()) -> GoalPlace:
        """Return where to stop at a landmark, blocked places avoided.

        Raises:
            GoalNotFound: The map has no such landmark.
            GoalUnreachable: There is no free place to stop.
        """
        landmark = self._map.landmark_by_id.get(landmark_id)
        if landmark is None:
            raise GoalNotFound(f"the map has no landmark {landmark_id!r}")
        space = self._routes.space
        pose = approach_pose(self._map, landmark, space, self._config, blockages)
        return GoalPlace(pose, landmark_id)

    def near(self, pose: ArrayLike) -> GoalPlace:
        """Return a pose ``(3,)``, moved to the nearest free place if it is not free itself.

        Raises:
            GoalUnreachable: Nothing near it is free.
        """
        wanted = np.asarray(pose, dtype=np.float64)
        free = free_pose_near(self._routes.space, wanted, self._config)
        away_m = float(np.linalg.norm(free[:2] - wanted[:2]))
        if away_m < _WORTH_A_WORD_M:
            return GoalPlace(free)
        return GoalPlace(
            free,
            remark=(
                f"there is no room for the robot at ({wanted[0]:.2f}, {wanted[1]:.2f}): it goes to "
                f"the nearest free place, {away_m:.2f} m away"
            ),
        )

    def _air_line_m(self, match: GoalMatch, here: NDArray[np.float64]) -> float:
        """Return how long the way to a landmark must be at least."""
        landmark = self._map.landmark_by_id[match.landmark_id]
        return float(point_gap_m(landmark, here[:2])) - self._config.max_gap_m
