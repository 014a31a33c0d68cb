"""Sources that were told: poses from a topic, landmarks from a list (``map: oracle``).

The topic may come from the simulator, from motion capture or from another mapping program; the list
from the simulator or from people.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.time import from_seconds
from astra_core.untrusted.files import read_bytes
from astra_core.untrusted.yaml_text import parse_yaml
from astra_global.mapping.config import TopicConfig
from astra_global.mapping.errors import SourceError
from astra_global.mapping.ports import PoseTrack, TourView
from astra_global.mapping.sighting import Attributes, PlacedSighting
from astra_global.mapping.tour_bag import TourBag, bag_fingerprint

__all__ = ["AnnotatedLandmarks", "TopicPoses", "interpolate_poses"]


class TopicPoses:
    """Poses from a topic of a bag, taken as exact."""

    provenance = "oracle"

    def __init__(
        self, bag: Path | str, topics: TopicConfig | None = None, max_gap_s: float = 1.0
    ) -> None:
        """Read from a bag, the tour's own or one that was recorded beside it.

        Args:
            bag: Folder of the bag.
            topics: How its topics are called.
            max_gap_s: Gaps up to this are interpolated over.
        """
        self._bag = Path(bag)
        self._topics = topics or TopicConfig()
        self._max_gap_s = max_gap_s

    def fingerprint(self) -> str:
        """Return the topic, the gap and the state of the bag."""
        settings = [type(self).__name__, self._topics.pose, self._max_gap_s]
        return json.dumps([*settings, bag_fingerprint(self._bag)])

    def poses(self, tour: TourView) -> PoseTrack:
        """Return the topic's poses, interpolated at the pictures of the rig's first camera.

        Raises:
            TourError: The bag has no such topic, or it is empty.
            SourceError: A pose is not finite.
        """
        with TourBag(self._bag, self._topics) as bag:
            stamps, poses = bag.poses()
        if not np.all(np.isfinite(poses)):
            raise SourceError(f"{self._bag}: {self._topics.pose} has poses that are not finite")
        wanted = tour.stamps_ns[:, 0]
        return PoseTrack.exact(interpolate_poses(stamps, poses, wanted, self._max_gap_s))


def interpolate_poses(
    stamps_ns: NDArray[np.int64],
    poses: NDArray[np.float64],
    at_ns: NDArray[np.int64],
    max_gap_s: float,
) -> NDArray[np.float64]:
    """Interpolate rigid transforms: position linearly, rotation on the shortest arc.

    Args:
        stamps_ns: ``(P,)`` in time order.
        poses: ``(P, 4, 4)``.
        at_ns: ``(S,)`` wanted.
        max_gap_s: Wider gaps are not bridged.

    Returns:
        ``(S, 4, 4)``, NaN where there is no answer.
    """
    result = np.full((len(at_ns), 4, 4), np.nan)
    for number, stamp in enumerate(at_ns):
        after = int(np.searchsorted(stamps_ns, stamp))
        if after < len(stamps_ns) and stamps_ns[after] == stamp:
            result[number] = poses[after]
            continue
        if after == 0 or after == len(stamps_ns):
            continue
        gap = int(stamps_ns[after] - stamps_ns[after - 1])
        if gap > from_seconds(max_gap_s):
            continue
        share = float(stamp - stamps_ns[after - 1]) / gap
        position_a, quaternion_a = se3.to_position_quaternion(poses[after - 1])
        position_b, quaternion_b = se3.to_position_quaternion(poses[after])
        # q and -q are one rotation: take the near one. Between samples of a drive the arc is
        # small, where the normalised mean and the exact arc agree.
        if float(quaternion_a @ quaternion_b) < 0.0:
            quaternion_b = -quaternion_b
        result[number] = se3.from_position_quaternion(
            (1.0 - share) * position_a + share * position_b,
            (1.0 - share) * quaternion_a + share * quaternion_b,
        )
    return result


class AnnotatedLandmarks:
    """Landmarks with their places from a YAML list of mappings.

    Keys: ``id`` and ``position_m`` (x, y, z of the centre in ``map``); optionally ``size_m``
    (axis-aligned extents), ``category``, ``color``, ``material``, ``text``, ``function``.
    """

    provenance = "oracle"

    def __init__(self, path: Path | str) -> None:
        """Read from ``path``."""
        self._path = Path(path)

    def fingerprint(self) -> str:
        """Return the file's text."""
        return json.dumps([type(self).__name__, self._read()])

    def sightings(self, tour: TourView) -> list[PlacedSighting]:
        """Return the landmarks of the file, one sighting each.

        Raises:
            SourceError: The file is missing, not YAML, or an entry is not a landmark.
        """
        data = parse_yaml(self._read(), str(self._path), SourceError)
        if not isinstance(data, list):
            raise SourceError(f"{self._path}: expected a list of landmarks")
        result = [self._landmark(entry, number) for number, entry in enumerate(data)]
        ids = [landmark.id for landmark in result]
        double = {name for name in ids if ids.count(name) > 1}
        if double:
            raise SourceError(f"{self._path}: ids used twice: {', '.join(sorted(double))}")
        return result

    def _read(self) -> str:
        try:
            return read_bytes(self._path, SourceError).decode("utf-8")
        except UnicodeDecodeError as error:
            raise SourceError(f"{self._path}: not YAML: {error}") from error

    def _landmark(self, entry: Any, number: int) -> PlacedSighting:
        where = f"{self._path}: landmark {number}"
        if not isinstance(entry, dict) or "id" not in entry or "position_m" not in entry:
            raise SourceError(f"{where}: needs id and position_m")
        return PlacedSighting(
            id=str(entry["id"]),
            attributes=Attributes(
                category=str(entry.get("category") or ""),
                color=str(entry.get("color") or ""),
                material=str(entry.get("material") or ""),
                text=str(entry.get("text") or ""),
                function=str(entry.get("function") or ""),
            ),
            position_m=_triple(entry["position_m"], f"{where}.position_m"),
            size_m=_triple(entry.get("size_m", (0.0, 0.0, 0.0)), f"{where}.size_m"),
        )


def _triple(value: Any, where: str) -> tuple[float, float, float]:
    try:
        x, y, z = (float(item) for item in value)
    except (TypeError, ValueError, OverflowError) as error:
        raise SourceError(f"{where}: expected three numbers, got {value!r}") from error
    if not all(map(math.isfinite, (x, y, z))):
        raise SourceError(f"{where}: must be finite, got {value!r}")
    return x, y, z
