"""What localization is compared with: the usual way without judgement, and retrieval alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.errors import NotLocalized
from astra_core.observation import CameraFrame
from astra_global.localize.clock import StageClock
from astra_global.localize.coarse_vlad import VladCoarse
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.hypothesis import Hypothesis
from astra_global.localize.judge import support_log_odds
from astra_global.localize.localizer import supporting_nodes
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.query import QueryReader
from astra_global.localize.rig_pose import Correspondences
from astra_global.localize.verify import Verifier
from astra_global.types import PoseFix

__all__ = ["PnpLocalizer", "RetrievalLocalizer"]

# Retrieval claims the pose of a node: off by half the distance and turn between nodes, and more.
_NODE_SIGMA_M, _NODE_SIGMA_RAD = 0.5, 0.5


class PnpLocalizer:
    """Retrieval and PnP with an inlier threshold, as in hloc: one answer, the first that stands.

    Nodes are matched in the order of likeness, two between attempts, until enough matches agree.
    Rivals are not looked for, and expected poses are not used.
    """

    def __init__(
        self, places: PlaceMap, rig: CameraRig, config: LocalizeConfig | None = None
    ) -> None:
        """Prepare for one map with its index and the cameras of one robot."""
        self.config = config or LocalizeConfig()
        self.remarks: tuple[str, ...] = ()
        self.problems: tuple[str, ...] = ()
        self._places = places
        self._reader = QueryReader(rig, places.index.config, self.config.sync_tolerance_s)
        self._coarse = VladCoarse(places)
        self._verifier = Verifier(places, rig, self.config)

    def localize(
        self,
        frames: Sequence[CameraFrame],
        *,
        expected: Sequence[NDArray[np.floating]] = (),
        everywhere: bool = True,
    ) -> PoseFix:
        """Return the pose with enough inliers, or the best there is; no alternatives.

        Raises:
            NotLocalized: No pose stands.
            ConfigError: A picture is not of this rig.
        """
        clock, config = StageClock(), self.config
        query = self._reader.read(frames)
        ranking = self._coarse.nodes(query)
        clock.stage("features_s")
        nodes = ranking.nodes[: config.max_places]
        parts: list[Correspondences] = []
        best: Hypothesis | None = None
        reason = "no node of the map looks like this"
        for start in range(0, len(nodes), config.nodes_per_place):
            chosen = nodes[start : start + config.nodes_per_place]
            parts += self._verifier.match_nodes(query, chosen, ranking)
            answer = self._verifier.verify(parts)
            if isinstance(answer, str):
                reason = answer
                continue
            best = answer
            if answer.num_inliers >= config.enough_inliers:
                break
        clock.stage("pose_s")
        if best is None:
            raise NotLocalized(reason)
        return PoseFix(
            query.stamp_ns,
            best.pose,
            best.covariance,
            best.num_inliers,
            supporting_nodes(self._places.index, best.inliers.picture),
            clock.total(),
            clock.stages,
            elsewhere_log_odds=-support_log_odds(best.num_inliers, config),
        )


class RetrievalLocalizer:
    """The pose of the node whose pictures look most alike: no geometry at all."""

    def __init__(
        self, places: PlaceMap, rig: CameraRig, config: LocalizeConfig | None = None
    ) -> None:
        """Prepare for one map with its index and the cameras of one robot."""
        self.remarks: tuple[str, ...] = ()
        self.problems: tuple[str, ...] = ()
        self._places = places
        tolerance_s = (config or LocalizeConfig()).sync_tolerance_s
        self._reader = QueryReader(rig, places.index.config, tolerance_s)
        self._coarse = VladCoarse(places)

    def localize(
        self,
        frames: Sequence[CameraFrame],
        *,
        expected: Sequence[NDArray[np.floating]] = (),
        everywhere: bool = True,
    ) -> PoseFix:
        """Return the pose of the best node.

        Raises:
            NotLocalized: The map is empty, or there are no pictures.
            ConfigError: A picture is not of this rig.
        """
        clock = StageClock()
        query = self._reader.read(frames)
        ranking = self._coarse.nodes(query)
        if not len(ranking.nodes):
            raise NotLocalized("the map has no pictures")
        best = int(ranking.nodes[0])
        covariance = np.diag([_NODE_SIGMA_M, _NODE_SIGMA_M, _NODE_SIGMA_RAD]) ** 2
        return PoseFix(
            query.stamp_ns,
            self._places.node_poses[best],
            covariance,
            0,
            (self._places.index.node_ids[best],),
            clock.total(),
            elsewhere_log_odds=0.0,
        )
