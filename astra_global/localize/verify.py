"""Does a place stand: match its pictures, estimate the pose of the rig, check it on the floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import CameraRig
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.features import to_float
from astra_global.localize.hypothesis import Hypothesis
from astra_global.localize.matching import match
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.planar import fit_on_floor
from astra_global.localize.query import Query
from astra_global.localize.ranking import NodeRanking
from astra_global.localize.rig_pose import Correspondences, RigPoseSolver
from astra_global.types import OCCUPIED, MapNode

__all__ = ["Verifier"]


class Verifier:
    """Turns candidate nodes into poses that geometry allows, or says why none does."""

    def __init__(self, places: PlaceMap, rig: CameraRig, config: LocalizeConfig) -> None:
        """Prepare for one map and the cameras of one robot."""
        self._places = places
        self._rig = rig
        self._config = config
        self._solver = RigPoseSolver(
            rig,
            max_error_px=config.max_error_px,
            max_trials=config.max_trials,
            random_seed=config.random_seed,
        )

    def match_nodes(
        self, query: Query, nodes: NDArray[np.intp], ranking: NodeRanking
    ) -> list[Correspondences]:
        """Match a query with the pictures of some nodes that look most like it."""
        index, parts = self._places.index, []
        for node in nodes:
            for number, picture in enumerate(query.pictures):
                wanted = ranking.pictures(int(node), number, self._config.images_per_camera)
                for reference in wanted:
                    span = self._places.features(int(reference))
                    query_ids, reference_ids = match(
                        picture.descriptors,
                        to_float(index.descriptors[span]),
                        self._config.ratio,
                    )
                    count = len(query_ids)
                    if not count:
                        continue
                    parts.append(
                        Correspondences(
                            picture.pixels[query_ids],
                            index.points[span][reference_ids].astype(np.float64),
                            np.full(count, picture.camera, dtype=np.intp),
                            query_ids + picture.first_feature,
                            np.full(count, reference, dtype=np.intp),
                        )
                    )
        return parts

    def verify(self, parts: list[Correspondences]) -> Hypothesis | str:
        """Estimate and check a pose from matches; the answer may be the reason for refusing it."""
        config = self._config
        if not parts:
            return "no picture of the map looks like this"
        matches = Correspondences.join(parts)
        if matches.num_features < config.min_inliers:
            return (
                f"only {matches.num_features} features match the map, "
                f"{config.min_inliers} must agree"
            )
        rig_pose = self._solver.solve(matches)
        if rig_pose is None:
            return "no pose explains the matches"
        agreeing = matches.select(rig_pose.inlier_mask)
        if agreeing.num_features < config.min_inliers:
            return f"{agreeing.num_features} matches agree, {config.min_inliers} are needed"
        node = self._node_of(agreeing)
        xyz, rpy = se3.to_xyz_rpy(se3.inverse(node.t_map_base) @ rig_pose.t_map_base)
        if abs(xyz[2]) > config.max_height_error_m:
            return f"the best pose floats {xyz[2]:+.2f} m off the floor"
        if max(abs(rpy[0]), abs(rpy[1])) > config.max_tilt_rad:
            return f"the best pose is tilted by {np.rad2deg(max(abs(rpy[:2]))):.0f} degrees"
        if float(np.hypot(xyz[0], xyz[1])) > config.max_support_distance_m:
            return f"the best pose is {np.hypot(xyz[0], xyz[1]):.1f} m from what it looks like"
        return self.fit(matches, se3.to_se2(rig_pose.t_map_base), node)

    def fit(
        self, matches: Correspondences, start: NDArray[np.float64], node: MapNode
    ) -> Hypothesis | str:
        """Refine a planar pose ``(3,)`` near a node from matches, and check it."""
        config = self._config
        t_floor_base = se3.inverse(se3.from_se2(node.pose)) @ node.t_map_base
        fit = fit_on_floor(matches, start, t_floor_base, self._rig, config)
        if fit is None:
            return "no pose on the floor explains the matches"
        inliers = matches.select(fit.inlier_mask)
        count = inliers.num_features
        if count < config.min_inliers:
            return f"{count} matches agree on the floor, {config.min_inliers} are needed"
        if count < config.min_inlier_ratio * matches.num_features:
            return f"only {count} of {matches.num_features} matches agree"
        occupancy = self._places.map.occupancy
        if occupancy is not None and occupancy.value_at(fit.pose[:2]) == OCCUPIED:
            return "the best pose is inside an obstacle"
        return Hypothesis(fit.pose, fit.covariance, inliers, count, t_floor_base)

    def _node_of(self, matches: Correspondences) -> MapNode:
        nodes, counts = np.unique(
            self._places.index.picture_node[matches.picture], return_counts=True
        )
        return self._places.nodes[int(nodes[counts.argmax()])]
