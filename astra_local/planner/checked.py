"""Who drives: proposers in order, every candidate checked, the first safe one taken.

The robot moves by what this room lets through and by nothing else; a proposer may be as wrong as
it likes. Nav2 keeps the same two apart (its trajectory validators).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from astra_core.records import TrajectorySource
from astra_local.planner.check import TrajectoryCheck
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.ports import Candidate, PlanQuery, Proposer

__all__ = ["CheckedProposals", "CheckedWay"]


@dataclass(frozen=True, eq=False)
class CheckedWay:
    """A way that may be driven.

    Attributes:
        way: ``(1, T)``, within the limits.
        step_s: Time per step.
        source: First choice, another candidate, or the next planner.
        planner: Name of its proposer; empty for a behaviour.
    """

    way: Rollouts
    step_s: float
    source: TrajectorySource
    planner: str = ""


class CheckedProposals:
    """An ordered list of proposers behind the check."""

    def __init__(self, proposers: Sequence[Proposer]) -> None:
        """Keep them; the first is the planner, the others are what it falls back to."""
        self._proposers = tuple(proposers)

    def reset(self) -> None:
        """Let every proposer forget its last plan."""
        for proposer in self._proposers:
            proposer.reset()

    def first_safe(self, query: PlanQuery, check: TrajectoryCheck) -> CheckedWay | None:
        """Return the first candidate that is safe, ``None`` if no proposer has one."""
        for source, proposer, candidate in self._candidates(query):
            way = driven(candidate, query)
            if way is not None and check.is_safe(way, candidate.step_s):
                return CheckedWay(way, candidate.step_s, source, proposer.name)
        return None

    def _candidates(
        self, query: PlanQuery
    ) -> Iterator[tuple[TrajectorySource, Proposer, Candidate]]:
        """Yield what each proposer has to say; who is not needed is not asked."""
        for rank, proposer in enumerate(self._proposers):
            for number, candidate in enumerate(sorted(proposer.propose(query), key=_rank)):
                source = TrajectorySource.SAMPLE if number else TrajectorySource.PLANNER
                yield TrajectorySource.BACKUP if rank else source, proposer, candidate


def _rank(candidate: Candidate) -> float:
    return math.inf if math.isnan(candidate.score) else -candidate.score


def driven(candidate: Candidate, query: PlanQuery) -> Rollouts | None:
    """Return what the base makes of a candidate ``(1, T)``; ``None`` if it is not finite.

    A NaN compares as free with everything: it must not come as far as the check.
    """
    v = np.asarray(candidate.linear_mps, dtype=np.float32)[None]
    w = np.asarray(candidate.angular_rad_s, dtype=np.float32)[None]
    if not (np.isfinite(v).all() and np.isfinite(w).all()):
        return None
    return roll_out(query.state, v, w, candidate.step_s, query.limits)
