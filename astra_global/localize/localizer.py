"""Where am I: the recipe. Coarse stage, fine stage, a judgement (paper, section 1.4).

No prior decides: poses that the caller expects are looked at first and then compared on equal terms
with whatever else the map offers. Depth of the query is never looked at. The answer lists every
pose that the pictures allow, with odds; "not localized" is an answer too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from astra_core.camera import CameraRig
from astra_core.errors import NotLocalized
from astra_core.observation import CameraFrame
from astra_global.localize.clock import StageClock
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.index import LocalizationIndex
from astra_global.localize.judge import Judge, Verdict
from astra_global.localize.mounting import MountingCheck
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.query import Query, QueryReader
from astra_global.localize.resolution import coarse_cameras
from astra_global.localize.rig_comparison import rig_differences
from astra_global.ports import CoarseStage, FineStage
from astra_global.types import PoseAlternative, PoseFix

__all__ = ["Localizer", "supporting_nodes"]


class Localizer:
    """Finds one robot on one map. Not for several threads at once.

    Attributes:
        rig: The robot's cameras.
    """

    def __init__(
        self,
        places: PlaceMap,
        rig: CameraRig,
        config: LocalizeConfig,
        *,
        coarse: CoarseStage,
        fine: FineStage,
        judge: Judge,
        mounting: MountingCheck,
    ) -> None:
        """Join the stages, which are made for the same map and robot.

        Args:
            places: The map with its index.
            rig: The robot's cameras; queries are read with them, whatever cameras made the map.
            config: Settings.
            coarse: Ranks the nodes of the map.
            fine: Finds the poses that stand.
            judge: Tells them apart.
            mounting: Watches whether the cameras are where the rig says.
        """
        self.rig = rig
        self._differences = (
            *rig_differences(rig, places.rig),
            *(
                f"camera {camera.name}: its pictures are too coarse to know a place again"
                for camera in coarse_cameras(rig, config.min_focal_px)
            ),
        )
        self._mounting = mounting
        self._config = config
        self._index = places.index
        self._reader = QueryReader(rig, places.index.config, config.sync_tolerance_s)
        self._coarse, self._fine, self._judge = coarse, fine, judge

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return where the robot's cameras are not the map's, a line each."""
        return self._differences

    @property
    def problems(self) -> tuple[str, ...]:
        """Return which cameras are not where the robot's rig says, a line each."""
        return tuple(str(error) for error in self._mounting.errors.values())

    def localize(
        self,
        frames: Sequence[CameraFrame],
        *,
        expected: Sequence[NDArray[np.floating]] = (),
        everywhere: bool = True,
        near: tuple[NDArray[np.floating], float] | None = None,
    ) -> PoseFix:
        """Find the robot.

        Args:
            frames: Pictures of one moment, of any of the rig's cameras.
            expected: Poses ``(3,)`` in ``map`` that are looked at in any case: where the robot
                should be, and where it may be.
            everywhere: Whether the whole map is searched for rivals as well; if not, it is
                searched only when no expected pose stands, or the pictures deny it.
            near: Optional ((x, y, ...) in ``map``, radius in metres): look at nodes there only.

        Returns:
            The likeliest pose and its rivals; see ``confidence`` for a single answer.

        Raises:
            NotLocalized: No pose stands; with the reason.
            ConfigError: A picture is not of this rig.
        """
        clock = StageClock()
        query = self._reader.read(self._trusted(frames))
        if query.num_features < self._config.min_inliers:
            raise NotLocalized("the pictures are blank: too dark, covered, or a bare wall")
        clock.stage("features_s")
        poses = [np.asarray(pose, dtype=np.float64) for pose in expected]
        standing = self._fine.confirm(query, poses, clock)
        verdict = None if everywhere or not standing else self._judge.judge(query, standing)
        # Where the pictures deny what was expected, it has stood on a few matches only.
        if verdict is None or self._is_denied(verdict):
            ranking = self._coarse.nodes(query, near)
            clock.stage("retrieval_s")
            standing = self._fine.poses(query, ranking, standing, clock)
            verdict = self._judge.judge(query, standing)
        clock.stage("judge_s")
        fix = self._fix(query, verdict, clock)
        if fix.confidence >= self._config.single_confidence:
            self._mounting.look(query, verdict.hypotheses[0])
        return fix

    def _trusted(self, frames: Sequence[CameraFrame]) -> Sequence[CameraFrame]:
        """Return the pictures of cameras that are where the rig says; all if there are none."""
        bad = self._mounting.distrusted
        return [frame for frame in frames if frame.camera not in bad] or frames

    def _is_denied(self, verdict: Verdict) -> bool:
        """Return whether the robot may well be at none of the poses."""
        return bool(expit(-verdict.elsewhere_log_odds) < self._config.single_confidence)

    def _fix(self, query: Query, verdict: Verdict, clock: StageClock) -> PoseFix:
        best = verdict.hypotheses[0]
        return PoseFix(
            stamp_ns=query.stamp_ns,
            pose=best.pose,
            covariance=best.covariance,
            num_inliers=best.num_inliers,
            node_ids=supporting_nodes(self._index, best.inliers.picture),
            seconds=clock.total(),
            log={
                **clock.stages,
                "matches": float(len(best.inliers.pixels)),
                "cameras": float(len(query.pictures)),
            },
            alternatives=tuple(
                PoseAlternative(other.pose, other.covariance, log_odds, other.num_inliers)
                for other, log_odds in zip(
                    verdict.hypotheses[1:], verdict.log_odds[1:], strict=True
                )
            ),
            elsewhere_log_odds=verdict.elsewhere_log_odds,
            decided=verdict.decided,
            contradiction=verdict.contradiction,
            proposed_by=best.proposed_by,
        )


def supporting_nodes(index: LocalizationIndex, pictures: NDArray[np.intp]) -> tuple[str, ...]:
    """Return the nodes of the pictures of some matches, most matches first."""
    nodes, counts = np.unique(index.picture_node[pictures], return_counts=True)
    return tuple(index.node_ids[int(node)] for node in nodes[np.argsort(-counts, kind="stable")])
