"""What do the signs say: texts in the pictures against those that the map has where they are seen.

The aisles of a warehouse differ in little more than what is written in them. A text that was read
speaks for a pose at which the map has a sign with this text in this direction, and against one at
which it has a sign with another text there, or none:

    log p(text | pose) = - a min(d, 2)          the map has a sign there, d letters differ
                       = log (m + 1/2)/(M + 1)  it has none, and m of its M texts are what was read

A part of a text fits as well as the whole ("13" on "B-13"): pictures cut signs off. Maps do not
list every sign. A text that is on none of them, but for one letter, was misread or is not listed:

    log p(text | pose) = - a  where the map has a sign,  - a / 3  where it has none

and one that is like none at all (a box, a calendar) says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera
from astra_global.localize.config import SignConfig
from astra_global.localize.hypothesis import Hypothesis
from astra_global.localize.place_map import MIN_DEPTH_M, PlaceMap
from astra_global.localize.query import Query
from astra_global.localize.text_reader import TextReader

__all__ = ["SignSaying", "Signs", "letters_of", "letters_that_differ"]

_UNKNOWN_SIZE_M = 0.4
_MARGIN_PX = 6.0
_MOST_LETTERS = 2  # that may differ: more, and it is another text altogether
_NOT_LISTED = 1 / 3  # of the evidence of a letter: the map does not list every sign
_LONGER = 1.4  # times the sign on the map that a text may be long: boxes are drawn generously
_SHORTER = 0.3  # times, if it is the whole text


@dataclass(frozen=True, eq=False)
class SignSaying:
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
    camera: int
    letters: str
    center_px: NDArray[np.float64]
    size_px: NDArray[np.float64]


class Signs:
    """The signs of one map, and how to read those in the pictures."""

    def __init__(self, places: PlaceMap, config: SignConfig, reader: TextReader | None) -> None:
        """Prepare for one map.

        Args:
            places: The map; its landmarks with a text are the signs.
            config: Settings.
            reader: Reads pictures; ``None`` if nothing can.
        """
        signs = [mark for mark in places.map.landmarks if letters_of(mark.text)]
        self._rig = places.rig
        self._config = config
        self._reader = reader if signs else None
        self._letters = [letters_of(mark.text) for mark in signs]
        self._texts = sorted(set(self._letters))
        center = np.array([mark.position_m for mark in signs]).reshape(-1, 1, 3)
        size = np.array([mark.size_m for mark in signs]).reshape(-1, 1, 3)
        size = np.where(size.max(axis=2, keepdims=True) > 0.0, size, _UNKNOWN_SIZE_M)
        corner = np.stack(np.meshgrid(*[(-0.5, 0.5)] * 3, indexing="ij"), axis=-1).reshape(1, 8, 3)
        self._corners = center + size * corner

    def saying(self, query: Query, poses: Sequence[Hypothesis]) -> SignSaying:
        """Read the pictures, and say how likely every pose is by what they say.

        A single pose has no rival: nothing is read.
        """
        total, elsewhere, count = np.zeros(len(poses)), 0.0, 0
        if self._reader is not None and len(poses) > 1:
            for text in self._read(query, self._reader):
                differing = {
                    known: letters_that_differ(text.letters, known) for known in self._texts
                }
                least = min(differing.values())
                if least >= _MOST_LETTERS:
                    continue
                nothing = self._log_nothing(least, differing)
                total += [self._log_likelihood(text, pose, differing, nothing) for pose in poses]
                elsewhere += nothing
                count += 1
        limit = self._config.max_log_odds
        best = float(total.max(initial=-math.inf))
        return SignSaying(
            np.maximum(total, best - limit),
            float(np.clip(elsewhere, best - limit, best + limit)),
            count,
        )

    def _read(self, query: Query, reader: TextReader) -> list[_Text]:
        config, texts = self._config, []
        for picture in query.pictures:
            for found in reader.read(picture.image):
                letters = letters_of(found.text)
                if found.confidence < config.min_confidence or len(letters) < config.min_letters:
                    continue
                low, high = np.array(found.low_px), np.array(found.high_px)
                texts.append(_Text(picture.camera, letters, 0.5 * (low + high), high - low))
        return texts

    def _log_likelihood(
        self, text: _Text, pose: Hypothesis, differing: dict[str, int], nothing: float
    ) -> float:
        there = self._signs_at(text, self._rig.cameras[text.camera], pose)
        if not len(there):
            return nothing
        wrong = min(differing[self._letters[int(number)]] for number in there)
        most = 1 if min(differing.values()) else _MOST_LETTERS
        return -self._config.log_odds_per_letter * min(wrong, most)

    def _log_nothing(self, least: int, differing: dict[str, int]) -> float:
        """Return the log likelihood of a text where the map has no sign."""
        if least:
            return -_NOT_LISTED * self._config.log_odds_per_letter
        fitting = sum(number == 0 for number in differing.values())
        return math.log((fitting + 0.5) / (len(self._texts) + 1.0))

    def _signs_at(self, text: _Text, camera: Camera, pose: Hypothesis) -> NDArray[np.intp]:
        """Return the signs of the map that should be seen where a text is, from a pose."""
        t_map_base = se3.from_se2(pose.pose) @ pose.t_floor_base
        to_optical = se3.inverse(t_map_base @ camera.t_base_optical)
        optical = se3.transform_points(to_optical, self._corners.reshape(-1, 3))
        ahead = (optical[:, 2] > MIN_DEPTH_M).reshape(-1, 8).all(axis=1)
        optical[optical[:, 2] <= MIN_DEPTH_M, 2] = np.nan
        pixels = camera.intrinsics.project(optical).reshape(-1, 8, 2)
        pixels[~ahead] = np.nan
        low, high = pixels.min(axis=1), pixels.max(axis=1)
        away = np.maximum(low - text.center_px, text.center_px - high).max(axis=1)
        ratio = text.size_px / np.maximum(high - low, 1.0)
        fits = (ratio <= _LONGER).all(axis=1) & (ratio[:, 0] >= _SHORTER)
        return np.flatnonzero(ahead & (away <= _MARGIN_PX) & fits)


def letters_of(text: str) -> str:
    """Return what counts of a text: letters and digits, in capitals."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def letters_that_differ(part: str, whole: str) -> int:
    """Return how many letters of ``part`` are wrong, missing or too many, as a part of ``whole``.

    The edit distance to that stretch of ``whole`` which is nearest (Sellers, 1980).
    """
    row = [0] * (len(whole) + 1)
    for number, letter in enumerate(part, start=1):
        above, row = row, [number]
        for column, other in enumerate(whole, start=1):
            row.append(min(above[column - 1] + (letter != other), above[column] + 1, row[-1] + 1))
    return min(row)
