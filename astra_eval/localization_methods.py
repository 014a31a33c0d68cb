"""Who answers the queries of the localization table: the stack, and what it is compared with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.errors import NotLocalized
from astra_core.observation import CameraFrame
from astra_core.records import LocalizationStatus
from astra_core.stack_spec import StackSpec
from astra_eval.localization_queries import Query

if TYPE_CHECKING:
    from astra_core.camera import CameraRig
    from astra_global.config import AstraGlobalConfig
    from astra_global.localize.place_map import PlaceMap
    from astra_global.ports import FrameLocalizer
    from astra_global.types import AstraMap, PoseFix

__all__ = ["Answer", "BestMoment", "LastMoment", "Method", "RandomNode", "Stack"]


@dataclass(frozen=True, eq=False)
class Answer:
    """A pose at the last moment of a query, or a refusal.

    Attributes:
        pose: ``(3,)`` in ``map``; ``None`` for "not localized".
        covariance: ``(3, 3)`` of the pose; ``None`` where the method claims none.
        confidence: Probability that the place is right, as the method says; NaN where it does not.
        seconds: Wall time of all moments together.
    """

    pose: NDArray[np.float64] | None
    covariance: NDArray[np.float64] | None
    confidence: float
    seconds: float


class Method(Protocol):
    """Answers queries on one map."""

    def answer(self, query: Query) -> Answer:
        """Return the pose at the last moment, without any prior."""
        ...


class Stack:
    """The stack as missions run it: localizer and fusion over all moments and the odometry."""

    def __init__(
        self,
        spec: StackSpec,
        places: PlaceMap,
        rig: CameraRig,
        config: AstraGlobalConfig | None = None,
    ) -> None:
        """Build the localizer once; it answers all queries."""
        from astra_global.config import AstraGlobalConfig
        from astra_global.stack import build_localizer

        self._spec, self._map, self._rig = spec, places.map, rig
        self._config = config or AstraGlobalConfig()
        self._localizer = build_localizer(spec, places, rig, self._config.localize)

    def answer(self, query: Query) -> Answer:
        """Return where the stack believes to be after the last moment."""
        from astra_global.stack import build_global

        stack = build_global(
            self._spec, self._map, self._rig, self._config, localizer=self._localizer
        )
        seconds, confidence = 0.0, float("nan")
        for sample in query.odometry:
            stack.add_odometry(sample)
            frames = query.moments.get(sample.stamp_ns)
            if not frames:
                continue
            started = time.perf_counter()
            try:
                fix = stack.localize(frames)
                stack.apply_fix(fix)
                confidence = fix.confidence
            except NotLocalized as error:
                stack.report_failure(str(error))
            seconds += time.perf_counter() - started
        belief = stack.global_pose(query.odometry[-1].stamp_ns)
        if belief.status == LocalizationStatus.NOT_LOCALIZED:
            return Answer(None, None, confidence, seconds)
        return Answer(belief.pose, belief.covariance, confidence, seconds)


class BestMoment:
    """Every moment by itself; the answer with the most inliers is carried on by odometry."""

    def __init__(self, localizer: FrameLocalizer, num_moments: int) -> None:
        """Keep the localizer, and how many of the newest moments count.

        Those before may be from another place, where somebody carried the robot away from.
        """
        self._localizer = localizer
        self._num_moments = num_moments

    def answer(self, query: Query) -> Answer:
        """Return the pose of the best moment, carried to the last."""
        started = time.perf_counter()
        newest = sorted(query.moments)[-self._num_moments :]
        fixes = [_try(self._localizer, query.moments[stamp_ns]) for stamp_ns in newest]
        found = [fix for fix in fixes if fix is not None]
        # Among equals the newest: less odometry lies behind it.
        best = max(found, key=lambda fix: (fix.num_inliers, fix.stamp_ns), default=None)
        return _carried(best, query, started)


class LastMoment:
    """The newest moment only."""

    def __init__(self, localizer: FrameLocalizer) -> None:
        """Keep the localizer."""
        self._localizer = localizer

    def answer(self, query: Query) -> Answer:
        """Return the pose at the last moment."""
        started = time.perf_counter()
        newest = query.moments[max(query.moments)]
        return _carried(_try(self._localizer, newest), query, started)


def _try(localizer: FrameLocalizer, frames: Sequence[CameraFrame]) -> PoseFix | None:
    try:
        return localizer.localize(frames) if frames else None
    except NotLocalized:
        return None


def _carried(fix: PoseFix | None, query: Query, started: float) -> Answer:
    """Return a fix as the answer at the end of a query; its covariance is that of its moment."""
    if fix is None:
        return Answer(None, None, float("nan"), time.perf_counter() - started)
    then = next(one.pose for one in query.odometry if one.stamp_ns >= fix.stamp_ns)
    pose = se2.compose(fix.pose, se2.between(then, query.odometry[-1].pose))
    return Answer(pose, fix.covariance, fix.confidence, time.perf_counter() - started)


class RandomNode:
    """Names any node of the map: what chance gets."""

    def __init__(self, astra_map: AstraMap, rng: np.random.Generator) -> None:
        """Keep the nodes."""
        self._poses = astra_map.node_poses
        self._rng = rng

    def answer(self, query: Query) -> Answer:
        """Return the pose of a node drawn at random."""
        pose = self._poses[int(self._rng.integers(len(self._poses)))]
        return Answer(pose, None, float("nan"), 0.0)
