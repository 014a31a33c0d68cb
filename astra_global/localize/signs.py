"""What do the signs say: texts in the pictures against those that the map has where they are seen.

The aisles of a warehouse differ in little more than what is written in them. A text that was read
speaks for a pose at which the map has a sign with this text in this direction, and against one at
which it has a sign with another text there, or none:

    log p(text | pose) = - a min(d, 2)                    the map has a sign there, d letters differ
                       = max(- a, log((m + 1/2)/(M + 1))) it has none, and m of its M texts fit

A part of a text fits as well as the whole ("13" on "B-13"): pictures cut signs off. Letters that
look alike (O, D and 0) count as one: they are misread again and again. Maps do not list every sign;
a text that is on none of the map, but for one letter, is most likely another sign than the one that
the map has there:

    log p(text | pose) = - a  where the map has a sign,  - a / 3  where it has none

One that is like none at all (a box, a calendar) says nothing, and neither does a short one unless
it is exact. What a single pose shows is not read: signs choose among poses, they refuse none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import CameraRig
from astra_core.lens import undistort
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.hypothesis import Hypothesis
from astra_global.localize.place_map import MIN_DEPTH_M, PlaceMap
from astra_global.localize.query import Query
from astra_global.localize.text_reader import TextReader

__all__ = ["SignEvidence", "Signs", "letters_of", "partial_edit_distance"]

_MARGIN_PX = 6.0
_MOST_LETTERS = 2  # that may differ: more, and it is another text altogether
_LETTERS_FOR_ONE_WRONG = 3  # that a text must have to be taken for a sign that is not listed
_NOT_LISTED = 1 / 3  # of what a letter that differs costs
_LOOK_ALIKE = str.maketrans("ODQILBSZG", "000118526")
_LONGER = 1.4  # times its sign on the map that a text may be long: boxes are drawn generously
_SHORTER = 0.3  # times the share of the sign's letters that it has


@dataclass(frozen=True, eq=False)
class SignEvidence:
    """What the texts of one moment say.

    Attributes:
        log_likelihood: ``(P,)`` of every pose.
        elsewhere: The same of a place that is not among them.
        num_texts: Texts that say something.
    """

    log_likelihood: NDArray[np.float64]
    elsewhere: float
    num_texts: int


@dataclass(frozen=True)
class _Text:
    """A text in a picture.

    Attributes:
        camera: Number of the camera in the robot's rig.
        letters: What counts of it.
        wrong: How many letters differ from each text of the map.
        low_px: Upper left corner ``(2,)`` of its box, without distortion.
        high_px: Lower right corner.
    """

    camera: int
    letters: str
    wrong: dict[str, int]
    low_px: NDArray[np.float64]
    high_px: NDArray[np.float64]

    @property
    def least_wrong(self) -> int:
        """Return how many letters differ from the text of the map that is nearest."""
        return min(self.wrong.values())


@dataclass(frozen=True, eq=False)
class _Outlines:
    """Signs ``(N,)`` that a camera sees from a pose, with their boxes ``(N, 2)`` in pixels."""

    signs: NDArray[np.intp]
    low_px: NDArray[np.float64]
    high_px: NDArray[np.float64]


class Signs:
    """The signs of one map, and how to read those in the pictures."""

    def __init__(
        self,
        places: PlaceMap,
        rig: CameraRig,
        config: LocalizeConfig,
        reader: TextReader | None,
    ) -> None:
        """Prepare for one map and the cameras of one robot.

        Args:
            places: The map; its landmarks with a text are the signs.
            rig: The robot's cameras.
            config: Settings.
            reader: Reads pictures; ``None`` if nothing can.
        """
        signs = [mark for mark in places.map.landmarks if letters_of(mark.text)]
        self._places = places
        self._rig = rig
        self._config = config
        self._reader = reader if signs else None
        self._letters = [letters_of(mark.text) for mark in signs]
        self._texts = sorted(set(self._letters))
        center = np.array([mark.position_m for mark in signs]).reshape(-1, 1, 3)
        size = np.array([mark.size_m for mark in signs]).reshape(-1, 1, 3)
        corner = np.stack(np.meshgrid(*[(-0.5, 0.5)] * 3, indexing="ij"), axis=-1).reshape(1, 8, 3)
        self._corners = center + size * corner
        self._has_size = size.max(axis=(1, 2)) > 0.0
        seen_from = [set(mark.node_ids) for mark in signs]
        self._seen_from = np.array(
            [[node.id in nodes for node in places.nodes] for nodes in seen_from], dtype=bool
        ).reshape(len(signs), len(places.nodes))

    def evidence(self, query: Query, poses: Sequence[Hypothesis]) -> SignEvidence:
        """Read the pictures, and say how likely every pose is by what they say."""
        texts = self._read(query, self._reader) if self._reader and len(poses) > 1 else []
        nothing = [self._log_nothing(text) for text in texts]
        total = np.array([self._log_likelihood(texts, nothing, pose) for pose in poses])
        elsewhere = sum(nothing)
        limit = self._config.signs.max_log_odds
        best = float(total.max(initial=-math.inf))
        return SignEvidence(
            np.maximum(total, best - limit),
            float(np.clip(elsewhere, best - limit, best + limit)),
            len(texts),
        )

    def _read(self, query: Query, reader: TextReader) -> list[_Text]:
        """Return the texts that say something."""
        config, texts = self._config.signs, []
        for picture in query.pictures:
            intrinsics = self._rig.cameras[picture.camera].intrinsics
            for found in reader.read(picture.image):
                letters = letters_of(found.text)
                if found.confidence < config.min_confidence or len(letters) < config.min_letters:
                    continue
                wrong = {known: partial_edit_distance(letters, known) for known in self._texts}
                (u0, v0), (u1, v1) = found.low_px, found.high_px
                box = np.array([(u0, v0), (u1, v0), (u1, v1), (u0, v1)], dtype=np.float64)
                ideal = undistort(box, intrinsics)
                text = _Text(picture.camera, letters, wrong, ideal.min(axis=0), ideal.max(axis=0))
                if text.least_wrong <= min(1, len(letters) // _LETTERS_FOR_ONE_WRONG):
                    texts.append(text)
        return texts

    def _log_likelihood(
        self, texts: Sequence[_Text], nothing: Sequence[float], pose: Hypothesis
    ) -> float:
        outlines = {camera: self._outlines(camera, pose) for camera in {t.camera for t in texts}}
        total = 0.0
        for text, log_nothing in zip(texts, nothing, strict=True):
            there = self._signs_at(text, outlines[text.camera])
            if not len(there):
                total += log_nothing
                continue
            here = min(text.wrong[self._letters[int(number)]] for number in there)
            most = 1 if text.least_wrong else _MOST_LETTERS
            total -= self._config.signs.log_likelihood_per_letter * min(here, most)
        return total

    def _log_nothing(self, text: _Text) -> float:
        """Return the log likelihood of a text where the map has no sign."""
        if text.least_wrong:
            return -_NOT_LISTED * self._config.signs.log_likelihood_per_letter
        fitting = sum(number == 0 for number in text.wrong.values())
        share = (fitting + 0.5) / (len(self._texts) + 1.0)
        return max(-self._config.signs.log_likelihood_per_letter, math.log(share))

    def _outlines(self, camera_number: int, pose: Hypothesis) -> _Outlines:
        """Return the signs of the map that a camera should see from a pose."""
        camera = self._rig.cameras[camera_number]
        to_optical = se3.inverse(pose.t_map_base @ camera.t_base_optical)
        optical = se3.transform_points(to_optical, self._corners.reshape(-1, 3)).reshape(-1, 8, 3)
        seen = np.flatnonzero((optical[..., 2] > MIN_DEPTH_M).all(axis=1) & self._in_sight(pose))
        pixels = camera.intrinsics.project(optical[seen])
        return _Outlines(seen, pixels.min(axis=1), pixels.max(axis=1))

    def _signs_at(self, text: _Text, outlines: _Outlines) -> NDArray[np.intp]:
        """Return those of the signs that are where a text is, and of its size."""
        k = self._rig.cameras[text.camera].intrinsics
        most = np.array([k.width_px, k.height_px]) - 1.0
        signs, low, high = outlines.signs, outlines.low_px, outlines.high_px
        center = 0.5 * (text.low_px + text.high_px)
        near = (np.maximum(low - center, center - high) <= _MARGIN_PX).all(axis=1)
        shown = np.clip(high, 0.0, most) - np.clip(low, 0.0, most)
        ratio = (text.high_px - text.low_px) / np.maximum(shown, 1.0)
        share = np.array([len(text.letters) / len(self._letters[int(row)]) for row in signs])
        fits = (ratio <= _LONGER).all(axis=1) & (ratio[:, 0] >= _SHORTER * np.minimum(share, 1.0))
        return np.asarray(signs[near & (fits | ~self._has_size[signs])])

    def _in_sight(self, pose: Hypothesis) -> NDArray[np.bool_]:
        """Return which signs nodes near a pose have seen ``(S,)``; those no node has, may be."""
        config = self._config.judge
        nodes = self._places.nearest_nodes(pose.pose[:2], config.nodes, config.nodes_radius_m)
        if not len(nodes):
            return np.ones(len(self._letters), dtype=bool)
        return np.asarray(self._seen_from[:, nodes].any(axis=1) | ~self._seen_from.any(axis=1))


def letters_of(text: str) -> str:
    """Return what counts of a text: letters and digits, in capitals; one for those alike."""
    return "".join(letter for letter in text.upper() if letter.isalnum()).translate(_LOOK_ALIKE)


def partial_edit_distance(part: str, whole: str) -> int:
    """Return the edit distance of ``part`` to that stretch of ``whole`` which is nearest.

    How many letters are wrong, missing or too many (P. Sellers, "The theory and computation of
    evolutionary distances: pattern recognition", 1980).
    """
    row = [0] * (len(whole) + 1)
    for number, letter in enumerate(part, start=1):
        above, row = row, [number]
        for column, other in enumerate(whole, start=1):
            row.append(min(above[column - 1] + (letter != other), above[column] + 1, row[-1] + 1))
    return min(row)
