"""Where am I: the recipe. Coarse retrieval, matching, rig pose, checks (paper, section 1.4).

No prior is used unless the caller gives one, depth is never looked at, and the answer is either
verified by geometry or a refusal.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.errors import ConfigError, MapFormatError, NotLocalized
from astra_core.observation import CameraFrame
from astra_core.time import from_seconds
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.features import FeatureExtractor, Features, to_float
from astra_global.localize.index import INDEX_FILE, LocalizationIndex, load_index
from astra_global.localize.matching import match
from astra_global.localize.planar import PlanarFit, fit_on_floor
from astra_global.localize.retrieval import NodeRanking, Retriever
from astra_global.localize.rig_pose import Correspondences, RigPoseSolver
from astra_global.localize.vlad import encode
from astra_global.types import OCCUPIED, AstraMap, MapNode, PoseFix

__all__ = ["Localizer"]


class Localizer:
    """Finds the robot on one map. Not for several threads at once."""

    def __init__(
        self,
        astra_map: AstraMap,
        config: LocalizeConfig | None = None,
        index: LocalizationIndex | None = None,
    ) -> None:
        """Load the index of the map.

        Args:
            astra_map: The map; its rig is the robot's.
            config: Settings.
            index: The index, where it is not to be read from the map's folder.

        Raises:
            MapFormatError: The index is missing, damaged or of another map.
        """
        self.config = config or LocalizeConfig()
        if index is None:
            if astra_map.folder is None:
                raise ConfigError("a map made in memory needs its localization index passed")
            index = load_index(astra_map.folder / INDEX_FILE)
        unknown = sorted(set(index.node_ids) - astra_map.node_by_id.keys())
        if unknown:
            raise MapFormatError(f"the localization index has nodes the map lacks: {unknown[0]}")
        self._map = astra_map
        self._index = index
        self._extractor = FeatureExtractor(index.config)
        self._retriever = Retriever(index)
        self._node_xy = np.array(
            [astra_map.node_by_id[name].pose[:2] for name in index.node_ids]
        ).reshape(-1, 2)
        self._solver = RigPoseSolver(
            astra_map.rig,
            max_error_px=self.config.max_error_px,
            max_trials=self.config.max_trials,
            random_seed=self.config.random_seed,
        )

    def localize(
        self,
        frames: Sequence[CameraFrame],
        *,
        near: tuple[NDArray[np.floating], float] | None = None,
    ) -> PoseFix:
        """Find the robot.

        Args:
            frames: Pictures of one moment, of any of the rig's cameras.
            near: Optional ((x, y, ...) in ``map``, radius in metres): look at nodes there only.

        Returns:
            The verified pose.

        Raises:
            NotLocalized: With the reason. Never a guess.
            ConfigError: A picture is not of this rig.
        """
        clock = _Clock()
        frames = self._checked(frames)
        features = [
            self._extractor.extract(frame.image, self._map.rig[frame.camera].intrinsics)
            for frame in frames
        ]
        if sum(len(item.pixels) for item in features) < self.config.min_inliers:
            raise NotLocalized("the pictures are blank: too dark, covered, or a bare wall")
        clock.stage("features_s")
        descriptors = [to_float(item.descriptors) for item in features]
        vectors = np.stack([encode(item, self._index.words) for item in descriptors])
        allowed = None
        if near is not None:
            center, radius_m = near
            distance = np.linalg.norm(self._node_xy - np.asarray(center)[:2], axis=1)
            allowed = distance <= radius_m
        ranking = self._retriever.rank(vectors, allowed)
        clock.stage("retrieval_s")
        return self._search(frames, features, descriptors, ranking, clock)

    def _checked(self, frames: Sequence[CameraFrame]) -> list[CameraFrame]:
        if not frames:
            raise NotLocalized("there are no pictures")
        names = [frame.camera for frame in frames]
        unknown = sorted(set(names) - set(self._map.rig.names))
        if unknown or len(set(names)) != len(names):
            raise ConfigError(
                f"one picture of each camera is needed, of {', '.join(self._map.rig.names)}; "
                f"got {', '.join(names)}"
            )
        stamps = [frame.stamp_ns for frame in frames]
        if max(stamps) - min(stamps) > from_seconds(self.config.sync_tolerance_s):
            raise NotLocalized(
                f"the pictures are {(max(stamps) - min(stamps)) * 1e-9:.3f} s apart; "
                f"{self.config.sync_tolerance_s} s is allowed"
            )
        return list(frames)

    def _search(
        self,
        frames: Sequence[CameraFrame],
        features: Sequence[Features],
        descriptors: Sequence[NDArray[np.float32]],
        ranking: NodeRanking,
        clock: _Clock,
    ) -> PoseFix:
        """Match node by node, best first, until a pose stands or the candidates run out."""
        config = self.config
        candidates = ranking.nodes[: config.max_nodes]
        if not len(candidates):
            raise NotLocalized("no node of the map may be used here")
        parts: list[Correspondences] = []
        best: tuple[PlanarFit, Correspondences] | None = None
        reason = "no picture of the map looks like this"
        for start in range(0, len(candidates), config.nodes_per_round):
            for node in candidates[start : start + config.nodes_per_round]:
                parts += self._match_node(int(node), frames, features, descriptors, ranking)
            clock.stage("matching_s")
            if not parts:
                continue
            matches = Correspondences.join(parts)
            if matches.num_features < config.min_inliers:
                reason = (
                    f"only {matches.num_features} features match the map, "
                    f"{config.min_inliers} must agree"
                )
                continue
            answer = self._verified(matches)
            clock.stage("pose_s")
            if isinstance(answer, str):
                reason = answer
                continue
            inliers = matches.select(answer.inlier_mask)
            best = (answer, inliers)
            if inliers.num_features >= config.enough_inliers:
                break
        if best is None:
            raise NotLocalized(reason)
        fit, inliers = best
        supporting, counts = np.unique(
            self._index.picture_node[inliers.picture], return_counts=True
        )
        order = np.argsort(-counts, kind="stable")
        return PoseFix(
            stamp_ns=max(frame.stamp_ns for frame in frames),
            pose=fit.pose,
            covariance=fit.covariance,
            num_inliers=inliers.num_features,
            node_ids=tuple(self._index.node_ids[node] for node in supporting[order]),
            seconds=clock.total(),
            log={**clock.stages, "matches": float(len(inliers.pixels)), "cameras": len(frames)},
        )

    def _match_node(
        self,
        node: int,
        frames: Sequence[CameraFrame],
        features: Sequence[Features],
        descriptors: Sequence[NDArray[np.float32]],
        ranking: NodeRanking,
    ) -> list[Correspondences]:
        index, parts, base = self._index, [], 0
        names = self._map.rig.names
        for number, frame in enumerate(frames):
            for picture in ranking.pictures(node, number, self.config.images_per_camera):
                span = slice(int(index.offsets[picture]), int(index.offsets[picture + 1]))
                reference = to_float(index.descriptors[span])
                query_ids, reference_ids = match(descriptors[number], reference, self.config.ratio)
                if not len(query_ids):
                    continue
                count = len(query_ids)
                parts.append(
                    Correspondences(
                        features[number].pixels[query_ids].astype(np.float64),
                        index.points[span][reference_ids].astype(np.float64),
                        np.full(count, names.index(frame.camera), dtype=np.intp),
                        query_ids + base,
                        np.full(count, picture, dtype=np.intp),
                    )
                )
            base += len(features[number].pixels)
        return parts

    def _verified(self, matches: Correspondences) -> PlanarFit | str:
        """Estimate and check a pose; the answer is the fit or the reason for refusing it."""
        config = self.config
        rig_pose = self._solver.solve(matches)
        if rig_pose is None:
            return "no pose explains the matches"
        agreeing = matches.select(rig_pose.inlier_mask)
        if agreeing.num_features < config.min_inliers:
            return f"{agreeing.num_features} matches agree, {config.min_inliers} are needed"
        node = self._node_of(agreeing)
        t_node_base = se3.inverse(node.t_map_base) @ rig_pose.t_map_base
        xyz, rpy = se3.to_xyz_rpy(t_node_base)
        if abs(xyz[2]) > config.max_height_error_m:
            return f"the best pose floats {xyz[2]:+.2f} m off the floor"
        if max(abs(rpy[0]), abs(rpy[1])) > config.max_tilt_rad:
            return f"the best pose is tilted by {np.rad2deg(max(abs(rpy[:2]))):.0f} degrees"
        if float(np.hypot(xyz[0], xyz[1])) > config.max_support_distance_m:
            return f"the best pose is {np.hypot(xyz[0], xyz[1]):.1f} m from what it looks like"
        t_floor_base = se3.inverse(se3.from_se2(node.pose)) @ node.t_map_base
        fit = fit_on_floor(
            matches, se3.to_se2(rig_pose.t_map_base), t_floor_base, self._map.rig, config
        )
        if fit is None:
            return "no pose on the floor explains the matches"
        count = matches.select(fit.inlier_mask).num_features
        if count < config.min_inliers:
            return f"{count} matches agree on the floor, {config.min_inliers} are needed"
        if count < config.min_inlier_ratio * matches.num_features:
            return f"only {count} of {matches.num_features} matches agree"
        occupancy = self._map.occupancy
        if occupancy is not None and occupancy.value_at(fit.pose[:2]) == OCCUPIED:
            return "the best pose is inside an obstacle"
        return fit

    def _node_of(self, matches: Correspondences) -> MapNode:
        nodes, counts = np.unique(self._index.picture_node[matches.picture], return_counts=True)
        return self._map.node_by_id[self._index.node_ids[int(nodes[counts.argmax()])]]


class _Clock:
    """Wall time per stage; stages that come back add up."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self.stages[name] = self.stages.get(name, 0.0) + now - self._last
        self._last = now

    def total(self) -> float:
        return time.perf_counter() - self._start
