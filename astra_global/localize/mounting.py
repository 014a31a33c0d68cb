"""Is each camera mounted as the robot's rig says? Its own picture against all the others.

The pose of one camera follows from its own matches alone, however it is mounted. Seen from the pose
on which the rig agrees, it says where the camera really is:

    T_base_camera = T_map_base^-1  T_map_camera,    deviation = T_base_camera  T_base_claimed^-1

One sighting may err, and so may a stretch of the map that repeats itself: what is wrong with the
mounting stays the same in ``base_link`` wherever the robot stands and looks, what is wrong with the
map does not. So several sightings from standpoints with different headings must agree before
anything is said. A camera that agrees with the rig everywhere costs a few looks and no more.

Heights and tilts of all cameras together are seen by the floor, other errors of all together or of
an only camera by motion (:mod:`astra_global.fusion.rig_motion`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from astra_core import se3
from astra_core.angles import wrap_angle
from astra_core.camera import CameraRig
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.features import to_float
from astra_global.localize.hypothesis import Hypothesis
from astra_global.localize.matching import match
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.query import Query, QueryPicture
from astra_global.localize.rig_pose import Correspondences, RigPoseSolver
from astra_global.types import MountingError

__all__ = ["MountingCheck", "Sighting", "agreed_deviation"]

_NODES, _NODES_RADIUS_M = 3, 3.0
# A camera is looked at again from another standpoint only.
_FRESH_M, _FRESH_RAD = 0.3, 0.3
_KEPT = 8
#: Of the sightings: how many must agree, over what range of headings.
_NEEDED, _SHARE, _HEADINGS_RAD = 4, 0.75, 0.5
# Sightings agree with their median within this, and with a share of its size.
_SPREAD_M, _SPREAD_RAD, _SPREAD_SHARE = 0.04, 0.02, 0.3
# Nobody mounts a camera so far off: a look-alike place is seen.
_MOST_M = 0.7


@dataclass(frozen=True, eq=False)
class Sighting:
    """What one moment says of one camera.

    Attributes:
        pose: ``(3,)`` of the robot.
        turned_rad: ``(3,)`` rotation vector in ``base_link`` from the claimed mounting to the true.
        moved_m: ``(3,)`` the same for the position.
        against: Cameras that agree with the pose, this one not counted.
    """

    pose: NDArray[np.float64]
    turned_rad: NDArray[np.float64]
    moved_m: NDArray[np.float64]
    against: tuple[str, ...]


class MountingCheck:
    """Watches the cameras of one robot on one map.

    Attributes:
        errors: What was found so far, by camera; it stays until the rig is set right.
    """

    def __init__(self, places: PlaceMap, rig: CameraRig, config: LocalizeConfig) -> None:
        """Know nothing yet."""
        self.errors: Mapping[str, MountingError] = {}
        self._places = places
        self._rig = rig
        self._config = config
        self._solver = RigPoseSolver(
            rig,
            max_error_px=config.max_error_px,
            max_trials=config.max_trials,
            random_seed=config.random_seed,
        )
        self._sightings: dict[str, deque[Sighting]] = {
            name: deque(maxlen=_KEPT) for name in rig.names
        }
        self._looked_from: dict[str, NDArray[np.float64]] = {}
        self._num_looks = dict.fromkeys(rig.names, 0)

    @property
    def distrusted(self) -> frozenset[str]:
        """Return the cameras that others, agreeing with each other, contradict."""
        return frozenset(name for name, error in self.errors.items() if len(error.against) > 1)

    def look(self, query: Query, pose: Hypothesis) -> None:
        """Look at one camera of a query whose pose is sure; most of the time there is none to."""
        if not self._config.mounting.check:
            return
        counts = self._inliers(pose)
        agreeing = [name for name, count in counts.items() if count >= self._config.min_inliers]
        due = [
            (counts[name] / max(len(picture.pixels), 1), picture)
            for picture in query.pictures
            if self._is_due(name := self._rig.cameras[picture.camera].name, pose, counts)
            and [other for other in agreeing if other != name]
        ]
        if not due:
            return
        picture = min(due, key=lambda item: item[0])[1]
        name = self._rig.cameras[picture.camera].name
        self._num_looks[name] += 1
        self._looked_from[name] = pose.pose
        against = tuple(other for other in agreeing if other != name)
        sighting = self._sighting(picture, pose, against)
        if sighting is None:
            return
        self._sightings[name].append(sighting)
        error = self._judged(name)
        if error is not None:
            self.errors = {**self.errors, name: error}

    def _is_due(self, name: str, pose: Hypothesis, counts: Mapping[str, int]) -> bool:
        if name in self.errors:
            return False
        before = self._looked_from.get(name)
        if before is not None:
            away_m = float(np.linalg.norm(pose.pose[:2] - before[:2]))
            turned_rad = abs(wrap_angle(float(pose.pose[2] - before[2])))
            if away_m < _FRESH_M and turned_rad < _FRESH_RAD:
                return False
        # A mounting that is right at first may be knocked later: then few matches agree.
        is_weak = counts[name] < 0.5 * float(np.median(list(counts.values())))
        return is_weak or self._num_looks[name] < _NEEDED

    def _inliers(self, pose: Hypothesis) -> dict[str, int]:
        """Return how many features of each camera agree with a pose."""
        return {
            name: len(np.unique(pose.inliers.feature[pose.inliers.camera == number]))
            for number, name in enumerate(self._rig.names)
        }

    def _sighting(
        self, picture: QueryPicture, pose: Hypothesis, against: tuple[str, ...]
    ) -> Sighting | None:
        """Return how a camera is mounted by its own picture, ``None`` where it does not say."""
        matches = self._matches(picture, pose)
        if matches is None:
            return None
        answer = self._solver.solve(matches)
        if answer is None:
            return None
        count = matches.select(answer.inlier_mask).num_features
        least = max(self._config.min_inliers, self._config.min_inlier_ratio * matches.num_features)
        if count < least:
            return None
        # By this picture alone the base is at answer.t_map_base if the mounting is as claimed.
        claimed = self._rig.cameras[picture.camera].t_base_optical
        true = se3.inverse(pose.t_map_base) @ answer.t_map_base @ claimed
        moved_m = true[:3, 3] - claimed[:3, 3]
        if float(np.linalg.norm(moved_m)) > _MOST_M:
            return None
        turned = Rotation.from_matrix(true[:3, :3] @ claimed[:3, :3].T)
        return Sighting(pose.pose, np.asarray(turned.as_rotvec()), moved_m, against)

    def _matches(self, picture: QueryPicture, pose: Hypothesis) -> Correspondences | None:
        """Match one picture with all pictures near by: who knows where it really looks."""
        index, parts = self._places.index, []
        for node in self._places.nearest_nodes(pose.pose[:2], _NODES, _NODES_RADIUS_M):
            for reference in self._places.pictures_of[int(node)]:
                span = self._places.features(int(reference))
                own, theirs = match(
                    picture.descriptors, to_float(index.descriptors[span]), self._config.ratio
                )
                if len(own):
                    parts.append(
                        Correspondences(
                            picture.pixels[own],
                            index.points[span][theirs].astype(np.float64),
                            np.full(len(own), picture.camera, dtype=np.intp),
                            own + picture.first_feature,
                            np.full(len(own), reference, dtype=np.intp),
                        )
                    )
        return Correspondences.join(parts) if parts else None

    def _judged(self, name: str) -> MountingError | None:
        sightings = self._sightings[name]
        found = agreed_deviation(list(sightings))
        if found is None:
            return None
        turned_rad, moved_m = found
        config = self._config.mounting
        is_turned = float(np.linalg.norm(turned_rad)) > config.told_rad
        if not is_turned and float(np.linalg.norm(moved_m)) <= config.told_m:
            return None
        always = set.intersection(*(set(sighting.against) for sighting in sightings))
        against = tuple(other for other in self._rig.names if other in always)
        return MountingError(name, turned_rad, moved_m, against) if against else None


def agreed_deviation(
    sightings: list[Sighting],
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the rotation vector and the shift ``(3,)`` on which sightings agree.

    ``None`` where there are too few, where they do not agree, or where all of them come from one
    heading: then the map may be wrong instead of the mounting.
    """
    if len(sightings) < _NEEDED:
        return None
    turned = np.array([sighting.turned_rad for sighting in sightings])
    moved = np.array([sighting.moved_m for sighting in sightings])
    turned_rad, moved_m = np.median(turned, axis=0), np.median(moved, axis=0)
    size_m, size_rad = float(np.linalg.norm(moved_m)), float(np.linalg.norm(turned_rad))
    agree = np.linalg.norm(turned - turned_rad, axis=1) <= _SPREAD_RAD + _SPREAD_SHARE * size_rad
    agree &= np.linalg.norm(moved - moved_m, axis=1) <= _SPREAD_M + _SPREAD_SHARE * size_m
    headings = np.array([sighting.pose[2] for sighting in sightings])[agree]
    if np.count_nonzero(agree) < max(_NEEDED, _SHARE * len(sightings)):
        return None
    apart = np.abs(wrap_angle(headings - headings[0]))
    return (turned_rad, moved_m) if float(apart.max()) >= _HEADINGS_RAD else None
