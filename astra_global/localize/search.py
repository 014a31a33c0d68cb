"""Fine stage: find every pose that the pictures allow, expected ones and look-alikes.

The ranking of the nodes is thinned to places far from each other; generalized PnP and a fit on the
floor at each place, then matching guided by the pose with all nodes near it, so that the poses can
be compared with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import CameraRig
from astra_core.errors import NotLocalized
from astra_global.localize.candidates import candidate_places
from astra_global.localize.clock import StageClock
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.guided import guided_matches
from astra_global.localize.hypothesis import Hypothesis, same_pose
from astra_global.localize.lattice import lattice_proposals, repeated_shifts
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.query import Query
from astra_global.localize.ranking import NodeRanking
from astra_global.localize.verify import Verifier

__all__ = ["HypothesisSearch"]

_PATIENCE = 5  # places without a new rival after which a long search ends
# A pose that moves no farther when it is matched once more has settled.
_SETTLING_ROUNDS, _SETTLED_M, _SETTLED_RAD = 6, 0.003, 0.002
# A pose found without being expected is one that stands, up to this, before it is refined.
_REFINED_M, _REFINED_RAD = 0.1, 0.05


class HypothesisSearch:
    """Searches one map."""

    def __init__(self, places: PlaceMap, rig: CameraRig, config: LocalizeConfig) -> None:
        """Prepare verification, for pictures of a robot's rig."""
        self._places = places
        self._rig = rig
        self._config = config
        self._verifier = Verifier(places, rig, config)

    def confirm(
        self, query: Query, poses: Sequence[NDArray[np.float64]], clock: StageClock
    ) -> list[Hypothesis]:
        """Return the poses ``(3,)`` out of some that the pictures confirm, refined."""
        found: list[Hypothesis] = []
        for pose in poses:
            answer = self._confirmed(query, pose)
            if answer is not None:
                _add(found, replace(answer, proposed_by="expected"))
        clock.stage("expected_s")
        return found

    def poses(
        self,
        query: Query,
        ranking: NodeRanking,
        standing: Sequence[Hypothesis],
        clock: StageClock,
    ) -> list[Hypothesis]:
        """Look at the places of the map that rank first.

        Args:
            query: The pictures.
            ranking: What the coarse stage thinks of the nodes.
            standing: Poses that stand already; their places are not looked at again.
            clock: Takes the time of the stages.

        Returns:
            All poses that stand, those of before included.

        Raises:
            NotLocalized: None does; with why the last place was refused.
        """
        config = self._config
        candidates = candidate_places(
            ranking.nodes,
            self._places.node_poses[:, :2],
            radius_m=config.place_radius_m,
            max_places=config.max_rival_places,
            nodes_per_place=config.nodes_per_place,
        )
        found, reason = list(standing), "no node of the map may be used here"
        last_rival = 0
        for number, nodes in enumerate(candidates):
            if number >= config.max_places and number - last_rival >= _PATIENCE:
                break
            parts = self._verifier.match_nodes(query, nodes, ranking)
            clock.stage("matching_s")
            answer = self._verifier.verify(parts)
            clock.stage("pose_s")
            if isinstance(answer, str):
                reason = answer
                continue
            # A pose near by that stands is no reason to pass over this one: more matches win.
            if not any(_is_refined(answer.pose, other.pose) for other in found):
                is_new = not any(same_pose(answer.pose, other.pose) for other in found)
                refined = self._guided(query, answer.pose, config.guided_radius_px) or answer
                _add(found, replace(refined, proposed_by=ranking.decided_by))
                best = max(other.num_inliers for other in found)
                if is_new and refined.num_inliers >= config.rival_ratio * best:
                    last_rival = number
            clock.stage("guided_s")
        self._complete(query, found)
        clock.stage("lattice_s")
        if not found:
            raise NotLocalized(reason)
        return found

    def _complete(self, query: Query, standing: list[Hypothesis]) -> None:
        """Add the places of a repeating building that retrieval has missed."""
        config = self._config
        ranked = sorted(standing, key=lambda one: -one.num_inliers)
        rivals = [
            one.pose
            for one in ranked
            if one.num_inliers >= config.rival_ratio * ranked[0].num_inliers
        ]
        if len(rivals) < 3 or not config.lattice_places:
            return
        poses = np.array(rivals)
        proposals = lattice_proposals(
            poses,
            repeated_shifts(poses),
            self._places.node_poses[:, :2],
            max_node_distance_m=config.guided_radius_m,
            count=config.lattice_places,
        )
        for pose in proposals:
            answer = self._confirmed(query, pose)
            if answer is not None:
                _add(standing, replace(answer, proposed_by="lattice"))

    def _confirmed(self, query: Query, pose: NDArray[np.float64]) -> Hypothesis | None:
        """Return the pose that stands near an expected one."""
        answer = self._guided(query, pose, self._config.expected_radius_px)
        if answer is None:
            return None
        # From a wrong start the first matches are few and some of them false: the pose creeps.
        for _ in range(_SETTLING_ROUNDS):
            before = answer.pose
            answer = self._guided(query, before, self._config.guided_radius_px) or answer
            if same_pose(answer.pose, before, distance_m=_SETTLED_M, angle_rad=_SETTLED_RAD):
                break
        return answer

    def _guided(
        self, query: Query, pose: NDArray[np.float64], radius_px: float
    ) -> Hypothesis | None:
        config = self._config
        nodes = self._places.nearest_nodes(pose[:2], config.guided_nodes, config.guided_radius_m)
        if not len(nodes):
            return None
        node = self._places.nodes[int(nodes[0])]
        t_floor_base = se3.inverse(se3.from_se2(node.pose)) @ node.t_map_base
        matches = guided_matches(
            query, self._rig, pose, t_floor_base, nodes, self._places, config, radius_px
        )
        if matches is None:
            return None
        answer = self._verifier.fit(matches, pose, node)
        return None if isinstance(answer, str) else answer


def _is_refined(rough: NDArray[np.float64], refined: NDArray[np.float64]) -> bool:
    """Return whether a pose is what another was before matching was guided by it."""
    return same_pose(rough, refined, distance_m=_REFINED_M, angle_rad=_REFINED_RAD)


def _add(standing: list[Hypothesis], answer: Hypothesis) -> None:
    """Add a pose unless one with more support stands at the same place."""
    for number, other in enumerate(standing):
        if same_pose(answer.pose, other.pose):
            if answer.num_inliers > other.num_inliers:
                standing[number] = answer
            return
    standing.append(answer)
