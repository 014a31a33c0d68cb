"""Which of several poses is it: look where their views differ, and ask which of them is seen.

Look-alike places share most of what is seen from them, so counting matches does not tell them
apart. Here the view from every pose is drawn from the map and compared with the pictures window by
window. A window that fits two poses equally well says nothing about them, whatever it shows; one
that fits the one and not the other is evidence: a poster, a door at the end of the aisle.

    e(i, j) = sum over blocks of  B tanh( sum over windows of a (1 - t_ij) (s_i - s_j) / B )
    log odds(i, j) = e |e| / (|e| + u)

where s is the correlation of the window with the picture and t that of the two predictions with
each other, cut to [low, high] and scaled to [0, 1]: where two places show the same, a difference in
fit comes from how well they were drawn. Only windows that both poses predict and that have contrast
count. The bound B of a block keeps one moved thing from deciding; u takes the weight from small
sums, which come from rivals whose nodes stand at different distances. A view that contradicts the
pictures in many windows speaks for a place that is not among the poses at all. Signs are read
first (:mod:`astra_global.localize.signs`): a letter is too small to count among the windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_global.localize.appearance import (
    PictureShelf,
    View,
    correlation,
    predict_view,
)
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.eye import Eye
from astra_global.localize.hypothesis import Hypothesis
from astra_global.localize.place_map import PlaceMap
from astra_global.localize.query import Query
from astra_global.localize.signs import Signs
from astra_global.types import Decision, Evidence

__all__ = ["Judge", "Verdict", "block_log_odds", "support_log_odds"]

_MIN_WINDOWS = 30  # fewer say nothing about contradiction


@dataclass(frozen=True, eq=False)
class _Compared:
    """A view beside the picture; correlation and contrast of the windows are ``(h, w)``."""

    view: View
    fit: NDArray[np.float32]
    contrast: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Verdict:
    """Poses in the order of likelihood.

    Attributes:
        hypotheses: Likeliest first.
        log_odds: Of each relative to the first; the first is 0.
        elsewhere_log_odds: Of "none of them" relative to the first.
        contradiction: Share of the windows that the first pose does not explain, NaN if unknown.
        decided: What speaks for the first pose against the second.
    """

    hypotheses: tuple[Hypothesis, ...]
    log_odds: tuple[float, ...]
    elsewhere_log_odds: float
    contradiction: float
    decided: tuple[Decision, ...]


class Judge:
    """Compares poses on one map."""

    def __init__(
        self, places: PlaceMap, rig: CameraRig, config: LocalizeConfig, signs: Signs
    ) -> None:
        """Prepare for the cameras of one robot; pictures of the map are opened when needed."""
        self._places = places
        self._eyes = [Eye(camera, places.focal_px) for camera in rig.cameras]
        self._config = config
        self._shelf = PictureShelf(places)
        self._signs = signs

    def judge(self, query: Query, standing: Sequence[Hypothesis]) -> Verdict:
        """Order poses by likelihood, and say how likely each is.

        Args:
            query: The pictures.
            standing: At least one pose.
        """
        config = self._config.judge
        said = self._signs.evidence(query, standing)
        counts = np.array([one.num_inliers for one in standing], dtype=np.float64)
        # Poses that signs rule out are not drawn; of the others the best supported ones are.
        possible = said.log_likelihood > said.log_likelihood.max() - self._config.signs.max_log_odds
        support = said.log_likelihood + config.inlier_exponent * np.log(np.maximum(counts, 1.0))
        order = np.lexsort((-support, ~possible))
        ranked, counts = [standing[int(number)] for number in order], counts[order]
        by_signs = said.log_likelihood[order]
        drawn = ranked[: min(config.max_poses, int(np.count_nonzero(possible)))]
        evidence, views = self._evidence(query, drawn)
        looks = self._tempered(evidence)
        by_inliers = _inlier_log_odds(counts, config.inlier_ratio, config.inlier_exponent)
        odds = by_inliers + by_signs[:, None] - by_signs[None, :]
        odds[: len(drawn), : len(drawn)] += looks
        # The best pose is the one that no other beats, or that is beaten by least.
        best = _unbeaten(odds[: len(drawn), : len(drawn)])
        relative = odds[:, best].copy()
        if 1 < len(drawn) < len(ranked):
            # Poses that were not drawn look no better than the best rival that was: nothing is
            # known for them, and all that is known of their like is against them.
            relative[len(drawn) :] += min(0.0, float(np.delete(looks[:, best], best).max()))
        relative = np.minimum(relative, 0.0)
        order = np.argsort(-relative, kind="stable")
        order = np.concatenate([[best], order[order != best]])
        contradiction, num_windows = self._contradiction(views[best])
        elsewhere = self._elsewhere_log_odds(counts[best], contradiction)
        second = int(order[min(1, len(order) - 1)])
        drew_both = max(best, second) < len(drawn)
        by_looks = float(looks[best, second]) if drew_both else 0.0
        decided = (
            Decision(Evidence.INLIERS, float(by_inliers[best, second]), int(counts[best])),
            Decision(Evidence.LOOKS, by_looks, num_windows),
            Decision(Evidence.SIGNS, float(by_signs[best] - by_signs[second]), said.num_texts),
        )
        return Verdict(
            tuple(ranked[int(number)] for number in order),
            tuple(float(relative[number]) for number in order),
            elsewhere + said.elsewhere - float(by_signs[best]),
            contradiction,
            decided,
        )

    def _evidence(
        self, query: Query, poses: Sequence[Hypothesis]
    ) -> tuple[NDArray[np.float64], list[list[_Compared]]]:
        """Return evidence ``(poses, poses)`` of row against column, and every compared view.

        Picture by picture; poses that the pictures so far rule out are not drawn any further.
        """
        config, count = self._config.judge, len(poses)
        evidence = np.zeros((count, count))
        views: list[list[_Compared]] = [[] for _ in poses]
        alive = np.arange(count)
        for picture in query.pictures:
            gray = self._eyes[picture.camera].gray(picture.image)
            for number in alive:
                view = self._view(picture.camera, poses[int(number)])
                views[int(number)].append(
                    _Compared(view, *correlation(gray, view, config.window_px))
                )
            for row in alive:
                for column in alive[alive < row]:
                    gain = self._difference(views[int(row)][-1], views[int(column)][-1])
                    evidence[row, column] += gain
                    evidence[column, row] -= gain
            best = alive[_unbeaten(evidence[np.ix_(alive, alive)])]
            out = alive[evidence[alive, best] < -(config.max_log_odds + config.unevenness_log_odds)]
            # Whoever is ruled out stays beaten by all who are not.
            for number in out:
                evidence[number, :] = np.minimum(evidence[number, :], evidence[number, best])
                evidence[:, number] = -evidence[number, :]
                evidence[number, number] = 0.0
            alive = np.setdiff1d(alive, out)
        return evidence, views

    def _view(self, camera_number: int, pose: Hypothesis) -> View:
        config = self._config.judge
        nodes = self._places.nearest_nodes(pose.pose[:2], config.nodes, config.nodes_radius_m)
        camera = self._eyes[camera_number].camera
        t_map_optical = pose.t_map_base @ camera.t_base_optical
        return predict_view(camera, t_map_optical, nodes, self._places, self._shelf)

    def _difference(self, first: _Compared, second: _Compared) -> float:
        """Return what one picture says for the first of two poses."""
        config = self._config.judge
        gain = self._score(first.fit) - self._score(second.fit)
        telling = np.isfinite(gain)
        telling &= np.maximum(first.contrast, second.contrast) >= config.min_contrast
        if not telling.any():
            return 0.0
        shared = View(second.view.gray, first.view.valid_mask & second.view.valid_mask)
        alike, _ = correlation(first.view.gray, shared, config.window_px, shifted=False)
        gain = np.where(telling & np.isfinite(alike), gain * (1.0 - self._score(alike)), 0.0)
        return block_log_odds(
            config.log_odds_per_window * gain, config.block, config.max_block_log_odds
        )

    def _score(self, fit: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return correlations as 0 (looks different) to 1 (looks the same)."""
        config = self._config.judge
        span = config.high_correlation - config.low_correlation
        return np.asarray(np.clip((fit - config.low_correlation) / span, 0.0, 1.0))

    def _tempered(self, evidence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log odds: rivals are not seen equally well, so a little evidence is none."""
        config = self._config.judge
        size = np.abs(evidence)
        odds = evidence * size / (size + config.unevenness_log_odds + 1e-9)
        return np.clip(odds, -config.max_log_odds, config.max_log_odds)

    def _contradiction(self, views: Sequence[_Compared]) -> tuple[float, int]:
        """Return the share of the telling windows that differ, and how many were looked at."""
        config = self._config.judge
        fit = np.stack([view.fit for view in views])
        contrast = np.stack([view.contrast for view in views])
        telling = np.isfinite(fit) & (contrast >= config.min_contrast)
        count = int(np.count_nonzero(telling))
        if count < _MIN_WINDOWS:
            return float("nan"), count
        middle = 0.5 * (config.low_correlation + config.high_correlation)
        return float(np.mean(fit[telling] < middle)), count

    def _elsewhere_log_odds(self, num_inliers: float, contradiction: float) -> float:
        config = self._config.judge
        against = -support_log_odds(num_inliers, self._config)
        if np.isfinite(contradiction):
            surplus = max(0.0, contradiction - config.usual_contradiction)
            against += config.contradiction_log_odds * surplus
        return float(against)


def support_log_odds(num_inliers: float, config: LocalizeConfig) -> float:
    """Return the log odds of a pose against any other place, by its inliers alone."""
    doublings = np.log2(max(num_inliers, 1) / config.min_inliers)
    return float(config.judge.first_log_odds + config.judge.inlier_log_odds * doublings)


def block_log_odds(evidence: NDArray[np.floating], block: int, limit: float) -> float:
    """Add evidence ``(h, w)`` up, bounded per block of ``block`` x ``block`` windows."""
    rows = np.add.reduceat(evidence, np.arange(0, evidence.shape[0], block), axis=0)
    blocks = np.add.reduceat(rows, np.arange(0, evidence.shape[1], block), axis=1)
    return float((limit * np.tanh(blocks / limit)).sum())


def _unbeaten(odds: NDArray[np.float64]) -> int:
    """Return the row that is beaten by least."""
    return int(odds.min(axis=1).argmax())


def _inlier_log_odds(
    counts: NDArray[np.float64], ratio: float, exponent: float
) -> NDArray[np.float64]:
    """Return log odds ``(poses, poses)`` by support; ratios up to ``ratio`` say nothing."""
    log_ratio = np.log(counts[:, None] / counts[None, :])
    beyond = np.maximum(np.abs(log_ratio) - np.log(ratio), 0.0)
    return np.asarray(exponent * np.sign(log_ratio) * beyond)
