"""Where poses and landmarks come from: two small contracts, so that builders can be exchanged.

The oracle sources (a pose topic, a list of landmarks written by people or by the simulator) are
here. A builder that estimates poses and finds landmarks itself implements the same contracts.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import yaml
from numpy.typing import NDArray

from astra_core import se3
from astra_core.errors import AstraError
from astra_core.time import from_seconds
from astra_global.mapping.tour_bag import TourBag, TourError
from astra_global.types import Landmark

__all__ = [
    "AnnotatedLandmarks",
    "LandmarkSource",
    "PoseSource",
    "SourceError",
    "TopicPoses",
    "interpolate_poses",
]


class SourceError(AstraError):
    """Poses or landmarks for a map cannot be had."""


class PoseSource(Protocol):
    """Says where the robot was during the tour."""

    name: str  # goes into the map's provenance: ``oracle`` or ``built``

    def poses(self, bag: TourBag, stamps_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return ``T_map_base`` ``(S, 4, 4)`` at stamps ``(S,)``; NaN where it is not known."""
        ...


class LandmarkSource(Protocol):
    """Says what on the tour is worth naming."""

    name: str

    def landmarks(self, nodes_folder: Path) -> list[Landmark]:
        """Return landmarks without node links; a finder may look at the nodes' pictures."""
        ...

    def fingerprint(self) -> str:
        """Return text that changes when the answer would, for resuming."""
        ...


class TopicPoses:
    """Poses from a topic of the bag (``map: oracle``)."""

    name = "oracle"

    def __init__(self, max_gap_s: float) -> None:
        """Interpolate over gaps up to ``max_gap_s``."""
        self._max_gap_s = max_gap_s

    def poses(self, bag: TourBag, stamps_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return ``T_map_base`` ``(S, 4, 4)``, interpolated, NaN outside the topic's time."""
        stamps, poses = bag.poses()
        if not np.all(np.isfinite(poses)):
            raise TourError(f"{bag.folder}: topic {bag.topics.pose} has poses that are not finite")
        return interpolate_poses(stamps, poses, stamps_ns, self._max_gap_s)


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
    """Landmarks from a YAML list of mappings with the fields of ``Landmark``."""

    name = "oracle"

    def __init__(self, path: Path | str) -> None:
        """Read from ``path``."""
        self._path = Path(path)

    def fingerprint(self) -> str:
        """Return the file's text."""
        return self._read()

    def landmarks(self, nodes_folder: Path) -> list[Landmark]:
        """Return the landmarks of the file.

        Raises:
            SourceError: The file is missing, not YAML, or an entry is not a landmark.
        """
        try:
            data = yaml.safe_load(self._read())
        except yaml.YAMLError as error:
            raise SourceError(f"{self._path} is not YAML: {error}") from error
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
            return self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"cannot read {self._path}: {error}") from error

    def _landmark(self, entry: Any, number: int) -> Landmark:
        where = f"{self._path}: landmark {number}"
        if not isinstance(entry, dict) or "id" not in entry or "position_m" not in entry:
            raise SourceError(f"{where}: needs id and position_m")
        texts = {
            name: str(entry.get(name) or "")
            for name in ("category", "color", "material", "text", "function")
        }
        return Landmark(
            id=str(entry["id"]),
            **texts,
            position_m=_triple(entry["position_m"], f"{where}.position_m"),
            size_m=_triple(entry.get("size_m", (0.0, 0.0, 0.0)), f"{where}.size_m"),
        )


def _triple(value: Any, where: str) -> tuple[float, float, float]:
    try:
        x, y, z = (float(item) for item in value)
    except (TypeError, ValueError) as error:
        raise SourceError(f"{where}: expected three numbers, got {value!r}") from error
    if not all(map(math.isfinite, (x, y, z))):
        raise SourceError(f"{where}: must be finite, got {value!r}")
    return x, y, z
